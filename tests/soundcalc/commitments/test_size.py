from __future__ import annotations

import itertools
import random
import statistics
from dataclasses import replace

import pytest
from spec.protocol.opening import FriLayerProof, OpeningProof, fri_layer_levels, opening_shape, write_opening_proof

from soundcalc.commitments.size import expected_distinct, expected_siblings, fri_trees, proof_size, trees
from soundcalc.parameters import ProofShape
from spec.field import ZERO
from spec.parameters import ParameterSet
from spec.protocol.canonical import Writer
from spec.protocol.merkle import MatrixShape, MerkleOpening, TreeLevel, opening_row_counts, sibling_positions


def test_expectations_on_a_small_tree_agree_with_enumeration() -> None:
    depth, queries = 2, 3
    draws = list(itertools.product(range(4), repeat=queries))
    distinct = statistics.fmean(len(set(draw)) for draw in draws)
    siblings = statistics.fmean(sum(map(len, sibling_positions(draw, depth))) for draw in draws)
    assert expected_distinct(4, queries) == pytest.approx(distinct)
    assert expected_siblings(depth, queries) == pytest.approx(siblings)


def test_single_node_is_hit_by_any_query() -> None:
    assert expected_distinct(1, 3) == 1.0
    assert expected_distinct(1, 0) == 0.0
    assert expected_siblings(0, 3) == 0.0


def test_expected_siblings_fall_when_queries_cover_the_tree() -> None:
    assert expected_siblings(8, 2000) < expected_siblings(8, 100)


def test_trees_of_commitments_and_layers_by_hand(segment_shape: ProofShape) -> None:
    assert set(trees(segment_shape)) == {"main", "logup", "quotient"}
    assert trees(segment_shape)["main"] == {height + 1: 270 for height in range(4, 23)}
    layers = fri_trees(segment_shape)
    assert layers[0] == {22: 6 * 2}
    assert len(layers) == 18


def _opening(levels: tuple[TreeLevel, ...], indices: list[int]) -> MerkleOpening:
    counts = opening_row_counts(levels, indices)
    rows = tuple(((0,) * level.width,) * count for level, count in zip(levels, counts, strict=True))
    siblings = sum(map(len, sibling_positions(indices, levels[0].depth)))
    return MerkleOpening(rows, (bytes(32),) * siblings)


def test_estimate_agrees_with_serialized_openings(segment_shape: ProofShape) -> None:
    """The protocol's own encoding of opening proofs at random indices, without their content."""
    shape = replace(segment_shape, queries=60)
    parameters = ParameterSet("test", 1, shape.queries, 3, 4, False)
    heights = shape.heights_log2
    commitments = [[MatrixShape(height, width) for height in heights] for width in (270, 120, 12)]
    opening_form = opening_shape(commitments, parameters)
    generator = random.Random(7)
    sizes = []
    for _ in range(12):
        indices = [generator.randrange(1 << shape.domain_log2) for _ in range(shape.queries)]
        layers = [
            FriLayerProof(bytes(32), 0, _opening((level,), [i >> shape.domain_log2 - level.depth for i in indices]))
            for level in fri_layer_levels(heights, parameters)
        ]
        openings = [_opening(levels, indices) for levels in opening_form.commitments]
        writer = Writer()
        final = (ZERO,) * opening_form.final_length
        write_opening_proof(writer, OpeningProof(0, tuple(layers), final, 0, tuple(openings)))
        sizes.append(len(writer.encoded()))
    estimate = proof_size(shape)
    roots_of_commitments, opened_values = 3 * 32, estimate.parts["opened values"]
    expected = estimate.total_bytes - roots_of_commitments - opened_values
    assert statistics.fmean(sizes) == pytest.approx(expected, rel=2e-3)


def test_opened_values_are_extension_elements(segment_shape: ProofShape) -> None:
    assert proof_size(segment_shape).parts["opened values"] == 19 * 421 * 24
