"""What a chip builder refuses."""

from __future__ import annotations

import pytest

from spec.air.chip import ChipBuilder, Role
from spec.air.expression import FixedColumn, MainColumn, lift
from spec.rv64im.buses import CONTINUATION, RANGE, STATE


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


def test_outputs_of_a_chip_are_the_names_of_columns_and_definitions() -> None:
    row = _builder()
    a = row.column("a")
    assert row.build(outputs=[a, row.define("twice", a * 2)]).outputs == ("a", "twice")


def test_output_without_a_name_is_refused() -> None:
    row = _builder()
    a, b = row.column("a"), row.column("b")
    with pytest.raises(ValueError, match=r"sample: output \(?a \+ b\)? is neither a column nor a definition"):
        row.build(outputs=[a, a + b])


def test_constraint_above_maximum_degree_is_refused() -> None:
    row = _builder()
    a = row.column("a")
    row.zero("fourth_power", a * a * a * a)
    with pytest.raises(ValueError, match="sample: constraint fourth_power has degree above 3"):
        row.build()


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], 0),
        (["constant"], 0),
        (["counted"], 1),
        (["linear"], 1),
        (["counted", "counted"], 1),
        (["counted", "linear"], 2),
        (["constant", "linear"], 1),
        (["linear", "linear"], 2),
        (["constant", "constant", "linear"], 1),
    ],
)
def test_degree_of_a_chip_without_constraints_is_that_of_its_pairs(kinds: list[str], expected: int) -> None:
    row = _builder()
    a = row.column("a")
    for number, kind in enumerate(kinds):
        message, times = [a if kind == "linear" else lift(5), lift(4)], a if kind == "counted" else lift(1)
        row.receive(f"{kind}_{number}", RANGE, message, times)
    assert row.build().maximum_degree == expected


def test_interactions_of_different_scopes_are_no_pair() -> None:
    row = _builder()
    a = row.column("a")
    row.receive("small", RANGE, [a, 4], a)
    row.send("on", CONTINUATION, [a] * CONTINUATION.width, a)
    assert row.build().maximum_degree == 1


@pytest.mark.parametrize(("power", "expected"), [(1, 2), (2, 2), (3, 3)])
def test_degree_of_a_chip_is_that_of_its_pairs_or_of_a_constraint(power: int, expected: int) -> None:
    row = _builder()
    a = row.column("a")
    row.zero("power", a * a * a if power == 3 else a * a if power == 2 else a)
    for name in ("first", "second"):
        row.receive(name, RANGE, [a, 4], a)
    assert row.build().maximum_degree == expected


def test_columns_know_their_place() -> None:
    row = _builder()
    row.column_array("a", 2)
    fixed, last = row.fixed_column("f"), row.column("b")
    assert isinstance(fixed, FixedColumn)
    assert (fixed.name, fixed.index) == ("f", 0)
    assert isinstance(last, MainColumn)
    assert (last.name, last.index) == ("b", 2)
    assert row.columns == ["a_0", "a_1", "b"]
