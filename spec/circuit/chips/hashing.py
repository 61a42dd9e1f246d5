"""Compressions of SHA-256, and the choice between two digests that a path through a tree makes at every node."""

from __future__ import annotations

from spec.air.chip import Chip
from spec.air.chips.sha256 import MESSAGE_WORDS, Sha256Layout
from spec.circuit.buses import OCTET_LIMBS, SHA256
from spec.circuit.row import LIMB_BASE, CircuitRow


def compress_chip(layout: Sha256Layout) -> Chip:
    """The chip that orders compressions from work tables of this layout."""
    row = CircuitRow(
        "compress",
        "The compression of a state with a block of two halves.",
        reads=3,
        writes=1,
        parameters=("key",),
    )
    before, left, right = (row.octet_columns(name) for name in ("before", "left", "right"))
    rounds, after = row.octet_columns("rounds"), row.octet_columns("after")
    (key,) = row.parameters
    for octet in (before, left, right):
        row.read_octet(octet)
    for i in range(0, OCTET_LIMBS, 2):
        carry = (before[i] + rounds[i] - after[i]).divided_by(LIMB_BASE)
        row.boolean(f"word_{i // 2}_carries_a_bit", carry)
        above = (before[i + 1] + rounds[i + 1] + carry - after[i + 1]).divided_by(LIMB_BASE)
        row.boolean(f"word_{i // 2}_leaves_a_bit", above)
    for i, limb in enumerate(after):
        row.limb(f"after_{i}", limb)
    row.send("start", layout.start, [key, *before], row.real)
    message = [*left, *right]
    for start in range(0, MESSAGE_WORDS, layout.rounds_per_row):
        words = message[2 * start : 2 * (start + layout.rounds_per_row)]
        name = "message" if layout.rounds_per_row == MESSAGE_WORDS else f"message_from_{start}"
        row.send(name, layout.message, [key, start, *words], row.real)
    row.receive("rounds", layout.result, [key, *rounds], row.real)
    row.write_octet(after)
    return row.finish(after)


def _choose() -> Chip:
    row = CircuitRow(
        "choose",
        "Two octets in the order that a bit tells: as they are for 0, exchanged for 1.",
        reads=3,
        writes=2,
    )
    bit = row.column("bit")
    zero, one, first, second = (row.octet_columns(name) for name in ("zero", "one", "first", "second"))
    row.read_value([bit])
    row.read_octet(zero)
    row.read_octet(one)
    row.boolean("bit_is_boolean", bit)
    for i in range(OCTET_LIMBS):
        row.zero(f"first_{i}_is_chosen", zero[i] + bit * (one[i] - zero[i]) - first[i])
        row.zero(f"second_{i}_is_the_other", zero[i] + one[i] - first[i] - second[i])
    row.write_octet(first)
    row.write_octet(second)
    return row.finish([*first, *second])


CHIPS = (compress_chip(SHA256), _choose())
