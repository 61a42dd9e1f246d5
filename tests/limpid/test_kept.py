"""Compiled files in the user's cache: made once, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from limpid.kept import kept_directory
from limpid.toolchain import BuildError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setattr("limpid.kept.platformdirs.user_cache_dir", lambda name: str(tmp_path / name))
    return tmp_path / "limpid"


def test_kept_directory_is_filled_once_for_an_identity(cache: Path) -> None:
    filled: list[Path] = []

    def fill(directory: Path) -> None:
        filled.append(directory)
        (directory / "object.o").write_bytes(b"compiled")

    first, second = (kept_directory("objects", b"identity", fill) for _ in range(2))
    assert first == second
    assert len(filled) == 1
    assert (first / "object.o").read_bytes() == b"compiled"
    assert list((cache / "objects").iterdir()) == [first]


def test_kept_directories_of_two_identities_are_two() -> None:
    names = [kept_directory("objects", identity, lambda directory: None) for identity in (b"one", b"two")]
    assert len(set(names)) == 2


def test_kept_directory_whose_filling_fails_leaves_nothing(cache: Path) -> None:
    def fill(directory: Path) -> None:
        (directory / "half").write_text("")
        raise BuildError("no compiler")

    with pytest.raises(BuildError, match=r"^no compiler$"):
        kept_directory("objects", b"identity", fill)
    assert list((cache / "objects").iterdir()) == []


def test_kept_directory_under_a_file_is_refused(cache: Path) -> None:
    cache.write_text("")
    with pytest.raises(BuildError, match=r"^cannot keep objects in .*/limpid/objects/[0-9a-f]{16}: "):
        kept_directory("objects", b"identity", lambda directory: None)


def test_kept_directory_that_another_process_filled_meanwhile_is_taken(cache: Path) -> None:
    def fill_faster(directory: Path) -> None:
        (directory / "object.o").write_bytes(b"theirs")

    def fill(directory: Path) -> None:
        (directory / "object.o").write_bytes(b"mine")
        kept_directory("objects", b"identity", fill_faster)

    kept = kept_directory("objects", b"identity", fill)
    assert (kept / "object.o").read_bytes() == b"theirs"
    assert list((cache / "objects").iterdir()) == [kept]
