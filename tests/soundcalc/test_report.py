from __future__ import annotations

import json
from pathlib import Path

from soundcalc.bounds import REGISTRY
from soundcalc.parameters import ProofShape
from soundcalc.published_figures import Figure
from soundcalc.report import (
    bounds_markdown,
    candidate_markdown,
    figures_markdown,
    markdown_table,
    security_json,
    security_markdown,
)
from soundcalc.search import Candidate
from soundcalc.security import security
from soundcalc.size import proof_size

PUBLISHED = Path(__file__).parent / "published"


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
