"""Honest runs of the small machine with their proofs, made with the plain kernels."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey, proving_key
from reference.prover.plain_kernels import PlainKernels
from reference.prover.run import prove_run
from reference.tables import Trace
from spec.parameters import TINY, ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.proof import RunProof
from tests.changed_traces import Cell
from tests.small_machine import SMALL_MACHINE, Move, SmallRun, program_cells, run_moves

KERNELS: Kernels = PlainKernels()

LEAST_HEIGHTS = sorted(TINY.schedules)[:2]
"""A key commits to a program at every listed stacking height, so the tests list two."""

SMALL = replace(TINY, name="small", schedules={height: TINY.schedule(height) for height in LEAST_HEIGHTS})
CAPPED = replace(SMALL, name="capped", cap_log2=2)
"""The same with caps, so that a path ends below the root."""

TEST_SETS = {parameters.name: parameters for parameters in (SMALL, CAPPED)}

START = [0]
"""The pc of the first instruction."""


def prove_claiming(kernels: Kernels, key: ProvingKey, segments: Sequence[Trace], output: bytes) -> RunProof:
    """The proof of a run of these segments that claims this output."""
    # The program is pinned anew: what a key holds would hide an altered transcript.
    fresh = replace(key, held={})
    return prove_run(kernels, fresh, [replace(segment, output=output) for segment in segments])


@dataclass(frozen=True)
class Example:
    """A program and how its run is cut into segments."""

    moves: tuple[Move, ...]
    cuts: tuple[int, ...] = ()
    exit_code: int = 0
    parameters: ParameterSet = SMALL

    @cached_property
    def run(self) -> SmallRun:
        """The cells of its segments, and its output."""
        return run_moves(self.moves, self.cuts, self.exit_code)

    @property
    def segments(self) -> tuple[Trace, ...]:
        return self.run.traces

    @cached_property
    def key(self) -> ProvingKey:
        return proving_key(KERNELS, SMALL_MACHINE, self.parameters, program_cells(self.moves, self.exit_code), START)

    @cached_property
    def proof(self) -> RunProof:
        """The honest proof."""
        return prove_claiming(KERNELS, self.key, self.segments, self.run.output)

    @cached_property
    def form(self) -> SegmentForm:
        """The form of the first segment."""
        return SegmentForm(self.segments[0].shape, self.parameters)

    def proven(self, segments: Sequence[Trace], output: bytes | None = None) -> RunProof:
        """The proof of other segments under this program's key."""
        return prove_claiming(KERNELS, self.key, segments, self.run.output if output is None else output)


MOVES = (Move(1, 100), Move(2, 50), Move(1, -30))

ONE_SEGMENT = Example(MOVES)
TWO_SEGMENTS = Example(MOVES, (1,))
THREE_SEGMENTS = Example(MOVES, (1, 2))
"""A segment for each move."""

WITH_CAPS = replace(TWO_SEGMENTS, parameters=CAPPED)


Output = list[tuple[int, int, int]]
"""Account, balance, and the index after that of the segment which touched it last."""


def encoded(output: Output) -> bytes:
    """A claimed output's bytes."""
    return b"".join(struct.pack("<III", *entry) for entry in output)


def output_of(example: Example) -> Output:
    """An honest run's output."""
    return list(struct.iter_unpack("<III", example.run.output))


def counted(lookups: Mapping[int, int]) -> dict[Cell, int]:
    """Differences in how often values are looked up in the range table."""
    return {("range_table", value, "multiplicity"): difference for value, difference in lookups.items()}
