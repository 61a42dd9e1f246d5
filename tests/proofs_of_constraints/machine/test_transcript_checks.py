"""A point, leaf, digest or challenge that does not depend on everything it must bind is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from proofs_of_constraints.machine import transcript_checks
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_statement import PARAMETERS
from proofs_of_constraints.machine.transcript_checks import ROOT, transcripts_bind
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.field import Extension
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges, bus_challenges
from spec.protocol.run import RunStatement, SegmentPlace
from spec.protocol.shape import SegmentShape
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.small_machine import SMALL_MACHINE

Arguments = list[Any]
Forget = Callable[[Arguments], Arguments]


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
def test_transcripts_as_they_are_pass(audited: AuditedMachine) -> None:
    assert transcripts_bind(audited) is None


def same(position: int, argument: object) -> Forget:
    """The same argument always."""
    return lambda arguments: [argument if i == position else a for i, a in enumerate(arguments)]


def statement(**fields: Any) -> Forget:
    """The same in these fields of the run's statement, which is an argument or belongs to a segment's place."""

    def forget(arguments: Arguments) -> Arguments:
        changed = []
        for argument in arguments:
            if isinstance(argument, RunStatement):
                argument = replace(argument, **fields)
            elif isinstance(argument, SegmentPlace):
                argument = replace(argument, statement=replace(argument.statement, **fields))
            changed.append(argument)
        return changed

    return forget


def form(change: Callable[[SegmentForm], SegmentForm]) -> Forget:
    """Another form of a segment's place."""

    def forget(arguments: Arguments) -> Arguments:
        return [replace(a, form=change(a.form)) if isinstance(a, SegmentPlace) else a for a in arguments]

    return forget


def at_one_height(of_place: SegmentForm) -> SegmentForm:
    """The form at the same stacking height always."""
    return transcript_checks._FormAt(of_place.shape, of_place.parameters)


def without(name: str) -> Callable[[SegmentForm], SegmentForm]:
    """The form as if there were no table of this chip."""

    def change(of_place: SegmentForm) -> SegmentForm:
        heights = {**of_place.shape.heights_log2, name: ()}
        return transcript_checks._FormAt(
            SegmentShape(SMALL_MACHINE, heights), of_place.parameters, of_place.height_log2
        )

    return change


