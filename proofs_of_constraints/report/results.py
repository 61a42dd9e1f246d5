"""Results of an audit for people and programs: facts, and text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from proofs_of_constraints.obligations.obligation import Counterexample, Result, Verdict

TRUSTED = (
    "Z3, and Python's integers and this package's translation: polynomials, intervals, lifting to the integers",
    "the meanings of instructions in spec.isa, on which every function obligation rests",
    "the text of the proof system: soundness of the argument is the security report's matter",
)
"""What an audit's verdict rests on besides the assumptions."""

NOT_COVERED = (
    "the soundness of the argument itself (LogUp as a circuit, sumchecks, WHIR): the security report's matter",
    "the equations that the verifier demands at the end of each step: tests forge a proof for each",
    "the induction that puts the proven steps of the memory argument together: `make theorem` has Coq check it",
    "the meanings of instructions against the ISA manual: tests compare them with a second text, QEMU and others",
    "the loader, from an ELF file to the program whose tables are proven, and what compiles the file",
    "determinism by itself: where a row sends what the function obligation says, its outputs follow from the messages",
    "the prover: that it finds the rows that exist, and ends",
)
"""What an auditor has to look at elsewhere."""

_INDEXED = re.compile(r"(.+)_\d+")


def facts_of(result: Result, rests_on: Sequence[str] = ()) -> dict[str, object]:
    """A result for programs, with what it rests on that is not proven. Numbers of a counterexample are hexadecimal
    strings."""
    outcome = result.outcome
    return {
        "id": result.identity,
        "kind": result.kind.value,
        "chip": result.chip,
        "instruction": result.instruction,
        "verdict": outcome.verdict.value,
        "detail": outcome.detail,
        "seconds": round(result.seconds, 3),
        "queries": result.queries,
        "second_solver": None if result.second is None else result.second.agreement.value,
        "assumptions": list(result.assumptions),
        "rests_on_unproven": list(rests_on),
        "wraps": list(outcome.wraps),
        "counterexample": None if outcome.counterexample is None else _counterexample_facts(outcome.counterexample),
    }


def _counterexample_facts(found: Counterexample) -> dict[str, object]:
    return {
        "columns": {name: hex(value) for name, value in found.columns.items()},
        "is_input": found.is_input,
        "failed": list(found.failed),
        "expected": {name: hex(value) for name, value in found.expected.items()},
        "actual": {name: hex(value) for name, value in found.actual.items()},
        "messages": list(found.messages),
        "satisfies_declaration": found.satisfies_declaration,
    }


def counterexample_lines(found: Counterexample) -> list[str]:
    """A counterexample as an auditor reads it: what fails, the meaning against the row, its messages, its columns."""
    lines = [f"fails: {name}" for name in found.failed]
    for name, expected in found.expected.items():
        lines.append(f"{name}: the instruction makes it {expected:#x}, the row {found.actual[name]:#x}")
    if found.messages:
        lines += ["instruction:" if found.is_input else "messages:", *(f"  {message}" for message in found.messages)]
    lines += ["input:" if found.is_input else "row:", *(f"  {line}" for line in _column_lines(found.columns))]
    if found.satisfies_declaration:
        lines.append("the row satisfies every constraint and lookup modulo p")
    return lines


def _column_lines(columns: Mapping[str, int]) -> list[str]:
    """Columns in their order, one group of indexed ones a line, least significant first."""
    lines = []
    for group, names in groupby(columns, key=lambda name: match[1] if (match := _INDEXED.fullmatch(name)) else name):
        members = list(names)
        label = members[0] if len(members) == 1 else f"{group}_0..{len(members) - 1}"
        lines.append(f"{label} = {' '.join(f'{columns[name]:#x}' for name in members)}")
    return lines


def result_lines(result: Result) -> list[str]:
    """What is to be said of an obligation that is not proven, its verdict first."""
    lines = [f"{result.outcome.verdict.value}: {result.outcome.detail}"]
    if result.outcome.counterexample is not None:
        lines += counterexample_lines(result.outcome.counterexample)
    return lines


def verdict_counts(results: Sequence[Result]) -> Counter[Verdict]:
    """How many results have each verdict."""
    return Counter(result.outcome.verdict for result in results)
