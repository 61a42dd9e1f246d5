"""Buses: the typed multisets through which chips speak to one another.

A row sends or receives a tuple with a multiplicity. A bus is balanced when, counted over all tables and the
verifier's own tokens, every tuple is sent as often as it is received. How balance is proven is no matter of a
declaration. A bus states what a receiver may assume about a tuple it takes, and what a sender must ensure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Scope(Enum):
    """Over what a bus balances."""

    LOCAL = "local"
    """Within one segment, under challenges that its own commitments determine."""

    GLOBAL = "global"
    """Over all segments of a run, under the challenge derived from every segment's leaf."""


@dataclass(frozen=True)
class Bus:
    """A bus: its identity in the fingerprint, its fields in order, and the contract of both ends.

    `field_bits` gives, by field, the number of bits below which every value on the bus lies: each sender
    ensures it and each receiver may assume it.
    """

    name: str
    identity: int
    fields: tuple[str, ...]
    scope: Scope
    receiver_assumes: str
    sender_ensures: str
    field_bits: dict[str, int] = field(default_factory=dict, hash=False)

    @property
    def width(self) -> int:
        return len(self.fields)


def describe_bus(bus: Bus) -> str:
    """A bus as canonical text, its contract included: for golden files."""
    bits = ", ".join(f"{name} < 2^{count}" for name, count in bus.field_bits.items())
    return (
        f"bus {bus.name} {bus.identity} {bus.scope.value} ({', '.join(bus.fields)})\n"
        f"  receiver assumes {bus.receiver_assumes}\n  sender ensures {bus.sender_ensures}\n  fields {bits or '-'}\n"
    )
