"""Every term of the jagged, WHIR and SWIRL systems, computed again in floating point of many digits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest

from soundcalc.published.arguments import DeepAli
from soundcalc.published.format import parse_configuration, read_configuration
from soundcalc.published.fri import FriOpening
from soundcalc.published.rounds import Formulas, Round
from soundcalc.published.swirl import Swirl
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.template import template
from soundcalc.published.whir import WhirOpening
from soundcalc.regimes.proximity import Batching, Johnson, Regime, UniqueDecoding

PUBLISHED = Path(__file__).parent
F = mpmath.mpf

Real = Any
"""mpmath has no types."""


@contextmanager
def digits() -> Iterator[None]:
    with mpmath.workdps(90):
        yield


def _number(value: Fraction) -> Real:
    return F(value.numerator) / value.denominator


def _assert_close(rounds: tuple[Round, ...], expected: dict[str, Real]) -> None:
    """Upper bounds, and tight ones."""
    errors = {entry.name: _number(entry.error) for entry in rounds}
    assert errors.keys() == expected.keys()
    for name, exact in expected.items():
        assert -(F(10) ** -60) <= errors[name] / exact - 1 < F(10) ** -11, name


def _line(rate: Real, points: Real, multiplicity: int | None) -> tuple[Real, Real, Real]:
    """Agreement, list and exceptional points of a domain: unique decoding, or Johnson's bound with an m."""
    if multiplicity is None:
        return (1 + rate) / 2, F(1), (1 - rate) / 2 * points + 1
    m = multiplicity + F(1) / 2
    agreement = mpmath.sqrt(rate) * (1 + F(1) / (2 * multiplicity))
    members = max(F(1), mpmath.floor((agreement - rate) / (agreement**2 - rate)))
    gap = (2 * m**5 + 3 * m * (1 - agreement) * rate) * points / (3 * rate ** (F(3) / 2)) + m / mpmath.sqrt(rate)
    return agreement, members, gap


def _circuit(file: str, number: int) -> PublishedCircuit:
    return read_configuration(PUBLISHED / f"{file}.toml").circuits[number]


def _regime(multiplicity: int | None) -> Regime:
    return UniqueDecoding() if multiplicity is None else Johnson(multiplicity)


def _whir_terms(opening: WhirOpening, field: Real, multiplicity: int | None) -> dict[str, Real]:
    terms: dict[str, Real] = {}
    variables, last = opening.variables, len(opening.folds) - 1
    for i, fold in enumerate(opening.folds):
        rate = F(2) ** -opening.rates_log2[i]
        domain = F(2) ** (variables + opening.rates_log2[i])
        agreement, members, gap = _line(rate, domain, multiplicity)
        if i == 0 and opening.functions > 1:
            terms["batching"] = (opening.functions - 1) * gap / field / 2**opening.grinding_batching
        if i:
            pairs = members**2 / 2 * (F(2) ** variables / field) ** opening.samples[i - 1]
            terms[f"OOD(i={i})"] = pairs / 2 ** opening.grinding_samples[i - 1]
        for s in range(1, fold + 1):
            gap = _line(rate, domain / 2**s, multiplicity)[2]
            error = (opening.degree * members + gap) / field
            terms[f"fold(i={i},s={s})"] = error / 2 ** opening.grinding_folding[i][s - 1]
        missed = agreement ** opening.queries[i]
        if i == last:
            terms["fin"] = missed / 2 ** opening.grinding_queries[i]
        else:
            next_members = _line(F(2) ** -opening.rates_log2[i + 1], F(1), multiplicity)[1]
            error = missed + next_members * (opening.queries[i] + 1) / field
            terms[f"Shift(i={i + 1})"] = error / 2 ** opening.grinding_queries[i]
        variables -= fold
    return terms


@pytest.mark.parametrize("multiplicity", [None, 1, 3, 20])
def test_whir_terms_agree_with_high_precision(multiplicity: int | None) -> None:
    circuit = _circuit("dummy_whir", 0)
    opening = circuit.opening
    assert isinstance(opening, WhirOpening)
    regimes = [_regime(multiplicity)] * 5
    size = circuit.field.size
    rounds = tuple(entry for code in range(5) for entry in opening.code_rounds(code, regimes, size, Formulas.CORRECTED))
    with digits():
        _assert_close(rounds, _whir_terms(opening, F(size), multiplicity))


