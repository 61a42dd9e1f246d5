"""Rust guests: built from source without cargo, run, and the same bytes wherever they lie."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from limpid.guest_build.build import SDK, BuildError, build
from limpid.guest_build.rust import RUST_PACKAGES, rust_is_available
from limpid.guest_build.toolchain import DEFAULT_COMPILER
from reference.execution import TrapReason
from reference.executor import execute
from reference.loader import load

ANAGRAMS = SDK / "rust" / "anagrams.rs"

GUEST = """
#![no_std]
#![no_main]
limpid_guest::entry!(run);
fn run() -> i32 {
    BODY
}
"""


@pytest.fixture(scope="module", autouse=True)
def _compilers() -> None:
    """Skips where a compiler is missing. The libraries are compiled once and kept in the user's cache directory."""
    if shutil.which(DEFAULT_COMPILER) is None or not rust_is_available():
        pytest.skip(f"rustc or its library source is not installed (Debian packages {' '.join(RUST_PACKAGES)})")


def _guest(directory: Path, body: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    source = directory / "main.rs"
    source.write_text(GUEST.replace("BODY", body))
    elf = directory / "main.elf"
    build([source], elf)
    return elf


def test_rust_guest_with_collections_computes_and_prints(tmp_path: Path) -> None:
    elf = tmp_path / "anagrams.elf"
    build([ANAGRAMS], elf)
    shown = bytearray()
    execution = execute(load(elf), b"listen silent\nenlist stone  notes alone", console=shown.extend)
    assert (execution.exit_code, execution.output) == (0, b"enlist listen silent\nnotes stone\n")
    assert shown == b"2 groups\n"


def test_rust_guest_that_panics_tells_where_and_aborts(tmp_path: Path) -> None:
    elf = _guest(tmp_path, "let input = limpid_guest::read_input(); input[3] as i32")
    shown = bytearray()
    execution = execute(load(elf), b"abc", console=shown.extend)
    assert execution.trap is not None
    assert execution.trap.reason is TrapReason.BREAKPOINT
    assert b"index out of bounds: the len is 3 but the index is 3" in shown
    assert execute(load(elf), b"abc\x05").exit_code == 5


def test_rust_guest_built_in_two_directories_is_the_same(tmp_path: Path) -> None:
    body = "limpid_guest::write_output(file!().as_bytes()); 0"
    first, second = (_guest(tmp_path / name, body) for name in ("here", "there/and/deeper"))
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()


def test_rust_source_with_an_error_quotes_the_compiler(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"compiling main\.rs failed:\n(.|\n)*cannot find value `nothing`"):
        _guest(tmp_path, "nothing")
