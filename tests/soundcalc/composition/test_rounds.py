from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest

from soundcalc.composition.rounds import challenge_bias, round_errors
from soundcalc.errors import ConditionViolatedError
from soundcalc.parameters import BusInteractions, GlobalArgument, ProofShape, TableShape
from soundcalc.regimes.proximity import Johnson
from spec.field import P


def _bits(error: Fraction) -> float:
    with mpmath.workdps(60):
        return float(-mpmath.log(mpmath.mpf(error.numerator) / error.denominator, 2))


def test_every_label_of_the_shape_has_a_term_and_no_other(segment_shape: ProofShape) -> None:
    assert tuple(round_errors(segment_shape)) == segment_shape.labels


def test_shape_without_global_argument_has_no_global_terms(segment_shape: ProofShape) -> None:
    shape = replace(segment_shape, global_argument=None)
    assert tuple(round_errors(shape)) == segment_shape.labels[3:]


def test_challenge_bias_is_that_of_six_words(segment_shape: ProofShape) -> None:
    # The likeliest residue of a 64-bit word modulo p has ceil(2^64 / p) preimages.
    assert challenge_bias(segment_shape) == Fraction((2**64 // P + 1) * P, 2**64) ** 6
    assert 1 < challenge_bias(segment_shape) < 1 + Fraction(6, 2**32)


def test_terms_agree_with_high_precision(segment_shape: ProofShape) -> None:
    """Each formula written down a second time, in floating point of 60 digits."""
    m, n = 51, 2**23
    terms = round_errors(segment_shape, Johnson(m))
    with mpmath.workdps(60):
        root = mpmath.sqrt(mpmath.mpf(1) / 2)
        field = mpmath.mpf(P) ** 6
        shifted = mpmath.mpf(2 * m + 1) / 2
        agreement = root * (1 + mpmath.mpf(1) / (2 * m))
        members = shifted / root

        def line(domain: int) -> mpmath.mpf:
            slope = (2 * shifted**5 + 3 * shifted * (1 - agreement) / 2) / (3 * root**3)
            return (slope * domain + shifted / root) / field

        interactions = [(2**27, 7), (2**28, 2), (2**18, 2)]
        expected = {
            "pinning_point": 2**10 * members**2 / 2 * 2**18 / field,
            "global_alpha": 2 * 2**29 / field,
            "global_beta": 7 * 2**29 / field,
            "local_alpha": members * sum(2 * count for count, _ in interactions) / field,
            "local_beta": members * sum(count * width for count, width in interactions) / field,
            "constraint_batching": members * 300 / field,
            "out_of_domain": members * (3 * 2**22 + 2**22 - 1) / (field - 2**22 - n),
            "deep_batching": sum(420 * line(2 << height) for height in range(4, 23)) / 2**20,
            "fri_folding_0": 2 * line(2**22) / 2**20,
            "fri_folding_17": 2 * line(2**5) / 2**20,
            "queries": agreement**247 / 2**20,
        }
        for label, error in expected.items():
            assert terms[label].bits_float == pytest.approx(float(-mpmath.log(error, 2)), abs=1e-6), label


def test_error_after_grinding_is_divided(segment_shape: ProofShape) -> None:
    bare = round_errors(replace(segment_shape, grinding_bits={}))
    ground = round_errors(segment_shape)
    for label in ("deep_batching", "fri_folding_3", "queries"):
        assert _bits(ground[label].error) == pytest.approx(_bits(bare[label].error) + 20)
        assert ground[label].grinding_bits == 20
    assert ground["out_of_domain"] == bare["out_of_domain"]


def test_no_challenge_is_charged_less_than_one_bad_value(segment_shape: ProofShape) -> None:
    table = TableShape("only", 10, {"main": 1}, {"z": 1}, 0, 1)
    shape = replace(segment_shape, tables=(table,), folding=(), local_interactions=(), global_argument=None)
    terms = round_errors(shape)
    one_bad = challenge_bias(shape) / shape.field_size
    for label in ("local_alpha", "local_beta", "constraint_batching"):
        assert one_bad <= terms[label].error <= one_bad * (1 + Fraction(1, 2**250))


def test_local_bus_that_could_wrap_is_refused(segment_shape: ProofShape) -> None:
    shape = replace(segment_shape, local_interactions=(BusInteractions("memory", 7, P),))
    with pytest.raises(ConditionViolatedError, match=f"bus memory has {P} of {P}"):
        round_errors(shape)


def test_global_bus_that_could_wrap_is_refused(segment_shape: ProofShape) -> None:
    argument = GlobalArgument(16, (BusInteractions("global memory", 7, P),))
    with pytest.raises(ConditionViolatedError, match=f"bus global memory has {P} of {P}"):
        round_errors(replace(segment_shape, global_argument=argument))


def test_global_sum_is_charged_without_list_factor_and_pinning_with_its_square(segment_shape: ProofShape) -> None:
    few, many = round_errors(segment_shape, Johnson(10)), round_errors(segment_shape, Johnson(31))
    factor = Fraction(63, 21)
    assert many["global_alpha"] == few["global_alpha"]
    assert many["global_beta"] == few["global_beta"]
    assert _bits(few["pinning_point"].error) - _bits(many["pinning_point"].error) == pytest.approx(_bits(factor**-2))
    assert _bits(few["local_beta"].error) - _bits(many["local_beta"].error) == pytest.approx(_bits(1 / factor))
