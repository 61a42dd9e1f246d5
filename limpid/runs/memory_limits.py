"""Refusing a proof that does not fit in memory before it is begun."""

from __future__ import annotations

from limpid.advice.memory_advice import available_memory_bytes, memory_error, resident_bytes
from limpid.runs.tree_memory import tree_process_bytes
from optimized.memory.prediction import MemoryShortError, predicted_peak_bytes, require_memory
from reference.prover.keys import ProvingKey
from reference.segments.jobs import SegmentTraces
from reference.tables import Trace
from reference.trace.plan import PlannedSegment
from reference.trace.planned_shape import planned_shape
from spec.air.chip import Role
from spec.cost import segment_cost
from spec.protocol.form import SegmentForm
from spec.protocol.key import VerificationKey
from spec.protocol.shape import SEVERAL_INSTANCES, SegmentShape

FREE_MEMORY = "free memory: no smaller segment would do"


class FittingTraces:
    """Fills in segments that there is room to prove, one at a time in so many processes of this machine.

    Both methods ask, so that a run is refused while its segments are pinned, before any of them is proven. `with_nodes`
    says that the processes make the nodes of a tree in between.
    """

    def __init__(self, traces: SegmentTraces, key: ProvingKey, processes: int = 1, *, with_nodes: bool = False) -> None:
        self._traces = traces
        self._key = key.verification
        self._processes, self._with_nodes = processes, with_nodes
        available = available_memory_bytes()
        # The prediction counts what this process holds already.
        self._available_bytes = None if available is None else available // processes + resident_bytes()

    def segment(self, segment: PlannedSegment) -> Trace:
        """The trace.

        Raises PlanError if the execution is not the planned one, and OutOfMemoryError if the machine has too little
        memory.
        """
        self._require_room(segment)
        return self._traces.segment(segment)

    def continuation(self, segment: PlannedSegment) -> Trace:
        """The continuation tables alone. Raises OutOfMemoryError if the machine has too little memory."""
        self._require_room(segment)
        return self._traces.continuation(segment)

    def _require_room(self, segment: PlannedSegment) -> None:
        if self._available_bytes is None:
            return
        shape = planned_shape(segment, self._key.heights_by_chip())
        form = SegmentForm(shape, self._key.parameters)
        if self._with_nodes:
            needed = tree_process_bytes(form)
            if needed > self._available_bytes:
                of_each = f" in each of {self._processes} processes" if self._processes > 1 else ""
                what = f"segments and nodes in turn take about {needed >> 20:,} MiB{of_each}"
                raise memory_error(what, self._processes * needed)
        try:
            require_memory(form, self._available_bytes)
        except MemoryShortError as error:
            cost = fitting_cost(shape, self._key, self._available_bytes)
            refused = memory_error(str(error), error.needed_bytes)
            # The size of segments under listed shapes is nobody's choice.
            is_cut_by_cost = cost and not self._key.parameters.listed_shapes
            refused.next_step = (
                f"prove in smaller segments: --out DIRECTORY --segment-cost {cost}" if is_cut_by_cost else FREE_MEMORY
            )
            raise refused from error


def fitting_cost(shape: SegmentShape, key: VerificationKey, available_bytes: int) -> int:
    """A limit on a segment's cost under which segments like this one fit: a power of two, or 0 if there is none."""
    variable = (*SEVERAL_INSTANCES, Role.CONTINUATION)
    lookups = {t.chip.name: (t.height_log2,) for t in shape.tables if t.chip.role not in variable}
    least_shape = SegmentShape(shape.machine, {name: lookups.get(name, ()) for name in shape.heights_log2})
    needed, least = (predicted_peak_bytes(SegmentForm(of, key.parameters)) for of in (shape, least_shape))
    if available_bytes <= least:
        return 0
    cost = segment_cost(shape).total - segment_cost(least_shape).total
    fitting = cost * (available_bytes - least) // max(needed - least, 1)
    return 1 << fitting.bit_length() - 1 if fitting else 0
