"""Numbered steps: verifiers and prover have those of the whitepaper, with its numbers and titles, in its order."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from documentation.blocks import prose_lines
from reference.prover import opening
from reference.prover import segment as prover
from reference.verifier import buses, constraints, final, program, run, segment, whir

WHITEPAPER = Path(__file__).resolve().parents[2] / "spec" / "whitepaper"

Step = tuple[str, str]
"""Number and title."""

_MAIN = re.compile(r"^(\d+)\. \*\*(.+?)\.?\*\*", re.MULTILINE)
_PART = re.compile(r"^ +- \*\*(\d+[a-z])\. (.+?)\.?\*\*", re.MULTILINE)
_COMMENT = re.compile(r"^ +# (\d+[a-z]?)\. (.+)\.$", re.MULTILINE)


def section(chapter: str, number: str) -> str:
    """A section's prose, without its heading."""
    prose = "\n".join(line for _, line in prose_lines((WHITEPAPER / chapter).read_text()))
    _, _, rest = prose.partition(f"\n## {number} ")
    return rest.split("\n## ")[0]


def stated(text: str, pattern: re.Pattern[str]) -> list[Step]:
    return [(match[1], match[2]) for match in pattern.finditer(text)]


OF_SEGMENT = section("04-segment-proof.md", "4.5")
OF_RUN = section("04-segment-proof.md", "4.8")
OF_FINAL = section("05-recursion.md", "5.4")


def marked(*functions: Callable[..., Any]) -> list[Step]:
    """The steps that comments in these functions name, one function after the other."""
    return [step for function in functions for step in stated(inspect.getsource(function), _COMMENT)]


@pytest.mark.parametrize("function", [segment.verify_segment, prover.prove_segment])
def test_steps_of_a_segment_are_those_of_the_whitepaper(function: Callable[..., Any]) -> None:
    steps = stated(OF_SEGMENT, _MAIN)
    assert [number for number, _ in steps] == list("123456")
    assert marked(function) == steps


def test_docstring_of_the_segments_verifier_lists_its_steps() -> None:
    assert segment.__doc__ is not None
    assert re.findall(r"^(\d)\. ", segment.__doc__, re.MULTILINE) == [number for number, _ in stated(OF_SEGMENT, _MAIN)]


VERIFIER_PARTS = (buses.follow_circuit, constraints.follow_zerocheck, segment._follow_stacking, whir.verify_whir)
PROVER_PARTS = (prover._circuit_layers, prover._zerocheck, prover._stacking, opening.prove_opening)


@pytest.mark.parametrize("functions", [VERIFIER_PARTS, PROVER_PARTS])
def test_parts_of_the_steps_of_a_segment_are_those_of_the_whitepaper(functions: tuple[Callable[..., Any], ...]) -> None:
    steps = stated(OF_SEGMENT, _PART)
    assert {number[0] for number, _ in steps} == set("3456")
    assert marked(*functions) == steps


def test_steps_of_a_run_are_those_of_the_whitepaper() -> None:
    steps = stated(OF_RUN, _MAIN)
    assert [number for number, _ in steps] == list("1234567")
    assert marked(program.verify, run.verify_run) == steps


def test_steps_of_a_final_proof_are_those_of_the_whitepaper() -> None:
    steps = stated(OF_FINAL, _MAIN)
    assert [number for number, _ in steps] == list("1234")
    assert marked(final.verify_encoded_final, final.verify_final) == steps


def test_steps_that_differ_in_number_title_or_order_are_told_apart() -> None:
    def steps_in_another_order() -> None:
        # 2. The key.
        # 1. The question.
        pass

    def step_with_another_title() -> None:
        # 1. The answer.
        pass

    steps = stated(OF_RUN, _MAIN)[:2]
    assert marked(steps_in_another_order) == steps[::-1] != steps
    assert marked(step_with_another_title) != steps[:1]
