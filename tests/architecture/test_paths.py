"""No file of the repository names a place on the machine that made it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_GENERATED = re.compile(r"\.git|\.venv.*|\.\w+_cache|\.hypothesis|__pycache__|build|.*\.egg-info")
"""Names that are not part of the repository."""

# Written in parts, or this file would break its own rule.
_MACHINE_PATH = re.compile(rb"(?<![\w.)-])/(?:" + rb"|".join((b"work", b"root", b"home", b"Users")) + rb")/\w")


def _files(root: Path) -> Iterator[Path]:
    for directory, subdirectories, names in os.walk(root):
        subdirectories[:] = [name for name in subdirectories if not _GENERATED.fullmatch(name)]
        for name in sorted(names):
            if not _GENERATED.fullmatch(name):
                yield Path(directory) / name


def machine_paths(root: Path) -> list[str]:
    """The files under `root` that hold a machine path, each with its first one."""
    found: list[str] = []
    for path in _files(root):
        match = _MACHINE_PATH.search(path.read_bytes())
        if match is not None:
            found.append(f"{path.relative_to(root)}: {match.group().decode()}")
    return found


def test_files_of_the_repository_name_no_machine_path() -> None:
    assert machine_paths(ROOT) == []


@pytest.mark.parametrize("place", ["work", "root", "home", "Users"])
def test_machine_path_planted_is_reported(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "note.txt").write_text(f"see /{place}/x/y\n")
    assert machine_paths(tmp_path) == [f"folder/note.txt: /{place}/x"]


def test_relative_path_and_generated_directory_planted_are_not_reported(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("see tree/" + "root/leaf and ./home/page\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "note.txt").write_text("/" + "root/x\n")
    assert machine_paths(tmp_path) == []
