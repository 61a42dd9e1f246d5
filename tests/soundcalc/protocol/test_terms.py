"""Every error term, written down a second time in floating point of 60 digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest

from soundcalc.bounds import REGISTRY, SOURCES, Status
from soundcalc.errors import ConditionViolatedError
from soundcalc.protocol import labels, terms
from soundcalc.protocol.proximity import MutualJohnson
from soundcalc.protocol.shape import ProofShape
from soundcalc.protocol.term import BadValues, Charge, Term, challenge_bias
from soundcalc.protocol.terms import all_terms, argument_error
from soundcalc.regimes.proximity import Regime, UniqueDecoding
from spec.field import P


def _errors(shape: ProofShape, multiplicities: list[int]) -> Iterator[tuple[str, mpmath.mpf]]:
    """Label and error of every term, from the table of the protocol, with Johnson's m of every iteration."""
    mpf, sqrt = mpmath.mpf, mpmath.sqrt
    argument, schedule = shape.argument, shape.schedule
    value = (mpf(-(-(2**40) // P)) * P / mpf(2) ** 40) ** 6 / mpf(P) ** 6
    vectors = [schedule.height_log2 - sum(schedule.folds[:i]) for i in range(len(schedule.folds) + 1)]
    domains = [schedule.height_log2 + shape.rate_log2 - i for i in range(len(schedule.folds))]
    rates = [mpf(2) ** (vector - domain) for vector, domain in zip(vectors, domains, strict=False)]
    agreements = [sqrt(rate) * (1 + 1 / mpf(2 * m)) for rate, m in zip(rates, multiplicities, strict=True)]
    lists = [mpmath.floor((a - rate) / (a * a - rate)) for a, rate in zip(agreements, rates, strict=True)]

    def gap(iteration: int, folded: int) -> mpmath.mpf:
        n = mpf(2) ** (domains[iteration] - folded)
        rate = rates[iteration] - 1 / n
        shifted = multiplicities[iteration] + mpf("0.5")
        slope = 2 * shifted**5 + 3 * shifted * (1 - agreements[iteration]) * rate
        return slope * n / (3 * rate * sqrt(rate)) + shifted / sqrt(rate)

    first = lists[0]
    pinning = first**2 / 2 * 2**schedule.height_log2 * value
    yield "program_pinning", pinning
    yield "continuation_pinning", pinning
    yield "global_alpha", argument.global_messages * value
    yield "global_beta", argument.global_messages * argument.widest_global_message * value
    yield "local_alpha", first * argument.local_messages * value
    yield "local_beta", first * argument.local_messages * argument.widest_local_message * value
    yield "gkr_scope", first * value
    for layer in range(1, argument.circuit_depth):
        last = layer == argument.circuit_depth - 1
        yield f"gkr_batching_{layer}", first * value
        for index in range(layer):
            yield f"gkr_round_{layer}_{index}", first * (3 if last else 2) * value
        yield f"gkr_merge_{layer}", first * (2 if last else 1) * value
    yield "zerocheck_batching", first * (1 + argument.constraints) * value
    for index in range(argument.zerocheck_rounds):
        yield f"zerocheck_round_{index}", first * 3 * value
    claims = argument.column_claims + argument.program_columns + argument.continuation_columns
    yield "stacking_batching", first * (claims - 1) * value
    for index in range(schedule.height_log2):
        yield f"stacking_round_{index}", first * 2 * value
    columns = argument.program_columns + argument.continuation_columns + argument.main_columns
    delta = (columns - 1) * (gap(0, 0) + first) * value
    yield "column_batching", delta / 2**schedule.column_batching_grinding_bits
    for i, fold in enumerate(schedule.folds):
        for index in range(fold):
            error = (2 * lists[i] + gap(i, index + 1)) * value
            yield f"folding_{i}_{index}", error / 2 ** schedule.folding_grinding_bits[i]
        if i + 1 < len(schedule.folds):
            yield f"out_of_domain_{i}", lists[i + 1] ** 2 / 2 * 2 ** vectors[i + 1] * value
        yield f"queries_{i}", agreements[i] ** schedule.queries[i] / 2 ** schedule.query_grinding_bits[i]
        if i + 1 < len(schedule.folds):
            yield f"query_batching_{i}", lists[i + 1] * (schedule.queries[i] + 1) * value


@pytest.mark.parametrize("multiplicities", [[43, 62, 28, 20, 12], [3, 400, 5, 100, 17]])
def test_every_term_of_a_large_proof_agrees_with_high_precision(
    large_shape: ProofShape, multiplicities: list[int]
) -> None:
    found = all_terms(large_shape, [MutualJohnson(m) for m in multiplicities])
    with mpmath.workdps(60):
        expected = dict(_errors(large_shape, multiplicities))
        assert [term.label for term in found] == list(expected)
        for term in found:
            error = mpmath.mpf(term.error.numerator) / term.error.denominator
            assert abs(error / expected[term.label] - 1) < mpmath.mpf(10) ** -50, term.label


def test_every_term_of_a_small_proof_agrees_with_high_precision(small_shape: ProofShape) -> None:
    found = all_terms(small_shape, [MutualJohnson(4), MutualJohnson(9)])
    with mpmath.workdps(60):
        expected = dict(_errors(small_shape, [4, 9]))
        assert {term.label: float(mpmath.mpf(term.error.numerator) / term.error.denominator) for term in found} == (
            pytest.approx({label: float(error) for label, error in expected.items()}, rel=1e-12)
        )


def test_labels_of_the_terms_are_those_of_the_messages(large_shape: ProofShape) -> None:
    regimes: list[Regime] = [UniqueDecoding()] * 5
    sampled = [label for message in labels.messages(large_shape) for label in message]
    assert [term.label for term in all_terms(large_shape, regimes)] == sampled


def test_queries_draw_as_many_values_as_there_are_queries_and_other_labels_one(large_shape: ProofShape) -> None:
    counts = {term.label: term.count for term in all_terms(large_shape, [MutualJohnson(9)] * 5)}
    queries = {label: count for label, count in counts.items() if label.startswith("queries_")}
    assert queries == {f"queries_{i}": count for i, count in enumerate(large_shape.schedule.queries)}
    assert {count for label, count in counts.items() if label not in queries} == {1}


def test_unique_decoding_has_one_member_and_the_linear_count(small_shape: ProofShape) -> None:
    found = {term.label: term for term in all_terms(small_shape, [UniqueDecoding(), UniqueDecoding()])}
    value = challenge_bias() / P**6
    # Rate 1/4 on 2^9 points, then 1/8 on 2^8; a fold halves the points.
    theta = Fraction(3, 8)
    assert float(found["column_batching"].error / value) == pytest.approx(7 * (theta * 2**9 + 1 + 1) / 2**3)
    assert float(found["folding_0_1"].error / value) == pytest.approx((2 + theta * 2**7 + 1) / 2**1)
    assert float(found["queries_1"].error) == pytest.approx((9 / 16) ** 5 / 2**2)
    assert float(found["continuation_pinning"].error / value) == pytest.approx(2**7 / 2)


def test_only_the_global_challenges_are_charged_once_in_a_run(large_shape: ProofShape) -> None:
    found = all_terms(large_shape, [MutualJohnson(9)] * 5)
    assert [term.label for term in found if term.charge is Charge.RUN] == ["global_alpha", "global_beta"]


def test_grinding_divides_the_errors_that_it_precedes_and_no_others(large_shape: ProofShape) -> None:
    bare = replace(
        large_shape,
        schedule=replace(
            large_shape.schedule,
            column_batching_grinding_bits=0,
            folding_grinding_bits=(0,) * 5,
            query_grinding_bits=(0,) * 5,
        ),
    )
    regimes = [MutualJohnson(9)] * 5
    pairs = zip(all_terms(large_shape, regimes), all_terms(bare, regimes), strict=True)
    bits = {with_work.label: float(without.error / with_work.error) for with_work, without in pairs}
    expected = dict.fromkeys(bits, 1.0) | {"column_batching": 2.0**16}
    schedule = large_shape.schedule
    for i, fold in enumerate(schedule.folds):
        expected |= {f"folding_{i}_{index}": 2.0 ** schedule.folding_grinding_bits[i] for index in range(fold)}
        expected[f"queries_{i}"] = 2.0 ** schedule.query_grinding_bits[i]
    assert bits == pytest.approx(expected, rel=1e-12)


def test_no_challenge_is_charged_less_than_one_bad_value(small_shape: ProofShape) -> None:
    argument = replace(small_shape.argument, program_columns=0, continuation_columns=0, global_messages=0)
    argument = replace(argument, main_columns=1, column_claims=1)
    found = all_terms(replace(small_shape, argument=argument), [UniqueDecoding(), UniqueDecoding()])
    one_bad = challenge_bias() / P**6
    errors = {term.label: term.error * 2**term.grinding_bits for term in found}
    assert {label for label, error in errors.items() if error < one_bad} == set()
    assert float(errors["stacking_batching"] / one_bad) == pytest.approx(1)
    for label in ("program_pinning", "continuation_pinning", "global_alpha", "global_beta", "column_batching"):
        assert float(errors[label] / one_bad) == pytest.approx(1)


def test_sampling_bias_is_that_of_six_numbers_of_forty_bits() -> None:
    # 2^40 = 516 p + rest, so the likeliest residues have 517 preimages.
    assert (2**40 // P, challenge_bias()) == (516, Fraction(517 * P, 2**40) ** 6)
    with mpmath.workdps(30):
        assert 0 < mpmath.log(mpmath.mpf(float(challenge_bias())), 2) < 0.017


def test_sum_before_the_columns_is_that_of_its_terms(large_shape: ProofShape) -> None:
    regimes = [MutualJohnson(9)] * 5
    found = all_terms(large_shape, regimes)
    place = [term.label for term in found].index("column_batching")
    total = argument_error(large_shape.argument, 23, MutualJohnson(9).list_size(Fraction(1, 2)))
    assert float(sum(term.error for term in found[:place]) / total) == pytest.approx(1, rel=1e-15)


def test_label_that_no_term_answers_and_term_that_no_label_asks_for_are_noticed(
    small_shape: ProofShape, monkeypatch: pytest.MonkeyPatch
) -> None:
    regimes = [MutualJohnson(4), MutualJohnson(9)]
    true_messages = labels.messages(small_shape)
    monkeypatch.setattr(terms, "messages", lambda shape: (*true_messages, ("another",)))
    with pytest.raises(KeyError, match="another"):
        all_terms(small_shape, regimes)
    monkeypatch.setattr(terms, "messages", lambda shape: true_messages[:-1])
    with pytest.raises(KeyError, match="terms without a label in the protocol: \\['queries_1'\\]"):
        all_terms(small_shape, regimes)


def test_another_number_of_regimes_is_refused(small_shape: ProofShape) -> None:
    with pytest.raises(ValueError, match="zip"):
        all_terms(small_shape, [MutualJohnson(4)])


@pytest.mark.parametrize(("scope", "name"), [("local", "busiest_local_bus"), ("global", "busiest_global_bus")])
def test_bus_whose_count_could_wrap_is_refused(small_shape: ProofShape, scope: str, name: str) -> None:
    regimes = [MutualJohnson(4), MutualJohnson(9)]
    full = replace(small_shape, argument=replace(small_shape.argument, **{name: P - 1}))
    assert len(all_terms(full, regimes)) == len(all_terms(small_shape, regimes))
    with pytest.raises(ConditionViolatedError, match=f"a {scope} bus has {P} messages of {P}"):
        all_terms(replace(small_shape, argument=replace(small_shape.argument, **{name: P})), regimes)


def test_every_bound_of_a_term_is_registered_with_sources_that_have_titles(large_shape: ProofShape) -> None:
    bounds = [term.bound for term in all_terms(large_shape, [MutualJohnson(9)] * 5)]
    assert all(REGISTRY[bound.key] is bound for bound in bounds)
    assert {bound.status for bound in bounds} <= {Status.PROVEN, Status.DERIVED}
    assert {"2024/1586", "2025/2051", "2025/2110"} <= set(SOURCES)


def test_term_shows_the_bits_of_its_error() -> None:
    bound = REGISTRY["multilinear_queries"]
    term = Term("queries_0", 3, Fraction(1, 2**10 - 1), bound)
    assert term.bits == 9
    assert term.bits_float == pytest.approx(10, abs=0.01)
    assert BadValues("a", Fraction(1, 2), bound).charged == 1
