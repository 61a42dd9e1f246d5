"""A small file for every outcome that a door has: found by fuzzing, kept, and asked again by a test."""

from __future__ import annotations

import re
from pathlib import Path

CORPUS = Path(__file__).with_name("kept_files")
MOST_BYTES = 1024
"""What is kept is read by people."""


def kept(door: str, root: Path = CORPUS) -> dict[str, bytes]:
    """By outcome, the file that is kept."""
    folder = root / named(door)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


def keep_smallest(door: str, outcome: str, content: bytes, root: Path = CORPUS) -> None:
    """Keeps the file if it is small, and the first or smallest of its outcome."""
    path = root / named(door) / named(outcome)
    if len(content) <= MOST_BYTES and (not path.exists() or len(content) < path.stat().st_size):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def named(text: str) -> str:
    """A door or an outcome as a file's name."""
    return re.sub(r"\W+", "_", text)
