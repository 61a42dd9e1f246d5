"""A published system: its circuits, each an argument over an opening."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.published.arguments import Argument
from soundcalc.published.fields import Field
from soundcalc.published.lookups import PublishedLookup
from soundcalc.published.opening import Opening
from soundcalc.published.regimes import UNIQUE, JohnsonGap, JohnsonMultiplicity
from soundcalc.published.rounds import Formulas, Round, checked
from soundcalc.published.schema import Family
from soundcalc.regimes.proximity import Regime, UniqueDecoding


@dataclass(frozen=True)
class PublishedCircuit:
    """One circuit. `regimes` are those in which the public calculator analyses it; `gap_to_radius` and `multiplicity`
    say how near to the Johnson bound it goes there."""

    name: str
    family: Family
    field: Field
    digest_bits: int
    opening: Opening
    argument: Argument
    lookups: tuple[PublishedLookup, ...]
    regimes: tuple[str, ...]
    gap_to_radius: Fraction | None = None
    multiplicity: int | None = None

    def public_regime(self, name: str) -> Regime:
        """The regime of this name as the public calculator analyses it."""
        if name == UNIQUE:
            return UniqueDecoding()
        if self.multiplicity is not None:
            return JohnsonMultiplicity(self.multiplicity)
        return JohnsonGap(self.gap_to_radius, self.field.size)

    def rounds(self, regimes: Sequence[Regime], formulas: Formulas) -> tuple[Round, ...]:
        """All rounds, with a regime for every code of the opening.

        Raises ConditionViolatedError outside the conditions of a bound, ParameterError for two rounds of one name.
        """
        codes = range(len(self.opening.rates))
        return checked(entry for code in codes for entry in self.code_rounds(code, regimes, formulas))

    def code_rounds(self, code: int, regimes: Sequence[Regime], formulas: Formulas) -> Iterator[Round]:
        """The rounds whose errors go with the regime of one code; argument and lookups with that of the first."""
        yield from self.opening.code_rounds(code, regimes, self.field.size, formulas)
        yield from self._rounds_around(code, regimes[code], formulas)

    def rounds_without_queries(self, code: int, regime: Regime, formulas: Formulas) -> Iterator[Round]:
        """The same but those of queries: no number of queries changes them, nor the regime of another code."""
        yield from self.opening.rounds_before_queries(code, regime, self.field.size, formulas)
        yield from self._rounds_around(code, regime, formulas)

    def _rounds_around(self, code: int, regime: Regime, formulas: Formulas) -> Iterator[Round]:
        if code == 0:
            yield from self.argument.rounds(self.opening, regime, self.field.size, formulas)
            for lookup in self.lookups:
                yield from lookup.rounds(regime.list_size(self.opening.rates[0]), self.field.size, formulas)

    def size_bits(self, is_expected: bool) -> int:
        """A proof's size, as the public calculator counts it; worst case, or as expected when paths share hashes."""
        opened = self.opening.size_bits(self.field, self.digest_bits, is_expected)
        return opened + self.argument.size_bits(self.opening, self.field)

    @property
    def proof_system(self) -> str:
        """For reports."""
        return f"{self.argument.label} + {self.opening.label}"


@dataclass(frozen=True)
class PublishedConfiguration:
    """A file. `ignored_keys` lists unknown keys as "circuit.key" where the reader was told to be lenient; `document` is
    the file's text as it was parsed."""

    name: str
    version: str | None
    circuits: tuple[PublishedCircuit, ...]
    ignored_keys: tuple[str, ...]
    document: Mapping[str, object]

    @property
    def digest_bits(self) -> int:
        """The shortest hash of any circuit."""
        return min(circuit.digest_bits for circuit in self.circuits)
