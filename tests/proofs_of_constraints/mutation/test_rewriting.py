"""Changing one place of a declaration leaves everything else as it is."""

from proofs_of_constraints.mutation.rewriting import (
    leftmost_column,
    named_nodes,
    places,
    with_constraint,
    with_definition,
    with_interaction,
)
from proofs_of_constraints.translation.cells import cells_of
from spec.air.expression import MainColumn, Named, describe, lift
from spec.rv64im.machine import CHIP_BY_NAME

A, B, C = (MainColumn(name, index) for index, name in enumerate("abc"))


def test_places_are_all_nodes_in_the_order_of_writing_and_can_each_be_replaced() -> None:
    expression = (A - B) * (C + 7)
    replaced = [(describe(node), describe(rebuild(MainColumn("new", 9)))) for node, rebuild in places(expression)]
    assert replaced == [
        ("(a - b)*(c + 7)", "new"),
        ("a - b", "new*(c + 7)"),
        ("a", "(new - b)*(c + 7)"),
        ("b", "(a - new)*(c + 7)"),
        ("c + 7", "(a - b)*new"),
        ("c", "(a - b)*(new + 7)"),
        ("7", "(a - b)*(c + new)"),
    ]


def test_places_do_not_look_into_definitions() -> None:
    assert [describe(node) for node, _ in places(Named("sum", A + B) * C)] == ["sum*c", "sum", "c"]


def test_definition_is_replaced_in_other_definitions_constraints_and_messages() -> None:
    chip = CHIP_BY_NAME["sub"]
    nodes = named_nodes(chip)
    assert list(nodes) == ["carry_0", "carry_1", "carry_2", "carry_3"]
    changed = with_definition(chip, nodes["carry_0"], lift(1))
    bodies = changed.definitions()
    assert describe(bodies["carry_0"]) == "1"
    assert {name: describe(body) for name, body in bodies.items() if name != "carry_0"} == {
        name: describe(body) for name, body in chip.definitions().items() if name != "carry_0"
    }
    untouched = [old is new for old, new in zip(chip.interactions, changed.interactions, strict=True)]
    assert not any(untouched)
    assert changed.interactions[0].message == chip.interactions[0].message


def test_constraint_and_interaction_are_replaced_at_their_place() -> None:
    chip = CHIP_BY_NAME["add"]
    constraint, interaction = chip.constraints[2], chip.interactions[3]
    changed = with_constraint(chip, constraint, A)
    assert [c.name for c in changed.constraints] == [c.name for c in chip.constraints]
    assert changed.constraints[2].expression is A
    assert changed.constraints[:2] + changed.constraints[3:] == chip.constraints[:2] + chip.constraints[3:]
    again = with_interaction(chip, interaction, chip.interactions[0])
    assert again.interactions == (*chip.interactions[:3], chip.interactions[0], *chip.interactions[4:])


def test_columns_of_an_expression_are_found_through_definitions() -> None:
    expression = lift(3) - Named("product", B * A) + C
    assert cells_of(expression, {}) == {"a", "b", "c"}
    assert cells_of(lift(3), {}) == frozenset()
    assert leftmost_column(expression) is B
    assert leftmost_column(lift(3)) is None
