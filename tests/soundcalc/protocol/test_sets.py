"""The committed parameter sets: found by the search, within their targets, and wide enough for the machine."""

from __future__ import annotations

from fractions import Fraction

import pytest

from soundcalc.composition.claim import Invocations, run_error
from soundcalc.exact import floor_bits
from soundcalc.protocol.machine import Table, argument_size, largest_argument, limits_of, main_columns
from soundcalc.protocol.search import search
from soundcalc.protocol.security import ProofSecurity, recursion_error, security
from soundcalc.protocol.sets import MAXIMUM_SEGMENTS, SET_TARGETS, SetTarget
from soundcalc.protocol.shape import shape_under
from soundcalc.protocol.tree import Role, TreeCircuit, proof_tree
from spec.parameters import PARAMETER_SETS
from spec.protocol.recursion import MAXIMUM_TREE_SEGMENTS
from spec.protocol.shape import listed_shape
from spec.rv64im.machine import RV64IM
from spec.rv64im.tree import tree_design

LIMITS = limits_of(RV64IM, global_tokens=2**21)
"""A claimed output has at most 2^21 doublewords."""

MAXIMUM_NODES = 2 * MAXIMUM_TREE_SEGMENTS - 1
"""The tree with most proofs converts segments one by one and combines nodes two by two."""

TREE = proof_tree(tree_design(), MAXIMUM_TREE_SEGMENTS, LIMITS.global_tokens)

LISTED = [(name, height) for name, target in SET_TARGETS.items() for height in target.parameters.heights_log2]
BELOW_128 = Fraction(1, 2**128)


def _committed(target: SetTarget, height_log2: int) -> ProofSecurity:
    return security(shape_under(target.bounds_at(height_log2), target.parameters, height_log2))


def _largest_error(name: str) -> ProofSecurity:
    target = SET_TARGETS[name]
    reports = (_committed(target, height_log2) for height_log2 in target.parameters.heights_log2)
    return max(reports, key=lambda report: report.error)


@pytest.mark.parametrize(
    ("name", "height_log2"),
    [
        pytest.param(
            *listed, marks=[] if listed == ("segment", 17) else pytest.mark.slow, id="-".join(map(str, listed))
        )
        for listed in LISTED
    ],
)
def test_schedule_committed_is_the_one_that_the_search_finds(name: str, height_log2: int) -> None:
    target = SET_TARGETS[name]
    assert search(target.problem(height_log2)).schedule == target.parameters.schedules[height_log2]


def test_every_secure_set_has_a_target_and_every_listed_height_a_usual_proof() -> None:
    assert set(SET_TARGETS) == {name for name, parameters in PARAMETER_SETS.items() if parameters.secure}
    for name, target in SET_TARGETS.items():
        assert target.parameters is PARAMETER_SETS[name]
        assert tuple(target.usual_main_columns) == target.parameters.heights_log2


@pytest.mark.parametrize(("name", "height_log2"), LISTED)
def test_rounds_of_the_largest_proof_sum_to_the_target(name: str, height_log2: int) -> None:
    target = SET_TARGETS[name]
    report = _committed(target, height_log2)
    assert report.error <= Fraction(1, 2**target.target_bits)
    # No more than a tenth of a bit is wasted.
    assert report.error * Fraction(108, 100) > Fraction(1, 2**target.target_bits)
    assert report.security_bits >= target.target_bits


def test_targets_are_those_of_the_protocol() -> None:
    assert {name: target.target_bits for name, target in SET_TARGETS.items()} == {
        "segment": 140,
        "recursion": 140,
        "final": 130,
    }


def test_most_segments_are_those_that_a_verifier_of_the_machine_admits() -> None:
    assert RV64IM.maximum_segments == MAXIMUM_SEGMENTS
    assert {name: target.segments for name, target in SET_TARGETS.items()} == {
        "segment": 4096,
        "recursion": 1024,
        "final": 1,
    }


def test_run_that_a_set_is_meant_for_keeps_the_goal_and_the_longest_that_is_admitted_may_not() -> None:
    bits = {
        name: tuple(floor_bits(_largest_error(name).run_error(segments)) for segments in (target.segments, 4096))
        for name, target in SET_TARGETS.items()
    }
    assert bits == {"segment": (128, 128), "recursion": (130, 128), "final": (130, 118)}


def test_run_of_the_most_segments_stays_below_128_bits() -> None:
    assert _largest_error("segment").run_error(MAXIMUM_SEGMENTS) < BELOW_128


def test_recursion_over_the_most_segments_with_all_nodes_and_the_final_proof_stays_below_128_bits() -> None:
    recursion, final = _largest_error("recursion"), _largest_error("final")
    above = [Invocations("node", MAXIMUM_NODES, recursion.error), Invocations("final", 1, final.error)]
    error = recursion_error([recursion], MAXIMUM_TREE_SEGMENTS, above)
    assert error < BELOW_128
    targets = [Invocations("proof", 1024 + 2047, Fraction(1, 2**140)), Invocations("final", 1, Fraction(1, 2**130))]
    assert error <= run_error(targets) < BELOW_128


def test_nodes_counted_are_those_of_the_tree_with_most() -> None:
    assert sum(circuit.proofs for circuit in TREE.of(Role.NODE)) == MAXIMUM_NODES


@pytest.mark.parametrize("circuit", TREE.circuits, ids=lambda circuit: circuit.name)
def test_every_proof_of_a_tree_is_within_the_bounds_of_its_set(circuit: TreeCircuit) -> None:
    """The verifier admits no other shape of nodes, and of the final proof."""
    target = SET_TARGETS["final" if circuit.role is Role.FINAL else "recursion"]
    height_log2 = circuit.shape.schedule.height_log2
    assert circuit.shape.schedule == target.parameters.schedule(height_log2)
    assert circuit.shape.argument.within(target.bounds_at(height_log2))


@pytest.mark.parametrize(("name", "height_log2"), [listed for listed in LISTED if listed[0] != "recursion"])
def test_largest_segment_of_the_machine_is_within_the_bounds(name: str, height_log2: int) -> None:
    target = SET_TARGETS[name]
    largest = largest_argument(RV64IM.chips, LIMITS, target.parameters, height_log2)
    assert largest.within(target.bounds_at(height_log2))


@pytest.mark.parametrize("shape", RV64IM.listed_shapes)
def test_segment_of_every_listed_shape_is_within_the_bounds_of_recursion(shape: str) -> None:
    target = SET_TARGETS["recursion"]
    listed = listed_shape(RV64IM, shape, RV64IM.listed_programs[-1])
    tables: list[Table] = [(table.chip, table.height_log2) for table in listed.tables]
    cells = sum(main_columns(chip) << height for chip, height in tables)
    height_log2 = target.parameters.stacking_height(max(height for _, height in tables), cells)
    size = argument_size(tables, height_log2, LIMITS.local_tokens)
    assert size.within(target.bounds_at(height_log2))


@pytest.mark.parametrize(("name", "height_log2"), LISTED)
def test_usual_proofs_are_within_the_bounds(name: str, height_log2: int) -> None:
    target = SET_TARGETS[name]
    assert target.usual_at(height_log2).within(target.bounds_at(height_log2))
