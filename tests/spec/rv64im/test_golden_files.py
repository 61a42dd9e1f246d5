"""Golden files: the whole declaration of every chip and bus, so that a review sees each change of a constraint.

To write them anew after an intended change: LIMPID_UPDATE_GOLDEN=1 pytest tests/spec/rv64im/test_golden_files.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spec.air.bus import describe_bus
from spec.air.chip import Chip, describe_chip
from spec.rv64im.buses import BUSES
from spec.rv64im.machine import CHIPS, SEGMENT_PUBLIC_VALUES

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
UPDATING = os.environ.get("LIMPID_UPDATE_GOLDEN") == "1"


def _compare(path: Path, text: str) -> None:
    if UPDATING:
        path.write_text(text)
    assert path.read_text() == text


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_chip_is_as_in_its_golden_file(chip: Chip) -> None:
    _compare(GOLDEN / "chips" / f"{chip.name}.txt", describe_chip(chip))


def test_buses_are_as_in_their_golden_file() -> None:
    _compare(GOLDEN / "buses.txt", "\n".join(describe_bus(bus) for bus in BUSES))


def test_public_values_are_as_in_their_golden_file() -> None:
    _compare(GOLDEN / "public_values.txt", "".join(f"{name}\n" for name in SEGMENT_PUBLIC_VALUES))


def test_golden_files_belong_to_chips_one_and_all() -> None:
    assert {path.stem for path in (GOLDEN / "chips").iterdir()} == {chip.name for chip in CHIPS}
