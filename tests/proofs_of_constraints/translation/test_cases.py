"""Splitting a row by the factors of its products loses no solution and makes up none."""

from itertools import product

from proofs_of_constraints.translation.cases import cases_of_factors
from proofs_of_constraints.translation.interval import BOOLEAN, Interval
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_system import RowSystem

NAMES = ("flag", "left", "right", "other")
VALUES = range(4)
FLAG, LEFT, RIGHT, OTHER = map(Polynomial.variable, NAMES)


def _system() -> RowSystem:
    """flag (left - 1) = flag right = 0, (left - other - 1)(right - 2) left = 0, (right - other)^2 = 0."""
    system = RowSystem({name: Interval(0, 3) for name in NAMES} | {"flag": BOOLEAN})
    system.constrain("flag means left is 1", FLAG, LEFT - Polynomial.constant(1))
    system.constrain("flag means right is 0", FLAG, RIGHT)
    system.constrain("three factors", LEFT - OTHER - Polynomial.constant(1), RIGHT - Polynomial.constant(2), LEFT)
    system.constrain("a square", RIGHT - OTHER, RIGHT - OTHER)
    system.simplify()
    return system


def _satisfies(system: RowSystem, cells: dict[str, int]) -> bool:
    within = all(system.ranges[name].low <= cell <= system.ranges[name].high for name, cell in cells.items())
    replaced = all(cells[name] == polynomial.value(cells) for name, polynomial in system.replaced.items())
    return within and replaced and all(any(not f.value(cells) for f in fact.factors) for fact in system.facts)


def test_cases_of_factors_together_are_the_system_and_have_no_product_left() -> None:
    found = list(cases_of_factors(_system()))
    assert all(len(fact.factors) == 1 for _, case in found for fact in case.facts)
    assert len({name for name, _ in found}) == len(found) > 1
    for cells in (dict(zip(NAMES, numbers, strict=True)) for numbers in product(VALUES, repeat=len(NAMES))):
        flag, left, right, other = cells.values()
        flagged = flag == 0 or (flag == 1 and left == 1 and right == 0)
        expected = flagged and (left == other + 1 or right == 2 or left == 0) and right == other
        assert any(_satisfies(case, cells) for _, case in found) == expected, cells


def test_cases_of_factors_of_a_system_without_products_are_itself() -> None:
    system = RowSystem({name: Interval(0, 3) for name in NAMES})
    system.constrain("sum", LEFT + RIGHT - OTHER)
    assert list(cases_of_factors(system)) == [("", system)]
