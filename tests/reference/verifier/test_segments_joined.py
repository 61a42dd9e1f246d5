"""Segments cannot be reordered, dropped, duplicated or mixed; memory cannot be initialised twice, forked or revived.

Every forgery is built and sees its own rejection. Those that change what a segment proves are traces in which nothing
else is wrong: the checker names the one bus that does not balance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import pytest

from reference.checker import check_run
from reference.executor import Machine
from reference.executor.recording import recording_instrument
from reference.prover.progress import Progress, silent
from reference.prover.run import prove_run
from reference.prover.segment import pin_segment, prove_segment
from reference.tables import Trace
from reference.trace.build import build_segment, build_traces
from reference.trace.clock import Clock
from reference.trace.packed_cells import RunCells, SegmentCells
from reference.trace.plan import PlannedSegment, RunEnd, RunPlan, SegmentPlan
from reference.trace.run_memory import MemoryPart
from reference.trace.segmentation import plan_run
from spec.memory_map import REGISTER_FILE_SIZE, Space
from spec.protocol.hash import digest_bytes
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import SegmentProof
from spec.protocol.proof_encoding import encode_proof
from spec.protocol.run import leaves_root, run_digest
from spec.rejection import Rejected, Rejection
from tests.both_verifiers import verify
from tests.changed_traces import cell, changed, recounted, row_where, with_public
from tests.reference.segmented_run import (
    COUNTED,
    INPUT,
    ITERATIONS,
    KERNELS,
    LIMITS,
    OTHER_INPUT,
    counting_key,
    counting_program,
    reason_for_segments,
    reason_for_traces,
    restated,
    segmented_run,
)
from tests.reference.violations import accused

# --- Segments as they are, joined in another way: under other challenges, so none of them balances by itself ---


def test_honest_run_of_three_segments_is_accepted() -> None:
    honest = segmented_run()
    verified = verify(encode_proof(honest.proof), honest.key.verification, None, allow_insecure=True)
    assert verified.output == (41 + ITERATIONS).to_bytes(8, "little")
    assert len(verified.shapes) == 3
    assert [bool(shape.heights_log2["memory"]) for shape in verified.shapes] == [False, True, True]
    assert check_run(honest.traces) == []


def _segments() -> tuple[SegmentProof, SegmentProof, SegmentProof]:
    first, second, third = segmented_run().proof.segments
    return first, second, third


def test_reordered_segments_are_rejected() -> None:
    first, second, third = _segments()
    assert reason_for_segments([second, first, third]) is Rejection.SEGMENT_INDEX
    assert (
        reason_for_segments([restated(second, segment=0), restated(first, segment=1), third]) is Rejection.START_DIFFERS
    )
    swapped = [first, restated(third, segment=1), restated(second, segment=2)]
    assert reason_for_segments(swapped) is Rejection.SEGMENTS_DO_NOT_MEET


def test_dropped_segment_is_rejected() -> None:
    first, second, third = _segments()
    assert reason_for_segments([second, third]) is Rejection.SEGMENT_INDEX
    assert reason_for_segments([restated(second, segment=0), restated(third, segment=1)]) is Rejection.START_DIFFERS
    assert reason_for_segments([first, third]) is Rejection.SEGMENT_INDEX
    # The program counters meet: the second segment starts and ends at the head of the loop. The cursors do not.
    assert reason_for_segments([first, restated(third, segment=1)]) is Rejection.SEGMENTS_DO_NOT_MEET
    meeting = restated(third, segment=1, cursor_in=0)
    assert reason_for_segments([first, meeting]) is Rejection.LOCAL_BUSES_UNBALANCED
    assert reason_for_segments([first, second]) is Rejection.NOT_HALTED


def test_duplicated_segment_is_rejected() -> None:
    first, second, third = _segments()
    assert reason_for_segments([first, second, second, third]) is Rejection.SEGMENT_INDEX
    again = restated(second, segment=2, cursor_in=second.public("cursor_out"))
    assert reason_for_segments([first, second, again, restated(third, segment=3)]) is Rejection.LOCAL_BUSES_UNBALANCED


def test_segment_after_the_halt_is_rejected() -> None:
    *segments, third = _segments()
    more = restated(third, segment=3, cursor_in=third.public("cursor_out"))
    assert reason_for_segments([*segments, third, more]) is Rejection.SEGMENT_AFTER_HALT
    continued = restated(more, pc_in=third.public("pc_out"))
    assert reason_for_segments([*segments, third, continued]) is Rejection.SEGMENT_AFTER_HALT


def test_cursors_that_do_not_meet_are_rejected() -> None:
    first, second, third = _segments()
    assert reason_for_segments([restated(first, cursor_in=1), second, third]) is Rejection.START_DIFFERS
    assert reason_for_segments([first, restated(second, cursor_in=1), third]) is Rejection.SEGMENTS_DO_NOT_MEET
    later = third.public("cursor_in") + 1
    assert reason_for_segments([first, second, restated(third, cursor_in=later)]) is Rejection.SEGMENTS_DO_NOT_MEET
    meeting = [first, restated(second, cursor_out=later), restated(third, cursor_in=later)]
    assert reason_for_segments(meeting) is Rejection.LOCAL_BUSES_UNBALANCED


def test_other_output_of_the_same_segments_is_rejected() -> None:
    honest = segmented_run()
    lie = replace(honest.proof, output=honest.proof.output[:-1] + b"\x01")
    with pytest.raises(Rejected, match=Rejection.LOCAL_BUSES_UNBALANCED.name):
        verify(encode_proof(lie), honest.key.verification, None, allow_insecure=True)


# --- Segments of other runs ---


def _proven(iterations: int, traces: Sequence[Trace], index: int, output: bytes | None = None) -> SegmentProof:
    """One segment's proof in the run of these traces; with another output, in a run that claims it."""
    key = counting_key(iterations)
    claimed = traces[-1].output if output is None else output
    statement = key.verification.statement(claimed, len(traces))
    pinned = [pin_segment(KERNELS, statement, k, trace.shape, trace) for k, trace in enumerate(traces)]
    run = run_digest(NumberAlgebra(), statement, leaves_root([digest_bytes(segment.leaf) for segment in pinned]))
    return prove_segment(KERNELS, key, run, pinned[index], Progress(silent, len(traces)))


