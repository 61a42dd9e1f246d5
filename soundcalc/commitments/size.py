"""The size of a proof, from its real trees: an estimate in bytes, expected over the query indices.

One Merkle tree per commitment, its leaves rows of base-field elements, with lower matrices joining where the tree
has as many nodes; one tree per FRI layer, its leaves cosets of extension elements. An opening gives each distinct
row once and each digest that no opened row determines once. The expected size need not grow with the number of
queries, so nothing here may be bisected.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from soundcalc.parameters import ProofShape

COUNT_BYTES = 4
"""A list's length in the encoding of an opening."""
NONCE_BYTES = 8


@dataclass(frozen=True)
class ProofSize:
    """Bytes by part: one entry per commitment's opening, "FRI layers", "opened values" and the rest.

    `sibling_bytes`, the digests in openings, are part of these, and all that need not grow with the queries.
    """

    parts: Mapping[str, float]
    sibling_bytes: float

    @property
    def total_bytes(self) -> float:
        return sum(self.parts.values())


def expected_distinct(nodes: int, queries: int) -> float:
    """How many of this many nodes `queries` uniform indices hit, in expectation."""
    if nodes == 1:
        return 1.0 if queries else 0.0
    return -nodes * math.expm1(queries * math.log1p(-1 / nodes))


@cache
def expected_siblings(depth: int, queries: int) -> float:
    """How many digests an opening of a tree with 2^depth leaves needs, in expectation.

    In a layer of N nodes these are the nodes that are not hit and whose sibling is.
    """
    total = 0.0
    for layer in range(1, depth + 1):
        nodes = 1 << layer
        neither_missed = 0.0 if nodes == 2 else math.exp(queries * math.log1p(-2 / nodes))
        total += nodes * (math.exp(queries * math.log1p(-1 / nodes)) - neither_missed)
    return total


@dataclass(frozen=True)
class _Units:
    element_bytes: int
    extension_bytes: int
    digest_bytes: int


def _opening_bytes(row_elements_by_depth: Mapping[int, int], queries: int, units: _Units) -> float:
    """One tree's opening: rows of so many base-field elements enter where the tree has 2^depth nodes."""
    rows = sum(
        COUNT_BYTES + expected_distinct(1 << depth, queries) * elements * units.element_bytes
        for depth, elements in row_elements_by_depth.items()
    )
    return rows + COUNT_BYTES + _sibling_bytes(row_elements_by_depth, queries, units)


def _sibling_bytes(row_elements_by_depth: Mapping[int, int], queries: int, units: _Units) -> float:
    return expected_siblings(max(row_elements_by_depth), queries) * units.digest_bytes


def trees(shape: ProofShape) -> dict[str, dict[int, int]]:
    """By commitment, the width of its rows in base-field elements by tree depth."""
    found: dict[str, dict[int, int]] = {}
    for table in shape.tables:
        depth = table.height_log2 + shape.blowup_log2
        for commitment, columns in table.columns.items():
            if columns:
                levels = found.setdefault(commitment, {})
                levels[depth] = levels.get(depth, 0) + columns
    return found


def fri_trees(shape: ProofShape) -> list[dict[int, int]]:
    """The trees of the FRI layers: a row is a coset that one fold consumes."""
    depth, found = shape.domain_log2, []
    for layer in shape.folding:
        depth -= layer.arity_log2
        found.append({depth: shape.extension_degree << layer.arity_log2})
    return found


def proof_size(shape: ProofShape) -> ProofSize:
    """The expected size of one proof, its statement left out: public values, heights, totals of the buses."""
    element_bytes = -(-shape.base_field_size.bit_length() // 8)
    units = _Units(element_bytes, element_bytes * shape.extension_degree, -(-shape.digest_bits // 8))
    commitments = trees(shape)
    parts = {name: _opening_bytes(levels, shape.queries, units) for name, levels in commitments.items()}
    layers = fri_trees(shape)
    parts["FRI layers"] = sum(_opening_bytes(levels, shape.queries, units) for levels in layers)
    parts["final polynomial"] = float(units.extension_bytes << shape.final_height_log2)
    parts["opened values"] = float(
        units.extension_bytes * sum(shape.batched_functions(height_log2) for height_log2 in shape.heights_log2)
    )
    parts["roots and nonces"] = float(
        units.digest_bytes * (len(commitments) + len(layers)) + NONCE_BYTES * (len(layers) + 2)
    )
    siblings = sum(_sibling_bytes(levels, shape.queries, units) for levels in (*commitments.values(), *layers))
    return ProofSize(parts, siblings)
