"""Words of 32 bits: from elements, to bits, into octets and out of them, and challenges read off a hash state."""

from __future__ import annotations

from spec.air.chip import Chip
from spec.air.expression import number_of
from spec.circuit.buses import LIMB_BITS, OCTET_LIMBS
from spec.circuit.row import LIMB_BASE, CircuitRow
from spec.field import EXTENSION_DEGREE, P

WORD_BITS = 32
OCTET_WORDS = 8
HIGHEST_LIMB = P >> LIMB_BITS
"""p = 2^16 * HIGHEST_LIMB + 1: an element is canonical if its upper limb is below, or equal with a lower limb of 0."""


def _canonical() -> Chip:
    row = CircuitRow("canonical", "The canonical number of an element as a word.", reads=1, writes=1)
    element, low, high = (row.column(name) for name in ("element", "low", "high"))
    at_top, inverse = row.column("at_top"), row.column("inverse")
    row.read_value([element])
    row.zero("limbs_make_the_element", low + high * LIMB_BASE - element)
    row.limb("low", low)
    row.limb("high", high)
    below_top = row.real * HIGHEST_LIMB - high
    row.limb("below_top", below_top)
    # at_top is 1 exactly where the upper limb is the highest one; then the lower limb is 0.
    row.zero("at_top_is_no_difference", below_top * at_top)
    row.zero("below_top_has_an_inverse", below_top * inverse - (row.real - at_top))
    row.zero("top_has_no_lower_limb", at_top * low)
    row.write_value([low, high])
    return row.finish([low, high])


def _bits() -> Chip:
    row = CircuitRow("bits", "The bits of a word, lowest first.", reads=1, writes=WORD_BITS)
    bits = row.column_array("bit", WORD_BITS)
    for i, bit in enumerate(bits):
        row.boolean(f"bit_{i}_is_boolean", bit)
    row.read_value([number_of(bits[:LIMB_BITS]), number_of(bits[LIMB_BITS:])])
    for bit in bits:
        row.write_value([bit])
    return row.finish(bits)


def _pack() -> Chip:
    row = CircuitRow("pack", "Eight words side by side.", reads=OCTET_WORDS, writes=1)
    limbs = row.octet_columns("limb")
    for i in range(0, OCTET_LIMBS, 2):
        row.read_value(limbs[i : i + 2])
    row.write_octet(limbs)
    return row.finish()


def _unpack() -> Chip:
    row = CircuitRow("unpack", "The eight words of an octet, one by one.", reads=1, writes=OCTET_WORDS)
    limbs = row.octet_columns("limb")
    row.read_octet(limbs)
    for i in range(0, OCTET_LIMBS, 2):
        row.write_value(limbs[i : i + 2])
    return row.finish()


def _challenge() -> Chip:
    row = CircuitRow(
        "challenge",
        "The value read off a hash state: coefficient i is word i + 2^32 * byte i of the last two words.",
        reads=1,
        writes=1,
    )
    limbs = row.column_array("limb", OCTET_LIMBS - 4)
    octets = row.column_array("byte", 8)
    for i, byte in enumerate(octets):
        row.limb(f"byte_{i}", byte)
        row.limb(f"byte_{i}_shifted", byte * (LIMB_BASE >> 8))
    last_limbs = [octets[1 + i] + octets[i] * 256 for i in (2, 0, 6, 4)]
    row.read_octet([*limbs, *last_limbs])
    coefficients = [
        limbs[2 * i] + limbs[2 * i + 1] * LIMB_BASE + octets[i] * (1 << WORD_BITS) for i in range(EXTENSION_DEGREE)
    ]
    row.write_value(coefficients)
    return row.finish()


CHIPS = (_canonical(), _bits(), _pack(), _unpack(), _challenge())
