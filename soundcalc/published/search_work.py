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
    """The circuit with less proof of work before queries, folds and batching, wherever its file may say how much."""
    places = set(range(len(_bits(circuit))))
    while places:
        bits = _bits(circuit)
        place = max(places, key=lambda place: bits[place])
        if bits[place] > 0:
            fewer = [*bits[:place], bits[place] - 1, *bits[place + 1 :]]
            proposed = replace(circuit, opening=_with_bits(circuit, fewer))
            if is_within(proposed):
                circuit = proposed
                continue
        places.remove(place)
    return circuit


def _bits(circuit: PublishedCircuit) -> list[int]:
    """Before batching, before the folds of each iteration, then before its queries. A file of SWIRL has one number for
    all folds, and none for queries."""
    match circuit.opening:
        case FriOpening() as fri:
            return [fri.grinding_batching, fri.grinding_commit, fri.grinding_query]
        case WhirOpening() as whir if circuit.family is Family.SWIRL:
            return [whir.grinding_batching, whir.grinding_folding[0][0]]
        case WhirOpening() as whir:
            return [whir.grinding_batching, *(max(bits) for bits in whir.grinding_folding), *whir.grinding_queries]
        case _:
            return []


def _with_bits(circuit: PublishedCircuit, bits: list[int]) -> Opening:
    batching, *others = bits
    match circuit.opening:
        case FriOpening() as fri:
            return replace(fri, grinding_batching=batching, grinding_commit=others[0], grinding_query=others[1])
        case WhirOpening() as whir:
            count = len(whir.folds)
            is_swirl = circuit.family is Family.SWIRL
            folding, queries = (others * count, whir.grinding_queries) if is_swirl else (others[:count], others[count:])
            return replace(
                whir,
                grinding_batching=batching,
                grinding_folding=tuple((each,) * fold for fold, each in zip(whir.folds, folding, strict=True)),
                grinding_queries=tuple(queries),
            )
        case opening:
            return opening
