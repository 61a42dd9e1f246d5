"""Changes and sweeps of our own parameter sets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from limpid.reading.own_variants import own_picture
from soundcalc.errors import ParameterError
from soundcalc.own.format import own_of, own_system
from soundcalc.own.system import OwnSystem
from soundcalc.own.variants import changed, swept_own
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.security import security
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.protocol.shape import shape_under
from soundcalc.published.whatif import axis, change
from soundcalc.report.plot import drawn_png
from spec.parameters import FINAL


@pytest.fixture(scope="module")
def final() -> OwnSystem:
    target = SET_TARGETS["final"]
    shapes = {height: shape_under(target.bounds_at(height), FINAL, height) for height in FINAL.heights_log2}
    return own_system("final", "what it was searched for", 1, shapes)


def test_change_of_one_height_or_of_all(final: OwnSystem) -> None:
    document = changed(final, [change("constraints=7"), change("19.queries[1]=99"), change("segments=12")])
    again = own_of(document, "x")
    assert again.segments == 12
    assert [shape.argument.constraints for shape in again.shapes.values()] == [7, 7, 7]
    assert [shape.schedule.queries[1] for shape in again.shapes.values()] == [58, 99, 57]


def test_change_of_a_height_leaves_the_header_though_the_key_is_in_both(final: OwnSystem) -> None:
    document = changed(final, [change("19.segments=12")])
    assert document["limpid"]["segments"] == 1
    assert [table["segments"] for table in document["heights"]] == [4096, 12, 4096]


def test_list_may_be_set_as_a_whole(final: OwnSystem) -> None:
    document = changed(final, [change("18.queries=[9, 8, 7, 6]")])
    assert document["heights"][0]["queries"] == [9, 8, 7, 6]


def test_system_itself_is_left_as_it_is(final: OwnSystem) -> None:
    before: Any = own_system(final.name, final.about, final.segments, final.shapes).document
    changed(final, [change("queries[0]=1"), change("name=x")])
    assert final.document == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colour=3", "no height has the key colour; there are height_log2, folds"),
        ("limpid.colour=3", "[limpid] has no key colour; there are name, about"),
        ("17.queries[0]=3", "no height is 17; there are 18, 19, 20"),
        ("queries=3", "queries is a list: set all of it, or one entry as queries[0]=..."),
        ("queries[4]=3", "queries has no entry 4"),
        ("constraints[0]=3", "constraints has no entry 0"),
    ],
)
def test_change_that_fits_nothing_is_refused(text: str, reason: str, final: OwnSystem) -> None:
    with pytest.raises(ParameterError) as refusal:
        changed(final, [change(text)])
    assert refusal.value.reason.startswith(reason)


def test_sweep_computes_every_point_as_a_file_with_that_value_would(final: OwnSystem) -> None:
    points = swept_own(final, "x", axis("queries[0]=50:60:10"), CurveBound.CORRECTED)
    for point in points:
        assert point.report is not None
        alone = own_of(changed(final, [change(f"queries[0]={point.value}")]), "x")
        assert point.proof_error == max(security(shape).error for shape in alone.shapes.values())
    assert points[0].run_error > points[1].run_error


def test_sweep_tells_of_every_value_before_its_turn(final: OwnSystem) -> None:
    heard: list[tuple[str, float]] = []
    along = axis("segments=1,2")
    swept_own(final, "x", along, CurveBound.CORRECTED, report=lambda *step: heard.append(step))
    assert heard == [("1", 0.0), ("2", 0.5)]


def test_value_that_makes_no_system_says_why_and_leaves_the_others(final: OwnSystem) -> None:
    fine, refused = swept_own(final, "x", axis("rate_log2=4,5"), CurveBound.CORRECTED)
    assert fine.report is not None
    assert refused.report is None
    assert refused.run_error == Fraction(1)
    assert refused.reason == "x, circuit 'height number 3', key 'schedule': no domain of 2^25 points"


def test_picture_has_the_sums_and_the_weakest_challenges(final: OwnSystem) -> None:
    along = axis("queries[0]=40:80:20")
    points = swept_own(final, "x", along, CurveBound.CORRECTED)
    shown = own_picture("final", along, points)
    assert shown.axis == "queries[0]"
    names = [curve.name for curve in shown.curves]
    assert names[:4] == [
        "a proof, all rounds added up", "a proof, round by round", "the run, all rounds added up",
        "the run, non-interactive",
    ]  # fmt: skip
    assert "challenges: queries" in names
    summed, by_round = shown.curves[:2]
    assert all(left <= right for left, right in zip(summed.bits, by_round.bits, strict=True))  # type: ignore[operator]
    assert drawn_png(shown).startswith(b"\x89PNG")
