from __future__ import annotations

import pytest

import soundcalc.report.text  # noqa: F401  every bound registers itself when its module is imported
from soundcalc.bounds import REGISTRY, SOURCES, Status, register, usable
from soundcalc.errors import ConditionViolatedError, RefutedBoundError


def test_capacity_bound_is_refused_with_its_refutation() -> None:
    with pytest.raises(RefutedBoundError) as refusal:
        usable("capacity_line")
    assert str(refusal.value) == "capacity_line is refuted by 2025/2010, 2025/2046"


def test_proven_bound_is_usable() -> None:
    assert usable("johnson_line").status is Status.PROVEN


def test_cubic_bound_for_powers_is_only_derived() -> None:
    assert usable("johnson_powers_cubic").status is Status.DERIVED


def test_bound_registered_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="bound johnson_line is registered twice"):
        register("johnson_line", "", "", Status.PROVEN)


def test_condition_that_fails_names_bound_statement_and_detail() -> None:
    with pytest.raises(ConditionViolatedError) as violation:
        REGISTRY["johnson_line"].require("multiplicity", False, "m = 0")
    assert str(violation.value) == "johnson_line: the condition 'm >= 1' fails: m = 0"


def test_every_cited_paper_has_a_title() -> None:
    cited = {
        word.strip(",:;")
        for bound in REGISTRY.values()
        for word in f"{bound.source} {bound.note}".split()
        if word[:4].isdigit() and word[4:5] == "/"
    }
    assert cited == set(SOURCES)
