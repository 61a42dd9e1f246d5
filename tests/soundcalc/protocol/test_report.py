from __future__ import annotations

import json

import pytest

from soundcalc.exact import float_bits, rounded_down
from soundcalc.protocol.report import families, security_blocks, security_facts, shortfalls
from soundcalc.protocol.security import ProofSecurity, security
from soundcalc.protocol.shape import ProofShape, shape_under
from soundcalc.report.markdown import markdown
from spec.parameters import TINY


@pytest.fixture(scope="module")
def report(large_shape: ProofShape) -> ProofSecurity:
    return security(large_shape)


def test_families_hold_every_term_once_in_order(report: ProofSecurity) -> None:
    found = families(report)
    assert [term for family in found for term in family.terms if not term.label.startswith("gkr")] == [
        term
        for term in report.terms
        if term.label.split("_")[0]
        in {
            "program",
            "continuation",
            "global",
            "local",
            "zerocheck",
            "stacking",
            "column",
        }
    ] + [
        term
        for name in ("folding", "out_of_domain", "queries", "query_batching")
        for term in report.terms
        if term.label.rstrip("_0123456789") == name
    ]
    assert sum(len(family.terms) for family in found) == len(report.terms)
    assert sum(family.error for family in found) == report.error


def test_families_are_named_after_their_labels(report: ProofSecurity) -> None:
    assert [family.name for family in families(report)] == [
        "program_pinning",
        "continuation_pinning",
        "global_alpha",
        "global_beta",
        "local_alpha",
        "local_beta",
        "gkr_scope",
        "gkr_batching",
        "gkr_round",
        "gkr_merge",
        "zerocheck_batching",
        "zerocheck_round",
        "stacking_batching",
        "stacking_round",
        "column_batching",
        "folding",
        "out_of_domain",
        "queries",
        "query_batching",
    ]
    queries = next(family for family in families(report) if family.name == "queries")
    assert queries.largest.label == max(queries.terms, key=lambda term: term.error).label


def test_facts_hold_every_term_and_can_be_written_as_json(report: ProofSecurity) -> None:
    facts = json.loads(json.dumps(security_facts(report, 4096)))
    assert list(facts["terms"]) == [term.label for term in report.terms]
    assert facts["terms"]["queries_1"] == {
        "count": 125,
        "bits": report.terms[[t.label for t in report.terms].index("queries_1")].bits,
        "bits_rounded": pytest.approx(143, abs=2),
        "grinding_bits": 19,
        "charge": "every proof",
        "bound": "multilinear_queries",
        "status": "proven",
    }
    assert facts["run_sum_bits_rounded"] == float(rounded_down(float_bits(report.run_error(4096))))
    assert facts["curve_bound"] == "2025/2055 Theorem 4.6, corrected m"


def test_markdown_shows_verdict_regimes_sources_and_every_family(report: ProofSecurity) -> None:
    text = markdown(security_blocks(report, 4096))
    first = text.splitlines()[0]
    assert f"**{rounded_down(float_bits(report.error))} bits** summed over all rounds of a proof" in first
    assert f"**{report.security_bits} bits** round by round" in first
    assert f"**{rounded_down(float_bits(report.run_error(4096)))} bits** summed over a run of 4096" in first
    assert "2025/2055 Theorem 4.6 with the corrected m (proven)" in text
    assert all(f"| {family.name} | {len(family.terms)} |" in text for family in families(report))
    assert text.count("corrected m)") >= 5


def test_figures_below_the_goal_are_named_beside_the_claim(report: ProofSecurity, large_shape: ProofShape) -> None:
    below = shortfalls(report, 4096)
    run = report.run_figures(4096)
    assert run.interactive < 128 < report.figures.interactive
    assert below == {
        "one proof, non-interactive": report.figures.non_interactive,
        "run of 4096, interactive": run.interactive,
        "run of 4096, non-interactive": run.non_interactive,
    }
    text = markdown(security_blocks(report, 4096))
    assert f"run of 4096, non-interactive: {rounded_down(run.non_interactive)} bits, below 128\n" in text
    tiny = security(shape_under(large_shape.argument, TINY, TINY.tallest_log2))
    assert list(shortfalls(tiny, 1)) == [
        "one proof, round by round",
        "one proof, non-interactive",
        "run of 1, interactive",
        "run of 1, non-interactive",
    ]
