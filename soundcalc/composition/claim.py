"""From rounds to a claim: non-interactive and quantum figures, the hash's cap, and the sum over a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.exact import float_bits, round_up

BCS = register(
    key="bcs",
    formula="t eps + 3 (t^2 + 1) / 2^lambda for t queries to the hash, lambda its output in bits",
    source="2016/116 Theorem 7.1, with state restoration from round-by-round soundness",
    status=Status.PROVEN,
    note="for R rounds some authors write (t + R) eps: R eps is nothing beside it; the number of the theorem was not "
    "checked against the paper",
)
BCS_QUANTUM = register(
    key="bcs_quantum",
    formula="t^2 eps + t^3 / 2^lambda for t quantum queries, constants left out",
    source="2019/834, asymptotically",
    status=Status.DERIVED,
)
RECURSION_IDEALISATION = (
    "no published theorem covers a tree of recursive proofs without an idealisation: the hash is a random oracle in "
    "the proof, and yet a circuit computes it; the sum treats the hash inside the circuits as ideal too, and assumes "
    "that a witness can be extracted at every level of a tree of bounded depth"
)
"""What the figures of a recursion tree rest on besides the union bound."""

TREE_SUM = register(
    key="composition_sum",
    formula="sum of the errors of all proof invocations of a run",
    source=f"union bound; {RECURSION_IDEALISATION}",
    status=Status.DERIVED,
)


@dataclass(frozen=True)
class AttackFigures:
    """Bits in the sense of log2 of the number of hash calls at which the bound on success reaches one."""

    interactive: float
    non_interactive: float
    quantum: float
    collision_cap: float


def attack_figures(error: Fraction, digest_bits: int) -> AttackFigures:
    """The lines that stand side by side for one round-by-round error and one digest size in bits."""
    return AttackFigures(
        interactive=float_bits(error),
        non_interactive=non_interactive_bits(error, digest_bits),
        quantum=quantum_bits(error, digest_bits),
        collision_cap=digest_bits / 2,
    )


def non_interactive_bits(error: Fraction, digest_bits: int) -> float:
    """log2 of the largest t with t eps + 3 (t^2 + 1) / 2^lambda <= 1."""
    hash_term = Fraction(3, 1 << digest_bits)
    return _log2_of_largest(lambda t: t * error + hash_term * (t * t + 1) <= 1)


def quantum_bits(error: Fraction, digest_bits: int) -> float:
    """log2 of the largest t with t^2 eps + t^3 / 2^lambda <= 1: an order of magnitude."""
    hash_term = Fraction(1, 1 << digest_bits)
    return _log2_of_largest(lambda t: t * t * error + hash_term * t**3 <= 1)


def _log2_of_largest(holds: Callable[[int], bool]) -> float:
    if not holds(1):
        return 0.0
    upper = 2
    while holds(upper):
        upper *= 2
    lower = upper // 2
    while upper - lower > max(1, lower >> 40):
        middle = (lower + upper) // 2
        if holds(middle):
            lower = middle
        else:
            upper = middle
    return math.log2(lower)


@dataclass(frozen=True)
class Invocations:
    """`count` proofs of one kind, each with this error."""

    kind: str
    count: int
    error: Fraction


def run_error(invocations: Iterable[Invocations], charged_once: Fraction = Fraction(0)) -> Fraction:
    """The error of a whole run: every proof invocation, and what is charged once (the global challenges)."""
    return round_up(
        sum((invocation.count * invocation.error for invocation in invocations), Fraction(0)) + charged_once
    )


def digest_bits_of_elements(base_field_size: int, elements: int) -> float:
    """The entropy of a digest of field elements: 30.99 bits per KoalaBear element, not 31."""
    return elements * math.log2(base_field_size)
