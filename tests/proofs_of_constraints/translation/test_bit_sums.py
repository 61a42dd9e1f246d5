"""Expressions of bits are recognised by their values, and sums of them keep every value."""

from __future__ import annotations

from itertools import product

import pytest
import z3

from proofs_of_constraints.translation.bit_sum_terms import LimbArithmetic, is_exact, packed
from proofs_of_constraints.translation.bit_sums import BitFunction, BitRow, BitSum, BitSums, NamedSums, sum_of_bits
from proofs_of_constraints.translation.interval import Interval, WrapError
from spec.air.expression import Expression, MainColumn, Named
from spec.field import P
from spec.rv64im.machine import CHIP_BY_NAME

A, B, C, D = (MainColumn(name, index) for index, name in enumerate("abcd"))
X = MainColumn("x", 4)
SUMS = BitSums("abcd")


def differ(left: Expression, right: Expression) -> Expression:
    return left + right - left * right * 2


@pytest.mark.parametrize(
    "majority", [A * B + C * differ(A, B), A * B + A * C + B * C - A * B * C * 2, Named("m", A * B + C * differ(B, A))]
)
def test_polynomials_with_the_same_values_are_the_same_function(majority: Expression) -> None:
    table = tuple(int(a + b + c > 1) for c, b, a in product((0, 1), repeat=3))
    assert SUMS.of(majority) == BitSum(0, {BitFunction(("a", "b", "c"), table): 1})


def test_bit_that_makes_no_difference_is_left_out() -> None:
    assert SUMS.of(A * B - A * (B - 1)) == BitSum(0, {BitFunction(("a",), (0, 1)): 1})


def test_sum_keeps_columns_constants_and_signs() -> None:
    found = SUMS.of((A + B * 2) * 3 - X * 5 - 7)
    assert found == BitSum(-7, {BitFunction(("a",), (0, 1)): 3, BitFunction(("b",), (0, 1)): 6}, {"x": -5})
    assert found.interval({"x": Interval(1, 2)}) == Interval(-17, 9 - 12)
    assert found.names == {"a", "b", "x"}


def test_product_of_more_bits_than_a_function_has_is_refused() -> None:
    with pytest.raises(WrapError, match="a product that is no function of bits"):
        SUMS.of(A * B * C * D)
    with pytest.raises(WrapError, match="a product that is no function of bits"):
        SUMS.of(X * A)


def test_known_bits_leave_the_function_of_the_others() -> None:
    chosen = SUMS.of(A * (B - C) + C)
    assert chosen.at({"a": 1}) == SUMS.of(B)
    assert chosen.at({"a": 0}) == SUMS.of(C)
    assert chosen.at({"b": 1, "c": 1, "a": 0}) == BitSum(1)
    assert SUMS.of(X * 4 + A).at({"x": 3, "a": 1}) == BitSum(13)


def test_packed_sum_has_the_value_of_the_sum_for_all_bits() -> None:
    total = SUMS.of(differ(A, B) * 4 + C * 4 - D + A * 3 + 9)
    vector = packed(total, 6)
    for values in product((0, 1), repeat=4):
        cells = dict(zip("abcd", values, strict=True))
        expected = total.constant + sum(c * f.value(cells) for f, c in total.bits.items())
        given = [(z3.BitVec(name, 1), z3.BitVecVal(bit, 1)) for name, bit in cells.items()]
        assert z3.simplify(z3.substitute(vector, *given)).as_long() == expected % 64


def test_limb_stands_for_its_bits_and_what_is_left_keeps_its_own() -> None:
    row = BitRow(CHIP_BY_NAME["add"], frozenset("abcd"), NamedSums(SUMS, {}), {})
    arithmetic = LimbArithmetic(row, {"limb": sum_of_bits("ab")})
    term = arithmetic.term(SUMS.of((A + B * 2) * 8 + D - 1))
    solver = z3.Solver()
    solver.add(*arithmetic.bounds, term != arithmetic.limb("limb") * 8 + z3.Int("d(0, 1)") - 1)
    assert solver.check() == z3.unsat
    assert "a(0, 1)" not in {str(v) for v in z3.z3util.get_vars(term)}


def test_sum_that_may_be_a_multiple_of_p_is_not_exact() -> None:
    assert is_exact(BitSum(0, {BitFunction(("a",), (0, 1)): P - 1}), {})
    assert not is_exact(BitSum(0, {BitFunction(("a",), (0, 1)): P}), {})
    assert not is_exact(BitSum(0, {}, {"x": 2}), {})
