"""Shifts: left, right logical, right arithmetic; 64-bit and 32-bit; by a register and by an immediate.

The amount is 16 q + 8 half + r, power = 2^r. First the limbs are moved by q; then they are shifted by the fewer than 16
bits that are left. For that each moved limb is cut in two, and a result's limb put together of the parts of two
neighbours. One part of each limb has at most 8 bits: the bits that leave it, or with `half` those that stay. It is a
column of its own, a *piece*, looked up as a byte, and the other part is what is left of the limb. No product of a limb
with a power exceeds 2^24, so every equation is one over the integers.

A piece is a byte, not of as many bits as it should have. What pins it are the ranges of the result's limbs, and of the
limb that drops out at the end: with one bit too many, some limb would not fit.
"""

from dataclasses import dataclass
from enum import Enum

from spec.air.chip import Chip
from spec.air.expression import Expression, lift, total
from spec.rv64im.buses import LIMB_BITS, LIMBS, SHIFT
from spec.rv64im.gadgets import LIMB_BASE, LIMB_MAXIMUM, ranged_limbs, ranged_word, sign_extended, top_bit
from spec.rv64im.instruction_row import InstructionRow

HALF_BASE = 1 << (LIMB_BITS // 2)


@dataclass(frozen=True)
class _Amount:
    """A flag for each number of limbs to move by, and the columns `half` and `power`."""

    limbs: list[Expression]
    half: Expression
    power: Expression

    @property
    def message(self) -> list[Expression]:
        """As the shift table and the program table have it."""
        return [*self.limbs[1:], *([lift(0)] * (LIMBS - len(self.limbs))), self.half, self.power]


def _amount(row: InstructionRow, width_limbs: int) -> _Amount:
    moves = [row.column(f"by_limbs_{i}") for i in range(1, width_limbs)]
    return _Amount([row.real - total(moves), *moves], row.column("half"), row.column("power"))


def _moved(
    row: InstructionRow, amount: _Amount, limbs: list[Expression], step: int, fill: Expression
) -> list[Expression]:
    """New columns: the limbs moved up (step -1) or down (step +1), `fill` where none comes."""
    moved = row.column_array("moved", len(limbs))
    for i, limb in enumerate(moved):
        choices = [
            flag * (limbs[i + step * q] if 0 <= i + step * q < len(limbs) else fill)
            for q, flag in enumerate(amount.limbs)
        ]
        row.zero(f"moved_{i}_is_chosen", limb - total(choices))
    return moved


def _pieces(row: InstructionRow, count: int) -> list[Expression]:
    pieces = row.column_array("piece", count)
    for piece in pieces:
        row.byte(piece)
    return pieces


def _dropped(row: InstructionRow) -> Expression:
    dropped = row.column("dropped")
    row.in_range("dropped_is_16_bits", dropped, LIMB_BITS, row.real)
    return dropped


def _left(row: InstructionRow, amount: _Amount, limbs: list[Expression], result: list[Expression]) -> None:
    """limb * 2^(8 half + r) = what stays + 2^16 * what leaves for the limb above; one of the two holds the piece."""
    moved = _moved(row, amount, limbs, -1, lift(0))
    pieces = _pieces(row, len(limbs))
    stays, leaves = [], []
    for limb, piece in zip(moved, pieces, strict=True):
        piece_leaves = (limb * amount.power - piece * LIMB_BASE, piece)
        piece_stays = (piece * amount.power * HALF_BASE, ((limb - piece) * amount.power).divided_by(HALF_BASE))
        stay, leave = (
            outside + amount.half * (inside - outside)
            for outside, inside in zip(piece_leaves, piece_stays, strict=True)
        )
        stays.append(stay)
        leaves.append(leave)
    row.zero("dropped_is_what_leaves_the_top", leaves[-1] - _dropped(row))
    for i in reversed(range(len(limbs))):
        arrives = leaves[i - 1] if i else lift(0)
        row.zero(f"result_{i}_is_joined", stays[i] + arrives - result[i])


def _right(
    row: InstructionRow, amount: _Amount, limbs: list[Expression], result: list[Expression], sign: Expression
) -> None:
    """2^16 * limb / 2^(8 half + r) = 2^16 * what stays + what leaves for the limb below, all times the power.

    `sign` is 1 where ones come in at the top.
    """
    moved = _moved(row, amount, limbs, 1, sign * LIMB_MAXIMUM)
    pieces = _pieces(row, len(limbs))
    stays, leaves = [], []
    for limb, piece in zip(moved, pieces, strict=True):
        piece_leaves = (limb - piece, piece * LIMB_BASE)
        piece_stays = (piece * amount.power, limb * HALF_BASE - piece * amount.power * LIMB_BASE)
        stay, leave = (
            outside + amount.half * (inside - outside)
            for outside, inside in zip(piece_leaves, piece_stays, strict=True)
        )
        stays.append(stay)
        leaves.append(leave)
    # What a limb of ones above the top leaves: 2^16 (2^r - 1), or with half 2^16 (2^r - 2^-8).
    ones = amount.power * LIMB_BASE - LIMB_BASE + amount.half * (LIMB_BASE - HALF_BASE)
    for i in reversed(range(len(limbs))):
        arrives = leaves[i + 1] if i + 1 < len(limbs) else sign * ones
        row.zero(f"result_{i}_is_joined", stays[i] + arrives - result[i] * amount.power)
    row.zero("dropped_is_what_leaves_the_bottom", leaves[0] - _dropped(row) * amount.power)


class Direction(Enum):
    """Where a shift moves bits, and what comes in; the value is what a purpose says."""

    LEFT = "left"
    RIGHT_LOGICAL = "right"
    RIGHT_ARITHMETIC = "right, filling in the sign"


@dataclass(frozen=True)
class Shift:
    """What sets the chips of this family apart."""

    name: str
    direction: Direction
    width_limbs: int
    by_register: bool

    @property
    def width_bits(self) -> int:
        return self.width_limbs * LIMB_BITS


def _chip(shift: Shift) -> Chip:
    name, width_limbs, width_bits, by_register = shift.name, shift.width_limbs, shift.width_bits, shift.by_register
    is_word = width_limbs < LIMBS
    arithmetic = shift.direction is Direction.RIGHT_ARITHMETIC
    direction = shift.direction.value
    source = "source2" if by_register else "the immediate"
    extension = ", sign-extended" if is_word else ""
    purpose = f"destination = the low {width_bits} bits of source1 shifted {direction} by {source}{extension}."
    row = InstructionRow(name, purpose, [name])
    left = row.column_array("left")
    right = row.column_array("right") if by_register else []
    amount = _amount(row, width_limbs)
    if by_register:
        # Only the low 5 or 6 bits of the register count: the others are a multiple of the width.
        given = row.column("amount")
        bits = width_bits.bit_length() - 1
        unused = (right[0] - given).divided_by(width_bits)
        row.in_range("unused_amount_is_a_multiple", unused, LIMB_BITS - bits, row.real)
        row.receive("amount_is_split", SHIFT, [given, *amount.message], row.real)
    moving = left[:width_limbs]
    if arithmetic:
        # A word shifted right keeps its sign, so its extension needs none of its own.
        sign = top_bit(row, "left_sign", moving[-1])
        result = ranged_limbs(row, "result", width_limbs)
    elif is_word:
        result, sign = ranged_word(row, "result")
    else:
        result, sign = ranged_limbs(row, "result"), lift(0)
    if shift.direction is Direction.LEFT:
        _left(row, amount, moving, result)
    else:
        _right(row, amount, moving, result, sign if arithmetic else lift(0))
    row.read_source1(left)
    if by_register:
        row.read_source2(right)
    row.write_destination(sign_extended(result, sign))
    outputs = [*result, sign] if is_word and not arithmetic else result
    return row.finish(constants=[] if by_register else amount.message, outputs=outputs)


SHIFTS = {
    shift.name: shift
    for stem, direction in zip(("sll", "srl", "sra"), Direction, strict=True)
    for width_limbs, width in ((LIMBS, ""), (LIMBS // 2, "w"))
    for by_register, source in ((True, ""), (False, "i"))
    for shift in [Shift(f"{stem}{source}{width}", direction, width_limbs, by_register)]
}
"""By instruction, which is the chip's name, too."""

CHIPS = tuple(map(_chip, SHIFTS.values()))
