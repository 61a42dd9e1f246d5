"""The relations of nodes as circuits: recorded, a lie breaks the requirement of its condition and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reference.recursion.recorder import Recorder
from spec.circuit.circuit import Circuit, faults
from spec.field import P
from spec.protocol.node_statement import NodeStatement, NumberStatement, public_names, public_numbers, statement_of
from spec.protocol.recursion import COMBINE, CONVERT, UNCHANGED, Relation, SegmentStatement, require
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests import node_lies as lies
from tests.node_lies import PAIR, WHOLE, Lie, converted, segment

RELATIONS: Mapping[str, tuple[Relation[Any], Mapping[str, Lie], Lie]] = {
    "convert": (CONVERT, lies.CONVERT_LIES, ([segment(0), segment(1)], converted(0, 1))),
    "combine": (COMBINE, lies.COMBINE_LIES, (PAIR, WHOLE)),
    "unchanged": (UNCHANGED, lies.UNCHANGED_LIES, (WHOLE, WHOLE)),
}


def _hinted(recorder: Recorder, statement: Any) -> Any:
    """A child's statement, or a segment's, as the prover's numbers."""
    if isinstance(statement, list | tuple):
        return [_hinted(recorder, of) for of in statement]
    if isinstance(statement, SegmentStatement):
        public = zip(statement.public_values, recorder.read_elements([*statement.public_values.values()]), strict=True)
        return replace(
            statement,
            program_id=recorder.read_words(statement.program_id),
            index=recorder.read_words([statement.index])[0],
            public_values=dict(public),
            leaf=recorder.read_words(statement.leaf),
            global_total=recorder.read_values([statement.global_total])[0],
        )
    return _statement(recorder, recorder.read_elements(public_numbers(statement)))


def _statement(recorder: Recorder, elements: Any) -> NodeStatement[Any, Any, Any]:
    return statement_of(recorder, RV64IM, elements, "here")


def _recorded(relation: Relation[Any], premise: Any, node: NumberStatement) -> Recorder:
    recorder = Recorder(publics=public_numbers(node))
    stated = _statement(recorder, recorder.public_elements)
    require(relation, recorder, RV64IM, _hinted(recorder, premise), stated, "here")
    return recorder


def _honest_circuit(relation: str) -> Circuit:
    conditions, _, (premise, node) = RELATIONS[relation]
    return _recorded(conditions, premise, node).circuit


@pytest.mark.parametrize("relation", RELATIONS)
def test_recorded_relation_of_an_honest_node_is_satisfied(relation: str) -> None:
    conditions, _, (premise, node) = RELATIONS[relation]
    recorder = _recorded(conditions, premise, node)
    assert recorder.broken == []
    assert faults(recorder.circuit) == []


@pytest.mark.parametrize(
    ("relation", "name"), [(relation, name) for relation, (_, of, _) in RELATIONS.items() for name in of]
)
def test_recorded_lie_breaks_the_requirement_of_its_condition(relation: str, name: str) -> None:
    conditions, of, _ = RELATIONS[relation]
    recorder = _recorded(conditions, *of[name])
    assert {requirement.where for requirement in recorder.broken} == {f"here, {name}"}
    # A table that the shape lacks makes a circuit of its own.
    assert (recorder.circuit == _honest_circuit(relation)) == (name != "nothing_moves_without_its_table")


@pytest.mark.parametrize("at", [0, 15])
def test_public_limb_of_more_than_16_bits_is_no_word(at: int) -> None:
    numbers = public_numbers(WHOLE)
    recorder = Recorder(publics=[*numbers[:at], numbers[at] + 2**16, *numbers[at + 1 :]])
    _statement(recorder, recorder.public_elements)
    assert [(broken.reason, broken.where) for broken in recorder.broken] == [(Rejection.PUBLIC_LIMB, "here, run")]


def test_public_values_are_named_one_by_one_and_stand_for_the_statement() -> None:
    names = public_names(RV64IM)
    assert len(set(names)) == len(names) == len(public_numbers(WHOLE)) == 4 * 16 + 7 + 4 + 6
    assert dict(zip(names, public_numbers(WHOLE), strict=True)) == {
        **{f"run_{i}": (i + 1) % 2 * 1 for i in range(16)},
        **{f"program_id_{i}": (i + 1) % 2 * 2 for i in range(16)},
        "segment_count": 3,
        "first_index": 0,
        "pc_in": 100,
        "cursor_in": 0,
        "pc_out": P - 1,
        "cursor_out": 40,
        "exit_code_0": 9,
        "exit_code_1": 0,
        "exit_code_2": 0,
        "exit_code_3": 0,
        **{
            f"leaves_root_{2 * i + half}": word >> 16 * half & 0xFFFF
            for i, word in enumerate(WHOLE.leaves_root)
            for half in range(2)
        },
        **{f"global_total_{i}": (P - 9) * (i == 0) for i in range(6)},
        **{f"key_list_root_{i}": (i + 1) % 2 * 3 for i in range(16)},
        "depth": 1,
    }
