from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundcalc.bounds import Status
from soundcalc.composition.security import best_multiplicity, report_in, security, whole_run_error
from soundcalc.errors import ConditionViolatedError, ParameterError, RefutedBoundError
from soundcalc.parameters import BusInteractions, ProofShape, TableShape, uniform_folding
from soundcalc.regimes.proximity import Johnson, UniqueDecoding
from spec.field import P


def _shape(queries: int = 60, grinding: int = 8, folding_grinding: int = 0, extension_degree: int = 6) -> ProofShape:
    heights = (16, 12, 5)
    return ProofShape(
        blowup_log2=2,
        base_field_size=P,
        extension_degree=extension_degree,
        two_adicity=24,
        tables=tuple(TableShape(f"t{h}", h, {"main": 50}, {"z": 50}, 40, 3) for h in heights),
        local_interactions=(BusInteractions("memory", 7, 2**20),),
        global_argument=None,
        folding=uniform_folding(heights, 3, 2),
        queries=queries,
        digest_bits=256,
        grinding_bits={"queries": grinding, "deep_batching": grinding, "fri_folding": folding_grinding},
    )


def test_segment_target_with_grinding_in_every_fri_round_is_reached(segment_shape: ProofShape) -> None:
    assert security(segment_shape).security_bits >= 140


def test_segment_target_without_grinding_of_folding_is_missed(segment_shape: ProofShape) -> None:
    report = security(replace(segment_shape, grinding_bits={"deep_batching": 20, "queries": 20}))
    assert report.security_bits == 137


@pytest.mark.parametrize(
    ("blowup_log2", "queries", "unique_queries"), [(1, 217, 261), (2, 109, 160), (3, 73, 131), (4, 55, 119)]
)
def test_queries_for_128_bits_at_the_best_multiplicity(
    segment_shape: ProofShape, blowup_log2: int, queries: int, unique_queries: int
) -> None:
    """Trace 2^22, 1000 columns, KoalaBear^6, 20 bits of grinding in every round of FRI."""
    shape = replace(
        segment_shape,
        blowup_log2=blowup_log2,
        two_adicity=26,
        tables=(TableShape("only", 22, {"main": 1000}, {"z": 1000}, 100, 3),),
        folding=uniform_folding((22,), 1, 0),
        local_interactions=(),
        global_argument=None,
    )

    def bits(number: int, unique: bool) -> int:
        with_queries = replace(shape, queries=number)
        report = report_in(with_queries, UniqueDecoding()) if unique else best_multiplicity(with_queries)
        return report.security_bits

    assert bits(queries, unique=False) >= 128
    assert bits(queries - 1, unique=False) == 127
    assert bits(unique_queries, unique=True) >= 128
    assert bits(unique_queries - 1, unique=True) == 127


def test_best_multiplicity_beats_all_others() -> None:
    shape = _shape(queries=130)
    best = best_multiplicity(shape)
    assert best.multiplicity is not None
    assert 3 < best.multiplicity < 100
    assert best.error == min(report_in(shape, Johnson(m)).error for m in range(3, 200))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 300), st.integers(0, 40))
def test_security_never_falls_with_more_queries(queries: int, more: int) -> None:
    assert security(_shape(queries=queries + more)).error <= security(_shape(queries=queries)).error


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_security_never_falls_with_more_grinding(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert security(_shape(grinding=high)).error <= security(_shape(grinding=low)).error
    assert security(_shape(folding_grinding=high)).error <= security(_shape(folding_grinding=low)).error


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 8), st.integers(3, 8))
def test_security_never_falls_with_a_larger_field(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert security(_shape(extension_degree=high)).error <= security(_shape(extension_degree=low)).error


def test_challenges_sampled_together_add_up_to_one_round() -> None:
    report = report_in(_shape(), Johnson(10))
    together = report.terms["local_alpha"].error + report.terms["local_beta"].error
    assert report.error_by_round["local challenge"] == together
    assert "local_alpha" not in report.error_by_round


def test_weakest_label_and_round_name_the_largest_error() -> None:
    report = security(_shape(queries=10))
    assert (report.weakest_label, report.weakest_round) == ("queries", "queries")
    assert report.security_bits == report.bits_by_label["queries"]
    assert report.security_bits <= report.security_bits_float < report.security_bits + 1


def test_lookup_round_that_binds_is_weaker_than_each_of_its_challenges() -> None:
    shape = replace(_shape(queries=500, extension_degree=4), local_interactions=(BusInteractions("memory", 7, 2**30),))
    report = report_in(shape, UniqueDecoding())
    assert report.weakest_round == "local challenge"
    assert report.security_bits_float < min(term.bits_float for term in report.terms.values())


def test_unique_decoding_is_chosen_where_the_field_is_too_small_for_lists() -> None:
    report = security(_shape(queries=200, extension_degree=2))
    assert report.regime == UniqueDecoding()
    assert report.multiplicity is None


def test_cubic_bound_is_used_only_when_admitted(segment_shape: ProofShape) -> None:
    proven = security(segment_shape)
    admitted = security(segment_shape, ["johnson_powers_cubic"])
    assert proven.proximity_bounds[0].key == "johnson_line"
    assert admitted.security_bits_float > proven.security_bits_float
    assert admitted.proximity_bounds[1].status is Status.DERIVED


def test_capacity_bound_is_refused(segment_shape: ProofShape) -> None:
    with pytest.raises(RefutedBoundError, match="capacity_line is refuted by"):
        security(segment_shape, ["capacity_line"])


@pytest.mark.parametrize("key", ["johnson_line", "nonsense"])
def test_bound_that_names_no_optional_regime_is_refused(segment_shape: ProofShape, key: str) -> None:
    with pytest.raises(ParameterError, match=f"additional_bounds: {key} is not the bound of an optional regime"):
        security(segment_shape, [key])


def test_shape_with_a_bus_that_could_wrap_has_no_verdict(segment_shape: ProofShape) -> None:
    with pytest.raises(ConditionViolatedError, match="bus memory"):
        security(replace(segment_shape, local_interactions=(BusInteractions("memory", 7, P),)))


def test_whole_run_charges_segments_each_and_the_memory_argument_once(segment_shape: ProofShape) -> None:
    report = security(segment_shape)
    total = whole_run_error([report] * 3)
    exact = 3 * report.segment_error + report.global_error
    assert exact <= total <= exact * (1 + Fraction(1, 2**250))
    assert report.global_error == sum(
        (report.terms[label].error for label in ("pinning_point", "global_alpha", "global_beta")), Fraction(0)
    )
    assert report.segment_error + report.global_error == sum(report.error_by_round.values(), Fraction(0))


def test_whole_run_without_segments_is_refused() -> None:
    with pytest.raises(ParameterError, match="segments: a run has at least one"):
        whole_run_error([])


def test_hash_cap_stands_beside_the_figure(segment_shape: ProofShape) -> None:
    figures = security(segment_shape).figures
    assert figures.collision_cap == 128
    assert 126.5 < figures.non_interactive < 128
