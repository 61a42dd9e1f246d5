"""What a prover's observer hears."""

from __future__ import annotations

import pytest

from reference.prover.progress import BEFORE_PROVING, SHARES, Progress, Share, Stage, silent


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


def test_segment_that_is_reported_on_alone_is_a_run_by_itself() -> None:
    heard: list[float] = []

    def hear(_: Stage, fraction: float) -> None:
        heard.append(fraction)

    for progress, index in ((Progress(hear, 1), 0), (Progress(hear, 1, first=5), 5)):
        for stage in (Stage.TRACE, Stage.OPENINGS):
            progress.begin(stage, index)
    assert heard[:2] == heard[2:]
    assert heard[0] == BEFORE_PROVING


def test_share_of_a_job_is_told_as_a_part_of_the_whole() -> None:
    heard: list[tuple[Stage, float]] = []
    hear = Share(before=0.5, width=0.25).of(lambda *said: heard.append(said))
    for fraction in (0.0, 0.5, 1.0):
        hear(Stage.BUSES, fraction)
    assert heard == [(Stage.BUSES, 0.5), (Stage.BUSES, 0.625), (Stage.BUSES, 0.75)]


def test_silent_observer_takes_what_it_hears() -> None:
    Progress(silent, 1).begin(Stage.OPENINGS, 0)