def test_segment_of_a_run_on_another_input_is_rejected() -> None:
    first, second, third = _segments()
    other = _proven(ITERATIONS, build_traces(counting_program(), OTHER_INPUT, LIMITS), 0)
    assert other.public_values == first.public_values
    assert reason_for_segments([other, second, third]) is Rejection.LOCAL_BUSES_UNBALANCED


def test_segment_of_another_program_is_rejected() -> None:
    """The two programs differ in how often they loop, so each segment starts and ends at the same places."""
    first, second, third = _segments()
    other = _proven(ITERATIONS + 1, build_traces(counting_program(ITERATIONS + 1), INPUT, LIMITS), 0)
    assert other.public_values == first.public_values
    assert reason_for_segments([other, second, third]) is Rejection.LOCAL_BUSES_UNBALANCED


def test_segment_of_another_cut_of_the_same_execution_is_rejected() -> None:
    """Even the leaf is the same: only the run's digest tells the two apart."""
    first, second, third = _segments()
    other = _proven(ITERATIONS, build_traces(counting_program(), INPUT, replace(LIMITS, memory_rows=15)), 0)
    assert (other.public_values, other.continuation_root) == (first.public_values, first.continuation_root)
    assert reason_for_segments([other, second, third]) is Rejection.LOCAL_BUSES_UNBALANCED


