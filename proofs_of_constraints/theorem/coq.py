"""Coq checks the texts, in a folder of its own that is removed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from proofs_of_constraints.theorem.machine_rows import GENERIC, LOGICAL_NAME, MACHINE

COMPILER = "coqc"

THEOREMS = (
    "state_is_one_path",
    "reads_return_the_last_write",
    "place_without_a_boundary_row",
    "one_row_in_a_segment",
    "keys_differ",
)
"""What has to rest on nothing but its hypotheses."""

NO_AXIOMS = "Closed under the global context"
"""What Coq prints of a theorem that assumes nothing."""


class CoqMissingError(Exception):
    """Coq is not installed."""


class TheoremRefusedError(Exception):
    """Coq does not accept a text, or a theorem rests on an axiom; the message is Coq's."""


def check(files: Sequence[Path] = (GENERIC, MACHINE)) -> str:
    """A sentence about what was checked.

    Raises CoqMissingError if Coq is not installed, and TheoremRefusedError if Coq does not accept it.
    """
    if shutil.which(COMPILER) is None:
        raise CoqMissingError(f"{COMPILER} is not installed: apt-get install coq")
    with tempfile.TemporaryDirectory(prefix="theorem-") as name:
        folder = Path(name)
        for file in files:
            shutil.copy(file, folder)
            _compile(folder, file.name)
        asked = folder / "Assumptions.v"
        lines = [f"From {LOGICAL_NAME} Require Import {file.stem}." for file in files]
        asked.write_text("\n".join([*lines, *(f"Print Assumptions {theorem}." for theorem in THEOREMS)]) + "\n")
        printed = _compile(folder, asked.name)
    if printed.count(NO_AXIOMS) != len(THEOREMS):
        raise TheoremRefusedError(f"a theorem rests on an axiom:\n{printed}")
    return f"{len(THEOREMS)} theorems, and none rests on an axiom"


def _compile(folder: Path, name: str) -> str:
    command = [COMPILER, "-q", "-Q", ".", LOGICAL_NAME, name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TheoremRefusedError(f"{name}: {done.stderr.strip()}")
    return done.stdout
