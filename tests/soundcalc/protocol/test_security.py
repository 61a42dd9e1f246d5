from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction

import pytest

from soundcalc.composition.claim import Invocations, non_interactive_bits
from soundcalc.errors import ParameterError
from soundcalc.exact import float_bits, floor_bits
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.security import (
    ProofSecurity,
    recursion_error,
    security,
    segments_error,
)
from soundcalc.protocol.shape import ArgumentSize, ProofShape


@pytest.fixture(scope="module")
def report(large_shape: ProofShape) -> ProofSecurity:
    return security(large_shape)


def test_sums_are_those_of_the_list_of_terms(report: ProofSecurity) -> None:
    shared = {"global_alpha", "global_beta"}
    assert report.error == sum(term.error for term in report.terms)
    assert report.shared_error == sum(term.error for term in report.terms if term.label in shared)
    assert report.proof_error == report.error - report.shared_error


@pytest.mark.parametrize("label", ["program_pinning", "global_beta", "gkr_round_9_4", "queries_3", "folding_0_1"])
def test_no_term_can_be_left_out_of_the_sums(report: ProofSecurity, label: str) -> None:
    (term,) = [term for term in report.terms if term.label == label]
    without = replace(report, terms=tuple(other for other in report.terms if other is not term))
    assert report.error - without.error == term.error
    assert report.run_error(4096) > without.run_error(4096)


def test_run_pays_each_proof_as_often_as_it_has_segments_and_the_global_challenge_once(report: ProofSecurity) -> None:
    for segments in (1, 2, 4096):
        assert float(report.run_error(segments) / (segments * report.proof_error + report.shared_error)) == (
            pytest.approx(1, rel=1e-15)
        )
    assert report.run_error(4096) < 4096 * report.error


def test_run_of_one_more_segment_has_fewer_bits(report: ProofSecurity) -> None:
    assert report.run_error(7) < report.run_error(8)


@pytest.mark.parametrize("segments", [0, 4097])
def test_number_of_segments_that_the_messages_do_not_cover_is_refused(report: ProofSecurity, segments: int) -> None:
    with pytest.raises(ParameterError, match=f"^segments: {segments} are not between 1 and 4096$"):
        report.run_error(segments)


@pytest.mark.parametrize("iteration", range(5))
def test_one_query_less_has_fewer_bits(report: ProofSecurity, iteration: int) -> None:
    schedule = report.shape.schedule
    queries = tuple(count - (i == iteration) for i, count in enumerate(schedule.queries))
    fewer = security(replace(report.shape, schedule=replace(schedule, queries=queries)))
    assert fewer.error > report.error


@pytest.mark.parametrize("name", [field.name for field in fields(ArgumentSize)])
def test_no_count_of_the_argument_lowers_the_error(report: ProofSecurity, name: str) -> None:
    argument = report.shape.argument
    more = replace(argument, **{name: getattr(argument, name) + max(1, getattr(argument, name) // 2)})
    larger = security(replace(report.shape, argument=more))
    if name in {"busiest_local_bus", "busiest_global_bus", "segments"}:
        assert larger.error == report.error
    else:
        assert larger.error > report.error


def test_messages_of_the_verifier_add_up_and_the_largest_is_the_verdict(report: ProofSecurity) -> None:
    by_label = {term.label: term.error for term in report.terms}
    errors = report.error_by_message
    assert errors["queries_0", "query_batching_0"] == by_label["queries_0"] + by_label["query_batching_0"]
    assert errors["gkr_merge_3", "gkr_batching_4"] == by_label["gkr_merge_3"] + by_label["gkr_batching_4"]
    assert sum(errors.values()) == report.error
    assert report.round_error == errors[report.weakest_message] == max(errors.values())
    assert report.security_bits == floor_bits(report.round_error)
    assert report.security_bits_float == float_bits(report.round_error)


def test_figures_stand_beside_both_the_rounds_and_the_run(report: ProofSecurity) -> None:
    figures, run = report.figures, report.run_figures(4096)
    assert (figures.interactive, figures.collision_cap) == (float_bits(report.round_error), 128)
    assert run.interactive == float_bits(report.run_error(4096))
    assert run.non_interactive == non_interactive_bits(report.run_error(4096), 256) < run.interactive
    assert run.non_interactive < figures.non_interactive


def test_cubic_bound_gives_more_bits_and_the_printed_one_fewer(report: ProofSecurity) -> None:
    assert security(report.shape, CurveBound.CUBIC).error < report.error
    assert security(report.shape, CurveBound.PRINTED).error > report.error


@pytest.fixture(scope="module")
def narrower(report: ProofSecurity) -> ProofSecurity:
    """A report of about the same errors, so that none hides another."""
    argument = replace(report.shape.argument, main_columns=30, global_messages=2**31)
    return security(replace(report.shape, argument=argument))


def test_segments_of_a_run_each_count_and_the_largest_shared_error_once(
    report: ProofSecurity, narrower: ProofSecurity
) -> None:
    expected = 2 * report.proof_error + narrower.proof_error + report.shared_error
    assert narrower.shared_error < report.shared_error
    assert float(segments_error([report, narrower, report]) / expected) == pytest.approx(1, rel=1e-15)
    with pytest.raises(ParameterError, match=r"^segments: a run has at least one$"):
        segments_error([])


def test_recursion_counts_segments_nodes_and_the_final_proof(report: ProofSecurity, narrower: ProofSecurity) -> None:
    def above(nodes: int) -> list[Invocations]:
        return [Invocations("node", nodes, narrower.error), Invocations("final", 1, report.error)]

    expected = report.run_error(1024) + 300 * narrower.error + report.error
    found = recursion_error([report], 1024, above(300))
    assert float(found / expected) == pytest.approx(1, rel=1e-15)
    assert recursion_error([report], 1024, above(301)) > found
    without = recursion_error([report], 1024, above(0)) / (report.run_error(1024) + report.error)
    assert float(without) == pytest.approx(1, rel=1e-15)
    with pytest.raises(ParameterError, match=r"^node: -1 proofs are fewer than none$"):
        recursion_error([report], 1024, above(-1))


def test_recursion_counts_the_worst_of_the_segments_kinds_and_of_what_they_share(
    report: ProofSecurity, narrower: ProofSecurity
) -> None:
    assert narrower.proof_error < report.proof_error
    argument = replace(narrower.shape.argument, global_messages=2**33)
    sharing = security(replace(narrower.shape, argument=argument))
    assert sharing.shared_error > report.shared_error
    expected = 3 * report.proof_error + sharing.shared_error
    found = recursion_error([sharing, report], 3, [])
    assert float(found / expected) == pytest.approx(1, rel=1e-15)
    for count in (0, report.shape.argument.segments + 1):
        with pytest.raises(ParameterError, match=rf"^segments: {count} are not between 1 and 4096$"):
            recursion_error([sharing, report], count, [])


def test_errors_are_exact_rationals(report: ProofSecurity) -> None:
    assert all(isinstance(term.error, Fraction) for term in report.terms)
