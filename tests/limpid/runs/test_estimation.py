"""The prediction's constants are what the stored measurements give, and the metric follows proving time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from limpid.runs import estimation
from limpid.runs.estimation import calibration
from spec.cost import COST_VERSION

POINTS = json.loads((Path(__file__).resolve().parents[3] / "benchmarks" / "cost_fit.json").read_text())


def test_measured_proving_time_is_linear_in_metric_and_stacking_height_over_ten_guests() -> None:
    assert len({point["guest"] for point in POINTS}) >= 10
    found = calibration()
    predicted = [
        found.seconds_per_cost * point["cost"] + found.seconds_per_stacked_row * point["stacked_rows"]
        for point in POINTS
    ]
    assert np.corrcoef(predicted, [point["seconds"] for point in POINTS])[0, 1] >= 0.98


def test_constants_are_the_planes_through_the_points() -> None:
    found = calibration()
    costs, rows = (np.array([p[name] for p in POINTS], dtype=np.float64) for name in ("cost", "stacked_rows"))
    for measured, of_cost, of_rows, fixed in (
        ("seconds", found.seconds_per_cost, found.seconds_per_stacked_row, found.fixed_seconds),
        ("peak_bytes", found.bytes_per_cost, found.bytes_per_stacked_row, found.fixed_bytes),
    ):
        targets = np.array([point[measured] for point in POINTS], dtype=np.float64)
        # Least squares leaves residuals that are orthogonal to what is known.
        residuals = targets - of_cost * costs - of_rows * rows - fixed
        assert abs(residuals.sum()) < 1e-6 * targets.sum()
        assert abs(residuals @ costs) < 1e-6 * (targets @ costs)
        assert abs(residuals @ rows) < 1e-6 * (targets @ rows)
    assert (found.cost_version, found.guests) == (COST_VERSION, len(POINTS))


def test_constants_of_another_version_of_the_metric_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimation, "COST_VERSION", "another")
    calibration.cache_clear()
    with pytest.raises(ValueError, match=rf"is for {COST_VERSION}, not another: measure anew"):
        calibration()
