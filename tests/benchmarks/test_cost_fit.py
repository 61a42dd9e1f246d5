"""The measurement of the metric: what it stores is what the prediction reads."""

from __future__ import annotations

from dataclasses import fields

import pytest

from benchmarks.cost_fit import ELFS, GUESTS, PARAMETERS, fit
from limpid.estimation import Calibration
from spec.cost import COST_VERSION
from spec.parameters import PARAMETER_SETS


def test_constants_fitted_are_the_line_through_the_points_in_the_form_that_is_read() -> None:
    points = [
        {"guest": name, "cost": cost, "seconds": 0.5 + 2e-8 * cost, "peak_bytes": 2**29 + 3 * cost}
        for name, cost in (("hello", 10**7), ("sort", 6 * 10**7), ("sha256", 4 * 10**7))
    ]
    constants = fit(points)
    assert list(constants) == [field.name for field in fields(Calibration)]
    found = Calibration(**constants)
    assert (found.cost_version, found.parameters, found.guests) == (COST_VERSION, PARAMETERS, 3)
    assert found.seconds_per_cost == pytest.approx(2e-8)
    assert found.fixed_seconds == pytest.approx(0.5)
    assert found.bytes_per_cost == pytest.approx(3)
    assert found.fixed_bytes == pytest.approx(2**29)
    assert found.correlation == 1


def test_guests_measured_are_ten_or_more_committed_examples_under_a_secure_set() -> None:
    assert PARAMETER_SETS[PARAMETERS].secure
    assert len({name for name, _ in GUESTS}) >= 10
    assert all((ELFS / f"{name}.elf").is_file() for name, _ in GUESTS)
