"""Golden files: the whole declaration of every chip and bus, so that a review sees each change of a constraint."""

from __future__ import annotations

import hashlib
import os
from difflib import unified_diff
from pathlib import Path

import pytest

from documentation.kinds import by_kind, is_wide
from spec.air.bus import describe_bus
from spec.air.chip import Chip, describe_chip
from spec.rv64im.machine import CHIPS, RV64IM, SEGMENT_PUBLIC_VALUES

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
UPDATING = os.environ.get("LIMPID_UPDATE_GOLDEN") == "1"
UPDATE_COMMAND = "LIMPID_UPDATE_GOLDEN=1 pytest tests/spec/rv64im/test_golden_files.py"
"""Writes all golden files anew after an intended change."""


def _compare(path: Path, text: str) -> None:
    if UPDATING:
        path.write_text(text)
    stands = path.read_text() if path.exists() else ""
    if stands != text:
        # pytest would cut short what differs, and the changed lines are what a review wants to see.
        changes = unified_diff(stands.splitlines(), text.splitlines(), path.name, "declared", lineterm="", n=0)
        pytest.fail("\n".join([*changes, f"if this is intended: {UPDATE_COMMAND}"]), pytrace=False)


def _condensed(text: str) -> str:
    """The first one of lines that differ in numbers alone, how many there are, and a digest of all the text."""
    lines = by_kind(text.splitlines(), lambda line: line.partition(":")[0])
    counted = "\n".join(line if count == 1 else f"{line}    [{count} of this kind]" for line, count in lines)
    return f"SHA-256 of the whole declaration {hashlib.sha256(text.encode()).hexdigest()}\n{counted}\n"


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_chip_is_as_in_its_golden_file(chip: Chip) -> None:
    text = describe_chip(chip)
    _compare(GOLDEN / "chips" / f"{chip.name}.txt", _condensed(text) if is_wide(chip) else text)


def test_buses_are_as_in_their_golden_file() -> None:
    _compare(GOLDEN / "buses.txt", "\n".join(describe_bus(bus) for bus in RV64IM.buses))


def test_public_values_are_as_in_their_golden_file() -> None:
    _compare(GOLDEN / "public_values.txt", "".join(f"{name}\n" for name in SEGMENT_PUBLIC_VALUES))


def test_golden_files_belong_to_chips_one_and_all() -> None:
    assert {path.stem for path in (GOLDEN / "chips").iterdir()} == {chip.name for chip in CHIPS}


def test_golden_file_that_differs_shows_the_changed_lines_and_the_command(tmp_path: Path) -> None:
    path = tmp_path / "chip.txt"
    path.write_text("chip add\n" + "column\n" * 100 + "carry_0_is_boolean\n")
    with pytest.raises(pytest.fail.Exception) as failure:
        _compare(path, "chip add\n" + "column\n" * 100 + "carry_1_is_boolean\n")
    assert str(failure.value).splitlines() == [
        "--- chip.txt",
        "+++ declared",
        "@@ -102 +102 @@",
        "-carry_0_is_boolean",
        "+carry_1_is_boolean",
        f"if this is intended: {UPDATE_COMMAND}",
    ]


@pytest.mark.parametrize("stands", [None, "chip add"])
def test_golden_file_that_is_missing_or_ends_otherwise_fails(stands: str | None, tmp_path: Path) -> None:
    path = tmp_path / "chip.txt"
    if stands is not None:
        path.write_text(stands)
    with pytest.raises(pytest.fail.Exception, match="if this is intended"):
        _compare(path, "chip add\n")
