"""Readings of divisions: every division of the instruction set has the one that its name says, nothing else has any."""

from __future__ import annotations

from proofs_of_constraints.division.reading import Reading, reading_of
from proofs_of_constraints.translation.program_layout import executed_instructions

EXPECTED = {
    f"{stem}{sign}{width}": Reading(signed, of_quotient, limb_count)
    for stem, of_quotient in (("div", True), ("rem", False))
    for sign, signed in (("", True), ("u", False))
    for width, limb_count in (("", 4), ("w", 2))
}


def test_readings_of_all_instructions_are_those_of_the_divisions() -> None:
    found = {executed.name: reading_of(executed) for executed in executed_instructions()}
    assert {name: reading for name, reading in found.items() if reading is not None} == EXPECTED
    assert {name: reading.width_bits for name, reading in EXPECTED.items()}["divuw"] == 32
