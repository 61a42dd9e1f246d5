"""What a row of the machine adds to a chip builder."""

from __future__ import annotations

from spec.air.chip import Role
from spec.air.expression import describe
from spec.rv64im.buses import LIMBS, RANGE
from spec.rv64im.machine_row import MachineRow


def test_column_array_without_a_count_has_a_column_for_each_limb() -> None:
    row = MachineRow("sample", Role.MACHINE_TABLE, "A sample.")
    row.column_array("value")
    row.column_array("pair", 2)
    assert row.columns == [*(f"value_{i}" for i in range(LIMBS)), "pair_0", "pair_1"]


def test_range_is_received_from_the_range_table() -> None:
    row = MachineRow("sample", Role.MACHINE_TABLE, "A sample.")
    value, real = row.column("value"), row.column("real")
    row.in_range("value_is_small", value, 4, real)
    (interaction,) = row.build().interactions
    assert (interaction.name, interaction.bus, interaction.sign) == ("value_is_small", RANGE, -1)
    assert list(map(describe, [interaction.multiplicity, *interaction.message])) == ["real", "value", "4"]
