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
BCS_QUANTUM_CONCRETE = register(
    key="bcs_quantum_concrete",
    formula="4 (80 (t + k + 1)(t + k) eps) + (1280 t (2 t + 1)^2 + 960 (t + 1)(t + 1 + k + 2 v)^2 "
    "+ 480 v^2 (t + 2 + k + v)) / 2^lambda for t quantum queries, k rounds, v hash calls of the verifier",
    source="2025/2166 Theorems 6.10, 8.3 and 11.3, for a protocol that is relaxed round-by-round knowledge sound",
    status=Status.DERIVED,
    note="constants as a published application of the theorems evaluates them (KBFold, Theorem 3.16); the paper was "
    "not at hand, the notion is not proven for these protocols, and terms linear in t without eps are left out",
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


VERIFIER_HASH_CALLS = 1 << 16
"""v of the concrete quantum bound: above the calls of any published verifier, and far below what binds."""


def concrete_quantum_bits(error: Fraction, digest_bits: int, rounds: int) -> float:
    """log2 of the largest t at which BCS_QUANTUM_CONCRETE is at most 1; 0.0 where none is."""
    calls = VERIFIER_HASH_CALLS

    def holds(t: int) -> bool:
        restored = 320 * (t + rounds + 1) * (t + rounds) * error
        extracted = 1280 * t * (2 * t + 1) ** 2 + 960 * (t + 1) * (t + 1 + rounds + 2 * calls) ** 2
        committed = 480 * calls**2 * (t + 2 + rounds + calls)
        return restored + Fraction(extracted + committed, 1 << digest_bits) <= 1

    return _log2_of_largest(holds)


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
