"""The bytes of one proof, its statement left out; expected over the positions, exact in everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from soundcalc.protocol import circuit, stacking, whir, zerocheck
from soundcalc.protocol.openings import DIGEST_BYTES, EXTENSION_BYTES, Opening, opening
from soundcalc.protocol.shape import ArgumentSize, ProofShape
from spec.protocol.proof_encoding import NONCE_BYTES

CIRCUIT_VALUES = 4
"""What a layer's sumcheck ends with, and what the circuit's outputs are: numerators and denominators of two nodes."""


@dataclass(frozen=True)
class ProofBytes:
    """Bytes by part: the argument's messages by what they are, and "iteration i" for each step of WHIR."""

    parts: Mapping[str, float]

    @property
    def total_bytes(self) -> float:
        return sum(self.parts.values())


def proof_bytes(shape: ProofShape) -> ProofBytes:
    """The expected size of one proof: public values, heights and what the key holds are not in it."""
    schedule = shape.schedule
    parts: dict[str, float] = {**argument_bytes(shape.argument)}
    parts["stacking"] = float(EXTENSION_BYTES * stacking.ROUND_DEGREE * schedule.height_log2)
    parts["stacked values"] = float(EXTENSION_BYTES * shape.argument.stacked_columns)
    parts["column batching nonce"] = float(NONCE_BYTES * bool(schedule.column_batching_grinding_bits))
    for iteration in shape.iterations:
        folding_bits = schedule.folding_grinding_bits[iteration]
        query_bits = schedule.query_grinding_bits[iteration]
        parts[f"iteration {iteration}"] = iteration_bytes(
            opening(shape, iteration),
            schedule.queries[iteration],
            schedule.folds[iteration],
            nonces_of_folds=bool(folding_bits),
            nonce_of_queries=bool(query_bits),
            first=iteration == 0,
        )
    parts["last vector"] = float(final_bytes(schedule.final_log2))
    return ProofBytes(parts)


def argument_bytes(argument: ArgumentSize) -> dict[str, float]:
    """What is sent before the stacking, by part: nothing here depends on a schedule."""
    layers = argument.circuit_depth - 1
    rounds = layers * (layers + 1) // 2
    roots = 1 + bool(argument.continuation_columns)
    elements = {
        "pinned answers": argument.continuation_columns,
        "circuit": CIRCUIT_VALUES * (layers + 1) + circuit.ROUND_DEGREE * rounds,
        "zerocheck": zerocheck.ROUND_DEGREE * argument.zerocheck_rounds,
        "column values": argument.column_claims,
    }
    return {"roots": float(roots * DIGEST_BYTES)} | {
        name: float(EXTENSION_BYTES * count) for name, count in elements.items()
    }


def iteration_bytes(
    opened: Opening, queries: int, fold: int, *, nonces_of_folds: bool, nonce_of_queries: bool, first: bool
) -> float:
    """One iteration: rounds, nonces, openings; and but for the first the root and the answer of its vector."""
    rounds = fold * (whir.ROUND_DEGREE * EXTENSION_BYTES + NONCE_BYTES * nonces_of_folds)
    vector = 0 if first else DIGEST_BYTES + EXTENSION_BYTES
    return opened.expected_bytes(queries) + rounds + NONCE_BYTES * nonce_of_queries + vector


def final_bytes(final_log2: int) -> int:
    """The last vector, sent whole."""
    return EXTENSION_BYTES << final_log2
