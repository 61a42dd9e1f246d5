"""Proof of work that an opening does not need: bit after bit is taken away while the rounds stay within the budget.

The size does not depend on it, so that of all openings of one size this one is the cheapest to prove.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from soundcalc.published.fri import FriOpening
from soundcalc.published.opening import Opening
from soundcalc.published.schema import Family
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.whir import WhirOpening


def lightened(circuit: PublishedCircuit, is_within: Callable[[PublishedCircuit], bool]) -> PublishedCircuit:
    """The circuit with less proof of work before queries and folds; SWIRL's is not the file's to choose."""
    if circuit.family is Family.SWIRL:
        return circuit
    places = set(range(len(_bits(circuit.opening))))
    while places:
        bits = _bits(circuit.opening)
        place = max(places, key=lambda place: bits[place])
        if bits[place] > 0:
            fewer = [*bits[:place], bits[place] - 1, *bits[place + 1 :]]
            proposed = replace(circuit, opening=_with_bits(circuit.opening, fewer))
            if is_within(proposed):
                circuit = proposed
                continue
        places.remove(place)
    return circuit


def _bits(opening: Opening) -> list[int]:
    """Before the queries of each iteration, then before the folds of each."""
    match opening:
        case FriOpening():
            return [opening.grinding_query, opening.grinding_commit]
        case WhirOpening():
            return [*opening.grinding_queries, *(max(bits) for bits in opening.grinding_folding)]
        case _:
            return []


def _with_bits(opening: Opening, bits: list[int]) -> Opening:
    match opening:
        case FriOpening():
            return replace(opening, grinding_query=bits[0], grinding_commit=bits[1])
        case WhirOpening():
            count = len(opening.folds)
            folding = zip(opening.folds, bits[count:], strict=True)
            return replace(
                opening,
                grinding_queries=tuple(bits[:count]),
                grinding_folding=tuple((each,) * fold for fold, each in folding),
            )
        case _:
            return opening
