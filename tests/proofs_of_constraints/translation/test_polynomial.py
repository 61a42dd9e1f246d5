"""Polynomials against the declaration's own evaluation, and against sympy."""

import random
from collections.abc import Mapping
from math import prod
from typing import Any

import pytest
from sympy import GF, ZZ, ring

from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.translation.integer_row import product_of
from proofs_of_constraints.translation.polynomial import Monomial, Polynomial, factors_of, polynomial_of
from spec.air.chip import Chip
from spec.field import P
from spec.rv64im.machine import CHIP_BY_NAME

X, Y = Polynomial.variable("x"), Polynomial.variable("y")


def random_cells(chip: Chip, seed: int) -> dict[str, int]:
    source = random.Random(seed)
    names = [*chip.columns, *chip.fixed_columns, "public.segment"]
    cells = {name: source.randrange(P) for name in names}
    row = ConcreteRow(chip, cells)
    return cells | {name: row.value(body) for name, body in chip.definitions().items()}


CHIPS = ["add", "sra", "branch_less_signed", "store_misaligned", "divide", "boundary", "memory"]


@pytest.mark.parametrize("name", CHIPS)
def test_polynomial_of_every_constraint_has_the_declared_value(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    cells = random_cells(chip, seed=1)
    row = ConcreteRow(chip, cells)
    for constraint in chip.constraints:
        expected = row.value(constraint.expression)
        assert polynomial_of(constraint.expression).value(cells) == expected
        product = 1
        for factor in factors_of(constraint.expression):
            product = product * factor.value(cells) % P
        assert product == expected


NAMES = [f"v{i}" for i in range(6)]


def random_terms(source: random.Random) -> dict[Monomial, int]:
    """Up to eight monomials of degree at most 3."""
    monomials = {tuple(sorted(source.choices(NAMES, k=source.randrange(4)))) for _ in range(source.randrange(1, 9))}
    return {monomial: source.randrange(1, P) for monomial in monomials}


def as_sympy(terms: Mapping[Monomial, int], generators: Mapping[str, Any], one: Any) -> Any:
    return sum((one * c * prod((generators[name] for name in m), start=one) for m, c in terms.items()), 0 * one)


@pytest.mark.parametrize("seed", range(20))
def test_products_sums_and_substitution_are_those_of_sympy(seed: int) -> None:
    source = random.Random(seed)
    sympy_ring, *found = ring(NAMES, GF(P, symmetric=False))
    generators = dict(zip(NAMES, found, strict=True))
    ours = [Polynomial(random_terms(source)) for _ in range(3)]
    theirs = [as_sympy(polynomial.terms, generators, sympy_ring.one) for polynomial in ours]

    def same(polynomial: Polynomial, expected: Any) -> bool:
        return bool(as_sympy(polynomial.terms, generators, sympy_ring.one) == expected)

    assert same(ours[0] * ours[1] - ours[2], theirs[0] * theirs[1] - theirs[2])
    replaced = ours[0].substituted({"v0": ours[1], "v1": ours[2]})
    assert same(replaced, theirs[0].compose([(generators["v0"], theirs[1]), (generators["v1"], theirs[2])]))
    assert 0 not in replaced.terms.values()


@pytest.mark.parametrize("signs", [(False, False), (True, False), (True, True)])
def test_product_of_the_multiplier_is_the_product_of_the_numbers_by_sympy(signs: tuple[bool, bool]) -> None:
    """Eight bytes less 2^64 times a sign, times the same: the identity on which the multiplication lemmas rest."""
    numbers: list[dict[Monomial, int]] = []
    for name, signed in zip("ab", signs, strict=True):
        terms: dict[Monomial, int] = {(f"{name}{i}",): 256**i for i in range(8)}
        numbers.append(terms | ({(f"{name}_sign",): -(2**64)} if signed else {}))
    names = sorted({name for terms in numbers for monomial in terms for name in monomial})
    sympy_ring, *found = ring(names, ZZ)
    generators = dict(zip(names, found, strict=True))
    left, right = (as_sympy(terms, generators, sympy_ring.one) for terms in numbers)
    assert as_sympy(product_of(*numbers), generators, sympy_ring.one) == left * right


def test_substitution_replaces_all_at_once() -> None:
    swapped = (X * X + Y).substituted({"x": Y, "y": X})
    assert swapped == Y * Y + X


def test_sum_of_opposites_is_zero() -> None:
    assert (X - X).terms == {}
    assert (X * Y - Y * X).is_constant


def test_coefficient_alone_of_a_variable_in_a_product_is_none() -> None:
    assert (X.scaled(3) + Y).coefficient_alone("x") == 3
    assert (X.scaled(3) + X * Y).coefficient_alone("x") is None
    assert (X * X).coefficient_alone("x") is None