FORGOTTEN: list[tuple[str, Forget, str]] = [
    ("program_pinning_point", same(1, SMALL_MACHINE), "the machine is not bound by the program's pinning point"),
    (
        "program_pinning_point",
        same(2, PARAMETERS),
        "the parameters is not bound by the program's pinning point",
    ),
    (
        "program_pinning_point",
        same(3, [1, 4]),
        "number 0 of the heights is not bound by the program's pinning point",
    ),
    (
        "program_pinning_point",
        same(4, transcript_checks.HEIGHT),
        "the stacking height is not bound by the program's pinning point",
    ),
    ("program_pinning_point", same(5, ROOT), "the root is not bound by the program's pinning point"),
    ("continuation_pinning_point", same(3, 1), "the index is not bound by the continuation's pinning point"),
    ("continuation_pinning_point", same(4, ROOT), "the root is not bound by the continuation's pinning point"),
    (
        "continuation_pinning_point",
        form(without("boundary")),
        "the presence of boundary is not bound by the continuation's pinning point",
    ),
    (
        "continuation_pinning_point",
        form(at_one_height),
        "the stacking height is not bound by the continuation's pinning point",
    ),
    (
        "continuation_pinning_point",
        statement(machine=SMALL_MACHINE),
        "the machine is not bound by the continuation's pinning point",
    ),
    (
        "continuation_pinning_point",
        statement(parameters=PARAMETERS),
        "the parameters is not bound by the continuation's pinning point",
    ),
    ("continuation_pinning_point", same(2, ROOT), "the program is not bound by the continuation's pinning point"),
    ("segment_leaf", same(2, 1), "the index is not bound by the leaf"),
    ("segment_leaf", same(3, ROOT), "the root is not bound by the leaf"),
    ("segment_leaf", form(without("boundary")), "the presence of boundary is not bound by the leaf"),
    ("segment_leaf", form(at_one_height), "the stacking height is not bound by the leaf"),
    ("segment_leaf", same(4, []), "the first answer is not bound by the leaf"),
    (
        "segment_leaf",
        lambda arguments: [*arguments[:4], arguments[4][:1]],
        "the last answer is not bound by the leaf",
    ),
    (
        "leaves_root",
        lambda arguments: [sorted(arguments[0])],
        "their order is not bound by the root over the leaves",
    ),
    (
        "leaves_root",
        lambda arguments: [list(dict.fromkeys(arguments[0]))],
        "the last of them, repeated is not bound by the root over the leaves",
    ),
    ("run_digest", statement(machine=SMALL_MACHINE), "the machine is not bound by G"),
    ("run_digest", statement(parameters=PARAMETERS), "the parameters is not bound by G"),
    ("run_digest", statement(program_id=bytes(32)), "the program is not bound by G"),
    ("run_digest", statement(output=b""), "the output is not bound by G"),
    ("run_digest", statement(segment_count=3), "the number of segments is not bound by G"),
    ("run_digest", same(2, bytes(32)), "the root over the leaves is not bound by G"),
    ("global_challenges", same(2, ROOT), "G is not bound by the global alpha"),
    ("start_segment_transcript", same(2, ROOT), "G is not bound by the local alpha"),
    ("start_segment_transcript", same(3, 1), "the index is not bound by the local alpha"),
    ("start_segment_transcript", same(4, ROOT), "the leaf is not bound by the local alpha"),
    (
        "start_segment_transcript",
        lambda arguments: [*arguments[:5], arguments[5][:-1]],
        "the public value exit is not bound by the local alpha",
    ),
    (
        "start_segment_transcript",
        form(without("range_table")),
        "the presence of range_table is not bound by the local alpha",
    ),
    (
        "start_segment_transcript",
        form(without("move")),
        "the presence of move is not bound by the local alpha",
    ),
    (
        "start_segment_transcript",
        form(at_one_height),
        "the stacking height is not bound by the local alpha",
    ),
    ("sample_local_challenges", same(2, ROOT), "the main root is not bound by the local alpha"),
]
"""By function: what it forgets, and the fault."""


@pytest.mark.parametrize(("name", "forget", "fault"), FORGOTTEN, ids=[fault for _, _, fault in FORGOTTEN])
def test_transcript_that_forgets_something_is_noticed(
    name: str, forget: Forget, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = getattr(transcript_checks, name)
    monkeypatch.setattr(transcript_checks, name, lambda *arguments: whole(*forget(list(arguments))))
    assert transcripts_bind(SMALL_AUDIT) == fault


@pytest.mark.parametrize("scope", ["local", "global"])
def test_challenges_that_are_the_same_are_noticed(scope: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def equal(alpha: Extension, beta: Extension, widest: int) -> BusChallenges[Extension]:
        return bus_challenges(alpha, alpha, widest)

    monkeypatch.setattr("spec.protocol.run.bus_challenges", equal)
    if scope == "local":
        monkeypatch.setattr(transcript_checks, "_global_challenges", lambda machine: {})
    assert transcripts_bind(SMALL_AUDIT) == f"alpha and beta of the {scope} buses are one challenge"


def test_beta_that_does_not_depend_on_the_statement_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fixed(alpha: Extension, beta: Extension, widest: int) -> BusChallenges[Extension]:
        return bus_challenges(alpha, Extension.of(7), widest)

    monkeypatch.setattr("spec.protocol.run.bus_challenges", fixed)
    assert transcripts_bind(SMALL_AUDIT) == "G is not bound by the global beta"
