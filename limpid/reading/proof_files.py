"""Proofs by the name of their file, or of the folder in which they were made."""

from __future__ import annotations

import shlex
from pathlib import Path

from limpid.errors import FileError
from limpid.terminal.files import read_file
from reference.segments.folder import FINAL_NAME, PROOF_NAME


def read_proof(path: str) -> bytes:
    """The content of a file, of standard input for `-`, or of the proof in a folder of `limpid prove --out`: the final
    one if there is one.

    Raises FileError if a file cannot be read or written.
    """
    directory = Path(path)
    if directory.is_dir() and (directory / FINAL_NAME).exists():
        return read_file(str(directory / FINAL_NAME))
    return read_run_proof(path)


def read_run_proof(path: str) -> bytes:
    """The same, but of a folder the proof segment by segment. Raises FileError if a file cannot be read or written."""
    directory = Path(path)
    if not directory.is_dir():
        return read_file(path)
    if not (directory / PROOF_NAME).exists():
        next_step = f"finish it with: limpid prove GUEST.elf --out {shlex.quote(path)}"
        raise FileError(path, f"holds no {PROOF_NAME} yet", next_step)
    return read_file(str(directory / PROOF_NAME))
