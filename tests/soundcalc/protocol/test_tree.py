"""The error of a run that ends in one final proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest

from reference.recursion.tree_plan import Branch, Part, plan_tree
from soundcalc.errors import ParameterError
from soundcalc.exact import float_bits
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.term import Charge
from soundcalc.protocol.tree import ProofTree, Role, TreeCircuit, TreeSecurity, proof_tree, tree_security
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_CAPACITY_BYTES
from spec.protocol.recursion import depth_limit, most_segments
from spec.rv64im.machine import RV64IM
from spec.rv64im.tree import tree_design

DESIGN = tree_design()
MOST = most_segments(RV64IM)
OUTPUT_TOKENS = 1 + OUTPUT_CAPACITY_BYTES // DOUBLEWORD_BYTES


@pytest.fixture(scope="module")
def longest() -> TreeSecurity:
    return tree_security(proof_tree(DESIGN, MOST, OUTPUT_TOKENS))


def _proofs(tree: ProofTree) -> dict[str, int]:
    return {circuit.name: circuit.proofs for circuit in tree.circuits if circuit.role is not Role.SEGMENT}


def test_longest_tree_has_128_bits_summed_over_all_rounds_of_all_proofs(longest: TreeSecurity) -> None:
    assert longest.error <= Fraction(1, 2**128)
    assert longest.figures.interactive == float_bits(longest.error)
    # What the hash alone allows stands apart.
    assert longest.figures.collision_cap == 128
    assert longest.figures.non_interactive < 128


def test_longest_tree_converts_segments_one_by_one_and_combines_nodes_two_by_two(longest: TreeSecurity) -> None:
    assert _proofs(longest.tree) == {
        "convert of 1": 1024,
        "convert of 2": 0,
        "combine of 2": 1023,
        "limpid final": 1,
    }
    assert {circuit.proofs for circuit in longest.tree.of(Role.SEGMENT)} == {1024}
    assert longest.tree.proofs == 1024 + 1024 + 1023 + 1
    assert (longest.tree.segments, longest.tree.depth_limit) == (MOST, depth_limit(RV64IM))
    assert len(longest.tree.of(Role.SEGMENT)) == len(DESIGN.segment_shapes)


def _nodes_of(part: Part) -> int:
    return 1 + sum(map(_nodes_of, part.parts)) if isinstance(part, Branch) else 1


@pytest.mark.parametrize("segments", [1, 2, 3, 7, 1000, 1024])
@pytest.mark.parametrize("counts", [(1,), (1, 2)])
def test_no_tree_that_is_planned_has_more_nodes(segments: int, counts: tuple[int, ...]) -> None:
    """Segments that have one shape are converted in pairs, others one by one."""
    design = replace(DESIGN, segment_counts=counts)
    nodes = sum(circuit.proofs for circuit in proof_tree(design, segments, 0).of(Role.NODE))
    assert nodes == 2 * segments - 1
    alike, different = ["general_small"] * segments, ["general_small", "text_small"] * segments
    assert _nodes_of(plan_tree(alike, design)) <= nodes
    assert _nodes_of(plan_tree(different[:segments], design)) == nodes


def test_circuits_of_more_children_make_fewer_nodes() -> None:
    design = replace(DESIGN, segment_counts=(4, 2), child_counts=(4, 3))
    assert _proofs(proof_tree(design, 9, 0)) == {
        "convert of 4": 0,
        "convert of 2": 5,
        "combine of 4": 0,
        "combine of 3": 2,
        "limpid final": 1,
    }


def test_sum_over_the_tree_recomputed_term_by_term(longest: TreeSecurity) -> None:
    """In floats of sixty digits, without the code that adds."""
    with mpmath.workdps(60):

        def added(role: Role, charge: Charge) -> list[mpmath.mpf]:
            return [
                mpmath.fsum(
                    mpmath.mpf(t.error.numerator) / t.error.denominator for t in report.terms if t.charge is charge
                )
                for _, report in longest.of(role)
            ]

        nodes = [sum(pair) for pair in zip(*(added(Role.NODE, charge) for charge in Charge), strict=True)]
        (final,) = [sum(pair) for pair in zip(*(added(Role.FINAL, charge) for charge in Charge), strict=True)]
        expected = 1024 * max(added(Role.SEGMENT, Charge.PROOF)) + max(added(Role.SEGMENT, Charge.RUN))
        expected += (1024 + 1023) * nodes[0] + final
        found = mpmath.mpf(longest.error.numerator) / longest.error.denominator
        assert abs(found / expected - 1) < mpmath.mpf(10) ** -15
        assert -mpmath.log(expected, 2) >= 128


def test_shorter_run_has_fewer_errors_and_more_output_tokens_more(longest: TreeSecurity) -> None:
    one = tree_security(proof_tree(DESIGN, 1, OUTPUT_TOKENS))
    assert _proofs(one.tree)["convert of 1"] == one.tree.of(Role.FINAL)[0].proofs == 1
    assert one.error < longest.error
    assert tree_security(proof_tree(DESIGN, 1, 1)).error < one.error
    assert tree_security(longest.tree, CurveBound.PRINTED).error > longest.error


@pytest.mark.parametrize("segments", [0, MOST + 1])
def test_run_that_no_final_proof_states_is_refused(segments: int) -> None:
    with pytest.raises(ParameterError, match=rf"^segments: {segments} are not between 1 and {MOST}$"):
        proof_tree(DESIGN, segments, 1)


def test_tree_without_its_parts_is_refused() -> None:
    circuits = proof_tree(DESIGN, 2, 1).circuits

    def refused(changed: Iterable[TreeCircuit]) -> str:
        with pytest.raises(ParameterError) as refusal:
            ProofTree(2, 10, tuple(changed))
        return str(refusal.value)

    assert refused(of for of in circuits if of.role is not Role.NODE) == "role: no circuit has the role node"
    doubled = "role: a tree ends in one proof, so one circuit has the role final"
    assert refused(replace(of, proofs=2) if of.role is Role.FINAL else of for of in circuits) == doubled
    fewer = "proofs: a run of 2 segments has so many proofs of any kind"
    assert refused(replace(of, proofs=1) if of.role is Role.SEGMENT else of for of in circuits) == fewer
