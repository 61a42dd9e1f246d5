"""How much memory proving a segment takes, known from the heights of its tables before anything is allocated."""

from __future__ import annotations

from optimized.memory.reserve import LARGEST_LEAD_BYTES, WORD_BYTES
from spec.field import EXTENSION_DEGREE
from spec.protocol.form import SegmentForm
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.stacking import Commitment

ELEMENT_BYTES = WORD_BYTES * EXTENSION_DEGREE

DIGESTS_PER_LEAF = 1
"""The layers of a tree above its leaves are a digest a leaf in all."""

FRACTION_BYTES = 42
"""The bytes of each fraction of the circuit: its layers that are kept, and crosses."""

CIRCUIT_BYTES = 800 * 2**20
"""For what is kept of a circuit at a time: where that would be more, less is kept."""

INTERPRETER_BYTES = 350 * 2**20
"""Python, numpy, numba and the compiled kernels."""


class MemoryShortError(Exception):
    """Proving needs more memory than there is."""

    def __init__(self, message: str, needed_bytes: int) -> None:
        super().__init__(message)
        self.needed_bytes = needed_bytes


def predicted_peak_bytes(form: SegmentForm) -> int:
    """An upper estimate of the memory that proving a segment of this form takes, its trace included.

    To the end stay the trace, the trees, and the stacked columns that are pinned. On top of them come, at their worst,
    the stacked columns with a section of their codewords and the digests of its leaves, the layers of the circuit, the
    folded columns of the zerocheck, or the stacked columns with the vectors of the opening; and memory that is made
    present ahead.
    """
    rate_log2, height = form.parameters.rate_log2, form.height_log2
    stacked = WORD_BYTES * form.stacked_count << height
    pinned = (
        WORD_BYTES * sum(form.layouts[which].count for which in form.present if which is not Commitment.MAIN) << height
    )
    trees = len(form.present) * DIGESTS_PER_LEAF * DIGEST_BYTES << (
        height + rate_log2 - form.iterations[0].folding_log2
    )
    trace = WORD_BYTES * sum(
        table.height * (len(table.chip.columns) + len(table.chip.fixed_columns)) for table in form.shape.tables
    )
    fractions = sum(1 << block.height_log2 for block in form.circuit.blocks)
    circuit = min(FRACTION_BYTES * fractions, CIRCUIT_BYTES)
    # A quarter as many rows.
    folded_columns = ELEMENT_BYTES * trace // WORD_BYTES // 4
    opening = 2 * ELEMENT_BYTES << height
    committing = 2 * stacked + trees
    kept = trace + trees + pinned
    return INTERPRETER_BYTES + kept + max(committing, circuit, folded_columns, stacked + opening) + LARGEST_LEAD_BYTES


def require_memory(form: SegmentForm, available_bytes: int) -> None:
    """Raises MemoryShortError if proving a segment of this form would take more than is available."""
    needed = predicted_peak_bytes(form)
    if needed > available_bytes:
        mebibyte = 2**20
        raise MemoryShortError(
            f"proving this segment takes about {needed // mebibyte} MiB of memory, "
            f"{available_bytes // mebibyte} MiB are available, and smaller segments take less",
            needed,
        )