@pytest.mark.parametrize("multiplicity", [None, 2, 7])
@pytest.mark.parametrize("number", [0, 2, 3])
def test_swirl_terms_agree_with_high_precision(number: int, multiplicity: int | None) -> None:
    circuit = _circuit("openvm2", number)
    opening, argument = circuit.opening, circuit.argument
    assert isinstance(opening, WhirOpening)
    assert isinstance(argument, Swirl)
    regimes = [_regime(multiplicity)] * len(opening.folds)
    rounds = circuit.rounds(regimes, Formulas.CORRECTED)
    with digits():
        field = F(circuit.field.size)
        members = _line(F(2) ** -opening.rates_log2[0], F(1), multiplicity)[1]
        skipped = 2**argument.skipped_variables - 1
        later = argument.trace_height_log2 - argument.skipped_variables
        expected = _whir_terms(opening, field, multiplicity) | {
            "logup": members * 2 * 2013265921 * 128 / field / 2**18,
            "gkr_sumcheck": 3 / field,
            "gkr_batching": 1 / field,
            "zerocheck_sumcheck": members * max(5 * skipped, skipped + later) / field,
            "constraint_batching": members * max(argument.constraints_of_a_table, 3 * argument.tables) / field,
            "stacked_reduction": members * max(2 * argument.trace_columns, 2 * skipped) / field,
        }
        _assert_close(rounds, expected)


def test_jagged_terms_agree_with_high_precision() -> None:
    circuit = _circuit("sp1", 0)
    rounds = circuit.rounds([UniqueDecoding()], Formulas.CORRECTED)
    with digits():
        field = F(circuit.field.size)
        rate, height, domain = F(1) / 4, F(2) ** 21, F(2) ** 23
        # 193 columns by an equality polynomial: 8 lines; l = 21 + 8.
        expected = {"batching": 8 * ((1 - rate) / 2 * domain + 1) / field / 2**5}
        for layer in range(1, 22):
            expected[f"commit round {layer}"] = ((1 - rate) / 2 * domain / 2**layer + 1) / field
        expected["query phase"] = ((1 + rate) / 2) ** 124 / 2**16
        expected["reduce to dense PCS"] = (12 + 2 * 29 + 2 * (2 * 29 + 2)) / field
        expected["zerocheck"] = (3412 + 5 * F(22)) / field
        terms = 1911 * F(4194304)
        x = mpmath.log(terms, 2)
        expected["lookup"] = (terms * (mpmath.log(107, 2) + 2) + x * (3 * x + 1) / 2) / field / 2**12
        assert height * 4 == domain
        _assert_close(rounds, expected)


def test_jagged_over_whir_has_the_rounds_of_both() -> None:
    (circuit,) = parse_configuration(template("jagged-whir"), "x").circuits
    (plain,) = parse_configuration(template("whir"), "x").circuits
    assert circuit.regimes == ("UDR",)
    regimes = [UniqueDecoding()] * 3
    names = {entry.name for entry in circuit.rounds(regimes, Formulas.CORRECTED)}
    whir = {entry.name for entry in plain.rounds(regimes, Formulas.CORRECTED)}
    assert names == (whir - {"ALI", "DEEP"}) | {"reduce to dense PCS", "zerocheck"}


def test_stated_rates_are_those_of_the_iterations() -> None:
    text = template("jagged-whir").replace("# whir_log_inv_rates = [1, 4, 7]", "whir_log_inv_rates = [1, 3, 5, 5]")
    (circuit,) = parse_configuration(text, "x").circuits
    assert list(circuit.opening.rates) == [Fraction(1, 2), Fraction(1, 8), Fraction(1, 32)]


