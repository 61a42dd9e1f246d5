"""All error terms of one proof, by the regimes of the iterations.

The list of the first iteration's code is that of the interleaved stacked columns, so its regime is that of every
challenge up to the stacking; each further iteration has a regime of its own. So the terms fall into groups that share
nothing, one for each iteration, and a sum over them is least when each group's is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

from soundcalc.protocol.circuit import circuit
from soundcalc.protocol.fingerprints import fingerprints
from soundcalc.protocol.labels import messages
from soundcalc.protocol.pinning import pinning
from soundcalc.protocol.shape import ArgumentSize, ProofShape
from soundcalc.protocol.stacking import column_batching_term, stacking
from soundcalc.protocol.term import PER_VALUE, BadValues, Term
from soundcalc.protocol.whir import iteration_terms
from soundcalc.protocol.zerocheck import zerocheck
from soundcalc.regimes.proximity import Regime


def argument_challenges(argument: ArgumentSize, height_log2: int, list_size: Fraction) -> Iterator[BadValues]:
    """What precedes the combination of the stacked columns, and depends on a regime through the list size only.

    Raises ConditionViolatedError if a bound is needed outside of its conditions.
    """
    yield from pinning(argument, height_log2, list_size)
    yield from fingerprints(argument, list_size)
    yield from circuit(argument, list_size)
    yield from zerocheck(argument, list_size)
    yield from stacking(argument, height_log2, list_size)


@lru_cache(maxsize=1 << 10)
def argument_error(argument: ArgumentSize, height_log2: int, list_size: Fraction) -> Fraction:
    """The errors of all these challenges together.

    Raises ConditionViolatedError if a bound is needed outside of its conditions.
    """
    bad_values = sum((bad.charged for bad in argument_challenges(argument, height_log2, list_size)), Fraction(0))
    error: Fraction = bad_values * PER_VALUE
    return error


def opening_terms(shape: ProofShape, iteration: int, regime: Regime) -> Iterator[Term]:
    """What opens the combined vector, as far as it depends on this iteration's regime.

    Raises ConditionViolatedError if a bound is needed outside of its conditions.
    """
    if iteration == 0:
        yield column_batching_term(shape, regime)
    yield from iteration_terms(shape, iteration, regime)


def all_terms(shape: ProofShape, regimes: Sequence[Regime]) -> tuple[Term, ...]:
    """The term of every label, in the order of the protocol, with one regime for each iteration.

    Raises ConditionViolatedError where a bound does not apply, ValueError for another number of regimes.
    Raises KeyError if a term has a label that the protocol does not.
    """
    list_size = regimes[0].list_size(shape.rate(0))
    challenges = argument_challenges(shape.argument, shape.schedule.height_log2, list_size)
    found = {bad.label: bad.term() for bad in challenges}
    for iteration, regime in zip(shape.iterations, regimes, strict=True):
        found |= {term.label: term for term in opening_terms(shape, iteration, regime)}
    # Every label is looked up and every term is used, so neither can be without the other.
    ordered = tuple(found.pop(label) for message in messages(shape) for label in message)
    if found:
        raise KeyError(f"terms without a label in the protocol: {sorted(found)}")
    return ordered
