from __future__ import annotations

import pytest

import soundcalc.report.text  # noqa: F401  every bound registers itself when its module is imported
from soundcalc.bounds import REGISTRY, SOURCES, Status, register
from soundcalc.errors import ConditionViolatedError


def test_capacity_bound_alone_is_refuted_and_no_figure_checks_its_conditions() -> None:
    refuted = [bound for bound in REGISTRY.values() if bound.status is Status.REFUTED]
    assert [(bound.key, bound.source, bound.conditions) for bound in refuted] == [
        ("capacity_line", "2025/2010, 2025/2046", {})
    ]


def test_johnson_bound_is_proven() -> None:
    assert REGISTRY["johnson_line"].status is Status.PROVEN


def test_cubic_bound_for_powers_is_only_derived() -> None:
    assert REGISTRY["johnson_powers_cubic"].status is Status.DERIVED


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
