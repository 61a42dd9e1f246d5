"""The permutation Keccak-f[1600] [FIPS 202, 3.3] as a work table, for any machine that sends it work.

A row does one round. Rows know only their own cells: the state passes from row to row on two buses, half of it on
each, as limbs of 16 bits, under the key of the permutation and the number of the round that comes next. One message of
the whole state would be the machine's widest by far, for which every proof would pay in security.

Only the state after theta stands as bits. From it the row goes forward, by chi, to the state that it leaves; and
backward, by the exclusive or with what theta has put in, to the state that it takes. Theta puts into every lane of
column x the same: the parities of two neighbouring columns. Those parities are columns of the table. They are the
state's, because putting the same into five lanes changes their parity by just that, so what is counted after theta
tells the parity before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from spec.air.bits import differ
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Expression, number_of, total
from spec.keccak import (
    CONSTANT_POSITIONS,
    LANE_BITS,
    LANES,
    MOVED_FROM,
    ROTATIONS,
    ROUND_CONSTANTS,
    ROUNDS,
    SIDE,
    lane_at,
)

LIMB_BITS = 16
LANE_LIMBS = LANE_BITS // LIMB_BITS
STATE_LIMBS = LANES * LANE_LIMBS
HALF_LIMBS = STATE_LIMBS // 2
"""Two limbs of a sum stay below p: a field element holds no 32-bit word."""

Lane = Sequence[Expression]
"""64 bits, least significant first."""


@dataclass(frozen=True)
class KeccakTable:
    """The table and its buses."""

    first_identity: int
    """The identity of the first bus; the second has the next one."""

    @cached_property
    def buses(self) -> tuple[Bus, Bus]:
        """The lower and the upper half of the state before each round, and after the last."""
        return self._bus("lower", 0), self._bus("upper", 1)

    def _bus(self, half: str, number: int) -> Bus:
        fields = tuple(f"state_{number * HALF_LIMBS + i}" for i in range(HALF_LIMBS))
        return Bus(
            name=f"keccak_{half}",
            identity=self.first_identity + number,
            fields=("key", "round", *fields),
            scope=Scope.LOCAL,
            receiver_assumes=(
                f"the permutation of this key has this {half} half of the state before this round, or after the last "
                f"if it is {ROUNDS}; limbs have 16 bits"
            ),
            sender_ensures=(
                "at round 0 it starts a permutation with this key and receives its result; else it has done the round "
                "before; limbs have 16 bits"
            ),
            field_bits=dict.fromkeys(fields, LIMB_BITS),
        )

    @cached_property
    def chip(self) -> Chip:
        """The table: 24 rows do a permutation."""
        return _keccak_round(self.buses)


def halves_of(limbs: Sequence[Expression]) -> tuple[Sequence[Expression], Sequence[Expression]]:
    """What the two buses say of a state."""
    return limbs[:HALF_LIMBS], limbs[HALF_LIMBS:]


def _keccak_round(buses: tuple[Bus, Bus]) -> Chip:
    row = ChipBuilder("keccak_round", Role.WORK, "One round of Keccak-f[1600].")
    key = row.column("key")
    selectors = [row.column(f"is_round_{i}") for i in range(ROUNDS)]
    for i, selector in enumerate(selectors):
        row.boolean(f"is_round_{i}_is_boolean", selector)
    real = row.define("real", total(selectors))
    row.boolean("at_most_one_round", real)
    number = row.define("round", total(selector * i for i, selector in enumerate(selectors)))
    before = row.column_array("before", STATE_LIMBS)
    after = row.column_array("after", STATE_LIMBS)
    parity = [_bits(row, f"parity_{x}") for x in range(SIDE)]
    mixed = [_bits(row, f"mixed_{lane}") for lane in range(LANES)]
    effect = _effect(row, parity)
    _count_columns(row, parity, effect, mixed)
    for lane, bits in enumerate(mixed):
        taken = [differ(bit, put_in) for bit, put_in in zip(bits, effect[lane % SIDE], strict=True)]
        for i, limb in enumerate(_limbs(taken), lane * LANE_LIMBS):
            row.zero(f"before_{i}_is_without_the_effect", before[i] - limb)
    left = _chi(_rho_and_pi(mixed))
    left[0] = _iota(row, selectors, left[0])
    for lane, bits in enumerate(left):
        for i, limb in enumerate(_limbs(bits), lane * LANE_LIMBS):
            row.zero(f"after_{i}_is_after_the_round", after[i] - limb)
    for bus, half in zip(buses, halves_of(before), strict=True):
        row.receive(f"before_on_{bus.name}", bus, [key, number, *half], real)
    for bus, half in zip(buses, halves_of(after), strict=True):
        row.send(f"after_on_{bus.name}", bus, [key, number + real, *half], real)
    return row.build(outputs=after)


def _bits(row: ChipBuilder, name: str) -> Lane:
    """64 new boolean columns."""
    bits = row.column_array(name, LANE_BITS)
    for z, bit in enumerate(bits):
        row.boolean(f"{name}_{z}_is_boolean", bit)
    return bits


def _limbs(bits: Lane) -> list[Expression]:
    return [number_of(bits[start : start + LIMB_BITS]) for start in range(0, LANE_BITS, LIMB_BITS)]


def _effect(row: ChipBuilder, parity: Sequence[Lane]) -> list[Lane]:
    """By x, what theta puts into every lane of the column: the parity of the column before, and of the one after at
    the next lower bit."""
    return [
        [
            row.define(f"effect_{x}_{z}", differ(parity[x - 1][z], parity[(x + 1) % SIDE][z - 1]))
            for z in range(LANE_BITS)
        ]
        for x in range(SIDE)
    ]


def _count_columns(row: ChipBuilder, parity: Sequence[Lane], effect: Sequence[Lane], mixed: Sequence[Lane]) -> None:
    """The five bits of a column after theta have the parity before, changed by the effect.

    Their number, at most 5, is this parity and 2, 0, 1 or 2 times.
    """
    for x in range(SIDE):
        for z in range(LANE_BITS):
            pairs = row.column(f"pairs_{x}_{z}")
            row.zero(f"pairs_{x}_{z}_are_at_most_2", pairs * (pairs - 1) * (pairs - 2))
            ones = total(mixed[lane_at(x, y)][z] for y in range(SIDE))
            row.zero(f"parity_{x}_{z}_is_counted", ones - pairs * 2 - differ(parity[x][z], effect[x][z]))


def _rho_and_pi(lanes: Sequence[Lane]) -> list[Lane]:
    """Wiring: no column and no constraint."""
    return [_rotated(lanes[source], ROTATIONS[source]) for source in MOVED_FROM]


def _rotated(lane: Lane, count: int) -> Lane:
    """The lane rotated towards higher weights."""
    return [lane[z - count] for z in range(LANE_BITS)]


def _chi(lanes: Sequence[Lane]) -> list[list[Expression]]:
    """Every bit with the conjunction of the next one's complement and the one after: degree 3."""
    return [
        [
            differ(bit, (1 - following) * second)
            for bit, following, second in zip(
                lanes[lane_at(x, y)], lanes[lane_at(x + 1, y)], lanes[lane_at(x + 2, y)], strict=True
            )
        ]
        for y in range(SIDE)
        for x in range(SIDE)
    ]


def _iota(row: ChipBuilder, selectors: Sequence[Expression], lane: Lane) -> list[Expression]:
    """The first lane with the round's constant. The bits that constants change get columns, for the degree's sake."""
    bits = list(lane)
    for z in CONSTANT_POSITIONS:
        plain = row.column(f"plain_{z}")
        row.zero(f"plain_{z}_is_of_chi", plain - bits[z])
        chosen = total(
            selector for selector, constant in zip(selectors, ROUND_CONSTANTS, strict=True) if constant >> z & 1
        )
        bits[z] = differ(plain, row.define(f"constant_{z}", chosen))
    return bits
