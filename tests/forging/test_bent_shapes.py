"""Runs whose tables or segments are more, fewer or others than a run may have, proven consistently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.changed_traces import split
from tests.forging.forgery import SEGMENT, Forgery, of_cells
from tests.small_runs import ONE_SEGMENT, TWO_SEGMENTS

R = Rejection


@pytest.mark.parametrize(
    ("chip", "heights_log2", "refused"),
    [
        ("move", (1, 1), Refusal(R.TABLE_ORDER, "move has heights 2^[1, 1]")),
        ("move", (2, 2), Refusal(R.TABLE_ORDER, "move has heights 2^[2, 2]")),
        ("move", (2, 1, 1), Refusal(R.TABLE_ORDER, "move has heights 2^[2, 1, 1]")),
        ("boundary", (2, 1), Refusal(R.TABLE_COUNT, "2 tables of boundary")),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
def test_tables_of_equal_height_or_one_too_many_are_refused(
    chip: str, heights_log2: tuple[int, ...], refused: Refusal
) -> None:
    forgery = of_cells([split(SEGMENT, chip, heights_log2)], ONE_SEGMENT, refused)
    assert forgery.outcome() == forgery.agreed_outcome() == refused


def test_run_without_segments_is_refused() -> None:
    refused = Refusal(R.ENCODING_COUNT_OUT_OF_BOUNDS, "0 segments")
    forgery = Forgery(replace(TWO_SEGMENTS.proof, segments=()), refused)
    assert forgery.outcome() == forgery.agreed_outcome() == refused
