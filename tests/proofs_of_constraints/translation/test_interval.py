"""Lifting to the integers keeps the solutions, counted by brute force."""

import random

import pytest

from proofs_of_constraints.translation.interval import ELEMENT, Interval, bits, integer_form, lifted, tightened
from proofs_of_constraints.translation.polynomial import Monomial, Polynomial
from spec.field import P, inverse


def polynomial(**coefficients: int) -> Polynomial:
    terms: dict[Monomial, int] = {}
    for name, coefficient in coefficients.items():
        terms[() if name == "constant" else (name,)] = coefficient % P
    return Polynomial({monomial: value for monomial, value in terms.items() if value})


@pytest.mark.parametrize(
    "sample",
    [
        polynomial(x=1, y=-1, z=-65536),
        polynomial(x=inverse(65536), y=inverse(65536), z=-1),
        polynomial(x=1 << 15, y=-1, z=-65536),
        polynomial(x=inverse(8), y=-1, constant=-3 * inverse(8)),
    ],
)
def test_lifted_equation_has_the_same_solutions(sample: Polynomial) -> None:
    ranges = {"x": bits(16), "y": bits(16), "z": bits(16)}
    equation = lifted(sample, ranges)
    source = random.Random(2)
    solutions = 0
    for _ in range(4000):
        cells = {name: source.randrange(1 << 16) for name in ranges}
        # Half of the samples are made to solve for y, so that solutions are among them.
        if source.random() < 0.5:
            rest = sample - Polynomial({("y",): sample.terms[("y",)]})
            cells["z"] = source.choice([0, 1, cells["x"] // 2])
            cells["y"] = -rest.value(cells) * inverse(sample.terms[("y",)]) % P
            if cells["y"] >= 1 << 16:
                continue
        number = sum(c * (cells[m[0]] if m else 1) for m, c in equation.form.terms.items())
        lifts = number % P == 0 and number // P in equation.multiples
        assert lifts == (sample.value(cells) == 0)
        solutions += lifts
    assert solutions > 0


def test_carry_equation_of_limbs_is_exact() -> None:
    carry = polynomial(left=inverse(65536), right=inverse(65536), result=-inverse(65536), carry=-1)
    ranges = {"left": bits(16), "right": bits(16), "result": bits(16), "carry": bits(1)}
    assert lifted(carry, ranges).is_exact


def test_product_of_a_limb_and_a_power_of_two_wraps() -> None:
    cut = polynomial(limb=1 << 15, low=-1, high=-65536)
    equation = lifted(cut, {"limb": bits(16), "low": bits(16), "high": bits(16)})
    assert not equation.is_exact


def test_exact_equation_narrows_its_variables() -> None:
    ranges = {"word": ELEMENT, "low": bits(8), "high": bits(8)}
    narrowed = tightened(lifted(polynomial(word=1, low=-1, high=-256), ranges), ranges)
    assert narrowed == {"word": Interval(0, 65535)}


def test_interval_of_a_product_with_a_negative_variable_has_both_ends() -> None:
    form = integer_form({("x", "y"): 2}, {"x": Interval(-2, 1), "y": Interval(0, 3)})
    assert form.interval == Interval(-12, 6)
