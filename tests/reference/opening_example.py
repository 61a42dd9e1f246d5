"""Small openings over mixed heights: what an honest or a lying prover makes, and what is claimed of it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
import pytest

from optimized.verifier.reader import ArrayReader
from reference.prover.commitment import CommittedData, commit
from reference.arrays.field_arrays import Matrix
from reference.prover.kernels import Kernels
from reference.prover.opening import OpeningRequest, open_commitments
from reference.prover.plain_kernels import PlainKernels
from reference.verifier.claims import CommitmentClaim, MatrixClaim
from reference.verifier.number_algebra import NumberAlgebra
from reference.verifier.opening import verify_openings
from spec.field import Extension, P, root_of_unity
from spec.parameters import TINY, ParameterSet
from spec.protocol.canonical import Writer
from spec.protocol.opening import OpeningProof, opening_shape, read_opening_proof, write_opening_proof
from spec.protocol.transcript import Transcript
from spec.rejection import Rejected
from tests.reference.both_verifiers import OPTIMIZED_KERNELS, refusal, require_agreement

HONEST = PlainKernels()

Claims = tuple[CommitmentClaim[Extension, bytes], ...]

Shapes = Sequence[Sequence[tuple[int, int]]]
"""Commitments as lists of (height_log2, width)."""

MIXED: Shapes = [[(3, 2), (1, 1), (4, 3)], [(3, 1), (2, 2)]]
"""Heights 2 to 16, two matrices of one height in different commitments, commitments of different heights."""

EXHAUSTIVE = replace(TINY, queries=400, grinding={})
"""So many queries that every position of a small domain is opened, and nothing depends on which are drawn."""


@dataclass(frozen=True)
class Example:
    """Claims, their proof, and the parameters to check it with."""

    claims: Claims
    proof: OpeningProof
    parameters: ParameterSet


def random_matrices(shapes: Sequence[tuple[int, int]], seed: int) -> list[Matrix]:
    random = np.random.default_rng(seed)
    return [random.integers(0, P, (1 << height_log2, width), dtype=np.uint64) for height_log2, width in shapes]


def start_transcript(roots: Sequence[bytes]) -> tuple[Transcript, Extension]:
    """The conversation before an opening: roots are observed, a point is sampled."""
    transcript = Transcript("opening example")
    for root in roots:
        transcript.observe("root", root)
    return transcript, transcript.sample_extension("out_of_domain")


def points_of(point: Extension, height_log2: int) -> list[Extension]:
    """The point, and for all but the lowest height the point of the next row too."""
    return [point] if height_log2 == 1 else [point, point * root_of_unity(height_log2)]


def make_example(shapes: Shapes, parameters: ParameterSet, kernels: Kernels = HONEST, seed: int = 0) -> Example:
    """Commits to random matrices of these shapes and opens them."""
    committed = [
        commit(kernels, random_matrices(matrices, seed + number), parameters.rate_log2)
        for number, matrices in enumerate(shapes)
    ]
    return open_example(committed, parameters, kernels)


def open_example(committed: Sequence[CommittedData], parameters: ParameterSet, kernels: Kernels = HONEST) -> Example:
    """Opens commitments at the example's points."""
    transcript, point = start_transcript([data.root for data in committed])
    requests = [
        OpeningRequest(data, [points_of(point, shape.height_log2) for shape in data.shapes]) for data in committed
    ]
    values, proof = open_commitments(kernels, requests, transcript, parameters)
    claims = tuple(
        CommitmentClaim(
            f"commitment {number}",
            request.committed.root,
            [
                MatrixClaim(shape, points, matrix_values)
                for shape, points, matrix_values in zip(
                    request.committed.shapes, request.points, commitment_values, strict=True
                )
            ],
        )
        for number, (request, commitment_values) in enumerate(zip(requests, values, strict=True))
    )
    return Example(claims, proof, parameters)


def verify(example: Example) -> Transcript:
    """Verifies an example with both kernels, which must agree; returns the transcript."""
    transcript, _ = start_transcript([claim.root for claim in example.claims])
    verify_after(transcript, example)
    return transcript


def verify_after(transcript: Transcript, example: Example) -> None:
    """Verifies an example with both kernels, which must agree, in a conversation that has come to its opening."""
    parameters = example.parameters
    as_arrays = read_as_arrays(example)
    fast = refusal(
        lambda: verify_openings(
            NumberAlgebra(), example.claims, as_arrays, deepcopy(transcript), parameters, OPTIMIZED_KERNELS
        )
    )
    plain = refusal(lambda: verify_openings(NumberAlgebra(), example.claims, example.proof, transcript, parameters))
    require_agreement(plain, fast)


def read_as_arrays(example: Example) -> OpeningProof:
    """The proof as the optimized kernels read it from its bytes."""
    writer = Writer()
    write_opening_proof(writer, example.proof)
    shape = opening_shape([[matrix.shape for matrix in claim.matrices] for claim in example.claims], example.parameters)
    return read_opening_proof(ArrayReader(writer.encoded()), shape)


def rejection_of(example: Example) -> Rejected:
    """The refusal of an example that must be refused."""
    with pytest.raises(Rejected) as rejected:
        verify(example)
    return rejected.value
