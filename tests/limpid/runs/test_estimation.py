"""The prediction's constants are what the stored measurements give, and the metric follows proving time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from limpid.guest_build.build import EXAMPLES
from limpid.runs import estimation
from limpid.runs.estimation import calibration, estimate
from optimized.memory.prediction import predicted_peak_bytes
from reference.executor.profiling import profile
from reference.loader import load
from spec.cost import COST_VERSION
from spec.parameters import PARAMETER_SETS
from spec.protocol.form import SegmentForm

POINTS = json.loads((Path(__file__).resolve().parents[3] / "benchmarks" / "cost_fit.json").read_text())


def test_measured_proving_time_is_linear_in_metric_and_stacking_height_over_ten_guests() -> None:
    assert len({point["guest"] for point in POINTS}) >= 10
    found = calibration()
    predicted = [
        found.seconds_per_cost * point["cost"] + found.seconds_per_stacked_row * point["stacked_rows"]
        for point in POINTS
    ]
    assert np.corrcoef(predicted, [point["seconds"] for point in POINTS])[0, 1] >= 0.98


def test_constants_are_the_plane_through_the_points() -> None:
    found = calibration()
    costs, rows, seconds = (
        np.array([p[name] for p in POINTS], dtype=np.float64) for name in ("cost", "stacked_rows", "seconds")
    )
    # Least squares leaves residuals that are orthogonal to what is known.
    residuals = seconds - found.seconds_per_cost * costs - found.seconds_per_stacked_row * rows - found.fixed_seconds
    assert abs(residuals.sum()) < 1e-6 * seconds.sum()
    assert abs(residuals @ costs) < 1e-6 * (seconds @ costs)
    assert abs(residuals @ rows) < 1e-6 * (seconds @ rows)
    assert (found.cost_version, found.guests) == (COST_VERSION, len(POINTS))


def test_memory_is_that_of_the_largest_segment_under_the_set_of_the_calibration() -> None:
    found = estimate(profile(load(EXAMPLES / "elf" / "keccak256.elf"), bytes(27_000)))
    forms = [SegmentForm(shape, PARAMETER_SETS[found.calibration.parameters]) for shape in found.cost.shapes]
    assert found.memory_bytes == max(map(predicted_peak_bytes, forms))


def test_constants_of_another_version_of_the_metric_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimation, "COST_VERSION", "another")
    calibration.cache_clear()
    with pytest.raises(ValueError, match=rf"is for {COST_VERSION}, not another: measure anew"):
        calibration()
