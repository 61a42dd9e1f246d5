"""Files that are whole whenever they are there, also after a power cut."""

from __future__ import annotations

import os
from pathlib import Path

from reference.segments.files import SCRATCH_SUFFIX


def write_durably(path: Path, content: bytes) -> None:
    """Writes beside the file, waits for the disk, and renames. Raises OSError if the disk refuses."""
    scratch = path.with_name(path.name + SCRATCH_SUFFIX)
    with scratch.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(scratch, path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Waits until the names in a folder are on the disk. Raises OSError if the disk refuses."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
