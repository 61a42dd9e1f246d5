"""Reading an instruction chip: its accesses are those that it declares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_of_constraints.translation.instruction_view import LayoutError, view_of
from spec.air.chip import Chip
from spec.rv64im.machine import CHIP_BY_NAME, INSTRUCTION_CHIPS


@pytest.mark.parametrize("chip", INSTRUCTION_CHIPS, ids=lambda chip: chip.name)
def test_accesses_of_a_view_have_the_names_that_the_chip_declares(chip: Chip) -> None:
    assert tuple(access.name for access in view_of(chip).accesses) == chip.access_names


def test_chip_that_declares_fewer_accesses_than_it_makes_is_refused() -> None:
    chip = replace(CHIP_BY_NAME["add"], access_names=("source1", "source2"))
    with pytest.raises(LayoutError) as refused:
        view_of(chip)
    assert str(refused.value) == "add: 3 memory tokens taken, 3 put back, 2 accesses declared"
