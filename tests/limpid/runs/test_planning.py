"""Planning runs that can be proven, and refusing the others before anyone receives a part of a plan."""

from __future__ import annotations

import pytest

from limpid.errors import TooLongError, TrapError
from limpid.runs import planning
from limpid.runs.backends import BACKENDS, Backend, unheard
from limpid.runs.planning import plan_provable
from reference.trace.plan import SegmentPlan
from tests.reference.assembly import Assembly
from tests.reference.segmented_run import INPUT, LIMITS, counting_program

every_backend = pytest.mark.parametrize("backend", list(BACKENDS.values()), ids=list(BACKENDS))


@every_backend
def test_short_and_long_runs_have_the_same_plan(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: dict[str, list[SegmentPlan]] = {"short": [], "long": []}
    heard: list[int] = []
    plan = plan_provable(backend, None, heard.append)
    again = plan_provable(backend, None, unheard)
    short = plan(counting_program(), INPUT, LIMITS, plans["short"].append)
    assert heard[-1] == short.end.instructions > 20
    monkeypatch.setattr(planning, "SHORT_RUN", 20)
    assert again(counting_program(), INPUT, LIMITS, plans["long"].append) == short
    # What is planned once more is neither executed nor tried first.
    monkeypatch.setattr(planning, "require_provable", lambda *_, **__: pytest.fail("executed"))
    assert again(counting_program(), INPUT, LIMITS, lambda _: None) == short
    assert plans["long"] == plans["short"]
    assert len(plans["long"]) > 1


@every_backend
@pytest.mark.parametrize("short", [2**24, 100])
def test_nobody_receives_a_part_of_a_run_that_cannot_be_proven(
    backend: Backend, short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SHORT_RUN", short)
    assembly = Assembly()
    for _ in range(200):
        assembly.add("addi", 5, 5, immediate=1)
    assembly.add("ebreak")
    kept: list[SegmentPlan] = []
    with pytest.raises(TrapError) as trapped:
        plan_provable(backend, None, unheard)(assembly.program(), b"", LIMITS, kept.append)
    assert "ebreak" in trapped.value.message
    with pytest.raises(TrapError) as stopped:
        plan_provable(backend, 150, unheard)(assembly.program(), b"", LIMITS, kept.append)
    assert "after 150 instructions" in stopped.value.message
    monkeypatch.setattr(planning, "most_instructions", lambda _: 150)
    with pytest.raises(TooLongError, match="the execution has not ended after 150 instructions"):
        plan_provable(backend, None, unheard)(assembly.program(), b"", LIMITS, kept.append)
    assert kept == []