def test_segment_of_a_run_that_claims_another_output_is_rejected() -> None:
    """The same program on the same input, cut in the same way: only the claim differs, and with it the run's digest."""
    first, second, third = _segments()
    honest = segmented_run()
    other = _proven(ITERATIONS, honest.traces, 0, output=honest.proof.output + b"\0")
    assert (other.public_values, other.continuation_root) == (first.public_values, first.continuation_root)
    assert reason_for_segments([other, second, third]) is Rejection.LOCAL_BUSES_UNBALANCED


# --- Memory that does not form one chain ---


@cache
def _plan() -> tuple[RunPlan, tuple[SegmentPlan, ...]]:
    """The honest plan, with the whole memory table in the last segment."""
    plans: list[SegmentPlan] = []
    run = plan_run(counting_program(), INPUT, replace(LIMITS, memory_rows=100), plans.append)
    return run, tuple(plans)


def _executed(plan: SegmentPlan, values: Mapping[int, int], origins: Mapping[int, int]) -> SegmentPlan:
    """The segment executed from other values and origins at these keys, the rest as planned."""
    cells = {c.key: replace(c, value_in=values.get(c.key, c.value_in)) for c in plan.cells}
    registers = {c.address: c.value_in for c in cells.values() if c.space is Space.REGISTERS}
    register_file = [registers.get(register, 0) for register in range(REGISTER_FILE_SIZE)]
    clock = Clock(register_file)
    machine = Machine(counting_program(), instruments=[recording_instrument(lambda step: _ignore(clock.row(step)))])
    machine.pc = plan.pc_in
    machine.registers[:] = register_file
    machine.memory.doublewords.update({c.address: c.value_in for c in cells.values() if c.space is Space.MEMORY})
    machine.run(plan.instructions)
    executed = SegmentCells.of(
        replace(
            c,
            value_out=clock.touched[c.space, c.address].value_out,
            origin=origins.get(c.key, c.origin),
        )
        for c in cells.values()
    )
    return replace(plan, cells=executed)


def _ignore(_: object) -> None:
    return None


def _traces(plans: Sequence[SegmentPlan], output: bytes) -> list[Trace]:
    """The traces of these segments with a memory table that agrees with whoever comes last."""
    run, _ = _plan()
    last = {c.key: (c.value_out, plan.index + 1) for plan in plans for c in plan.cells}
    cells = RunCells.of(replace(c, final=last[c.key][0], last_segment=last[c.key][1]) for c in run.memory[-1].cells)
    parts = [MemoryPart(cells[:0], 0)] * (len(plans) - 1) + [MemoryPart(cells, 0)]
    end = RunEnd(run.end.exit_code, output, run.end.instructions)
    return [
        build_segment(counting_program(), PlannedSegment(plan, part, end))
        for plan, part in zip(plans, parts, strict=True)
    ]


def _require_only_the_chain_breaks(traces: Sequence[Trace]) -> None:
    assert accused(check_run(traces)) == {"bus continuation"}
    assert reason_for_traces(traces) is Rejection.GLOBAL_BUSES_UNBALANCED


def test_forging_helpers_keep_an_honest_run_honest() -> None:
    run, plans = _plan()
    assert check_run(_traces([_executed(plan, {}, {}) for plan in plans], run.end.output)) == []


def test_value_of_an_older_segment_cannot_be_revived() -> None:
    """The last segment continues from what the first has left, as if the second had not counted."""
    run, (first, second, third) = _plan()
    stale = next(c.value_out for c in first.cells if c.key == COUNTED)
    forged = _executed(third, {COUNTED: stale}, {COUNTED: 1})
    lost = ITERATIONS - 2 - 1
    output = (41 + ITERATIONS - lost).to_bytes(8, "little")
    assert output != run.end.output
    _require_only_the_chain_breaks(_traces([first, second, forged], output))


def test_iterations_of_a_loop_cannot_be_left_out() -> None:
    """The segment that starts and ends at the head of the loop is gone; indices and origins are adapted."""
    run, (first, _, third) = _plan()
    cells = SegmentCells.of(replace(c, origin=min(c.origin, 1)) for c in third.cells)
    _require_only_the_chain_breaks(_traces([first, replace(third, index=1, cells=cells)], run.end.output))


