"""What a run's verifier checks of key, shapes and joins before and beside its segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reference.tables import Table
from reference.verifier.run import check_chain, check_key, verify_run
from spec.air.machine import Join, Machine
from spec.field import ONE, P
from spec.protocol.key import VerificationKey
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejection
from tests.forging import lies
from tests.reference.verifier.small_proof import EXAMPLE, rejection
from tests.small_machine import HALTED, MOVE, SMALL_MACHINE, output_tokens
from tests.small_runs import LEAST_HEIGHTS, ONE_SEGMENT, THREE_SEGMENTS

R = Rejection
KEY = EXAMPLE.key.verification
LEAST, NEXT = LEAST_HEIGHTS
TALLEST = EXAMPLE.parameters.tallest_log2


def verified(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> tuple[Rejection, str] | None:
    return rejection(lambda: verify_run(NumberAlgebra(), proof, output_tokens(proof.output), exit_values))


# The key.


def with_commitment(**changes: Any) -> VerificationKey:
    """The key with its commitment at the least height changed."""
    changed = replace(KEY.commitments[LEAST], **changes)
    return replace(KEY, commitments={**KEY.commitments, LEAST: changed})


ANSWERS = KEY.commitments[LEAST].answers


@pytest.mark.parametrize(
    ("key", "reason", "detail"),
    [
        (replace(KEY, program_heights_log2=()), R.FIXED_TABLE_HEIGHT, "the program's tables have heights 2^[]"),
        (replace(KEY, program_heights_log2=(0,)), R.FIXED_TABLE_HEIGHT, "the program's tables have heights 2^[0]"),
        (
            replace(KEY, program_heights_log2=(TALLEST + 1,)),
            R.FIXED_TABLE_HEIGHT,
            f"the program's tables have heights 2^[{TALLEST + 1}]",
        ),
        (replace(KEY, start=()), R.KEY_START, "[]"),
        (replace(KEY, start=(0, 0)), R.KEY_START, "[0, 0]"),
        (replace(KEY, start=(-1,)), R.KEY_START, "[-1]"),
        (replace(KEY, start=(2**20,)), R.KEY_START, "[1048576]"),
        (replace(KEY, start=(HALTED,)), R.KEY_START, f"[{HALTED}]"),
        (
            replace(KEY, commitments={LEAST: KEY.commitments[LEAST]}),
            R.KEY_COMMITMENTS,
            f"2^[{LEAST}], expected 2^[{LEAST}, {NEXT}]",
        ),
        (
            replace(KEY, commitments={**KEY.commitments, 1: KEY.commitments[LEAST]}),
            R.KEY_COMMITMENTS,
            f"2^[1, {LEAST}, {NEXT}], expected 2^[{LEAST}, {NEXT}]",
        ),
        (with_commitment(answers=()), R.KEY_COMMITMENTS, f"0 answers at 2^{LEAST}"),
        (with_commitment(answers=(*ANSWERS, ONE)), R.KEY_COMMITMENTS, f"2 answers at 2^{LEAST}"),
        (with_commitment(root=()), R.KEY_COMMITMENTS, f"1 answers at 2^{LEAST}"),
        (with_commitment(root=tuple(range(7))), R.KEY_COMMITMENTS, f"1 answers at 2^{LEAST}"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_key_that_its_machine_cannot_have_is_rejected(key: VerificationKey, reason: Rejection, detail: str) -> None:
    assert rejection(lambda: check_key(KEY)) is None
    assert rejection(lambda: check_key(key)) == (reason, detail)
    assert verified(replace(EXAMPLE.proof, key=key)) == (reason, detail)


# The run.


def test_run_without_segments_is_rejected() -> None:
    assert verified(replace(EXAMPLE.proof, segments=())) == (R.ENCODING_COUNT_OUT_OF_BOUNDS, "0 segments")


def test_run_of_more_segments_than_the_machine_allows_is_rejected() -> None:
    proof = THREE_SEGMENTS.proof
    key = replace(proof.key, machine=replace(SMALL_MACHINE, maximum_segments=2))
    assert verified(replace(proof, key=key)) == (R.ENCODING_COUNT_OUT_OF_BOUNDS, "3 segments")


def test_segment_of_another_machine_than_the_keys_is_rejected() -> None:
    """A machine without the constraint that a lie breaks: the proof would be right about that one."""
    weaker_move = replace(MOVE, constraints=MOVE.constraints[:2])
    weaker = replace(SMALL_MACHINE, chips=(weaker_move, *SMALL_MACHINE.chips[1:]))
    minted = lies.minted()
    (cells,) = minted.segments
    tables = tuple(
        Table(weaker_move, table.main, table.fixed) if table.chip is MOVE else table for table in cells.tables
    )
    segment = replace(cells, machine=weaker, tables=tables)
    proof = ONE_SEGMENT.proven([segment], minted.output)
    assert verified(proof) == (R.MACHINE_DIFFERS, "segment 0")


def test_segments_with_too_many_global_messages_together_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two messages a row on a bus of two rows, in each of three segments: the local bounds are not reached."""
    proof = THREE_SEGMENTS.proof
    assert verified(proof) is None
    monkeypatch.setattr("spec.protocol.shape.P", 12)
    monkeypatch.setattr("reference.verifier.run.check_shape", lambda *_: None)
    found = verified(proof)
    assert found is not None
    assert found[0] is R.INTERACTION_BOUND


