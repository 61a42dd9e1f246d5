"""The smallest proof of a published circuit that reaches a target: rate, folds, last length, queries.

The target is for a run of so many proofs, all rounds of all of them added up. Batching and all that the file says of
the argument stay as they are; the size is the expected one as the public calculator counts it. Proof of work
expects no more hashes than the file's own bits at every place of the opening that is found would: in WHIR it moves to
where it saves most, and what is not needed is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from soundcalc.errors import ConditionViolatedError, NoSolutionError
from soundcalc.exact import float_bits, rounded_down
from soundcalc.published.figures import Bounds, analysis
from soundcalc.published.fri import FriOpening
from soundcalc.published.opening import Opening
from soundcalc.published.search_fri import fri_candidates
from soundcalc.published.search_whir import whir_candidates
from soundcalc.published.search_work import lightened
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.whir import WhirOpening


@dataclass(frozen=True)
class Target:
    """Bits of a run of so many proofs."""

    bits: int
    proofs: int = 1

    @property
    def proof_error(self) -> Fraction:
        """What all rounds of one proof may add up to."""
        return Fraction(1, self.proofs << self.bits)


@dataclass(frozen=True)
class Found:
    """A circuit with the smallest opening that was found, and what one proof's rounds add up to."""

    circuit: PublishedCircuit
    regime: str
    proof_error: Fraction
    size_bits: int


def smallest(circuit: PublishedCircuit, target: Target, bounds: Bounds = Bounds.PROVEN) -> Found:
    """The circuit with its smallest opening. Raises NoSolutionError where nothing in the space reaches the target."""
    found: Found | None = None
    for opening in _candidates(circuit, target, bounds):
        proposed = replace(circuit, opening=opening)
        size = proposed.size_bits(is_expected=True)
        if found is not None and size >= found.size_bits:
            continue
        regime, error = proof_error(proposed, bounds)
        if error <= target.proof_error:
            found = Found(proposed, regime, error, size)
    if found is None:
        raise NoSolutionError(
            f"circuit {circuit.name}: no opening reaches {target.bits} bits over {target.proofs} proofs; "
            f"the file's own has {rounded_down(float_bits(proof_error(circuit, bounds)[1]))} for one"
        )
    circuit = lightened(found.circuit, lambda proposed: proof_error(proposed, bounds)[1] <= target.proof_error)
    regime, error = proof_error(circuit, bounds)
    return Found(circuit, regime, error, found.size_bits)


def proof_error(circuit: PublishedCircuit, bounds: Bounds = Bounds.PROVEN) -> tuple[str, Fraction]:
    """The regime in which all rounds of a proof add up to the least, and that sum; 1 where every regime is refused."""
    best = circuit.regimes[0], Fraction(1)
    for regime in circuit.regimes:
        rounds = analysis(circuit, regime, bounds).own
        if isinstance(rounds, tuple):
            error = sum((entry.error for entry in rounds), Fraction(0))
            best = min(best, (regime, error), key=lambda pair: pair[1])
    return best


def _candidates(circuit: PublishedCircuit, target: Target, bounds: Bounds) -> Iterator[Opening]:
    """Proposals; not every one stays within the budget."""
    match circuit.opening:
        case FriOpening():
            yield from fri_candidates(circuit, target.proof_error, bounds)
        case WhirOpening():
            yield from whir_candidates(circuit, target.proof_error, bounds)
        case _:
            raise ConditionViolatedError("search", "the opening is FRI or WHIR", circuit.opening.label)
