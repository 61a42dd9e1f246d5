"""The registry of bounds: what each formula is, where it comes from, and how far it is established.

A formula elsewhere in this package names its bound here, and the report prints these entries. The tags in
`source` are ePrint numbers; titles stand in SOURCES.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from soundcalc.errors import ConditionViolatedError


class Status(Enum):
    """How far a bound is established."""

    PROVEN = "proven"
    DERIVED = "derived"
    REFUTED = "refuted"


SOURCES = {
    "2016/116": "Ben-Sasson, Chiesa, Spooner: Interactive Oracle Proofs",
    "2019/834": "Chiesa, Manohar, Spooner: Succinct Arguments in the Quantum Random Oracle Model",
    "2022/1216": "Haböck: A summary on the FRI low degree test",
    "2022/1530": "Haböck: Multivariate lookups based on logarithmic derivatives",
    "2024/108": "Gruen: Some Improvements for the PIOP for ZeroCheck",
    "2024/1586": "Arnon, Chiesa, Fenzi, Yogev: WHIR: Reed-Solomon Proximity Testing with Super-Fast Verification",
    "2025/917": "Hemo, Jue, Rabinovich, Roh, Rothblum: Jagged Polynomial Commitments",
    "2023/1284": "Papini, Haböck: Improving logarithmic derivative lookups using GKR",
    "2024/1553": "round-by-round soundness of STARKs in both regimes",
    "2025/2010": "a counterexample to correlated agreement up to capacity",
    "2025/2046": "a counterexample to correlated agreement up to capacity",
    "2025/2055": "Ben-Sasson, Carmon, Haböck, Kopparty, Saraf: On Proximity Gaps for Reed-Solomon Codes",
    "2025/2166": "Chiesa, Di, Hu, Zheng: post-quantum security of the BCS transformation for reductions",
    "2026/2056": "Dao, Kominers, Thaler: Reed-Solomon Codes Beyond Johnson",
}
"""ePrint number to title; where only the claim was at hand, what it states."""


PUBLIC_CALCULATOR_NOTE = "as the public calculator (ethereum/soundcalc) states it; the paper was not at hand"


@dataclass(frozen=True)
class Bound:
    """One formula. `conditions` maps a name to the statement that is checked before the formula is used.

    `note` says against what the formula was checked where the paper itself was not at hand.
    """

    key: str
    formula: str
    source: str
    status: Status
    conditions: dict[str, str]
    note: str

    def require(self, condition: str, holds: bool, detail: str) -> None:
        """Raises ConditionViolatedError unless the named condition holds."""
        if not holds:
            raise ConditionViolatedError(self.key, self.conditions[condition], detail)


REGISTRY: dict[str, Bound] = {}


def register(
    key: str, formula: str, source: str, status: Status, conditions: dict[str, str] | None = None, note: str = ""
) -> Bound:
    """Adds a bound to the registry. Raises ValueError for a key that is taken."""
    if key in REGISTRY:
        raise ValueError(f"bound {key} is registered twice")
    REGISTRY[key] = Bound(key, formula, source, status, conditions or {}, note)
    return REGISTRY[key]


CAPACITY = register(
    key="capacity_line",
    formula="correlated agreement for every proximity below 1 - rho",
    source="2025/2010, 2025/2046",
    status=Status.REFUTED,
)
"""Listed so that whoever looks for it finds why it is not used: no formula stands behind it."""
