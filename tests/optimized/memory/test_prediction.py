"""The prediction of memory, and refusing what does not fit."""

from __future__ import annotations

import pytest

from optimized.memory.prediction import MemoryShortError, predicted_peak_bytes, require_memory
from spec.protocol.shape import SegmentShape
from spec.rv64im.machine import CHIPS


def shape_of_height(height_log2: int) -> SegmentShape:
    return SegmentShape({chip.name: (height_log2,) if chip.name in ("add", "boundary") else () for chip in CHIPS})


def test_prediction_doubles_with_height_once_tables_are_large() -> None:
    small, large = (predicted_peak_bytes(shape_of_height(height), 1) for height in (20, 21))
    base = predicted_peak_bytes(shape_of_height(1), 1)
    assert large - base == pytest.approx(2 * (small - base), rel=1e-3)


def test_prediction_covers_all_codewords() -> None:
    shape = shape_of_height(16)
    cells = sum(matrix.width << matrix.height_log2 for of in shape.matrices() for matrix in of)
    for rate_log2 in (1, 3):
        assert predicted_peak_bytes(shape, rate_log2) > 4 * cells << rate_log2


def test_segment_that_fits_is_not_refused() -> None:
    shape = shape_of_height(10)
    require_memory(shape, 1, predicted_peak_bytes(shape, 1))


def test_segment_that_does_not_fit_is_refused_with_both_figures() -> None:
    shape = shape_of_height(20)
    needed = predicted_peak_bytes(shape, 1) // 2**20
    with pytest.raises(MemoryShortError, match=f"about {needed} MiB of memory, 100 MiB are available"):
        require_memory(shape, 1, 100 * 2**20)
