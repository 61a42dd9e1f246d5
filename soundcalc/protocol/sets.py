"""What the schedules of the parameter sets were searched for: targets, bounds on a proof, and usual proofs.

The targets are sums over all rounds of a proof, so that a run of the most segments stays below 2^-128: 2^12 times
2^-140, or in recursion 2^10 segments and up to twice as many nodes at 2^-140 each and a final proof at 2^-130.

The bounds are rounded up from the largest counts that a verifier admits, so that a chip that changes a little changes
no schedule; that the machine stays within them is for a test to say. The usual proofs only decide what is cheap: of
their counts only the stacked columns tell one schedule from another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from soundcalc.protocol.problem import Goal, Problem, SearchSpace
from soundcalc.protocol.shape import ArgumentSize
from spec.field import P
from spec.parameters import FINAL, RECURSION, SEGMENT, ParameterSet
from spec.protocol.recursion import MAXIMUM_TREE_SEGMENTS

MAXIMUM_SEGMENTS = 1 << 12
"""As many as a verifier of the machine admits, under any set."""

BYTES_OF_A_MILLION_HASHES = 2048.0
"""About 2^20 hashes take a tenth of a second, for which a proof may be two kilobytes larger."""

COMPRESSIONS_OF_A_MILLION_HASHES = 64.0
"""In a tenth of a second a prover proves about so many compressions more."""

_SEGMENT_BOUNDS = ArgumentSize(
    program_columns=32,
    continuation_columns=64,
    main_columns=96,
    circuit_depth=30,
    local_messages=1 << 29,
    global_messages=1 << 33,
    busiest_local_bus=P - 1,
    busiest_global_bus=P - 1,
    widest_local_message=64,
    widest_global_message=16,
    constraints=1 << 15,
    column_claims=1 << 15,
    zerocheck_rounds=1,
    segments=MAXIMUM_SEGMENTS,
)
_RECURSION_BOUNDS = replace(
    _SEGMENT_BOUNDS,
    program_columns=64,
    continuation_columns=32,
    main_columns=160,
    constraints=1 << 14,
    column_claims=1 << 14,
)
"""Segments of listed shapes and nodes, which have no continuation and are wider."""

_FINAL_BOUNDS = replace(_SEGMENT_BOUNDS, program_columns=48, main_columns=448)
"""The last proof of a recursion, and any single segment of the machine, whose main commitment is wider."""

_USUAL_SEGMENT = ArgumentSize(
    program_columns=1,
    continuation_columns=1,
    main_columns=1,
    circuit_depth=26,
    local_messages=1 << 26,
    global_messages=1 << 26,
    busiest_local_bus=1 << 26,
    busiest_global_bus=1 << 26,
    widest_local_message=10,
    widest_global_message=7,
    constraints=500,
    column_claims=1000,
    zerocheck_rounds=1,
    segments=1,
)
_USUAL_FINAL = replace(
    _USUAL_SEGMENT,
    program_columns=16,
    continuation_columns=0,
    global_messages=0,
    busiest_global_bus=0,
    widest_global_message=0,
)


@dataclass(frozen=True)
class SetTarget:
    """How one parameter set was found. Its rate and cap are the set's own."""

    parameters: ParameterSet
    target_bits: int
    goal: Goal
    work_price: float
    bounds: ArgumentSize
    usual: ArgumentSize
    segments: int
    """The segments of the longest run that the set is meant for: the target is what such a run needs."""

    usual_main_columns: Mapping[int, int]
    """By listed height the stacked columns of a usual proof's main commitment."""

    def bounds_at(self, height_log2: int) -> ArgumentSize:
        """What a proof stacked to this height stays within, in a run of the most segments that a verifier admits."""
        return replace(self.bounds, zerocheck_rounds=height_log2)

    def usual_at(self, height_log2: int) -> ArgumentSize:
        """A usual proof of this height. Raises KeyError for a height that is not listed."""
        columns = self.usual_main_columns[height_log2]
        return replace(self.usual, main_columns=columns, zerocheck_rounds=height_log2)

    def problem(self, height_log2: int) -> Problem:
        """The search that found the schedule for a listed height. Raises KeyError for another one."""
        return Problem(
            height_log2=height_log2,
            rate_log2=self.parameters.rate_log2,
            cap_log2=self.parameters.cap_log2,
            target=Fraction(1, 1 << self.target_bits),
            worst=self.bounds_at(height_log2),
            usual=self.usual_at(height_log2),
            goal=self.goal,
            space=SearchSpace(work_price=self.work_price),
        )


SET_TARGETS: Mapping[str, SetTarget] = MappingProxyType(
    {
        "segment": SetTarget(
            parameters=SEGMENT,
            target_bits=140,
            goal=Goal.BYTES,
            work_price=BYTES_OF_A_MILLION_HASHES,
            bounds=_SEGMENT_BOUNDS,
            usual=_USUAL_SEGMENT,
            segments=MAXIMUM_SEGMENTS,
            usual_main_columns=MappingProxyType({17: 8, 20: 10, 22: 9, 23: 18}),
        ),
        "recursion": SetTarget(
            parameters=RECURSION,
            target_bits=140,
            goal=Goal.COMPRESSIONS,
            work_price=COMPRESSIONS_OF_A_MILLION_HASHES,
            bounds=_RECURSION_BOUNDS,
            usual=_USUAL_SEGMENT,
            segments=MAXIMUM_TREE_SEGMENTS,
            usual_main_columns=MappingProxyType({17: 8, 20: 10, 21: 70}),
        ),
        "final": SetTarget(
            parameters=FINAL,
            target_bits=130,
            goal=Goal.BYTES,
            work_price=BYTES_OF_A_MILLION_HASHES,
            bounds=_FINAL_BOUNDS,
            usual=_USUAL_FINAL,
            segments=1,
            usual_main_columns=MappingProxyType({18: 36, 19: 72, 20: 72}),
        ),
    }
)
"""The secure sets by name."""
