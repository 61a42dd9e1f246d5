"""What a search for a schedule is given: the target, the worst proof, the usual proof, and what is to be small."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from soundcalc.errors import ParameterError
from soundcalc.protocol.circuit_cost import (
    OPERATIONS_OF_A_COMPRESSION,
    compressions,
    final_compressions,
    iteration_compressions,
    opening_operations,
    query_operations,
)
from soundcalc.protocol.openings import Opening, first_opening, later_opening
from soundcalc.protocol.proof_size import final_bytes, iteration_bytes, proof_bytes
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.shape import ArgumentSize, ProofShape
from spec.field import TWO_ADICITY
from spec.parameters import MAXIMUM_FINAL_LOG2, MAXIMUM_FOLD, Schedule

HASHES_OF_A_PRICE = 1 << 20
"""The unit of proof of work for which a search states a price."""


class Goal(Enum):
    """What a search makes small."""

    BYTES = "bytes of a proof"
    COMPRESSIONS = "compressions in a circuit"
    """And operations as parts of one."""


@dataclass(frozen=True)
class SearchSpace:
    """What a search may choose.

    The bits of grinding are steps for its first part, and their largest are bounds for all of it. `work_price` is what
    2^20 hashes of proof of work may cost in the goal's unit: without a price the search would grind at every place as
    long as it may.
    """

    work_price: float
    folds: tuple[int, ...] = tuple(range(1, MAXIMUM_FOLD + 1))
    finals_log2: tuple[int, ...] = tuple(range(1, MAXIMUM_FINAL_LOG2 + 1))
    maximum_iterations: int = 7
    column_batching_grinding_bits: tuple[int, ...] = (0, 8, 12, 14, 16)
    folding_grinding_bits: tuple[int, ...] = (0, 4, 8, 12, 16)
    query_grinding_bits: tuple[int, ...] = (14, 15, 16, 17, 18, 19, 20)


@dataclass(frozen=True)
class Problem:
    """One search: under `target` stays the sum of all errors of the worst proof, and the usual one is to be cheap.

    Raises ParameterError when the field has no domain for the height.
    """

    height_log2: int
    rate_log2: int
    cap_log2: int
    target: Fraction
    worst: ArgumentSize
    usual: ArgumentSize
    goal: Goal
    space: SearchSpace
    curve: CurveBound = CurveBound.CORRECTED

    def __post_init__(self) -> None:
        if self.height_log2 + self.rate_log2 > TWO_ADICITY:
            raise ParameterError("height_log2", f"no domain of 2^{self.height_log2 + self.rate_log2} points")

    def domain_log2(self, iteration: int) -> int:
        return self.height_log2 + self.rate_log2 - iteration

    def worst_shape(self, schedule: Schedule) -> ProofShape:
        """The proof whose errors count."""
        return ProofShape(self.worst, schedule, self.rate_log2, self.cap_log2)

    def usual_shape(self, schedule: Schedule) -> ProofShape:
        """The proof whose size or cost counts."""
        return ProofShape(self.usual, schedule, self.rate_log2, self.cap_log2)

    def opening(self, iteration: int, fold: int) -> Opening:
        """What an iteration of the usual proof opens."""
        if iteration:
            return later_opening(fold, self.domain_log2(iteration), self.cap_log2)
        return first_opening(self.usual, fold, self.domain_log2(iteration), self.cap_log2)

    def step_cost(self, iteration: int, fold: int, queries: int) -> float:
        """What one iteration of the usual proof costs, with a nonce at every place; its work is not in it."""
        first, opened = iteration == 0, self.opening(iteration, fold)
        if self.goal is Goal.BYTES:
            return iteration_bytes(opened, queries, fold, nonces_of_folds=True, nonce_of_queries=True, first=first)
        hashed = iteration_compressions(opened, queries, fold, nonces_of_folds=True, nonce_of_queries=True, first=first)
        operations = query_operations(self.usual.stacked_columns if first else 1, queries, fold)
        return hashed + operations / OPERATIONS_OF_A_COMPRESSION

    def final_cost(self, final_log2: int) -> float:
        """What sending or absorbing the last vector costs; how many claims meet it is not known here."""
        return final_bytes(final_log2) if self.goal is Goal.BYTES else final_compressions(final_log2)

    def work_cost(self, hashes: float) -> float:
        """The price of proof of work."""
        return self.space.work_price * hashes / HASHES_OF_A_PRICE

    def cost(self, schedule: Schedule) -> float:
        """All that is to be small: the usual proof in the goal's unit, and the price of its work."""
        shape = self.usual_shape(schedule)
        if self.goal is Goal.BYTES:
            unit = proof_bytes(shape).total_bytes
        else:
            unit = compressions(shape).total + opening_operations(shape) / OPERATIONS_OF_A_COMPRESSION
        return unit + self.work_cost(expected_hashes(schedule))


def expected_hashes(schedule: Schedule) -> int:
    """The proof of work of one proof: 2^bits at every place where there are bits."""
    folds = zip(schedule.folds, schedule.folding_grinding_bits, strict=True)
    return (
        hashes_of(schedule.column_batching_grinding_bits)
        + sum(fold * hashes_of(bits) for fold, bits in folds)
        + sum(map(hashes_of, schedule.query_grinding_bits))
    )


def hashes_of(bits: int) -> int:
    """The expected hashes for one nonce; none where none is asked."""
    return 1 << bits if bits else 0
