"""Opening commitments: claimed values, their reduction to one codeword per height, FRI, and queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from reference.prover import extension_arrays
from reference.prover.commitment import CommittedData, require_outside_domains
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import Matrix
from reference.prover.fri import fold_codewords
from reference.prover.grinding import grind
from reference.prover.kernels import Kernels
from reference.prover.reduction import OpenedColumns
from spec.field import Extension
from spec.parameters import ParameterSet
from spec.protocol.labels import DEEP_BATCHING, OUT_OF_DOMAIN_VALUES, QUERIES
from spec.protocol.opening import OpenedValues, OpeningProof, flattened
from spec.protocol.transcript import Transcript


@dataclass(frozen=True)
class OpeningRequest:
    """A commitment and, for each of its matrices, the points at which all its columns are opened."""

    committed: CommittedData
    points: Sequence[Sequence[Extension]]


def open_commitments(
    kernels: Kernels,
    requests: Sequence[OpeningRequest],
    transcript: Transcript,
    parameters: ParameterSet,
) -> tuple[OpenedValues, OpeningProof]:
    """The values of all requested columns and the proof of them.

    Raises Rejected for a point in a domain: the statement cannot be proven with it. Raises ValueError for a
    request with a matrix that is opened nowhere, or whose rate is not the parameters'.
    """
    differences = _inverse_differences(kernels, requests, parameters)
    values = _opened_values(kernels, requests, differences)
    transcript.observe_extensions(OUT_OF_DOMAIN_VALUES, flattened(values))
    deep_batching_nonce = grind(kernels, transcript, parameters, DEEP_BATCHING, DEEP_BATCHING)
    challenge = transcript.sample_extension(DEEP_BATCHING)
    reduced = reduced_codewords(kernels, requests, values, differences, challenge)

    commit_phase = fold_codewords(kernels, reduced, transcript, parameters)
    queries_nonce = grind(kernels, transcript, parameters, QUERIES, QUERIES)
    domain_log2 = max(reduced) + parameters.rate_log2
    indices = transcript.sample_indices(QUERIES, parameters.queries, domain_log2)
    commitment_openings = []
    for request in requests:
        shift = domain_log2 - (len(request.committed.tree.layers) - 1)
        commitment_openings.append(request.committed.tree.open(index >> shift for index in indices))
    return values, OpeningProof(
        deep_batching_nonce,
        commit_phase.open(indices),
        commit_phase.final_coefficients,
        queries_nonce,
        tuple(commitment_openings),
    )


def _inverse_differences(
    kernels: Kernels, requests: Sequence[OpeningRequest], parameters: ParameterSet
) -> dict[Extension, ExtensionArray]:
    """For each point, 1 / (point - x) over the largest evaluation domain on which it is needed."""
    heights: set[int] = set()
    largest: dict[Extension, int] = {}
    for request in requests:
        if request.committed.rate_log2 != parameters.rate_log2:
            raise ValueError(f"a commitment has rate 2^-{request.committed.rate_log2}, not the parameters' rate")
        for shape, points in zip(request.committed.shapes, request.points, strict=True):
            heights.add(shape.height_log2)
            if not points:
                raise ValueError("a committed matrix is opened at one point at least")
            for point in points:
                size_log2 = shape.height_log2 + parameters.rate_log2
                largest[point] = max(largest.get(point, 0), size_log2)
    for point in largest:
        require_outside_domains(point, heights, parameters.rate_log2)
    return {point: kernels.inverse_differences(point, size_log2) for point, size_log2 in largest.items()}


def _opened_values(
    kernels: Kernels,
    requests: Sequence[OpeningRequest],
    differences: Mapping[Extension, ExtensionArray],
) -> OpenedValues:
    return tuple(
        tuple(
            tuple(
                tuple(kernels.evaluate_columns(codewords, request.committed.rate_log2, point, differences[point]))
                for point in points
            )
            for codewords, points in zip(request.committed.codewords, request.points, strict=True)
        )
        for request in requests
    )


def reduced_codewords(
    kernels: Kernels,
    requests: Sequence[OpeningRequest],
    values: OpenedValues,
    differences: Mapping[Extension, ExtensionArray],
    challenge: Extension,
) -> dict[int, ExtensionArray]:
    """For each height the sum of challenge^k (f_k(x) - v_k) / (x - z_k) over its (column, point) pairs.

    Pairs are counted in canonical order, commitment, matrix, point, column, from 0 at each height. The factor
    1 / (x - z) is common to all columns opened at z, so it multiplies once per height and point.
    """
    parts: dict[tuple[int, Extension], _Part] = {}
    powers = extension_arrays.powers(challenge, len(list(flattened(values))))
    counted: Counter[int] = Counter()
    for request, matrix_values in zip(requests, values, strict=True):
        committed = request.committed
        for shape, codewords, points, point_values in zip(
            committed.shapes, committed.codewords, request.points, matrix_values, strict=True
        ):
            for point, column_values in zip(points, point_values, strict=True):
                first = counted[shape.height_log2]
                counted[shape.height_log2] += len(column_values)
                part = parts.setdefault((shape.height_log2, point), _Part())
                part.codewords.append(codewords)
                part.weights.append(powers[first : counted[shape.height_log2]])
                part.values += column_values
    openings: dict[int, list[OpenedColumns]] = {}
    for (height_log2, point), part in parts.items():
        opened = OpenedColumns(part.codewords, part.weights, part.weighted_value(), differences[point])
        openings.setdefault(height_log2, []).append(opened)
    return {height_log2: kernels.reduced_codeword(opened) for height_log2, opened in openings.items()}


@dataclass
class _Part:
    """What has been collected for one height and point."""

    codewords: list[Matrix] = field(default_factory=list)
    weights: list[ExtensionArray] = field(default_factory=list)
    values: list[Extension] = field(default_factory=list)

    def weighted_value(self) -> Extension:
        """The sum of the claimed values times their weights."""
        products = extension_arrays.multiply(extension_arrays.from_elements(self.values), np.concatenate(self.weights))
        # Fewer than 2^33 summands below 2^31 fit in 64 bits.
        return Extension.from_coefficients(products.sum(axis=0).tolist())
