"""Lookup arguments: sums of logarithmic derivatives (LogUp), as columns and as a GKR circuit.

A fraction has the denominator alpha + bus identity + sum of beta^i m_i for i = 1 to W. Both challenges belong
to one message of the verifier. Take beta first, which is harmless as they are independent: for N fractions it
is bad for at most W (N - 1) values; then alpha is a root of a nonzero polynomial for at most N - 1 values, and
makes a denominator vanish for at most N. Together below N (W + 2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from soundcalc.bounds import PUBLIC_CALCULATOR_NOTE, Status, register
from soundcalc.exact import log2_upper, round_up
from soundcalc.parameters import BusInteractions

LOGUP = register(
    key="logup",
    formula="L N (W + 2) / |F|: L N W / |F| for beta, 2 L N / |F| for alpha",
    source="2022/1530 and Schwartz-Zippel for the fingerprint, with the event that a denominator vanishes, for "
    "each member of the list",
    status=Status.DERIVED,
    conditions={"multiplicity": "the boolean multiplicities of a bus number fewer than p, so no count wraps"},
)
LOGUP_GKR = register(
    key="logup_gkr",
    formula="x (3 x + 1) / (2 |F|), x = log2(rows) + log2(interactions)",
    source="2023/1284",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)


def require_no_wrap(interactions: Iterable[BusInteractions], base_field_size: int) -> None:
    """Raises ConditionViolatedError for a bus whose boolean multiplicities could add up to p."""
    per_bus: Counter[str] = Counter()
    for interaction in interactions:
        if not interaction.counted:
            per_bus[interaction.bus] += interaction.count
    for bus, total in sorted(per_bus.items()):
        LOGUP.require("multiplicity", total < base_field_size, f"bus {bus} has {total} of {base_field_size}")


def alpha_points(list_size: Fraction, interactions: Iterable[BusInteractions]) -> Fraction:
    """Bad values of alpha out of |F|: 2 L N."""
    return round_up(list_size * sum(2 * interaction.count for interaction in interactions))


def beta_points(list_size: Fraction, interactions: Iterable[BusInteractions]) -> Fraction:
    """Bad values of beta out of |F|: L times the sum of N W over the tuple widths."""
    return round_up(list_size * sum(interaction.count * interaction.width for interaction in interactions))


def gkr_points(rows: int, interactions: int) -> Fraction:
    """Bad challenges of the GKR circuit that sums `interactions` fractions on each of `rows` rows.

    Logarithms of other numbers than powers of two are rounded up.
    """
    variables = log2_upper(rows) + log2_upper(interactions)
    return variables * (3 * variables + 1) / 2
