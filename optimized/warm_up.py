"""Compiling every kernel before it is needed, or loading it from disk, with progress for whoever waits."""

from __future__ import annotations

import numpy as np

from optimized.execution.call_counts import CallRules
from optimized.execution.ended import execute, execute_counting
from optimized.execution.guest_memory import guest_memory
from optimized.execution.predecoded import predecode
from optimized.kernels import OptimizedKernels
from optimized.steps import Report, run_steps
from optimized.trace.execution import executed_events
from optimized.trace.lookups import count_rows, lookup_index
from optimized.trace.plan import SegmentPlan
from optimized.trace.requests import chip_requests
from optimized.trace.segmentation import plan_columns
from reference.program_keys import proving_key
from reference.prover.keys import ProvingKey
from reference.prover.run import prove_run
from reference.trace.build import build_traces
from reference.trace.limits import SegmentLimits, SegmentMeter
from spec.isa import encode
from spec.isa.system import CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import DEFAULT_IMAGE_START, DOUBLEWORD_BYTES, OUTPUT_REGION, SINK, Interval, RegionKind, Space
from spec.parameters import TINY
from spec.program import Program, Region
from spec.rv64im.machine import CHIP_BY_NAME

ROWS = 64
"""Any number: what is compiled is the same for all."""


def _halting_program() -> Program:
    words = (encode("addi", CALL_NUMBER_REGISTER, immediate=HALT_CALL), encode("ecall"))
    start, doubleword = DEFAULT_IMAGE_START, DEFAULT_IMAGE_START // DOUBLEWORD_BYTES
    return Program(
        entry=start,
        code=tuple((start + 4 * i, word) for i, word in enumerate(words)),
        image=((doubleword, words[0] | words[1] << 32),),
        regions=(
            Region(Space.MEMORY, RegionKind.IMAGE, doubleword, doubleword + 1),
            Region(
                Space.MEMORY,
                RegionKind.OUTPUT,
                OUTPUT_REGION.start // DOUBLEWORD_BYTES,
                OUTPUT_REGION.end // DOUBLEWORD_BYTES,
            ),
            Region(Space.REGISTERS, RegionKind.REGISTERS, 0, SINK + 1),
        ),
        executable=(Interval(start, start + 4 * len(words)),),
    )


def _execute_in_segments(program: Program) -> None:
    """Plans a run and records its one segment."""
    plans: list[SegmentPlan] = []
    plan_columns(program, b"", lambda: SegmentMeter(SegmentLimits()), plans.append)
    executed_events(predecode(program), guest_memory(program), plans[0])


def _look_up() -> None:
    chip, rows = CHIP_BY_NAME["add"], np.array([[0, 16], [1, 16]], dtype=np.uint64)
    main = np.zeros((ROWS, len(chip.columns)), dtype=np.uint32)
    requests = chip_requests(chip, ["range"]).requests
    count_rows(main, requests, 0, lookup_index(rows), np.zeros(len(rows), dtype=np.uint32))


class _Proof:
    """A proof that the program halts: it goes through every step of a prover."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._kernels = OptimizedKernels()
        self._key: ProvingKey | None = None

    def commit(self) -> None:
        """Commits to the program's tables."""
        self._key = proving_key(self._kernels, self._program, TINY)

    def prove(self) -> None:
        """Proves the run."""
        assert self._key is not None
        prove_run(self._kernels, self._key, build_traces(self._program, b"", SegmentLimits()))


def warm_up_executor(report: Report) -> None:
    """Makes the compiled functions ready that execute a program and count its calls."""
    program = _halting_program()
    run_steps(
        report,
        [
            ("executor", lambda: execute(program)),
            ("counting calls", lambda: execute_counting(program, b"", CallRules((), 1))),
        ],
    )


def warm_up(report: Report) -> None:
    """Makes every compiled function of the prover ready, in a minute or two the first time and in seconds later."""
    program = _halting_program()
    proof = _Proof(program)
    run_steps(
        report,
        [
            ("executor", lambda: execute(program)),
            ("planning", lambda: _execute_in_segments(program)),
            ("lookups", _look_up),
            ("commitments", proof.commit),
            ("sumchecks and openings", proof.prove),
        ],
    )
