"""A parameter set with the counts of its largest proofs, at every stacking height."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.security import ProofSecurity, security
from soundcalc.protocol.shape import ProofShape


@dataclass(frozen=True)
class OwnSystem:
    """Proofs of our own protocol: by stacking height the largest one, and how many segments the largest run has.

    `document` is the file that says so, as tables of numbers and texts.
    """

    name: str
    about: str
    segments: int
    shapes: Mapping[int, ProofShape]
    document: Mapping[str, Any] = field(compare=False)

    def reports(self, curve: CurveBound = CurveBound.CORRECTED) -> dict[int, ProofSecurity]:
        """The security of each. Raises ConditionViolatedError where no regime has a bound."""
        return {height: security(shape, curve) for height, shape in self.shapes.items()}
