"""Words of boolean columns: what chips that work bit by bit make of them."""

from __future__ import annotations

from collections.abc import Iterable

from spec.air.expression import Expression, lift


def total(parts: Iterable[Expression]) -> Expression:
    """The sum of expressions; the constant 0 for none."""
    result: Expression = lift(0)
    for part in parts:
        result = result + part
    return result


def number_of(bits: Iterable[Expression]) -> Expression:
    """The number that the bits are, least significant first."""
    return total(bit * 2**i for i, bit in enumerate(bits))


def differ(left: Expression, right: Expression) -> Expression:
    """The exclusive or of two bits."""
    return left + right - left * right * 2