def test_iterations_of_a_loop_cannot_be_repeated() -> None:
    run, (first, second, third) = _plan()
    again = replace(second, index=2)
    cells = SegmentCells.of(replace(c, origin=c.origin + (c.origin == 2)) for c in third.cells)
    _require_only_the_chain_breaks(
        _traces([first, second, again, replace(third, index=3, cells=cells)], run.end.output)
    )


def _with_second_row(trace: Trace, **cells: int) -> Trace:
    """The trace with a second boundary row for the counted doubleword: one that nothing touches in between."""
    row, padding = row_where(trace, "boundary", address=COUNTED), row_where(trace, "boundary", real=0)
    table = next(table for table in trace.tables if table.chip.name == "boundary")
    copied = {column: cell(trace, "boundary", row, column) for column in table.chip.columns}
    return recounted(changed(trace, "boundary", padding, **(copied | {"last_clock": 0} | cells)))


def _values(trace: Trace, name: str) -> list[int]:
    row = row_where(trace, "boundary", address=COUNTED)
    return [cell(trace, "boundary", row, f"{name}_{i}") for i in range(4)]


def test_memory_cannot_be_forked_within_a_segment() -> None:
    """Two rows of one segment take the same token."""
    first, second, third = segmented_run().traces
    value = {f"value_out_{i}": limb for i, limb in enumerate(_values(second, "value_in"))}
    _require_only_the_chain_breaks([first, _with_second_row(second, **value), third])


def test_row_cannot_take_the_token_of_its_own_segment() -> None:
    """The second row takes what the first has left and leaves the same: all buses balance but for the range."""
    first, second, third = segmented_run().traces
    value = {f"value_in_{i}": limb for i, limb in enumerate(_values(second, "value_out"))}
    traces = [first, _with_second_row(second, **value, origin_segment=2), third]
    assert accused(check_run(traces)) == {"bus range"}
    assert reason_for_traces(traces) is Rejection.LOCAL_BUSES_UNBALANCED


def test_address_cannot_be_initialised_twice() -> None:
    """A second row of the memory table for the counted doubleword: its key is behind the cursor."""
    first, second, third = segmented_run().traces
    row, padding = row_where(second, "memory", address=COUNTED), row_where(second, "memory", region_end=0)
    table = next(table for table in second.tables if table.chip.name == "memory")
    copied = {column: cell(second, "memory", row, column) for column in table.chip.columns}
    final = {f"final_{i}": 0 for i in range(4)}
    cursor = second.public_values["cursor_out"]
    forged = changed(second, "memory", padding, **(copied | final | {"last_segment": 0, "cursor": cursor}))
    forged = recounted(with_public(forged, cursor_out=COUNTED + 1))
    following = changed(third, "memory", 0, cursor=COUNTED + 1)
    step = cell(third, "memory", 0, "address") + 2**29 - COUNTED - 1
    following = recounted(with_public(changed(following, "memory", 0, step_high=step >> 16), cursor_in=COUNTED + 1))
    traces = [first, forged, following]
    assert accused(check_run(traces)) == {"bus range"}
    assert reason_for_traces(traces) is Rejection.LOCAL_BUSES_UNBALANCED


def test_memory_table_cannot_be_missing() -> None:
    first, second, third = segmented_run().traces
    without = recounted(replace(third, tables=tuple(t for t in third.tables if t.chip.name != "memory")))
    assert accused(check_run([first, second, without])) == {"bus continuation", "bus cursor"}
    proof = prove_run(KERNELS, counting_key(), [first, second, without])
    assert reason_for_segments(proof.segments) is Rejection.MOVED_WITHOUT_TABLE
    still = with_public(without, cursor_out=without.public_values["cursor_in"])
    assert reason_for_traces([first, second, still]) is Rejection.GLOBAL_BUSES_UNBALANCED
