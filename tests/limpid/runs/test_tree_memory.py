"""The memory of a tree's processes: both benches count, whichever takes more, and whoever gives out the jobs."""

from __future__ import annotations

import pytest

from limpid.errors import OutOfMemoryError
from limpid.runs import tree_memory
from limpid.runs.tree_memory import (
    HOLES,
    caller_bytes,
    node_process_bytes,
    require_node_memory,
    tree_process_bytes,
)
from limpid.runs.tree_workshop import HELD_CIRCUIT_BYTES, HELD_CIRCUITS
from optimized.memory.prediction import predicted_peak_bytes
from spec.circuit.nodes import shape_of
from spec.parameters import RECURSION
from spec.protocol.form import SegmentForm
from spec.rv64im.tree import tree_design

FIXED_WORD_BYTES = 4

MEASURED_MEBIBYTES = 4_207
"""The most that a process was seen to take which proved a run of twenty million instructions to its final proof."""


@pytest.mark.parametrize("name", ["text_small", "general_large"])
def test_process_that_proves_segments_and_nodes_has_room_for_the_larger_of_both_and_the_fixed_columns(
    name: str,
) -> None:
    design = tree_design()
    shape = design.segment_shapes[name]
    final = SegmentForm(shape_of(design.final_machine), design.final.parameters)
    forms = (design.node_form, final, SegmentForm(shape, RECURSION))
    fixed = sum(FIXED_WORD_BYTES * table.height * len(table.chip.fixed_columns) for table in shape.tables)
    largest = max(map(predicted_peak_bytes, forms))
    assert tree_process_bytes(forms[-1]) == largest + largest // HOLES + HELD_CIRCUITS * HELD_CIRCUIT_BYTES + fixed
    assert fixed > 0
    # A large program's segments take more than nodes, a small one's of few chips less.
    assert (largest > predicted_peak_bytes(design.node_form)) == (name == "general_large")


def test_no_less_is_predicted_than_was_measured() -> None:
    shape = tree_design().segment_shapes["hashing_small"]
    assert tree_process_bytes(SegmentForm(shape, RECURSION)) >> 20 > MEASURED_MEBIBYTES


@pytest.mark.parametrize(("workers", "said"), [(None, "1 node"), (1, "1 node"), (3, "3 nodes")])
def test_every_worker_and_whoever_gives_out_the_jobs_is_counted(
    workers: int | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = node_process_bytes()
    needed = each if workers is None else workers * each + caller_bytes()
    monkeypatch.setattr(tree_memory, "available_memory_bytes", lambda: needed)
    require_node_memory(workers)
    monkeypatch.setattr(tree_memory, "available_memory_bytes", lambda: needed - 1)
    with pytest.raises(OutOfMemoryError, match=f"{said} at a time take about {needed >> 20:,} MiB") as refused:
        require_node_memory(workers)
    assert refused.value.details["needed_bytes"] == needed
