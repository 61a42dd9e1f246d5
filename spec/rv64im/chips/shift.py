"""Shifts: left, right logical, right arithmetic; 64-bit and 32-bit; by a register and by an immediate.

The amount is 16 q + bits. The shift table gives q as four flags and the powers 2^bits and 2^(16 - bits). Each
limb is cut in two by range checks of variable width: a product limb * 2^bits could exceed p, but a part of
16 - bits bits times 2^bits cannot. Parts are then put together again one limb further on, and moved by q limbs.
"""

from dataclasses import dataclass

from spec.air.chip import Chip
from spec.air.expression import Expression, lift
from spec.rv64im.buses import LIMB_BITS, LIMBS, SHIFT
from spec.rv64im.gadgets import LIMB_BASE, LIMB_MAXIMUM, sign_extended, top_bit
from spec.rv64im.instruction_row import InstructionRow, total


@dataclass(frozen=True)
class _Amount:
    """The columns that the shift table fills in, and how many limbs there are to move by."""

    limbs: list[Expression]
    bits: Expression
    power: Expression
    complement: Expression


def _amount(row: InstructionRow, width_limbs: int, amount: Expression) -> _Amount:
    limbs = row.column_array("by_limbs", width_limbs)
    bits = row.column("bits")
    power = row.column("power")
    complement = row.column("complement")
    unused = [lift(0)] * (LIMBS - width_limbs)
    row.receive("amount_is_split", SHIFT, [amount, *limbs, *unused, bits, power, complement], row.real)
    return _Amount(limbs, bits, power, complement)


def _cut(
    row: InstructionRow, limbs: list[Expression], low_bits: Expression, low_base: Expression
) -> tuple[list[Expression], list[Expression]]:
    """Each limb as low + low_base * high, where low has `low_bits` bits, high the other ones of 16."""
    low = row.column_array("low", len(limbs))
    high = row.column_array("high", len(limbs))
    for i, limb in enumerate(limbs):
        row.in_range(f"low_{i}_has_its_width", low[i], low_bits, row.real)
        row.in_range(f"high_{i}_has_its_width", high[i], LIMB_BITS - low_bits, row.real)
        row.zero(f"limb_{i}_is_cut", low[i] + low_base * high[i] - limb)
    return low, high


def _moved(
    row: InstructionRow, amount: _Amount, joined: list[Expression], step: int, fill: Expression
) -> list[Expression]:
    """The result's limbs: `joined` moved by q limbs up (step -1) or down (step +1), `fill` where none comes."""
    result = row.column_array("result", len(joined))
    for i, limb in enumerate(result):
        choices = [
            flag * (joined[i + step * q] if 0 <= i + step * q < len(joined) else fill)
            for q, flag in enumerate(amount.limbs)
        ]
        row.zero(f"result_{i}_is_moved", limb - total(choices))
    return result


def _left(row: InstructionRow, amount: _Amount, limbs: list[Expression]) -> list[Expression]:
    low, high = _cut(row, limbs, LIMB_BITS - amount.bits, amount.complement)
    carried = [lift(0), *high]
    joined = [low[i] * amount.power + carried[i] for i in range(len(limbs))]
    return _moved(row, amount, joined, -1, lift(0))


def _right(row: InstructionRow, amount: _Amount, limbs: list[Expression], sign: Expression) -> list[Expression]:
    """`sign` is 1 where the vacated bits are ones: the topmost limb then gets 2^16 - 2^(16 - bits) added."""
    low, high = _cut(row, limbs, amount.bits, amount.power)
    joined = [high[i] + low[i + 1] * amount.complement for i in range(len(limbs) - 1)]
    joined.append(high[-1] + sign * (LIMB_BASE - amount.complement))
    return _moved(row, amount, joined, 1, sign * LIMB_MAXIMUM)


def _shift(name: str, width_limbs: int, by_register: bool) -> Chip:
    width_bits = width_limbs * LIMB_BITS
    arithmetic = name.startswith("sra")
    direction = "left" if name.startswith("sll") else "right, filling in the sign" if arithmetic else "right"
    source = "source2" if by_register else "the immediate"
    extension = ", sign-extended" if width_limbs < LIMBS else ""
    purpose = f"destination = the low {width_bits} bits of source1 shifted {direction} by {source}{extension}."
    row = InstructionRow(name, purpose, [name])
    left = row.column_array("left")
    right = row.column_array("right") if by_register else []
    given = row.column("amount")
    if by_register:
        # Only the low 5 or 6 bits of the register count: the others are a multiple of the width.
        bits = width_bits.bit_length() - 1
        unused = (right[0] - given).divided_by(width_bits)
        row.in_range("unused_amount_is_a_multiple", unused, LIMB_BITS - bits, row.real)
    amount = _amount(row, width_limbs, given)
    moving = left[:width_limbs]
    sign = top_bit(row, "left_sign", moving[-1]) if arithmetic else lift(0)
    result = _left(row, amount, moving) if direction == "left" else _right(row, amount, moving, sign)
    outputs = [f"result_{i}" for i in range(width_limbs)]
    if width_limbs < LIMBS:
        extension_bit = top_bit(row, "sign", result[-1])
        result = sign_extended(result, extension_bit)
        outputs.append("sign")
    row.read_source1(left)
    if by_register:
        row.read_source2(right)
    row.write_destination(result)
    return row.finish(constants=[] if by_register else [given], outputs=outputs)


CHIPS = tuple(
    _shift(base + ("" if by_register else "i") + ("w" if width_limbs < LIMBS else ""), width_limbs, by_register)
    for base in ("sll", "srl", "sra")
    for width_limbs in (4, 2)
    for by_register in (True, False)
)
