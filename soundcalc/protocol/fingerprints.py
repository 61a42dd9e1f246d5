"""The challenges of LogUp's fingerprints, alpha + bus + sum of beta^i message_i.

Let some message have a nonzero net multiplicity. Take beta first: that the message collides with one of the others,
on whichever bus, costs at most N W values for N messages of at most W parts, since a wide message can collide with a
narrow one. Then the sum of fractions is a nonzero function of alpha whose numerator has degree below N. That a
fingerprint vanishes costs nothing: the verifier refuses a circuit whose denominator is zero.

Local challenges come after main's root, and main is not pinned, so they must be good for each of L members of its
list. Global ones meet pinned columns only: one candidate for the whole run.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.protocol import labels
from soundcalc.protocol.shape import ArgumentSize
from soundcalc.protocol.term import BadValues, Charge
from spec.field import P

FINGERPRINT_ALPHA = register(
    key="multilinear_alpha",
    formula="L N / |F| for N messages; L = 1 for the global challenge, charged once in a run",
    source="2022/1530: the numerator of a sum of N fractions has degree below N",
    status=Status.PROVEN,
    conditions={"wrap": "the chips' messages on a bus number fewer than p, so that no count of equal ones vanishes"},
)
FINGERPRINT_BETA = register(
    key="multilinear_beta",
    formula="L N W / |F|, W the widest message on any bus of the scope; L = 1 for the global challenge",
    source="Schwartz-Zippel for one message of nonzero multiplicity against all others",
    status=Status.PROVEN,
)


def fingerprints(argument: ArgumentSize, list_size: Fraction) -> Iterator[BadValues]:
    """The global challenges, then the local ones.

    Raises ConditionViolatedError where a count of messages could wrap around p.
    """
    for scope, busiest in (("global", argument.busiest_global_bus), ("local", argument.busiest_local_bus)):
        FINGERPRINT_ALPHA.require("wrap", busiest < P, f"a {scope} bus has {busiest} messages of {P}")
    messages, widest = argument.global_messages, argument.widest_global_message
    yield BadValues(labels.GLOBAL_ALPHA, messages, FINGERPRINT_ALPHA, Charge.RUN)
    yield BadValues(labels.GLOBAL_BETA, messages * widest, FINGERPRINT_BETA, Charge.RUN)
    messages, widest = argument.local_messages, argument.widest_local_message
    yield BadValues(labels.LOCAL_ALPHA, list_size * messages, FINGERPRINT_ALPHA)
    yield BadValues(labels.LOCAL_BETA, list_size * messages * widest, FINGERPRINT_BETA)
