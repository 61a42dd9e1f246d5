"""What a team asks first: the total of a system, of which circuit and round it is, and how large a proof is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from soundcalc.composition.claim import Invocations, concrete_quantum_bits, non_interactive_bits, run_error
from soundcalc.exact import float_bits
from soundcalc.published.figures import Analysis, Bounds, analysis
from soundcalc.published.rounds import weakest
from soundcalc.published.system import PublishedCircuit, PublishedConfiguration


@dataclass(frozen=True)
class CircuitSummary:
    """A circuit in the regime that is best for it by our own figures; the public figure is in the best of its own."""

    circuit: PublishedCircuit
    analyses: tuple[Analysis, ...]
    public_bits: float | None
    size_expected_bits: int
    size_worst_bits: int

    @cached_property
    def best(self) -> Analysis:
        """In the regime with the least error."""
        return min(self.analyses, key=lambda entry: entry.error)

    @property
    def bits(self) -> float:
        """The bits of the weakest round; 0.0 where every regime is refused."""
        return float_bits(self.best.error)

    @property
    def proof_error(self) -> Fraction:
        """The sum over all rounds of one proof, at most 1."""
        if not isinstance(self.best.own, tuple):
            return Fraction(1)
        return min(Fraction(1), sum((entry.error for entry in self.best.own), Fraction(0)))


@dataclass(frozen=True)
class Lines:
    """One error as bits: interactive, non-interactive, against a quantum attacker, and the cap by collisions."""

    interactive: float
    non_interactive: float
    quantum: float
    collision_cap: float


@dataclass(frozen=True)
class SystemSummary:
    """A system: its circuits' summaries, and how often each is proven in a run; no counts, no figures of a run."""

    configuration: PublishedConfiguration
    circuits: tuple[CircuitSummary, ...]
    proofs: Mapping[str, int]

    @property
    def weakest(self) -> CircuitSummary:
        """The circuit with the largest error of a round."""
        return max(self.circuits, key=lambda circuit: circuit.best.error)

    @property
    def bits(self) -> float:
        """Round by round, of the weakest circuit."""
        return self.weakest.bits

    @property
    def public_bits(self) -> float | None:
        """As the public calculator sees it, with the best regime of every circuit; None where it refuses one."""
        shown = [circuit.public_bits for circuit in self.circuits]
        return None if None in shown else min(bits for bits in shown if bits is not None)

    @property
    def final(self) -> CircuitSummary:
        """The circuit whose proof is handed on: the last of the file."""
        return self.circuits[-1]

    @property
    def proof_lines(self) -> Lines:
        """One proof of the weakest circuit, round by round."""
        return self._lines(self.weakest.best.error)

    @property
    def run_lines(self) -> Lines | None:
        """All proofs of a run, every round of every one added up; None without counts."""
        if not self.proofs:
            return None
        invocations = [
            Invocations(entry.circuit.name, self.proofs.get(entry.circuit.name, 1), entry.proof_error)
            for entry in self.circuits
        ]
        return self._lines(min(Fraction(1), run_error(invocations)))

    def _lines(self, error: Fraction) -> Lines:
        digest_bits = self.configuration.digest_bits
        rounds = max((len(entry.best.own) for entry in self.circuits if isinstance(entry.best.own, tuple)), default=0)
        return Lines(
            interactive=float_bits(error),
            non_interactive=non_interactive_bits(error, digest_bits),
            quantum=concrete_quantum_bits(error, digest_bits, rounds),
            collision_cap=digest_bits / 2,
        )


def summarised(
    configuration: PublishedConfiguration, bounds: Bounds = Bounds.PROVEN, proofs: Mapping[str, int] | None = None
) -> SystemSummary:
    """The summary of a system; `proofs` counts the proofs of each circuit in a run, one where it is silent."""
    circuits = tuple(circuit_summary(circuit, bounds) for circuit in configuration.circuits)
    return SystemSummary(configuration, circuits, proofs or {})


@lru_cache(maxsize=1 << 10)
def circuit_summary(circuit: PublishedCircuit, bounds: Bounds = Bounds.PROVEN) -> CircuitSummary:
    """The summary of one circuit."""
    entries = tuple(analysis(circuit, regime, bounds) for regime in circuit.regimes)
    return CircuitSummary(
        circuit=circuit,
        analyses=entries,
        public_bits=_best_public(entries),
        size_expected_bits=circuit.size_bits(is_expected=True),
        size_worst_bits=circuit.size_bits(is_expected=False),
    )


def _best_public(entries: Sequence[Analysis]) -> float | None:
    totals = [
        min(entry.public_bits for entry in analysed.public)
        for analysed in entries
        if isinstance(analysed.public, tuple)
    ]
    return max(totals, default=None)


def weakest_round(summary: CircuitSummary) -> str:
    """The name of the round that decides, or why there is none."""
    own = summary.best.own
    return weakest(own).name if isinstance(own, tuple) else own.reason
