"""Keys that no program has are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from reference.verifier.run import check_key
from spec.field import ONE
from spec.protocol.key import ProgramCommitment, VerificationKey
from spec.rejection import Rejected, Rejection
from tests.small_runs import ONE_SEGMENT, SMALL

LOWEST, NEXT = SMALL.heights_log2


def _commitments(change: Callable[[ProgramCommitment], ProgramCommitment]) -> Mapping[int, ProgramCommitment]:
    """The honest key's, that of the next to lowest height changed."""
    commitments = ONE_SEGMENT.key.verification.commitments
    return {LOWEST: commitments[LOWEST], NEXT: change(commitments[NEXT])}


def _refusal(key: VerificationKey) -> tuple[Rejection, str]:
    with pytest.raises(Rejected) as raised:
        check_key(key)
    return raised.value.reason, raised.value.detail


def test_honest_key_is_accepted() -> None:
    check_key(ONE_SEGMENT.key.verification)


@pytest.mark.parametrize("heights", [(), (0,), (SMALL.tallest_log2 + 1,), (2, 2)])
def test_heights_that_no_programs_tables_have_are_refused(heights: tuple[int, ...]) -> None:
    key = replace(ONE_SEGMENT.key.verification, program_heights_log2=heights)
    assert _refusal(key) == (Rejection.FIXED_TABLE_HEIGHT, f"the program's tables have heights 2^{list(heights)}")


@pytest.mark.parametrize("start", [(), (-1,), (2**20,), (0, 0)])
def test_start_that_no_run_has_is_refused(start: tuple[int, ...]) -> None:
    key = replace(ONE_SEGMENT.key.verification, start=start)
    assert _refusal(key) == (Rejection.KEY_START, f"{list(start)}")


def test_last_start_below_the_limit_is_accepted() -> None:
    check_key(replace(ONE_SEGMENT.key.verification, start=(2**20 - 1,)))


@pytest.mark.parametrize("heights", [[], [LOWEST], [NEXT], [LOWEST, NEXT, NEXT + 1]])
def test_commitments_at_other_stacking_heights_are_refused(heights: list[int]) -> None:
    commitment = ONE_SEGMENT.key.verification.commitments[LOWEST]
    key = replace(ONE_SEGMENT.key.verification, commitments=dict.fromkeys(heights, commitment))
    assert _refusal(key) == (Rejection.KEY_COMMITMENTS, f"2^{heights}, expected 2^{[LOWEST, NEXT]}")


def test_commitment_below_the_programs_tables_is_refused() -> None:
    key = replace(ONE_SEGMENT.key.verification, program_heights_log2=(NEXT,))
    assert _refusal(key) == (Rejection.KEY_COMMITMENTS, f"2^{[LOWEST, NEXT]}, expected 2^{[NEXT]}")


@pytest.mark.parametrize(
    ("change", "answers"),
    [
        (lambda c: replace(c, answers=c.answers[1:]), 0),
        (lambda c: replace(c, answers=(*c.answers, ONE)), 2),
        (lambda c: replace(c, root=()), 1),
    ],
)
def test_commitment_of_another_form_is_refused(
    change: Callable[[ProgramCommitment], ProgramCommitment], answers: int
) -> None:
    key = replace(ONE_SEGMENT.key.verification, commitments=_commitments(change))
    assert _refusal(key) == (Rejection.KEY_COMMITMENTS, f"{answers} answers at 2^{NEXT}")
