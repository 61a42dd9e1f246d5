from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.errors import ConditionViolatedError
from soundcalc.published.figures import (
    LIST,
    LOOKUP_REASON,
    TOTAL,
    UNIQUE,
    JohnsonGap,
    best_circuit_multiplicity,
    circuit_errors,
    figures,
    own_lookup_points,
    public_levels,
)
from soundcalc.published.format import PublishedConfiguration, PublishedLookup, read_configuration
from soundcalc.regimes.proximity import Johnson, UniqueDecoding

PUBLISHED = Path(__file__).parent
SYSTEMS = [("Pico", "pico", 256), ("ZisK", "zisk", 1264), ("Airbender", "airbender", 28)]


def _read(name: str) -> PublishedConfiguration:
    return read_configuration(PUBLISHED / f"{name}.toml")


@pytest.mark.parametrize(("system", "name", "count"), SYSTEMS)
def test_compatibility_mode_reproduces_every_published_figure(system: str, name: str, count: int) -> None:
    circuits = json.loads((PUBLISHED / "expected.json").read_text())["zkvms"][system]["circuits"]
    expected = {circuit: published["levels"] for circuit, published in circuits.items()}
    assert sum(len(rounds) for levels in expected.values() for rounds in levels.values()) == count
    assert public_levels(_read(name)) == expected


@pytest.mark.parametrize(("system", "name", "count"), SYSTEMS)
def test_default_mode_gives_a_reason_exactly_where_figures_differ(system: str, name: str, count: int) -> None:
    rows = figures(_read(name))
    assert len(rows) == count
    assert all(bool(row.reason) == row.differs for row in rows)
    assert any(row.differs for row in rows)


def test_own_figures_in_unique_decoding_differ_in_lookups_only() -> None:
    rows = [row for row in figures(_read("airbender")) if row.regime == UNIQUE and row.differs]
    assert [row.round_name for row in rows] == [
        "generic_lookup",
        "range_check_16_lookup",
        "range_check_19_lookup",
    ]
    assert all(row.reason == LOOKUP_REASON and row.own_bits < row.public_bits for row in rows)


def test_searched_multiplicity_never_lowers_a_total_that_lookups_do_not_bind() -> None:
    totals = [row for row in figures(_read("zisk")) if row.regime == LIST and row.round_name == TOTAL]
    assert len(totals) == 44
    assert all(row.own_bits >= row.public_bits for row in totals)
    assert any("searched for" in row.reason for row in totals)


def test_best_multiplicity_of_a_circuit_beats_its_neighbours() -> None:
    configuration = _read("zisk")
    circuit, field_size = configuration.circuits[0], configuration.field_size
    best = best_circuit_multiplicity(circuit, field_size).multiplicity

    def worst(multiplicity: int) -> Fraction:
        return max(circuit_errors(circuit, field_size, Johnson(multiplicity), own_lookup_points).values())

    assert worst(best) <= min(worst(best - 1), worst(best + 1), worst(best // 2), worst(best * 2))


def test_circuit_restricted_to_one_regime_is_analysed_in_that_only() -> None:
    configuration = _read("airbender")
    for only, name in (("unique", UNIQUE), ("list", LIST)):
        circuit = replace(configuration.circuits[0], only_regime=only)
        levels = public_levels(replace(configuration, circuits=(circuit,)))
        assert list(levels[circuit.name]) == [name]


def test_default_gap_by_hand() -> None:
    # rho = 1/16: small field: max(1/320, 1/400), m = ceil(0.25 * 160) = 40, L = 1 / (2/320 * 1/4) = 640
    small, rate = JohnsonGap(None, 2**124), Fraction(1, 16)
    assert small.agreement(rate) == Fraction(1, 4) + Fraction(1, 320)
    assert small.multiplicity(rate) == 40
    assert small.list_size(rate) == 640
    # large field: gap sqrt(rho)/100, L = 1 / (2/400 * 1/4) = 800
    large = JohnsonGap(None, 2**186)
    assert large.agreement(rate) == Fraction(1, 4) + Fraction(1, 400)
    assert large.list_size(rate) == 800


def test_wide_gap_still_has_multiplicity_three() -> None:
    assert JohnsonGap(Fraction(1, 5), 2**124).multiplicity(Fraction(1, 4)) == 3


def test_multivariate_lookup_adds_the_errors_of_its_circuit() -> None:
    lookup = PublishedLookup("x", True, 1000, 24, 8, 4, 0, True, Fraction(1, 2**90))
    circuit = replace(_read("airbender").circuits[0], lookups=(lookup,))
    field_size = 2**120
    errors = circuit_errors(circuit, field_size, UniqueDecoding(), own_lookup_points)
    # N = 4096 terms, fingerprint of degree log2(8) = 3, circuit x = 12: 12 * 37 / 2
    exact = Fraction(4096 * 5 + 222, field_size) + Fraction(1, 2**90)
    assert exact <= errors["x"] <= exact * (1 + Fraction(1, 2**250))


def test_circuit_without_slack_for_its_opening_points_is_refused() -> None:
    configuration = _read("airbender")
    circuit = replace(configuration.circuits[0], opening_points=2**23)
    with pytest.raises(ConditionViolatedError, match="circuit generalized_circuit"):
        circuit_errors(circuit, configuration.field_size, UniqueDecoding(), own_lookup_points)


def test_circuit_over_a_field_with_no_point_outside_trace_and_domain_is_refused() -> None:
    circuit = _read("airbender").circuits[0]
    smallest = circuit.trace_length + circuit.domain_size + 1
    assert circuit_errors(circuit, smallest, UniqueDecoding(), own_lookup_points)
    with pytest.raises(ConditionViolatedError, match=f"circuit {circuit.name}: a field of {smallest - 1} elements"):
        circuit_errors(circuit, smallest - 1, UniqueDecoding(), own_lookup_points)
