"""How much memory proving a segment takes, known from the heights of its tables before anything is allocated."""

from __future__ import annotations

from collections.abc import Iterable

from optimized.memory.reserve import LARGEST_LEAD_BYTES, WORD_BYTES
from spec.field import EXTENSION_DEGREE
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.merkle import MatrixShape
from spec.protocol.shape import COMMITMENTS, SegmentShape

ELEMENT_BYTES = WORD_BYTES * EXTENSION_DEGREE

DIGESTS_PER_LEAF = 3
"""The layers of a tree are two digests a leaf in all, and the leaves of lower matrices another one at most."""

WAITING_PART = 8
"""Measured: memory that waits to be used again is up to this part of what all codewords take."""

INTERPRETER_BYTES = 350 * 2**20
"""Python, numpy, numba and the compiled kernels."""


class MemoryShortError(Exception):
    """Proving needs more memory than there is."""


def _cells(matrices: Iterable[MatrixShape]) -> int:
    return sum(matrix.width << matrix.height_log2 for matrix in matrices)


def predicted_peak_bytes(shape: SegmentShape, rate_log2: int) -> int:
    """An upper estimate of the memory that proving a segment of this shape takes, its trace included.

    To the end stay the trace, all codewords and all trees. On top of them come, at their worst, the widest table's
    columns before they are committed and the next one's that are made meanwhile, or what opening takes for the tallest
    height: reduced codewords and inverse differences for two points, a numerator and a folded codeword; memory
    that waits to be used again; and memory that is made present ahead.
    """
    matrices = dict(zip(COMMITMENTS, shape.matrices(), strict=True))
    committed = [matrix for of_commitment in matrices.values() for matrix in of_commitment]
    trace = sum(WORD_BYTES * _cells(matrices[name]) for name in ("machine", "program", "continuation", "main"))
    codewords = WORD_BYTES * _cells(committed) << rate_log2
    tallest = max(matrix.height_log2 for matrix in committed) + rate_log2
    trees = len(matrices) * DIGESTS_PER_LEAF * DIGEST_BYTES << tallest
    widest = WORD_BYTES * max(_cells([matrix]) for matrix in committed)
    opening = 6 * ELEMENT_BYTES << tallest
    waiting = codewords // WAITING_PART + LARGEST_LEAD_BYTES
    return INTERPRETER_BYTES + trace + codewords + trees + max(3 * widest, opening) + waiting


def require_memory(shape: SegmentShape, rate_log2: int, available_bytes: int) -> None:
    """Raises MemoryShortError if proving a segment of this shape would take more than is available."""
    needed = predicted_peak_bytes(shape, rate_log2)
    if needed > available_bytes:
        mebibyte = 2**20
        raise MemoryShortError(
            f"proving this segment takes about {needed // mebibyte} MiB of memory, "
            f"{available_bytes // mebibyte} MiB are available: smaller segments take less"
        )
