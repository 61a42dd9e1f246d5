"""LogUp as a GKR circuit, as the public calculator charges it in published configurations."""

from __future__ import annotations

from fractions import Fraction

from soundcalc.bounds import PUBLIC_CALCULATOR_NOTE, Status, register
from soundcalc.exact import log2_upper

LOGUP_GKR = register(
    key="logup_gkr",
    formula="x (3 x + 1) / (2 |F|), x = log2(rows) + log2(interactions)",
    source="2023/1284",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)


def gkr_points(rows: int, interactions: int) -> Fraction:
    """Bad challenges of the GKR circuit that sums `interactions` fractions on each of `rows` rows.

    Logarithms of other numbers than powers of two are rounded up.
    """
    variables = log2_upper(rows) + log2_upper(interactions)
    return variables * (3 * variables + 1) / 2
