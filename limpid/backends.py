"""The two implementations of proving and verifying: the same bytes, the same verdicts; one is fast, one readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.plain_kernels import PlainKernels
from reference.trace.build import build_segment
from reference.trace.plan import RunPlan, SegmentPlan
from reference.trace.table import Table, Trace
from reference.verifier.run import Verified, verify
from spec.program import Program
from spec.protocol.key import VerificationKey


@dataclass(frozen=True)
class PlannedRun:
    """A program, its input, and how its execution is cut into segments."""

    program: Program
    private_input: bytes
    run: RunPlan
    segments: Sequence[SegmentPlan]


def segment_traces(planned: PlannedRun) -> list[Trace]:
    """Every table of every segment, as the reference fills them."""
    return [build_segment(planned.program, planned.run.segment(segment)) for segment in planned.segments]


class Verify(Protocol):
    """Verification, as `reference.verifier.run.verify` describes it."""

    def __call__(
        self,
        encoded: bytes,
        program: VerificationKey | bytes | None,
        output: bytes | None,
        *,
        exit_code: int = 0,
        allow_insecure: bool = False,
    ) -> Verified: ...


class Backend(Protocol):
    """What proving and verifying need."""

    def verifier(self) -> Verify:
        """The verifier."""
        ...

    def kernels(self) -> Kernels:
        """The heavy steps of the prover."""
        ...

    def traces(self, planned: PlannedRun, key: ProvingKey) -> list[Trace]:
        """Every table of every segment."""
        ...


class ReferenceBackend:
    """Plain numpy and Python, to be read."""

    def verifier(self) -> Verify:
        return verify

    def kernels(self) -> Kernels:
        return PlainKernels()

    def traces(self, planned: PlannedRun, key: ProvingKey) -> list[Trace]:
        del key
        return segment_traces(planned)


class OptimizedBackend:
    """numba, imported where it is first needed: loading the compiled kernels takes a second."""

    def verifier(self) -> Verify:
        from optimized.verifier.run import verify as verify_fast

        return verify_fast

    def kernels(self) -> Kernels:
        from optimized.kernels import OptimizedKernels

        return OptimizedKernels()

    def traces(self, planned: PlannedRun, key: ProvingKey) -> list[Trace]:
        if len(planned.segments) > 1:
            return segment_traces(planned)
        from optimized.trace.build import build_segment as fill_segment
        from optimized.trace.lookups import Lookups

        filled = fill_segment(planned.program, planned.private_input, Lookups(key.fixed))
        tables = tuple(Table(table.chip, table.main, table.fixed) for table in filled.tables)
        return [Trace(tables, filled.public_values, filled.output)]


BACKENDS: dict[str, Backend] = {"optimized": OptimizedBackend(), "reference": ReferenceBackend()}
"""By name, the default first."""

DEFAULT_BACKEND = next(iter(BACKENDS))
