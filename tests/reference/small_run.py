"""An honest run of the small machine, proven with the plain kernels: what is cheap enough for tests of single steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np

from reference.prover.keys import ProvingKey, proving_key
from reference.prover.plain_kernels import PlainKernels
from reference.prover.run import prove_run
from reference.tables import Table, Trace, without_fixed_columns
from spec.parameters import TINY, ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.proof import RunProof
from tests.small_machine import SMALL_MACHINE, Move, program_cells, run_moves

KERNELS = PlainKernels()

LOW = replace(TINY, name="low", schedules={height: TINY.schedule(height) for height in TINY.heights_log2[:2]})
"""A key commits to a program at every listed height: here there are two."""

LOW_WITH_CAPS = replace(LOW, name="low-with-caps", cap_log2=2)

START = [0]
"""The pc of the first instruction."""


@dataclass(frozen=True)
class ProvenMoves:
    """A program of the small machine, cut into segments before the pcs in `cuts`."""

    moves: Sequence[Move]
    cuts: Sequence[int] = ()
    parameters: ParameterSet = LOW

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        return run_moves(self.moves, self.cuts).traces

    @cached_property
    def key(self) -> ProvingKey:
        return proving_key(KERNELS, SMALL_MACHINE, self.parameters, program_cells(self.moves), START)

    @cached_property
    def proof(self) -> RunProof:
        return prove_run(KERNELS, self.key, self.traces)

    @cached_property
    def form(self) -> SegmentForm:
        """The form of the first segment."""
        return SegmentForm(self.traces[0].shape, self.parameters)


MOVES = (Move(1, 100), Move(2, 50), Move(1, -30))
ONE_SEGMENT = ProvenMoves(MOVES)
TWO_SEGMENTS = ProvenMoves(MOVES, (1,))
WITH_CAPS = ProvenMoves(MOVES, (1,), LOW_WITH_CAPS)
EVERY_MOVE = ProvenMoves(MOVES, (1, 2))
"""A segment for each move."""


def with_instances(trace: Trace, name: str, heights_log2: Sequence[int]) -> Trace:
    """The segment with the rows of one table spread over instances of these heights, rows of zeros at the end."""
    (whole,) = (table for table in trace.tables if table.chip.name == name)
    rows = np.zeros((sum(1 << height for height in heights_log2), whole.main.shape[1]), dtype=np.uint64)
    used = whole.main[: len(rows)]
    assert not whole.main[len(rows) :].any()
    rows[: len(used)] = used
    starts = accumulate((1 << height for height in heights_log2), initial=0)
    instances = [
        Table(whole.chip, rows[start : start + (1 << height)], without_fixed_columns(1 << height))
        for start, height in zip(starts, heights_log2, strict=False)
    ]
    tables = [part for table in trace.tables for part in (instances if table is whole else [table])]
    return replace(trace, tables=tuple(tables))
