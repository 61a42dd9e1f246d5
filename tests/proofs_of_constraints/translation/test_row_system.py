"""What a system of facts about a row keeps and drops."""

from __future__ import annotations

from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_system import MOST_TERMS, RowSystem


def _product(left: str, right: str) -> Polynomial:
    return Polynomial.variable(left) * Polynomial.variable(right)


def test_only_facts_about_long_sums_of_products_are_forgotten() -> None:
    flag = Polynomial.variable("flag")
    long_sum = sum((Polynomial.variable(f"limb_{i}") for i in range(40)), Polynomial.constant(0))
    products = sum((_product(f"left_{i}", f"right_{i}") for i in range(MOST_TERMS)), Polynomial.constant(0))
    system = RowSystem()
    system.constrain("flag is a bit", flag, flag - Polynomial.constant(1))
    system.constrain("a long sum", long_sum)
    system.constrain("as many products as may be", products)
    system.constrain("one more", products + Polynomial.variable("carry"))
    system.constrain("one more where the flag is set", flag, products + Polynomial.variable("carry"))
    system.forget_long_products()
    assert [fact.source for fact in system.facts] == ["flag is a bit", "a long sum", "as many products as may be"]
