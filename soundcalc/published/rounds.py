"""The rounds of a circuit as a list of terms, and their bits.

Whatever is computed from rounds is computed from the list, never from a mapping by their names: a name is for display
only, and two rounds of one name would hide each other.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from soundcalc.bounds import Bound
from soundcalc.errors import ParameterError
from soundcalc.exact import float_bits, log2_ceiling, round_up

TOTAL = "total"
"""The name under which the least bits of all rounds are shown; no round has it."""


class Formulas(Enum):
    """Whose formulas a round's error follows."""

    PUBLIC = "those of the public calculator, errors included"
    CORRECTED = "the same bounds with its errors mended"


class Step(Enum):
    """What a round is there for."""

    BATCHING = "functions batched into one"
    FOLDING = "folding"
    QUERIES = "queries"
    OUT_OF_DOMAIN = "out-of-domain samples"
    CONSTRAINTS = "constraints batched"
    DEEP = "out-of-domain point of the trace"
    REDUCTION = "claims reduced to the opening"
    SUMCHECK = "sumcheck"
    LOOKUP = "lookups"


@dataclass(frozen=True)
class Round:
    """One challenge of the verifier: its error after grinding, and how many decimals the public calculator shows."""

    name: str
    step: Step
    error: Fraction
    bound: Bound
    decimals: int = 0

    @property
    def bits(self) -> float:
        """-log2 of the error; its floor is exact."""
        return float_bits(self.error)

    @property
    def public_bits(self) -> float:
        """As the public calculator shows them: whole ones rounded down, tenths to the nearest; negative if need be."""
        if self.decimals == 0:
            return -log2_ceiling(self.error)
        bits = math.log2(self.error.denominator) - math.log2(self.error.numerator)
        return round(bits, self.decimals)


def rounds_of(
    parts: Iterable[tuple[str, Step, Fraction, Bound]], grinding_bits: int = 0, decimals: int = 0
) -> Iterator[Round]:
    """Rounds after this much grinding; where no challenge can be bad there is no round."""
    for name, step, error, bound in parts:
        if error:
            yield Round(name, step, round_up(error / (1 << grinding_bits)), bound, decimals)


def checked(rounds: Iterable[Round]) -> tuple[Round, ...]:
    """The rounds as a list. Raises ParameterError where two have one name, or one that of the total."""
    listed = tuple(rounds)
    seen = {comparable(TOTAL)}
    for entry in listed:
        if comparable(entry.name) in seen:
            raise ParameterError("rounds", f"{entry.name!r} names two rounds")
        seen.add(comparable(entry.name))
    return listed


def weakest(rounds: Sequence[Round]) -> Round:
    """The round with the largest error: round-by-round soundness. Raises ValueError without a round."""
    return max(rounds, key=lambda entry: entry.error)


def comparable(name: str) -> str:
    """A name as it looks: without case, compatibility characters and extra spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_RESERVED = re.compile(
    r"total|batching|commit round \d+|query phase|ali|deep|fin|fold\(i=\d+,s=\d+\)|ood\(i=\d+\)|shift\(i=\d+\)"
    r"|zerocheck|reduce to dense pcs"
)


def is_reserved(name: str) -> bool:
    """Whether some family that has lookups has a round of this name, so that none may be called so."""
    return _RESERVED.fullmatch(comparable(name)) is not None
