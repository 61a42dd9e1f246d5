"""What a proven obligation rests on that is not proven: an assumption is worth what stands for it."""

from __future__ import annotations

from collections.abc import Sequence, Set

from proofs_of_constraints.obligations.assumptions import FUNCTION, STANDS_FOR
from proofs_of_constraints.obligations.obligation import Kind, Result, Verdict

MOST_NAMED = 3
"""So many obligations that something rests on, or that rest on it, are named."""


def resting(results: Sequence[Result]) -> dict[str, tuple[str, ...]]:
    """By the identity of a proven result, what it rests on that is not proven, of these results: directly, or by way of
    others."""
    found: dict[str, tuple[str, ...]] = {}
    for root in results:
        if root.outcome.verdict is not Verdict.PROVEN:
            for result in _all_above(root, results):
                if result.outcome.verdict is Verdict.PROVEN:
                    found[result.identity] = (*found.get(result.identity, ()), root.identity)
    return found


def _all_above(root: Result, results: Sequence[Result]) -> list[Result]:
    """The results that rest on one, by any number of steps."""
    found = {root.identity}
    above: list[Result] = []
    unseen = [root]
    used: set[str] = set()
    while unseen:
        support = unseen.pop()
        # An assumption that one stands for needs no second look when another does; function is each row's own.
        assumptions = {FUNCTION} | {name for name in STANDS_FOR if name not in used and _stands_for(name, support)}
        used |= assumptions - {FUNCTION}
        for result in results:
            if result.identity not in found and _rests(result, support, assumptions):
                found.add(result.identity)
                above.append(result)
                unseen.append(result)
    return above


def _stands_for(assumption: str, support: Result) -> bool:
    return any(
        support.kind is kind and (not names or support.chip in names or support.instruction in names)
        for kind, names in STANDS_FOR[assumption]
    )


def _rests(result: Result, support: Result, assumptions: Set[str]) -> bool:
    shared = assumptions & set(result.assumptions)
    own = support.kind is Kind.FUNCTION and (support.chip, support.instruction) == (result.chip, result.instruction)
    return bool(shared - {FUNCTION}) or (FUNCTION in shared and own)


def resting_text(roots: Sequence[str]) -> str:
    """What is said of a result that rests on these."""
    more = f" and {len(roots) - MOST_NAMED} more" if len(roots) > MOST_NAMED else ""
    return f"rests on what is not proven: {', '.join(roots[:MOST_NAMED])}{more}"
