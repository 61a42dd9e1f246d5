"""What a chip builder refuses."""

from __future__ import annotations

import pytest

from spec.air.chip import ChipBuilder, Role
from spec.air.expression import FixedColumn, MainColumn
from spec.rv64im.buses import RANGE, STATE


def _builder() -> ChipBuilder:
    return ChipBuilder("sample", Role.MACHINE_TABLE, "A sample.")


def test_repeated_column_is_refused() -> None:
    row = _builder()
    row.column("a")
    with pytest.raises(ValueError, match="sample: two columns or definitions are named a"):
        row.define("a", row.column("b"))


def test_repeated_constraint_is_refused() -> None:
    row = _builder()
    a = row.column("a")
    row.zero("a_is_zero", a)
    with pytest.raises(ValueError, match="sample: two constraints are named a_is_zero"):
        row.zero("a_is_zero", a)


def test_repeated_interaction_is_refused() -> None:
    row = _builder()
    a = row.column("a")
    row.receive("a_is_small", RANGE, [a, 4], a)
    with pytest.raises(ValueError, match="sample: two interactions are named a_is_small"):
        row.receive("a_is_small", RANGE, [a, 4], a)


def test_message_of_another_width_is_refused() -> None:
    row = _builder()
    with pytest.raises(ValueError, match="sample: tick has 1 parts, bus state has 2"):
        row.send("tick", STATE, [row.column("a")])


@pytest.mark.parametrize("times_is_quadratic", [True, False])
def test_interaction_that_is_not_linear_is_refused(times_is_quadratic: bool) -> None:
    row = _builder()
    a = row.column("a")
    row.receive("wide", RANGE, [a if times_is_quadratic else a * a, 4], a * a if times_is_quadratic else a)
    with pytest.raises(ValueError, match="sample: interaction wide is not linear"):
        row.build()


def test_constraint_above_maximum_degree_is_refused() -> None:
    row = _builder()
    a = row.column("a")
    row.zero("fourth_power", a * a * a * a)
    with pytest.raises(ValueError, match="sample: constraint fourth_power has degree above 3"):
        row.build()


def test_columns_know_their_place() -> None:
    row = _builder()
    row.column_array("a", 2)
    fixed, last = row.fixed_column("f"), row.column("b")
    assert isinstance(fixed, FixedColumn)
    assert (fixed.name, fixed.index) == ("f", 0)
    assert isinstance(last, MainColumn)
    assert (last.name, last.index) == ("b", 2)
    assert row.columns == ["a_0", "a_1", "b"]
