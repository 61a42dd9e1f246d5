"""The text for Coq says what the declarations say, and Coq accepts it and nothing weaker."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from proofs_of_constraints.audit import selected
from proofs_of_constraints.obligations.obligation import Kind
from proofs_of_constraints.theorem import coq
from proofs_of_constraints.theorem.coq import THEOREMS, CoqMissingError, TheoremRefusedError, check
from proofs_of_constraints.theorem.machine_rows import GENERIC, MACHINE, machine_text
from spec.rv64im.machine import INSTRUCTION_CHIPS

needs_coq = pytest.mark.skipif(shutil.which(coq.COMPILER) is None, reason="Coq is not installed")


def test_text_is_what_the_declarations_say() -> None:
    assert MACHINE.read_text() == machine_text(), "run python -m proofs_of_constraints.theorem"


def test_every_instruction_chip_is_named_with_its_obligations() -> None:
    text = machine_text()
    assert re.findall(r'name := "(\w+)"', text) == [chip.name for chip in INSTRUCTION_CHIPS]
    wanted = [o.identity for o in selected(kinds=[Kind.MEMORY]) if o.chip] + [
        o.identity for o in selected(kinds=[Kind.CLOCK_ORDER])
    ]
    assert [identity for identity in wanted if identity not in text] == []


@needs_coq
def test_coq_accepts_all_theorems() -> None:
    assert check() == f"{len(THEOREMS)} theorems, and none rests on an axiom"


@needs_coq
@pytest.mark.parametrize(
    ("file", "sentence", "weaker"),
    [
        (GENERIC, "stamp (taken row) < stamp (put row).", "stamp (taken row) <= stamp (put row)."),
        (GENERIC, "1 <= advance row /\\ ", "0 <= advance row /\\ "),
        (GENERIC, "part <> [] -> ~ Permutation", "part = [] -> ~ Permutation"),
        (MACHINE, "1 + whole Row", "0 * whole Row"),
        (MACHINE, "Definition clock_limit : Z := 16777216.", "Definition clock_limit : Z := 2147483648."),
        (MACHINE, 'name := "add"; accesses := 3;', 'name := "add"; accesses := 0;'),
    ],
    ids=["stamps stay", "rows stay", "no part", "heights free", "clocks wrap", "no clock"],
)
def test_weaker_hypothesis_is_refused(file: Path, sentence: str, weaker: str, tmp_path: Path) -> None:
    text = file.read_text()
    assert text.count(sentence) == 1
    changed = tmp_path / file.name
    changed.write_text(text.replace(sentence, weaker))
    with pytest.raises(TheoremRefusedError, match=file.name):
        check([changed if path == file else path for path in (GENERIC, MACHINE)])


@needs_coq
def test_theorem_on_an_axiom_is_refused(tmp_path: Path) -> None:
    text = MACHINE.read_text()
    start = text.index("Theorem keys_differ")
    proof = text[text.index("Proof.", start) : text.index("Qed.", start) + len("Qed.")]
    changed = tmp_path / MACHINE.name
    changed.write_text(text.replace(proof, "Admitted."))
    with pytest.raises(TheoremRefusedError, match="rests on an axiom"):
        check([GENERIC, changed])


def test_missing_coq_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coq, "COMPILER", "no-such-coqc")
    with pytest.raises(CoqMissingError, match="apt-get install coq"):
        check()
