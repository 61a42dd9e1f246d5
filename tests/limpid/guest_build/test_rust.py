"""Rust guests: built from source without cargo, run, and the same bytes wherever they lie."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from limpid.guest_build.build import SDK, BuildError, build
from limpid.guest_build.rust import RUST_PACKAGES, cargo_is_available, crate_name, rust_is_available
from limpid.guest_build.toolchain import DEFAULT_COMPILER
from reference.execution import TrapReason
from reference.executor import execute
from reference.loader import load
from tests.limpid.commands.invocation import limpid

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
    told = limpid("run", elf, "--input-hex", "616263").stderr
    assert "\nNext: the guest panicked: limpid run shows its message" in told


def test_rust_guest_built_in_two_directories_is_the_same(tmp_path: Path) -> None:
    body = "limpid_guest::write_output(file!().as_bytes()); 0"
    first, second = (_guest(tmp_path / name, body) for name in ("here", "there/and/deeper"))
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()


def test_rust_source_with_an_error_quotes_the_compiler(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"compiling main\.rs failed:\n(.|\n)*cannot find value `nothing`"):
        _guest(tmp_path, "nothing")


ATOMICS = """
#![no_std]
#![no_main]
extern crate alloc;
use alloc::{sync::Arc, vec::Vec};
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
limpid_guest::entry!(run);
static COUNTER: AtomicUsize = AtomicUsize::new(1);
static BITS: AtomicU8 = AtomicU8::new(1);
fn run() -> i32 {
    let shared = Arc::new([1, 2, 3]);
    let again = shared.clone();
    COUNTER.fetch_add(again.len(), Ordering::SeqCst);
    BITS.fetch_or(6, Ordering::SeqCst);
    let _ = COUNTER.compare_exchange(4, 40, Ordering::SeqCst, Ordering::SeqCst);
    // 700 MiB in all, of a heap of 512: what is dropped is used again.
    for _ in 0..700 {
        core::hint::black_box(Vec::<u8>::with_capacity(1 << 20));
    }
    let facts = [Arc::strong_count(&shared), COUNTER.load(Ordering::Relaxed), BITS.load(Ordering::Relaxed).into()];
    limpid_guest::write_output(&facts.map(|fact| fact as u8));
    cfg!(feature = "seven") as i32 * 7
}
"""

OWN_ALLOCATOR = """
#![no_std]
#![no_main]
extern crate alloc;
use core::alloc::{GlobalAlloc, Layout};
limpid_guest::entry!(run);
struct Own;
static mut MEMORY: [u64; 8] = [0; 8];
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 { (&raw mut MEMORY).cast() }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
#[global_allocator]
static OWN: Own = Own;
fn run() -> i32 {
    let number = core::hint::black_box(alloc::boxed::Box::new(7_u64));
    (&raw const *number != (&raw const MEMORY).cast()) as i32
}
"""


@pytest.mark.parametrize("name", ["alloc.rs", "my guest.rs", "7.rs"])
def test_rust_guest_of_any_file_name_has_atomics_memory_and_its_flags(name: str, tmp_path: Path) -> None:
    source = tmp_path / name
    source.write_text(ATOMICS)
    build([source], tmp_path / "guest.elf", extra_flags=["--cfg", 'feature="seven"'])
    execution = execute(load(tmp_path / "guest.elf"))
    assert (execution.exit_code, execution.output) == (7, bytes([2, 40, 7]))


def test_rust_guest_with_its_own_global_allocator_has_that_one(tmp_path: Path) -> None:
    source = tmp_path / "own.rs"
    source.write_text(OWN_ALLOCATOR)
    build([source], tmp_path / "guest.elf")
    assert execute(load(tmp_path / "guest.elf")).exit_code == 0


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("main", "main"),
        ("my guest", "my_guest"),
        ("alloc", "guest_alloc"),
        ("7", "guest_7"),
        ("é", "_"),
        ("if", "guest_if"),
    ],
)
def test_crate_name_is_a_name_that_no_other_crate_has(stem: str, name: str) -> None:
    assert crate_name(stem) == name


@pytest.mark.slow
def test_cargo_package_with_a_dependency_builds(tmp_path: Path) -> None:
    if not cargo_is_available():
        pytest.skip("cargo is not installed")
    assert limpid("new", tmp_path / "package", "--rust").status == 0
    dependency = tmp_path / "package" / "dependency"
    (dependency / "src").mkdir(parents=True)
    (dependency / "Cargo.toml").write_text('[package]\nname = "dependency"\nversion = "0.1.0"\nedition = "2024"\n')
    (dependency / "src" / "lib.rs").write_text(
        "#![no_std]\nextern crate alloc;\npub fn double(n: u64) -> u64 { *alloc::sync::Arc::new(2 * n) }\n"
    )
    with (tmp_path / "package" / "Cargo.toml").open("a") as manifest:
        manifest.write('dependency = { path = "dependency" }\n')
    library = tmp_path / "package" / "src" / "lib.rs"
    library.write_text(library.read_text().replace("&sum.to", "&dependency::double(sum).to"))
    build([tmp_path / "package" / "Cargo.toml"], tmp_path / "guest.elf")
    assert execute(load(tmp_path / "guest.elf"), b"\x03\x04").output == (14).to_bytes(8, "little")


WITH_CRATES = """#![no_std]
extern crate alloc;
use alloc::vec::Vec;
use limpid_guest::{read_input, write_output};
use tiny_keccak::{Hasher, Keccak};

limpid_guest::entry!(run);

fn run() -> i32 {
    let texts: Vec<&str> = match serde_json::from_slice(read_input()) {
        Ok(texts) => texts,
        Err(_) => return 1,
    };
    let mut keccak = Keccak::v256();
    for text in &texts {
        keccak.update(text.as_bytes());
    }
    let mut digest = [0; 32];
    keccak.finalize(&mut digest);
    write_output(&digest);
    0
}
"""

KECCAK_256 = {
    b"[]": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b'["a", "bc"]': "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
}
"""The digests of the texts, one after the other: those of nothing and of "abc" as Ethereum's documentation has them."""


@pytest.mark.slow
def test_cargo_package_with_crates_of_the_registry_builds(tmp_path: Path) -> None:
    if not cargo_is_available():
        pytest.skip("cargo is not installed")
    package = tmp_path / "package"
    assert limpid("new", package, "--rust").status == 0
    with (package / "Cargo.toml").open("a") as manifest:
        manifest.write('tiny-keccak = { version = "2", default-features = false, features = ["keccak"] }\n')
        manifest.write('serde_json = { version = "1", default-features = false, features = ["alloc"] }\n')
    (package / "src" / "lib.rs").write_text(WITH_CRATES)
    fetched = subprocess.run(["cargo", "fetch"], cwd=package, capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"cargo cannot reach its registry: {fetched.stderr.strip().splitlines()[-1]}")
    build([package / "Cargo.toml"], tmp_path / "guest.elf")
    guest = load(tmp_path / "guest.elf")
    assert {texts: execute(guest, texts).output.hex() for texts in KECCAK_256} == KECCAK_256
    assert execute(guest, b"[1]").exit_code == 1


def test_package_without_a_library_is_refused(tmp_path: Path) -> None:
    if not cargo_is_available():
        pytest.skip("cargo is not installed")
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "guest"\nversion = "0.1.0"\nedition = "2024"\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.rs").write_text("fn main() {}\n")
    with pytest.raises(BuildError, match=r"no library targets found"):
        build([tmp_path / "Cargo.toml"], tmp_path / "guest.elf")
