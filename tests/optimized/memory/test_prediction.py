"""The prediction of memory, and refusing what does not fit."""

from __future__ import annotations

import pytest

from optimized.memory.prediction import MemoryShortError, predicted_peak_bytes, require_memory
from spec.parameters import SEGMENT
from spec.protocol.form import SegmentForm
from spec.protocol.shape import SegmentShape
from spec.rv64im.machine import CHIPS, RV64IM


def form_of_height(height_log2: int) -> SegmentForm:
    heights = {chip.name: (height_log2,) if chip.name in ("add", "boundary") else () for chip in CHIPS}
    return SegmentForm(SegmentShape(RV64IM, heights), SEGMENT)


def test_prediction_grows_with_height() -> None:
    predicted = [predicted_peak_bytes(form_of_height(height)) for height in (10, 17, 20, 21, 22, 23)]
    assert predicted == sorted(predicted)
    assert predicted[-1] > 2 * predicted[-3]


def test_prediction_covers_all_columns_and_a_section_of_their_codewords() -> None:
    form = form_of_height(20)
    assert predicted_peak_bytes(form) > 3 * 4 * form.stacked_count << form.height_log2


def test_segment_that_fits_is_not_refused() -> None:
    form = form_of_height(10)
    require_memory(form, predicted_peak_bytes(form))


def test_segment_that_does_not_fit_is_refused_with_both_figures() -> None:
    form = form_of_height(20)
    needed = predicted_peak_bytes(form) // 2**20
    with pytest.raises(MemoryShortError, match=f"about {needed} MiB of memory, 100 MiB are available"):
        require_memory(form, 100 * 2**20)
