"""Numbers of a key and of a run at their bounds: those within are taken, those beyond refused for one reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from reference.verifier import program
from reference.verifier.run import check_chain, check_key, verify_run
from spec.air.chip import Role
from spec.field import ONE, P
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.parameters import TINY
from spec.protocol.hash import STATE_WORDS
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof_encoding import encode_proof
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests.reference.proven_run import proven_run
from tests.reference.verifier.small_proof import EXAMPLE, rejection

TABLES = len(RV64IM.chips_of(Role.PROGRAM_TABLE))
STARTS = tuple(join.start_limit for join in RV64IM.joins)
TALLEST = TINY.tallest_log2
LITTLE_OUTPUT = 80


def _commitment(heights: Sequence[int], height_log2: int) -> ProgramCommitment:
    answers = program_stacking(RV64IM, heights, height_log2).count
    return ProgramCommitment((0,) * STATE_WORDS if answers else (), (ONE,) * answers)


def _key(
    heights: Sequence[int] = (MINIMUM_HEIGHT_LOG2,) * TABLES, start: Sequence[int] = (0,) * len(STARTS)
) -> VerificationKey:
    """A key whose commitments are those of such heights, if not of any program."""
    commitments = {
        height: _commitment(heights, height) if len(heights) == TABLES else ProgramCommitment((), ())
        for height in key_heights(TINY, heights)
    }
    return VerificationKey(RV64IM, TINY, tuple(heights), tuple(start), commitments)


@pytest.mark.parametrize(
    "key",
    [_key(), _key((TALLEST,) * TABLES), _key(start=[limit - 1 for limit in STARTS])],
    ids=["least", "tallest", "last start"],
)
def test_key_with_numbers_at_their_bounds_is_taken(key: VerificationKey) -> None:
    assert rejection(partial(check_key, key)) is None


@pytest.mark.parametrize(
    "heights",
    [
        [MINIMUM_HEIGHT_LOG2] * (TABLES - 1),
        [MINIMUM_HEIGHT_LOG2] * (TABLES + 1),
        [MINIMUM_HEIGHT_LOG2 - 1] + [MINIMUM_HEIGHT_LOG2] * (TABLES - 1),
        [TALLEST + 1] * TABLES,
    ],
    ids=["too few", "too many", "too low", "too tall"],
)
def test_key_with_heights_that_no_program_has_is_refused(heights: list[int]) -> None:
    told = f"the program's tables have heights 2^{heights}"
    assert rejection(partial(check_key, _key(heights))) == (Rejection.FIXED_TABLE_HEIGHT, told)


@pytest.mark.parametrize(
    "start",
    [[0] * (len(STARTS) - 1), [0] * (len(STARTS) + 1), [-1, *STARTS[1:]], [0, *STARTS[1:]]],
    ids=["too few", "too many", "below zero", "at the limit"],
)
def test_key_with_a_start_that_no_run_has_is_refused(start: list[int]) -> None:
    assert rejection(partial(check_key, _key(start=start))) == (Rejection.KEY_START, str(start))


def test_key_without_a_commitment_or_with_one_too_many_is_refused() -> None:
    key = _key()
    *fewer, last = key.commitments
    without = replace(key, commitments={height: key.commitments[height] for height in fewer})
    more = replace(key, commitments={**key.commitments, last + 1: key.commitments[last]})
    for wrong in (without, more):
        told = f"2^{sorted(wrong.commitments)}, expected 2^{sorted(key.commitments)}"
        assert rejection(partial(check_key, wrong)) == (Rejection.KEY_COMMITMENTS, told)


@pytest.mark.parametrize(("words", "more_answers"), [(STATE_WORDS - 1, 0), (0, 0), (STATE_WORDS, 1)])
def test_key_with_a_commitment_of_another_size_is_refused(words: int, more_answers: int) -> None:
    key = _key()
    height, honest = next(iter(key.commitments.items()))
    answers = (ONE,) * (len(honest.answers) + more_answers)
    wrong = replace(key, commitments={**key.commitments, height: ProgramCommitment((0,) * words, answers)})
    told = f"{len(answers)} answers at 2^{height}"
    assert rejection(partial(check_key, wrong)) == (Rejection.KEY_COMMITMENTS, told)


def test_run_is_refused_for_its_key_before_anything_else() -> None:
    proof = EXAMPLE.proof
    wrong = replace(proof, key=replace(proof.key, start=(*proof.key.start, 0)))
    found = rejection(lambda: verify_run(NumberAlgebra(), wrong, (), None))
    assert found is not None
    assert found[0] is Rejection.KEY_START


@pytest.mark.parametrize(("more_than_most", "is_refused"), [(1, True), (0, False)])
def test_run_has_at_most_as_many_segments_as_its_machine_says(more_than_most: int, is_refused: bool) -> None:
    """So many times the first segment: where the number is right, the second one's index is not."""
    proof = EXAMPLE.proof
    most = proof.key.machine.maximum_segments + more_than_most
    found = rejection(lambda: verify_run(NumberAlgebra(), replace(proof, segments=proof.segments[:1] * most), (), None))
    assert found is not None
    is_for_the_number = found[0] is Rejection.ENCODING_COUNT_OUT_OF_BOUNDS
    assert is_for_the_number == is_refused


def test_run_without_segments_is_refused() -> None:
    found = rejection(lambda: verify_run(NumberAlgebra(), replace(EXAMPLE.proof, segments=()), (), None))
    assert found == (Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, "0 segments")


@pytest.mark.parametrize(("value", "is_taken"), [(0, True), (P - 1, True), (P, False), (-1, False)])
def test_public_values_are_field_elements(value: int, is_taken: bool) -> None:
    """One that the chain is not about otherwise."""
    proof = proven_run().proof
    (segment,) = proof.segments
    position = segment.shape.machine.public_values.index("clock_out")
    values = [*segment.public_values]
    values[position] = value
    found = rejection(lambda: check_chain(proof.key, [replace(segment, public_values=tuple(values))]))
    assert found == (None if is_taken else (Rejection.ENCODING_ELEMENT_NOT_CANONICAL, "segment 0, public values"))


def _reason_for_output(size: int) -> Rejection:
    lie = encode_proof(replace(proven_run().proof, output=bytes(size)))
    found = rejection(lambda: program.verify(lie, None, None, allow_insecure=True))
    assert found is not None
    return found[0]


def test_output_that_is_longer_than_its_region_is_refused() -> None:
    assert _reason_for_output(OUTPUT_CAPACITY_BYTES + 1) is Rejection.ENCODING_COUNT_OUT_OF_BOUNDS


def test_output_that_fills_its_region_is_not_refused_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a region of few bytes; it is only not the run's."""
    monkeypatch.setattr(program, "OUTPUT_CAPACITY_BYTES", LITTLE_OUTPUT)
    is_too_long = _reason_for_output(LITTLE_OUTPUT) is Rejection.ENCODING_COUNT_OUT_OF_BOUNDS
    assert not is_too_long
