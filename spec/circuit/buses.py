"""The circuit's memory: what a row writes at an address, the rows that the circuit names read.

Addresses and the numbers of reads are fixed columns, so they belong to the circuit and not to the prover. A row sends
what it writes as often as it is read, and every reading row receives it once: where the bus balances, each reader has
what the only writer of its address has written. That each address is written by one row, and before it is read, is
checked on the circuit itself (`spec.circuit.circuit.faults`).
"""

from __future__ import annotations

from spec.air.bus import Bus, Scope
from spec.air.chips.sha256 import Sha256Layout
from spec.field import EXTENSION_DEGREE

LIMB_BITS = 16
OCTET_LIMBS = 16
"""Eight words of 32 bits: a digest, a hash state or half of a block."""

VALUE = Bus(
    name="value",
    identity=1,
    fields=("address", *(f"coefficient_{i}" for i in range(EXTENSION_DEGREE))),
    scope=Scope.LOCAL,
    receiver_assumes="this is what the address holds",
    sender_ensures="the circuit has no other row that writes the address",
)
"""An element of the extension; one of the base field with zeros behind; a bit; a word as two limbs with zeros
behind."""

OCTET = Bus(
    name="octet",
    identity=2,
    fields=("address", *(f"limb_{i}" for i in range(OCTET_LIMBS))),
    scope=Scope.LOCAL,
    receiver_assumes="this is what the address holds; limbs have 16 bits",
    sender_ensures="the circuit has no other row that writes the address; limbs have 16 bits",
    field_bits={f"limb_{i}": LIMB_BITS for i in range(OCTET_LIMBS)},
)
"""Eight words, each its lower limb first."""

LIMB = Bus(
    name="limb",
    identity=3,
    fields=("value",),
    scope=Scope.LOCAL,
    receiver_assumes="0 <= value < 2^16",
    sender_ensures="only the fixed table sends",
    field_bits={"value": LIMB_BITS},
)

SHA256 = Sha256Layout(rounds_per_row=16, first_identity=4)
"""Wide rows: a node hashes thousands of blocks, so cells count more than columns."""

NARROW_SHA256 = Sha256Layout(rounds_per_row=4, first_identity=4)
"""Narrow rows: fewer columns to claim in a proof, for more cells."""


def buses(layout: Sha256Layout) -> tuple[Bus, ...]:
    """The buses of a circuit whose compressions are laid out so."""
    return (VALUE, OCTET, LIMB, *layout.buses)