def _deep_ali_terms(circuit: PublishedCircuit, multiplicity: int | None) -> dict[str, Real]:
    """FRI that batches by powers, with DEEP-ALI and lookups."""
    opening, argument, field = circuit.opening, circuit.argument, F(circuit.field.size)
    assert isinstance(opening, FriOpening)
    assert isinstance(argument, DeepAli)
    assert opening.batching is Batching.POWERS
    rate, height = _number(opening.rate), F(opening.height)
    agreement, members, gap = _line(rate, height / rate, multiplicity)
    terms = {"batching": (opening.functions - 1) * gap / field / 2**opening.grinding_batching}
    left = height / rate
    for layer, factor in enumerate(opening.folding_factors, start=1):
        left /= factor
        gap = _line(rate, left, multiplicity)[2]
        terms[f"commit round {layer}"] = (factor - 1) * gap / field / 2**opening.grinding_commit
    terms["query phase"] = agreement**opening.queries / 2**opening.grinding_query
    terms["ALI"] = members * argument.constraints / field
    roots = argument.maximum_degree * (height + argument.opening_points - 1) + height - 1
    terms["DEEP"] = members * roots / (field - height - height / rate) / 2**argument.grinding_deep
    for lookup in circuit.lookups:
        assert not lookup.is_multivariate
        fractions = F(lookup.lookups) * (lookup.rows_looked_up + lookup.rows_table)
        width = mpmath.log(lookup.tuple_columns, 2) if lookup.multilinear_fingerprint else F(lookup.tuple_columns)
        error = members * fractions * (width + 2) / field + _number(lookup.reduction_error)
        terms[lookup.name] = error / 2**lookup.grinding_bits
    return terms


@pytest.mark.parametrize("multiplicity", [None, 1, 3, 40])
@pytest.mark.parametrize(("file", "number"), [("airbender", 0), ("zisk", 0), ("zisk", 43), ("pico", 3)])
def test_deep_ali_terms_agree_with_high_precision(file: str, number: int, multiplicity: int | None) -> None:
    circuit = _circuit(file, number)
    rounds = circuit.rounds([_regime(multiplicity)], Formulas.CORRECTED)
    with digits():
        _assert_close(rounds, _deep_ali_terms(circuit, multiplicity))


def test_some_circuit_of_those_has_lookups_and_work_at_every_place() -> None:
    circuit = _circuit("airbender", 0)
    assert circuit.lookups
    assert isinstance(circuit.opening, FriOpening)
    assert circuit.opening.grinding_query > 0


@pytest.mark.parametrize(("formulas", "members"), [(Formulas.CORRECTED, 7), (Formulas.PUBLIC, 1)])
def test_lookup_and_jagged_reduction_hold_for_each_member_of_the_list(formulas: Formulas, members: int) -> None:
    circuit = _circuit("sp1", 0)
    size = circuit.field.size
    (lookup,) = circuit.lookups
    (one,), (many,) = (lookup.rounds(Fraction(length), size, formulas) for length in (1, 7))
    assert many.error / one.error == pytest.approx(members)
    regimes = UniqueDecoding(), Johnson(2)
    length = regimes[1].list_size(circuit.opening.rates[0])
    assert length > 1
    plain, listed = (list(circuit.argument.rounds(circuit.opening, regime, size, formulas)) for regime in regimes)
    for left, right in zip(plain, listed, strict=True):
        assert right.error / left.error == pytest.approx(1 if members == 1 else float(length))


@pytest.mark.parametrize(
    ("key", "value", "round_name", "points"),
    [
        # C = 1000 against 3 A, W = 2000 columns against 2^s - 1 = 3, n = 18 later variables against 5 * 3.
        ("num_airs = 50", "num_airs = 50", "constraint_batching", 1000),
        ("num_airs = 50", "num_airs = 500", "constraint_batching", 1500),
        ("num_trace_columns = 2000", "num_trace_columns = 2000", "stacked_reduction", 4000),
        ("num_trace_columns = 2000", "num_trace_columns = 2", "stacked_reduction", 6),
        ("max_log_trace_height = 20", "max_log_trace_height = 20", "zerocheck_sumcheck", 21),
        ("max_log_trace_height = 20", "max_log_trace_height = 5", "zerocheck_sumcheck", 15),
    ],
)
def test_swirl_round_has_the_largest_of_its_counts(key: str, value: str, round_name: str, points: int) -> None:
    text = template("swirl")
    assert f"\n{key}  #" in text
    (circuit,) = parse_configuration(text.replace(f"\n{key}  #", f"\n{value}  #"), "x").circuits
    regime = Johnson(2)
    rounds = circuit.argument.rounds(circuit.opening, regime, circuit.field.size, Formulas.CORRECTED)
    (entry,) = (entry for entry in rounds if entry.name == round_name)
    expected = points * regime.list_size(circuit.opening.rates[0]) / circuit.field.size
    assert 1 <= entry.error / expected < 1 + Fraction(1, 1 << 200)
