"""Libraries are compiled once, and a cache that cannot be kept stops no guest that can do without."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from limpid.guest_build.build import DEFAULT_COMPILER, build
from limpid.guest_build.compiled_libraries import CacheError, compiled_once


def test_library_of_one_identity_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    filled: list[Path] = []

    def fill(directory: Path) -> None:
        filled.append(directory)
        (directory / "library").write_text("compiled")

    first, again, other = (compiled_once("kind", identity, fill) for identity in (b"one", b"one", b"two"))
    assert (first, len(filled)) == (again, 2)
    assert other != first
    assert [path.name for path in first.iterdir()] == ["library"]


def test_library_that_fails_to_compile_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def fail(directory: Path) -> None:
        (directory / "half").write_text("")
        raise ValueError("as planned")

    with pytest.raises(ValueError, match="as planned"):
        compiled_once("kind", b"one", fail)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_cache_that_cannot_be_kept_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(CacheError, match=r"^cannot keep compiled libraries in .*: not a directory$"):
        compiled_once("kind", b"one", lambda directory: None)


def test_guest_without_a_cache_builds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed")
    source = tmp_path / "main.c"
    source.write_text("int main(void) { return 3; }\n")
    build([source], tmp_path / "with.elf")
    monkeypatch.setenv("XDG_CACHE_HOME", str(source))
    build([source], tmp_path / "without.elf")
    assert (tmp_path / "with.elf").read_bytes() == (tmp_path / "without.elf").read_bytes()
