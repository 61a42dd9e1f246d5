from __future__ import annotations

import json

from soundcalc.bounds import REGISTRY
from soundcalc.commitments.size import proof_size
from soundcalc.composition.security import security, whole_run_error
from soundcalc.exact import float_bits
from soundcalc.parameters import ProofShape
from soundcalc.published.figures import Figure
from soundcalc.report.text import (
    bounds_markdown,
    candidate_json,
    candidate_markdown,
    figures_json,
    figures_markdown,
    markdown_table,
    run_markdown,
    security_json,
    security_markdown,
)
from soundcalc.search.candidates import Candidate


def test_table_escapes_bars() -> None:
    assert markdown_table(("a", "b"), [("|F|", "1")]) == "| a | b |\n| --- | --- |\n| \\|F\\| | 1 |\n"


def test_security_markdown_states_verdict_basis_and_every_challenge(segment_shape: ProofShape) -> None:
    report = security(segment_shape)
    text = security_markdown(report)
    assert text.startswith(
        f"**{report.security_bits} bits**, round by round (Johnson bound, m = {report.multiplicity})"
    )
    assert "Proximity: 2025/2055 Theorem 4.2" in text
    assert all(f"| {label} |" in text for label in segment_shape.labels)
    assert "| cap by collisions of the hash | 128.00 |" in text


def test_security_json_holds_the_exact_floors(segment_shape: ProofShape) -> None:
    report = security(segment_shape)
    document = json.loads(security_json(report))
    assert document["security_bits"] == report.security_bits
    assert document["multiplicity"] == report.multiplicity
    assert {label: term["bits"] for label, term in document["terms"].items()} == report.bits_by_label
    assert document["terms"]["queries"]["grinding_bits"] == 20


def test_figures_markdown_shows_both_figures_only_where_they_differ() -> None:
    rows = [Figure("main", "UDR", "ALI", 100, 100, ""), Figure("main", "UDR", "range", 90, 88, "why")]
    assert figures_markdown(rows).splitlines()[2:] == [
        "| main | UDR | ALI | 100 | same |  |",
        "| main | UDR | range | 90 | 88 | why |",
    ]


def test_bounds_markdown_lists_every_bound() -> None:
    lines = bounds_markdown().splitlines()
    assert all(any(line.startswith(f"| {key} |") for line in lines) for key in REGISTRY)


def test_candidate_markdown_states_the_parameters(segment_shape: ProofShape) -> None:
    candidate = Candidate(security(segment_shape), proof_size(segment_shape), 12.3)
    text = candidate_markdown(candidate)
    assert "| rate | 1/2 |" in text
    assert "| queries | 247 |" in text
    assert "| grinding before queries, bits | 20 |" in text
    assert "| prover, relative seconds | 12.3 |" in text


def test_run_markdown_states_the_sum_over_its_segments(segment_shape: ProofShape) -> None:
    reports = [security(segment_shape)] * 4
    bits = float_bits(whole_run_error(reports))
    assert f"| interactive, sum over all rounds of 4 segments | {bits:.2f} |" in run_markdown(reports)


def test_figures_json_holds_both_values() -> None:
    document = json.loads(figures_json([Figure("main", "UDR", "range", 90, 88, "why")]))
    assert document == [
        {
            "circuit": "main",
            "regime": "UDR",
            "round_name": "range",
            "public_bits": 90,
            "own_bits": 88,
            "reason": "why",
        }
    ]


def test_candidate_json_holds_the_parameters(segment_shape: ProofShape) -> None:
    report = security(segment_shape)
    document = json.loads(candidate_json(Candidate(report, proof_size(segment_shape), 12.3)))
    assert (document["rate_log2"], document["queries"], document["final_coefficients"]) == (-1, 247, 16)
    assert document["grinding_bits"] == {"deep_batching": 20, "fri_folding": 20, "queries": 20}
    assert document["security_bits"] == report.security_bits
