from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from soundcalc.errors import ConditionViolatedError
from soundcalc.published.arguments import DeepAli
from soundcalc.published.figures import (
    CORRECTIONS,
    Bounds,
    Refusal,
    analyses,
    analysis,
    analysis_figures,
    figures,
    own_regimes,
    public_levels,
)
from soundcalc.published.format import parse_configuration, read_configuration
from soundcalc.published.fri import FriOpening
from soundcalc.published.lookups import LOGUP_LISTED, PublishedLookup
from soundcalc.published.regimes import LIST, UNIQUE
from soundcalc.published.rounds import TOTAL, Formulas, Step, weakest
from soundcalc.published.system import PublishedCircuit, PublishedConfiguration
from soundcalc.published.template import template
from soundcalc.published.whir import WhirOpening
from soundcalc.regimes.proximity import Johnson, JohnsonCubic, UniqueDecoding

PUBLISHED = Path(__file__).parent
SYSTEMS = [("Pico", "pico", 256), ("ZisK", "zisk", 1264), ("Airbender", "airbender", 28)]
REPORTED: dict[str, Any] = json.loads((PUBLISHED / "reported.json").read_text())


def _read(name: str) -> PublishedConfiguration:
    return read_configuration(PUBLISHED / f"{name}.toml")


@pytest.mark.parametrize(("system", "name", "count"), SYSTEMS)
def test_compatibility_mode_reproduces_every_published_figure(system: str, name: str, count: int) -> None:
    circuits = json.loads((PUBLISHED / "expected.json").read_text())["zkvms"][system]["circuits"]
    expected = {circuit: published["levels"] for circuit, published in circuits.items()}
    assert sum(len(rounds) for levels in expected.values() for rounds in levels.values()) == count
    assert public_levels(_read(name)) == expected


@pytest.mark.parametrize(
    ("name", "count"),
    [("sp1", 77), ("zkdtvm", 53), ("dummy_whir", 242), ("openvm2", 106), ("openvm", 166), ("zkdtvm_v080", 103)],
)
def test_compatibility_mode_reproduces_every_reported_figure(name: str, count: int) -> None:
    assert sum(len(rounds) for levels in REPORTED[name].values() for rounds in levels.values()) == count
    assert public_levels(_read(name)) == REPORTED[name]


@pytest.mark.parametrize("name", ["pico", "zisk", "airbender", "sp1", "dummy_whir", "openvm2", "zkdtvm_v080"])
def test_default_mode_gives_a_reason_exactly_where_figures_differ(name: str) -> None:
    rows = figures(_read(name))
    assert all(bool(row.reason) == row.differs for row in rows)
    assert any(row.differs for row in rows)


def test_own_figures_in_unique_decoding_differ_in_lookups_only() -> None:
    rows = [row for row in figures(_read("airbender")) if row.regime == UNIQUE and row.differs]
    assert [row.round_name for row in rows] == [
        "generic_lookup",
        "range_check_16_lookup",
        "range_check_19_lookup",
    ]
    assert all(row.reason == CORRECTIONS[LOGUP_LISTED.key] for row in rows)
    assert all(row.own_bits == row.corrected_bits and row.own_bits_rounded < row.public_bits for row in rows)  # type: ignore[operator]


def test_list_size_of_swirl_multiplies_the_error_of_four_rounds() -> None:
    rows = {row.round_name: row for row in figures(_read("openvm2")) if row.circuit == "internal" and row.differs}
    published = {
        name: (rows[name].public_bits, round(rows[name].corrected_bits_rounded or 0, 1))
        for name in ("zerocheck_sumcheck", "constraint_batching", "stacked_reduction")
    }
    assert published == {
        "zerocheck_sumcheck": (122.1, 116.5),
        "constraint_batching": (116.5, 110.8),
        "stacked_reduction": (114.5, 108.8),
    }
    assert (rows["logup"].public_bits, rows["logup"].corrected_bits) == (105, 99)
    assert all("multiplies the error" in rows[name].reason for name in (*published, "logup"))


