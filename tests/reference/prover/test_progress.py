"""What a prover's observer hears."""

from __future__ import annotations

import pytest

from reference.prover.progress import SHARES, Progress, Stage, silent


def test_shares_cover_every_stage_and_make_a_hundred() -> None:
    assert list(SHARES) == list(Stage)
    assert sum(SHARES.values()) == 100


def test_run_of_two_segments_is_heard_from_zero_upwards() -> None:
    heard: list[tuple[Stage, float]] = []
    progress = Progress(lambda *said: heard.append(said), segment_count=2)
    proving = [stage for stage in Stage if stage not in (Stage.PLAN, Stage.PIN)]
    progress.begin(Stage.PLAN, 0)
    for index in range(2):
        progress.begin(Stage.PIN, index)
    for index in range(2):
        for stage in proving:
            progress.begin(stage, index)
    assert [stage for stage, _ in heard] == [Stage.PLAN, Stage.PIN, Stage.PIN, *proving, *proving]
    percents = [100 * fraction for _, fraction in heard]
    assert percents == pytest.approx([0, 1, 2, 3, 6.5, 15.5, 30.5, 40.5, 51.5, 55, 64, 79, 89])


def test_silent_observer_takes_what_it_hears() -> None:
    Progress(silent, 1).begin(Stage.OPENINGS, 0)
