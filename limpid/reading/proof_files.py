"""Proofs by the name of their file, or of the folder in which they were made."""

from __future__ import annotations

from pathlib import Path

from limpid.errors import FileError
from limpid.terminal.files import read_file
from reference.segments.folder import PROOF_NAME


def read_proof(path: str) -> bytes:
    """The content of a file, of standard input for `-`, or of the proof in a folder of `limpid prove --out`.

    Raises FileError.
    """
    directory = Path(path)
    if not directory.is_dir():
        return read_file(path)
    if not (directory / PROOF_NAME).exists():
        raise FileError(path, f"holds no {PROOF_NAME} yet", f"finish it with: limpid prove GUEST.elf --out {path}")
    return read_file(str(directory / PROOF_NAME))
