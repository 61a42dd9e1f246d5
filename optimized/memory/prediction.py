"""How much memory proving a segment takes, known from the heights of its tables before anything is allocated."""

from __future__ import annotations

from optimized.memory.reserve import LARGEST_LEAD_BYTES, WORD_BYTES
from optimized.zerocheck.plan import is_wide
from optimized.zerocheck.rounds import folded_rounds
from spec.field import EXTENSION_DEGREE
from spec.parameters import ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.stacking import Commitment

ELEMENT_BYTES = WORD_BYTES * EXTENSION_DEGREE

FRACTION_BYTES = 42
"""The bytes of each fraction of the circuit: its layers that are kept, and crosses."""

CIRCUIT_BYTES = 800 * 2**20
"""For what is kept of a circuit at a time: where that would be more, less is kept."""

INTERPRETER_BYTES = 400 * 2**20
"""Python, numpy, numba, the compiled kernels, what is worked out of chips alone, and plans of segments: 265 MiB where
few chips have rows, and 384 MiB is the most that was measured, in a run of 52 segments."""


class MemoryShortError(Exception):
    """Proving needs more memory than there is."""

    def __init__(self, message: str, needed_bytes: int) -> None:
        super().__init__(message)
        self.needed_bytes = needed_bytes


def predicted_peak_bytes(form: SegmentForm) -> int:
    """An upper estimate of the memory that proving a segment of this form takes, with its trace and the program's key.

    To the end stay the trace, the layers of all trees above their leaves, and the stacked columns that are pinned. On
    top of them come, at their worst, the stacked columns with a section of their codewords and the digests of leaves,
    the layers of the circuit, the folded columns of the zerocheck, or the stacked columns with the vectors of the
    opening. A key commits to little, but at every stacking height. Memory is made present ahead, too.
    """
    height = form.height_log2
    column = WORD_BYTES << height
    layers = leaves = _leaves_bytes(form.parameters, height)
    trace = WORD_BYTES * sum(
        table.height * (len(table.chip.columns) + len(table.chip.fixed_columns)) for table in form.shape.tables
    )
    pinned = column * sum(form.layouts[which].count for which in form.present if which is not Commitment.MAIN)
    kept = trace + len(form.present) * layers + pinned

    main = column * form.layouts[Commitment.MAIN].count
    committing = 2 * main + leaves
    fractions = sum(1 << block.height_log2 for block in form.circuit.blocks)
    circuit = min(FRACTION_BYTES * fractions, CIRCUIT_BYTES)
    folded_columns = ELEMENT_BYTES * sum(
        (table.height >> folded_rounds(is_wide(table.chip))) * (len(table.chip.columns) + len(table.chip.fixed_columns))
        for table in form.shape.tables
    )
    opening = main + 2 * ELEMENT_BYTES * (1 << height)

    proof = kept + max(committing, circuit, folded_columns, opening)
    key = 2 * _leaves_bytes(form.parameters, form.parameters.tallest_log2)
    return INTERPRETER_BYTES + max(proof, key) + LARGEST_LEAD_BYTES


def _leaves_bytes(parameters: ParameterSet, height_log2: int) -> int:
    """The digests of a tree's leaves at a stacking height; the layers above them have as many in all."""
    folding_log2 = parameters.schedule(height_log2).folds[0]
    return DIGEST_BYTES << height_log2 + parameters.rate_log2 - folding_log2


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
