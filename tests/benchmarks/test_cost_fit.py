"""The measurement of the metric: what it stores is what the prediction reads."""

from __future__ import annotations

from dataclasses import fields

import pytest

from benchmarks.cost_fit import ELFS, GUESTS, PARAMETERS, fit
from limpid.runs.estimation import Calibration
from spec.cost import COST_VERSION
from spec.parameters import PARAMETER_SETS


def test_constants_fitted_are_the_plane_through_the_points_in_the_form_that_is_read() -> None:
    points = [
        {
            "guest": name,
            "cost": cost,
            "stacked_rows": rows,
            "seconds": 0.5 + 2e-8 * cost + 1e-7 * rows,
        }
        for name, cost, rows in (
            ("hello", 10**7, 2**17),
            ("sort", 6 * 10**7, 2**20),
            ("sha256", 4 * 10**7, 2**20),
            ("primes", 9 * 10**7, 2**22),
        )
    ]
    constants = fit(points)
    assert list(constants) == [field.name for field in fields(Calibration)]
    found = Calibration(**constants)
    assert (found.cost_version, found.parameters, found.guests) == (COST_VERSION, PARAMETERS, 4)
    assert found.seconds_per_cost == pytest.approx(2e-8)
    assert found.seconds_per_stacked_row == pytest.approx(1e-7)
    assert found.fixed_seconds == pytest.approx(0.5)
    assert found.correlation == 1


def test_guests_measured_are_ten_or_more_committed_examples_under_a_secure_set() -> None:
    assert PARAMETER_SETS[PARAMETERS].secure
    assert len({name for name, _ in GUESTS}) >= 10
    assert all((ELFS / f"{name}.elf").is_file() for name, _ in GUESTS)
