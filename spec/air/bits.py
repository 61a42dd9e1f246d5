"""Words of boolean columns: what chips that work bit by bit make of them."""

from __future__ import annotations

from spec.air.expression import Expression


def differ(left: Expression, right: Expression) -> Expression:
    """The exclusive or of two bits."""
    return left + right - left * right * 2