def test_half_of_the_pairs_comes_once_whatever_the_number_of_samples() -> None:
    circuit = _read("dummy_whir").circuits[0]
    assert isinstance(circuit.opening, WhirOpening)
    three = replace(circuit, opening=replace(circuit.opening, samples=(3, 3, 3, 3)))
    regimes = [circuit.public_regime(LIST)] * 5

    def error(formulas: Formulas) -> Fraction:
        return next(entry.error for entry in three.rounds(regimes, formulas) if entry.name == "OOD(i=1)")

    # (2^18 / (2 |F|))^3 against (1/2) (2^18 / |F|)^3
    ratio = error(Formulas.CORRECTED) / error(Formulas.PUBLIC)
    assert 1 - Fraction(1, 2**200) < ratio / 4 < 1 + Fraction(1, 2**200)


def test_searched_multiplicity_never_lowers_a_total_that_lookups_do_not_bind() -> None:
    totals = [row for row in figures(_read("zisk")) if row.regime == LIST and row.round_name == TOTAL]
    assert len(totals) == 44
    assert all(row.own_bits >= row.public_bits for row in totals)  # type: ignore[operator]
    assert any(row.own_bits_rounded > row.corrected_bits_rounded for row in totals)  # type: ignore[operator]


@pytest.mark.parametrize(("name", "number"), [("zisk", 0), ("openvm", 0), ("pico", 3)])
def test_best_multiplicity_of_a_circuit_beats_its_neighbours(name: str, number: int) -> None:
    circuit = _read(name).circuits[number]
    (best,) = own_regimes(circuit, LIST, Bounds.PROVEN)
    assert isinstance(best, Johnson)

    def worst(multiplicity: int) -> Fraction:
        return weakest(circuit.rounds([Johnson(max(1, multiplicity))], Formulas.CORRECTED)).error

    m = best.multiplicity
    assert worst(m) <= min(map(worst, (m - 1, m + 1, m // 2, m * 2)))


@pytest.mark.parametrize("name", ["zisk", "sp1", "dummy_whir", "openvm2", "zkdtvm"])
def test_rounds_before_queries_are_those_of_any_number_of_queries(name: str) -> None:
    for circuit in _read(name).circuits:
        opening, size = circuit.opening, circuit.field.size
        assert opening.without_queries == opening.without_queries.without_queries
        for code, rate in enumerate(opening.rates):
            regime = Johnson(7) if Johnson(7).agreement(rate) < 1 else UniqueDecoding()
            rounds = list(opening.rounds_before_queries(code, regime, size, Formulas.CORRECTED))
            emptied = opening.without_queries
            assert rounds == list(emptied.rounds_before_queries(code, regime, size, Formulas.CORRECTED))
            assert Step.QUERIES not in {entry.step for entry in rounds}
            asked = list(opening.query_rounds(code, [regime] * len(opening.rates), size))
            assert {entry.step for entry in asked} == {Step.QUERIES}


def test_every_iteration_of_whir_has_the_multiplicity_that_is_best_for_it() -> None:
    circuit = _read("dummy_whir").circuits[0]
    best = own_regimes(circuit, LIST, Bounds.PROVEN)
    assert len(best) == 5
    chosen = [regime.multiplicity for regime in best if isinstance(regime, Johnson)]
    total = weakest(circuit.rounds(best, Formulas.CORRECTED)).error
    for code, multiplicity in enumerate(chosen):
        for other in (multiplicity - 1, multiplicity + 1, 2 * multiplicity):
            changed = [*best[:code], Johnson(max(1, other)), *best[code + 1 :]]
            assert total <= weakest(circuit.rounds(changed, Formulas.CORRECTED)).error


def test_cubic_bound_is_used_where_it_is_asked_for() -> None:
    circuit = _read("pico").circuits[0]
    plain, cubic = (analysis(circuit, LIST, bounds) for bounds in (Bounds.PROVEN, Bounds.CUBIC))
    assert isinstance(cubic.regimes[0], JohnsonCubic)
    assert cubic.error < plain.error


def test_loss_is_used_where_it_is_asked_for_and_helps() -> None:
    published = _read("openvm").circuits[0]
    assert isinstance(published.opening, FriOpening)
    # With so many queries the folds bind.
    circuit = replace(published, opening=replace(published.opening, queries=300))
    plain, loss = (analysis(circuit, UNIQUE, bounds) for bounds in (Bounds.PROVEN, Bounds.LOSS))
    assert isinstance(plain.own, tuple)
    assert isinstance(loss.own, tuple)
    bits = [{entry.name: entry.bits for entry in rounds} for rounds in (plain.own, loss.own)]
    assert bits[1]["commit round 1"] > bits[0]["commit round 1"]
    assert loss.error < plain.error
    assert "a loss of 2^-" in loss.regimes[0].name


def test_circuit_restricted_to_one_regime_is_analysed_in_that_only() -> None:
    configuration = _read("airbender")
    for name in (UNIQUE, LIST):
        circuit = replace(configuration.circuits[0], regimes=(name,))
        levels = public_levels(replace(configuration, circuits=(circuit,)))
        assert list(levels[circuit.name]) == [name]


def test_multivariate_lookup_adds_the_errors_of_its_circuit() -> None:
    lookup = PublishedLookup("x", True, 1000, 24, 8, 4, 0, True, Fraction(1, 2**90))
    field_size = 2**120
    (entry,) = lookup.rounds(Fraction(1), field_size, Formulas.CORRECTED)
    # N = 4096 terms, fingerprint of degree log2(8) = 3, circuit x = 12: 12 * 37 / 2
    exact = Fraction(4096 * 5 + 222, field_size) + Fraction(1, 2**90)
    assert exact <= entry.error <= exact * (1 + Fraction(1, 2**250))
    (public,) = lookup.rounds(Fraction(7), field_size, Formulas.PUBLIC)
    exact = Fraction(4096 * 3 + 222, field_size) + Fraction(1, 2**90)
    assert exact <= public.error <= exact * (1 + Fraction(1, 2**250))


def test_reduction_error_of_a_univariate_lookup_is_charged_though_the_public_calculator_forgets_it() -> None:
    lookup = PublishedLookup("x", False, 1000, 24, 1, 1, 0, False, Fraction(1, 2**50))
    (own,) = lookup.rounds(Fraction(1), 2**120, Formulas.CORRECTED)
    (public,) = lookup.rounds(Fraction(1), 2**120, Formulas.PUBLIC)
    assert public.error < Fraction(1, 2**100) < Fraction(1, 2**50) <= own.error


def _without_slack(circuit: PublishedCircuit) -> PublishedCircuit:
    """Between the points that agree in unique decoding and in list decoding."""
    assert isinstance(circuit.argument, DeepAli)
    height, rate = circuit.opening.height, circuit.opening.rates[0]
    agreeing = UniqueDecoding().agreement(rate) * circuit.opening.domain_size
    return replace(circuit, argument=replace(circuit.argument, opening_points=int(agreeing) - height - 1))


def test_refusal_of_one_regime_leaves_the_other_and_the_other_circuits() -> None:
    configuration = _read("pico")
    first = _without_slack(configuration.circuits[0])
    changed = replace(configuration, circuits=(first, *configuration.circuits[1:]))
    entries = analyses(changed)
    refused = [entry for entry in entries if isinstance(entry.public, Refusal)]
    assert [(entry.circuit.name, entry.regime) for entry in refused] == [(first.name, LIST)]
    # A smaller multiplicity than the public calculator's leaves more points that agree.
    rows = analysis_figures(refused[0])
    assert (rows[0].round_name, rows[0].public_bits, rows[0].corrected_bits) == (TOTAL, None, None)
    assert all(row.own_bits is not None and row.own_bits > 0 for row in rows)
    assert all(row.reason.startswith("deep: the condition 'k + c < (1 - theta) n' fails") for row in rows)
    levels = public_levels(changed)
    assert [list(regimes) for regimes in levels.values()] == [[UNIQUE], *[[UNIQUE, LIST]] * 4]


def test_circuit_that_no_regime_admits_has_no_bits_and_says_why() -> None:
    configuration = _read("pico")
    circuit = configuration.circuits[0]
    assert isinstance(circuit.argument, DeepAli)
    hopeless = replace(circuit, argument=replace(circuit.argument, opening_points=2 * circuit.opening.height))
    for entry in analyses(replace(configuration, circuits=(hopeless,))):
        (row,) = analysis_figures(entry)
        assert (row.round_name, row.public_bits, row.own_bits) == (TOTAL, None, None)
        assert row.reason.startswith("deep: the condition 'k + c < (1 - theta) n' fails")
        assert entry.error == 1


def test_single_function_is_not_batched() -> None:
    configuration = _read("airbender")
    circuit = configuration.circuits[0]
    assert isinstance(circuit.opening, FriOpening)
    single = replace(circuit, opening=replace(circuit.opening, functions=1))
    levels = public_levels(replace(configuration, circuits=(single,)))[circuit.name]
    assert all("batching" not in rounds and rounds[TOTAL] > 0 for rounds in levels.values())


def test_circuit_over_a_field_with_no_point_outside_trace_and_domain_is_refused() -> None:
    circuit = _read("airbender").circuits[0]
    opening, argument = circuit.opening, circuit.argument
    assert isinstance(argument, DeepAli)
    smallest = opening.height + int(opening.domain_size) + 1
    assert list(argument.rounds(opening, UniqueDecoding(), smallest, Formulas.CORRECTED))
    with pytest.raises(ConditionViolatedError, match="field"):
        list(argument.rounds(opening, UniqueDecoding(), smallest - 1, Formulas.CORRECTED))


def _changed(kind: str, *pairs: tuple[str, str]) -> PublishedConfiguration:
    text = template(kind)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_configuration(text, "x")


@pytest.mark.parametrize("kind", ["fri", "whir", "jagged", "jagged-whir", "swirl"])
@pytest.mark.parametrize("field", ["KoalaBear", "BabyBear^2", "Goldilocks"])
def test_field_that_is_too_small_has_every_round_with_its_bits_and_no_fewer_rounds(kind: str, field: str) -> None:
    small, large = (_changed(kind, ("KoalaBear^4", name)) for name in (field, "KoalaBear^8"))
    for left, right in zip(analyses(small), analyses(large), strict=True):
        assert isinstance(left.own, tuple)
        assert isinstance(right.own, tuple)
        assert [entry.name for entry in left.own] == [entry.name for entry in right.own]
    rows = figures(small)
    assert all(bool(row.reason) == row.differs for row in rows)
    assert all(row.own_bits is not None and row.own_bits >= 0 for row in rows)


def test_round_that_a_list_of_one_does_not_have_says_why() -> None:
    configuration = _changed("whir", ("num_ood_samples = [1, 1]", "num_ood_samples = [0, 0]"))
    rows = {(row.regime, row.round_name): row for row in figures(configuration)}
    none = rows[UNIQUE, "OOD(i=1)"]
    assert (none.public_bits, none.corrected_bits, none.own_bits) == (0, None, None)
    assert none.reason == "no such round: a list of one needs no samples to tell its members apart"
    # Without samples nothing tells the members of a longer list apart.
    assert (rows[LIST, "OOD(i=1)"].corrected_bits, rows[LIST, "OOD(i=1)"].own_bits) == (0, 0)
    assert rows[LIST, TOTAL].own_bits == 0
