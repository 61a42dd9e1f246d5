"""The proof that committed columns have claimed values at points, as an object and as bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spec.field import EXTENSION_DEGREE, Extension
from spec.parameters import ParameterSet
from spec.protocol.encoding import Reader, Writer
from spec.protocol.folding import final_height_log2, folding_schedule
from spec.protocol.merkle import MatrixShape, MerkleOpening, TreeLevel, tree_levels
from spec.protocol.transcript import NONCE_BYTES

OpeningPoints = Sequence[Sequence[Sequence[Extension]]]
"""Points by commitment and matrix."""

OpenedValues = tuple[tuple[tuple[tuple[Extension, ...], ...], ...], ...]
"""Claimed values by commitment, matrix, point and column."""


@dataclass(frozen=True, slots=True)
class FriLayerProof:
    """A FRI layer: the root over its cosets, the nonce before its challenge, the cosets at the queries."""

    root: bytes
    nonce: int
    opening: MerkleOpening


@dataclass(frozen=True, slots=True)
class OpeningProof:
    """All messages of the prover after the claimed values; one commitment opening per commitment."""

    deep_batching_nonce: int
    fri_layers: tuple[FriLayerProof, ...]
    final_coefficients: tuple[Extension, ...]
    queries_nonce: int
    commitment_openings: tuple[MerkleOpening, ...]


@dataclass(frozen=True)
class OpeningShape:
    """Everything about an opening proof's form that follows from the statement and the parameters."""

    commitments: tuple[tuple[TreeLevel, ...], ...]
    fri_layers: tuple[TreeLevel, ...]
    final_length: int
    queries: int


def fri_layer_levels(heights_log2: Sequence[int], parameters: ParameterSet) -> tuple[TreeLevel, ...]:
    """The tree of each FRI layer: one row per coset, 2^arity_log2 extension elements wide."""
    levels = []
    depth = max(heights_log2) + parameters.rate_log2
    for arity_log2 in folding_schedule(heights_log2, parameters):
        depth -= arity_log2
        levels.append(TreeLevel(depth, EXTENSION_DEGREE << arity_log2))
    return tuple(levels)


def opening_shape(commitments: Sequence[Sequence[MatrixShape]], parameters: ParameterSet) -> OpeningShape:
    """The form of the opening proof of commitments to matrices of these shapes."""
    heights = [matrix.height_log2 for matrices in commitments for matrix in matrices]
    return OpeningShape(
        commitments=tuple(tree_levels(matrices, parameters.rate_log2) for matrices in commitments),
        fri_layers=fri_layer_levels(heights, parameters),
        final_length=1 << final_height_log2(heights, parameters),
        queries=parameters.queries,
    )


def row_count_maximum(level: TreeLevel, queries: int) -> int:
    """No opening has more rows at a level than queries, nor than the level has rows."""
    return min(queries, 1 << level.depth)


def sibling_count_maximum(depth: int, queries: int) -> int:
    """No opening has more siblings: in each layer at most one per query, and at most half of the nodes."""
    return sum(min(queries, 1 << (layer - 1)) for layer in range(1, depth + 1))


def write_opened_values(writer: Writer, values: OpenedValues) -> None:
    """The claimed values in canonical order; their number follows from the statement."""
    writer.extensions(flattened(values))


def flattened(values: OpenedValues) -> Iterator[Extension]:
    """Claimed values in canonical order: commitment, matrix, point, column."""
    for commitment in values:
        for matrix in commitment:
            for columns in matrix:
                yield from columns


def read_opened_values(
    reader: Reader, commitments: Sequence[Sequence[MatrixShape]], points: OpeningPoints
) -> OpenedValues:
    """Reads what `write_opened_values` wrote. Only the number of points of each matrix matters here."""
    return tuple(
        tuple(
            tuple(reader.extensions(matrix.width) for _ in matrix_points)
            for matrix, matrix_points in zip(matrices, commitment_points, strict=True)
        )
        for matrices, commitment_points in zip(commitments, points, strict=True)
    )


def _write_merkle_opening(writer: Writer, opening: MerkleOpening) -> None:
    for rows in opening.rows:
        writer.count(len(rows))
        for row in rows:
            writer.elements(row)
    writer.count(len(opening.siblings))
    for digest in opening.siblings:
        writer.raw(digest)


def _read_merkle_opening(reader: Reader, levels: Sequence[TreeLevel], queries: int) -> MerkleOpening:
    rows = []
    for level in levels:
        count = reader.count("rows", 1, row_count_maximum(level, queries))
        rows.append(reader.rows(count, level.width))
    count = reader.count("sibling digests", 0, sibling_count_maximum(levels[0].depth, queries))
    return MerkleOpening(tuple(rows), reader.digests(count))


def write_opening_proof(writer: Writer, proof: OpeningProof) -> None:
    """The proof's canonical bytes. Counts that follow from the statement are not written."""
    writer.unsigned(proof.deep_batching_nonce, NONCE_BYTES)
    for layer in proof.fri_layers:
        writer.raw(layer.root)
        writer.unsigned(layer.nonce, NONCE_BYTES)
    writer.extensions(proof.final_coefficients)
    writer.unsigned(proof.queries_nonce, NONCE_BYTES)
    for layer in proof.fri_layers:
        _write_merkle_opening(writer, layer.opening)
    for opening in proof.commitment_openings:
        _write_merkle_opening(writer, opening)


def read_opening_proof(reader: Reader, shape: OpeningShape) -> OpeningProof:
    """Reads a proof of this form. Raises Rejected for anything else."""
    deep_batching_nonce = reader.unsigned(NONCE_BYTES)
    commit_phase = [(reader.digest(), reader.unsigned(NONCE_BYTES)) for _ in shape.fri_layers]
    final_coefficients = reader.extensions(shape.final_length)
    queries_nonce = reader.unsigned(NONCE_BYTES)
    fri_layers = tuple(
        FriLayerProof(root, nonce, _read_merkle_opening(reader, [level], shape.queries))
        for (root, nonce), level in zip(commit_phase, shape.fri_layers, strict=True)
    )
    commitment_openings = tuple(_read_merkle_opening(reader, levels, shape.queries) for levels in shape.commitments)
    return OpeningProof(deep_batching_nonce, fri_layers, final_coefficients, queries_nonce, commitment_openings)