@pytest.mark.parametrize("asked", [(0,), None])
def test_exit_values_that_are_asked_for_are_accepted(asked: tuple[int, ...] | None) -> None:
    assert verified(EXAMPLE.proof, asked) is None


@pytest.mark.parametrize(
    ("asked", "told"), [((1,), "1"), ((), "()"), ((0, 0), "(0, 0)"), ((2**16 - 1,), "65535"), ((2**16,), "(65536,)")]
)
def test_exit_values_other_than_those_asked_for_are_rejected(asked: tuple[int, ...], told: str) -> None:
    assert verified(EXAMPLE.proof, asked) == (R.EXIT_CODE_DIFFERS, f"it ended with 0, expected {told}")


# The chain.

CURSOR_MACHINE = replace(
    SMALL_MACHINE,
    name="accounts with a cursor",
    public_values=(*SMALL_MACHINE.public_values, "cursor_in", "cursor_out"),
    joins=(*SMALL_MACHINE.joins, Join("cursor_in", "cursor_out", start_limit=10, moved_by="halt")),
)
"""A second value goes from segment to segment, and only a segment with a table of halts moves it."""

Values = tuple[int, ...]
"""segment, pc_in, pc_out, clock_out, exit, cursor_in, cursor_out."""


def chain_rejection(
    segments: Sequence[Values], with_halts: Sequence[bool], machine: Machine = CURSOR_MACHINE
) -> tuple[Rejection, str] | None:
    """What the chain of segments with these public values is refused for; some have a table of halts."""
    key = replace(KEY, machine=machine, start=(4, 5))
    proofs: list[SegmentProof] = []
    for values, has_halts in zip(segments, with_halts, strict=True):
        of_segment = SegmentShape(machine, {"halt": (1,) if has_halts else ()})
        proofs.append(replace(EXAMPLE.proof.segments[0], public_values=values, shape=of_segment))
    return rejection(lambda: check_chain(key, proofs))


FIRST: Values = (0, 4, 6, 9, 0, 5, 5)
SECOND: Values = (1, 6, 8, 9, 0, 5, 7)
LAST: Values = (2, 8, HALTED, 9, 3, 7, 7)


def changed(values: Values, **numbers: int) -> Values:
    names = CURSOR_MACHINE.public_values
    return tuple(numbers.get(name, value) for name, value in zip(names, values, strict=True))


def test_chain_whose_segments_meet_is_accepted() -> None:
    assert chain_rejection([FIRST, SECOND, LAST], [False, True, True]) is None


WRONG_CHAINS: dict[str, tuple[Sequence[Values], Rejection, str]] = {
    "value that is not canonical": (
        [changed(FIRST, clock_out=P), SECOND, LAST],
        R.ENCODING_ELEMENT_NOT_CANONICAL,
        "segment 0, public values",
    ),
    "value below zero": (
        [FIRST, changed(SECOND, clock_out=-1), LAST],
        R.ENCODING_ELEMENT_NOT_CANONICAL,
        "segment 1, public values",
    ),
    "another index": ([FIRST, changed(SECOND, segment=2), LAST], R.SEGMENT_INDEX, "segment 1 states 2"),
    "another start": (
        [changed(FIRST, pc_in=5), SECOND, LAST],
        R.START_DIFFERS,
        "segment 0: pc_in is 5, expected 4",
    ),
    "another start of the second value": (
        [changed(FIRST, cursor_in=4, cursor_out=4), SECOND, LAST],
        R.START_DIFFERS,
        "segment 0: cursor_in is 4, expected 5",
    ),
    "segments that do not meet": (
        [FIRST, changed(SECOND, pc_in=7), LAST],
        R.SEGMENTS_DO_NOT_MEET,
        "segment 1: pc_in is 7, expected 6",
    ),
    "segments that do not meet in the second value": (
        [FIRST, SECOND, changed(LAST, cursor_in=5, cursor_out=5)],
        R.SEGMENTS_DO_NOT_MEET,
        "segment 2: cursor_in is 5, expected 7",
    ),
    "value moved without its table": (
        [changed(FIRST, cursor_out=6), changed(SECOND, cursor_in=6), LAST],
        R.MOVED_WITHOUT_TABLE,
        "segment 0: cursor_in moves without halt",
    ),
    "segment after the halt": (
        [FIRST, changed(SECOND, pc_out=HALTED), changed(LAST, pc_in=HALTED)],
        R.SEGMENT_AFTER_HALT,
        "segment 2",
    ),
    "exit value without a halt": (
        [FIRST, changed(SECOND, exit=1), LAST],
        R.EXIT_CODE_WITHOUT_HALT,
        "segment 1",
    ),
    "no halt": ([FIRST, SECOND, changed(LAST, pc_out=9, exit=0)], R.NOT_HALTED, "pc_out is 9 at the end"),
}


@pytest.mark.parametrize("name", WRONG_CHAINS)
def test_chain_that_does_not_hold_is_rejected(name: str) -> None:
    segments, reason, detail = WRONG_CHAINS[name]
    assert chain_rejection(segments, [False, True, True]) == (reason, detail)


def test_value_moved_without_its_table_is_rejected() -> None:
    """With the table it may move; without, both values are equal."""
    segments = [changed(FIRST, cursor_out=6), changed(SECOND, cursor_in=6), LAST]
    assert chain_rejection(segments, [True, True, True]) is None
    found = (R.MOVED_WITHOUT_TABLE, "segment 0: cursor_in moves without halt")
    assert chain_rejection(segments, [False, True, True]) == found
