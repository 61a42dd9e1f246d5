"""How much memory proving a segment takes, known from the heights of its tables before anything is allocated."""

from __future__ import annotations

from optimized.memory.reserve import LARGEST_LEAD_BYTES, WORD_BYTES
from spec.field import EXTENSION_DEGREE
from spec.protocol.form import SegmentForm
from spec.protocol.hash import DIGEST_BYTES

ELEMENT_BYTES = WORD_BYTES * EXTENSION_DEGREE

DIGESTS_PER_LEAF = 1
"""The layers of a tree above its leaves are a digest a leaf in all."""

INTERPRETER_BYTES = 350 * 2**20
"""Python, numpy, numba and the compiled kernels."""


class MemoryShortError(Exception):
    """Proving needs more memory than there is."""

    def __init__(self, message: str, needed_bytes: int) -> None:
        super().__init__(message)
        self.needed_bytes = needed_bytes


def predicted_peak_bytes(form: SegmentForm) -> int:
    """An upper estimate of the memory that proving a segment of this form takes, its trace included.

    To the end stay the trace, the codewords and the trees. On top of them come, at their worst, the layers of the
    circuit, the folded columns of the zerocheck, or the stacked columns with the vectors of the opening; and memory
    that is made present ahead.
    """
    rate_log2, height = form.parameters.rate_log2, form.height_log2
    stacked = WORD_BYTES * form.stacked_count << height
    trees = len(form.present) * DIGESTS_PER_LEAF * DIGEST_BYTES << (
        height + rate_log2 - form.iterations[0].folding_log2
    )
    trace = WORD_BYTES * sum(
        table.height * (len(table.chip.columns) + len(table.chip.fixed_columns)) for table in form.shape.tables
    )
    circuit = 2 * ELEMENT_BYTES * sum(1 << block.height_log2 for block in form.circuit.blocks) // 2
    folded_columns = ELEMENT_BYTES * trace // WORD_BYTES // 4
    opening = 6 * ELEMENT_BYTES << height
    kept = trace + (stacked << rate_log2) + trees
    return INTERPRETER_BYTES + kept + max(circuit, folded_columns, stacked + opening) + LARGEST_LEAD_BYTES


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
