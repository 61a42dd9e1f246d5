"""The largest proofs that a verifier admits: figures for a parameter set, before there is a proof.

A prover chooses the heights, so a claim about a parameter set must hold for the tallest tables. Most errors grow
with the height of the tallest table times the columns of that height; the tables that no other limit keeps small
are taken as tall as the domain allows, and instruction tables, which the clock keeps small, share the clock equally.
Where shapes are listed, the listed ones are all there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from soundcalc.composition.security import security
from soundcalc.machine.shapes import proof_shape
from soundcalc.parameters import BusInteractions, GlobalArgument, ProofShape
from spec.air.bus import Bus
from spec.air.chip import Role
from spec.parameters import ParameterSet
from spec.protocol.domain import maximum_height_log2
from spec.rv64im.recursion_shapes import PROGRAM_HEIGHTS_LOG2, RECURSION_SHAPES
from spec.protocol.shape import MAXIMUM_INSTANCES, MAXIMUM_SEGMENTS, SegmentShape, listed_segment
from spec.rv64im.limits import CLOCK_LIMIT, MESSAGE_LIMIT, clock_end
from spec.rv64im.machine import CHIPS, INSTRUCTION_CHIPS, chips_of
from spec.rv64im.machine_commitments import MACHINE_HEIGHTS_BY_CHIP

COMPARED_HEIGHT_LOG2 = max(MACHINE_HEIGHTS_BY_CHIP.values())
"""Every proof has a table of this height, and a domain of it exists at every rate."""


def largest_proof(parameters: ParameterSet, program_heights: Mapping[str, int] | None = None) -> ProofShape:
    """The proof of the largest segment in the largest run, of one program if its tables' heights are given.

    Raises CalculatorError.
    """
    segment = largest_segment(parameters, program_heights or {})
    return proof_shape(segment, parameters, largest_argument(parameters.rate_log2))


def largest_segment(parameters: ParameterSet, program_heights: Mapping[str, int]) -> SegmentShape:
    """The largest segment that a verifier admits; where shapes are listed, the least secure of them.

    Raises CalculatorError.
    """
    if not parameters.listed_shapes:
        return full_segment(maximum_height_log2(parameters.rate_log2), program_heights)
    fixed = {name: heights[-1] for name, heights in PROGRAM_HEIGHTS_LOG2.items()} | dict(program_heights)
    fixed |= MACHINE_HEIGHTS_BY_CHIP
    argument = largest_argument(parameters.rate_log2)
    return max(
        (listed_segment(name, fixed) for name in RECURSION_SHAPES),
        key=lambda segment: security(proof_shape(segment, parameters, argument)).error,
    )


def compared_proof(parameters: ParameterSet, program_heights: Mapping[str, int] | None = None) -> ProofShape:
    """A proof whose tables exist at every rate, so that rates can be compared. Raises ParameterError."""
    segment = full_segment(COMPARED_HEIGHT_LOG2, program_heights or {})
    return proof_shape(segment, parameters, largest_argument(parameters.rate_log2))


def full_segment(tallest_log2: int, program_heights: Mapping[str, int]) -> SegmentShape:
    """Every table present: those of a program and of a run at the tallest, instruction chips in equal heights."""
    heights = {chip.name: (tallest_log2,) for chip in CHIPS}
    heights |= {name: (height_log2,) for name, height_log2 in program_heights.items()}
    heights |= {name: (height_log2,) for name, height_log2 in MACHINE_HEIGHTS_BY_CHIP.items()}
    instances = _instances(tallest_log2)
    while _clock_end(instances) > CLOCK_LIMIT:
        instances = _instances(instances[0] - 1)
    return SegmentShape(heights | {chip.name: instances for chip in INSTRUCTION_CHIPS})


def _instances(tallest_log2: int) -> tuple[int, ...]:
    return tuple(tallest_log2 - instance for instance in range(MAXIMUM_INSTANCES))


def _clock_end(instances: tuple[int, ...]) -> int:
    return clock_end((chip, 1 << height_log2) for chip in INSTRUCTION_CHIPS for height_log2 in instances)


def largest_argument(rate_log2: int) -> GlobalArgument:
    """As many segments as a run may have, and on every global bus one message fewer than is refused."""
    buses = {interaction.bus for chip in CHIPS for interaction in chip.global_interactions}
    most = MESSAGE_LIMIT - 1
    # A row that must speak on a bus uses up some of its messages, so those also bound the rows of a run.
    rows = [most // spoken for spoken in map(_least_messages_of_a_row, buses) if spoken]
    return GlobalArgument(
        pinned_rows=min(MAXIMUM_SEGMENTS << maximum_height_log2(rate_log2), *rows),
        interactions=tuple(
            BusInteractions(bus.name, bus.width, most) for bus in sorted(buses, key=lambda bus: bus.identity)
        ),
    )


def _least_messages_of_a_row(bus: Bus) -> int:
    """The tuples on this bus of a row of any continuation table."""
    return min(
        Counter(interaction.bus for interaction in chip.global_interactions)[bus]
        for chip in chips_of(Role.CONTINUATION)
    )
