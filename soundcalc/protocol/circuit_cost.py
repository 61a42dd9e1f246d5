"""The compressions of SHA-256 that a circuit needs to verify one proof.

A circuit cannot share digests between openings, so every query pays its leaves and its paths up to the cap. A message
is absorbed behind a header; a challenge is free where something was just absorbed, and else absorbs an empty message
first. Arithmetic is a few hundredths of the cost; of it only what a schedule changes is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundcalc.protocol import circuit, stacking, whir, zerocheck
from soundcalc.protocol.openings import BLOCK_BYTES, DIGEST_BYTES, EXTENSION_BYTES, Opening, opening
from soundcalc.protocol.proof_size import CIRCUIT_VALUES
from soundcalc.protocol.shape import ArgumentSize, ProofShape

HEADER_BYTES = 16
"""Label, length, and two words of zeros before every payload."""

POSITIONS_PER_STATE = 8
"""A state of eight words gives eight positions; further ones absorb an empty message first."""

STATEMENT_COMPRESSIONS = 42
"""What is hashed before the root of main, for a segment of RV64IM with a program that is not large: the program's id,
both pinnings, the leaf, the global challenges, public values and heights. `segment_cost` counts it for any segment; no
schedule changes it."""

NEXT_CHALLENGE = 1
"""The empty message before a challenge that follows another one."""

GRINDING = 2
"""The check of a nonce, and its absorption."""

OPERATIONS_OF_A_COMPRESSION = 360
"""Operations in the extension that cost a circuit as much as one compression: some 22 cells against 8,000."""

_OPERATIONS_OF_A_BUTTERFLY = 4
"""Half the sum, half the difference over the point, and their combination."""

_OPERATIONS_OF_A_COORDINATE = 3
"""Binding one coordinate of one weight."""


@dataclass(frozen=True)
class Compressions:
    """Compressions by what they hash."""

    leaves: int
    paths: int
    caps: int
    transcript: int

    @property
    def total(self) -> int:
        return self.leaves + self.paths + self.caps + self.transcript


def compressions(shape: ProofShape, statement: int = STATEMENT_COMPRESSIONS) -> Compressions:
    """What verifying one proof of this shape costs a circuit, if its statement takes so many compressions."""
    schedule, opened = shape.schedule, [opening(shape, iteration) for iteration in shape.iterations]
    pairs = list(zip(opened, schedule.queries, strict=True))
    stacked = stacking.ROUND_DEGREE * EXTENSION_BYTES
    transcript = statement + argument_compressions(shape.argument)
    transcript += schedule.height_log2 * absorbed(stacked)
    transcript += absorbed(EXTENSION_BYTES * shape.argument.stacked_columns)
    transcript += GRINDING * bool(schedule.column_batching_grinding_bits)
    for iteration in shape.iterations:
        transcript += iteration_transcript(
            schedule.queries[iteration],
            schedule.folds[iteration],
            nonces_of_folds=bool(schedule.folding_grinding_bits[iteration]),
            nonce_of_queries=bool(schedule.query_grinding_bits[iteration]),
            first=iteration == 0,
        )
    transcript += final_compressions(schedule.final_log2)
    return Compressions(
        leaves=sum(one.leaf_compressions(queries) for one, queries in pairs),
        paths=sum(one.path_compressions(queries) for one, queries in pairs),
        caps=sum(one.cap_compressions for one in opened),
        transcript=transcript,
    )


def absorbed(payload_bytes: int) -> int:
    """The compressions that absorb one message."""
    return -(-(HEADER_BYTES + payload_bytes) // BLOCK_BYTES)


def argument_compressions(argument: ArgumentSize) -> int:
    """The transcript from the root of main up to the stacking: nothing here depends on a schedule."""
    layers = argument.circuit_depth - 1
    rounds = layers * (layers + 1) // 2
    count = absorbed(DIGEST_BYTES) + NEXT_CHALLENGE
    count += absorbed(EXTENSION_BYTES * CIRCUIT_VALUES) + NEXT_CHALLENGE
    count += rounds * absorbed(EXTENSION_BYTES * circuit.ROUND_DEGREE)
    count += layers * (absorbed(EXTENSION_BYTES * CIRCUIT_VALUES) + NEXT_CHALLENGE)
    count += argument.zerocheck_rounds * absorbed(EXTENSION_BYTES * zerocheck.ROUND_DEGREE)
    return count + absorbed(EXTENSION_BYTES * argument.column_claims)


def iteration_transcript(queries: int, fold: int, *, nonces_of_folds: bool, nonce_of_queries: bool, first: bool) -> int:
    """One iteration's rounds, nonces and positions; but for the first also its vector and the challenge before it."""
    count = fold * (absorbed(EXTENSION_BYTES * whir.ROUND_DEGREE) + GRINDING * nonces_of_folds)
    if not first:
        count += absorbed(DIGEST_BYTES) + absorbed(EXTENSION_BYTES) + NEXT_CHALLENGE
    return count + GRINDING * nonce_of_queries + -(-queries // POSITIONS_PER_STATE) - 1


def iteration_compressions(
    opened: Opening, queries: int, fold: int, *, nonces_of_folds: bool, nonce_of_queries: bool, first: bool
) -> int:
    """All that one iteration costs a circuit."""
    return (
        opened.leaf_compressions(queries)
        + opened.path_compressions(queries)
        + opened.cap_compressions
        + iteration_transcript(
            queries, fold, nonces_of_folds=nonces_of_folds, nonce_of_queries=nonce_of_queries, first=first
        )
    )


def final_compressions(final_log2: int) -> int:
    """Absorbing the last vector."""
    return absorbed(EXTENSION_BYTES << final_log2)


def query_operations(words: int, queries: int, fold: int) -> int:
    """Combining the opened leaves of `words` words at one fibre, and folding the fibre, for every query."""
    points = 1 << fold
    combination = words * points if words > 1 else 0
    return queries * (combination + _OPERATIONS_OF_A_BUTTERFLY * (points - 1))


def opening_operations(shape: ProofShape) -> int:
    """The operations in the extension from the combined columns on.

    Every claim that joins the weight is bound coordinate by coordinate, and meets every entry of the last vector.
    """
    schedule, weights, count = shape.schedule, 1, 0
    last = schedule.iterations - 1
    for iteration in shape.iterations:
        queries, fold = schedule.queries[iteration], schedule.folds[iteration]
        count += _OPERATIONS_OF_A_COORDINATE * weights * fold
        count += query_operations(shape.argument.stacked_columns if iteration == 0 else 1, queries, fold)
        if iteration < last:
            weights += 1 + queries
    return count + (weights + schedule.queries[last] << schedule.final_log2)
