"""From many constraints to one opening: constraint batching (ALI) and the out-of-domain point (DEEP).

Of published configurations of other systems; Limpid's own protocol has neither.
"""

from __future__ import annotations

from fractions import Fraction

from soundcalc.bounds import PUBLIC_CALCULATOR_NOTE, Status, register
from soundcalc.exact import round_up

ALI = register(
    key="ali",
    formula="L C / |F| for C constraints batched by powers",
    source="2022/1216 Theorem 8",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)
DEEP = register(
    key="deep",
    formula="L (d (k + c - 1) + (k - 1)) / (|F| - k - n), c opening points in one quotient",
    source="2022/1216 Theorem 8",
    status=Status.PROVEN,
    note=f"{PUBLIC_CALCULATOR_NOTE}; 2024/1553 Theorem 2 has the squared list size, which does not bind",
    conditions={"slack": "k + c < (1 - theta) n", "field": "k + n < |F|"},
)


def ali_points(list_size: Fraction, constraints: int) -> Fraction:
    """Bad constraint-batching challenges out of |F|."""
    return round_up(list_size * constraints)


def deep_error(
    list_size: Fraction, degree: int, height: int, domain_size: int, points_per_quotient: int, field_size: int
) -> Fraction:
    """The probability that a wrong quotient survives at the out-of-domain point.

    The bound of 2024/1553 Theorem 2 has the squared list size; it does not bind, and is not used.
    """
    roots = degree * (height + points_per_quotient - 1) + height - 1
    return round_up(list_size * roots / (field_size - height - domain_size))
