"""The permutation Keccak-f[1600] [FIPS 202, 3.3] as a work table, for any machine that sends it work.

A row does one round. Rows know only their own cells: the state passes from row to row on four buses, a quarter of it on
each, under the key of the permutation and the number of the round that comes next. One message of the whole state
would be the machine's widest by far, for which every proof would pay in security.

Nothing stands as bits. A lane is eight bytes, and a byte travels as the number whose digits are its bits: in base 4 as
part of a state, in base 5 between theta and chi. So bytes add up bit by bit without a carry, and one lookup in the
tables of `spec.air.chips.keccak_tables` answers for eight bits:

- The digits of a sum of three bytes are 0 to 3, and their lower bits the exclusive or. So theta's parities of five
  bytes are looked up in two steps, and the bytes of the state, to which two parities are added, in one.
- Rho moves bits from byte to byte. The answer about a byte of the state comes in two parts, cut where rho cuts it: then
  a byte after rho is a sum of two parts, for no column and no lookup.
- Chi looks up digits of 3 - 2 a + b - c, from 0 to 4: each tells a xor (not b and c) of its three bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Expression, lift, total
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
from spec.word import BYTE_BITS

LANE_BYTES = LANE_BITS // BYTE_BITS
STATE_BYTES = LANES * LANE_BYTES
QUARTERS = 4
QUARTER_BYTES = STATE_BYTES // QUARTERS
"""A quarter is a message that is no wider than the machine's others by much."""

STATE_BASE = 4
"""The base of a byte of a state: three of its digits add up to a digit."""

MIXED_BASE = 5
"""The base of a byte between theta and chi: chi asks for digits up to 4."""

PARITY_CUT = 7
"""Where a byte of a parity is cut: theta takes it also rotated by one, which moves the highest bit to the next byte."""

ADDENDS = 3
"""So many bytes of a state add up without a carry."""

CHI_DIGIT = 3
"""What is added to - 2 a + b - c, which may be - 3."""

CHANGED_BYTES = tuple(sorted({position // BYTE_BITS for position in CONSTANT_POSITIONS}))
"""The bytes of lane 0 that a round constant can change."""

CUTS = tuple(BYTE_BITS - rotation % BYTE_BITS for rotation in ROTATIONS)
"""By lane, how many bits of a byte rho leaves together in the lower part; the others go to the next byte."""

Bytes = Sequence[Expression]
"""A lane's bytes, least significant first."""


def spread(byte: int, base: int) -> int:
    """The number whose digits in this base are the byte's bits."""
    return sum((byte >> i & 1) * base**i for i in range(byte.bit_length()))


ALL_ONES = (1 << BYTE_BITS) - 1
STATE_BYTE_BITS = spread(ALL_ONES, STATE_BASE).bit_length()
"""The bits of a byte of a state."""


@dataclass(frozen=True)
class KeccakTable:
    """The work table, its buses, and those of its lookups."""

    first_identity: int
    """The identity of the first bus; the others have the next ones."""

    @cached_property
    def buses(self) -> tuple[Bus, ...]:
        """The quarters of the state before each round, and after the last."""
        return tuple(self._quarter(number) for number in range(QUARTERS))

    @cached_property
    def limb(self) -> Bus:
        """A limb of a doubleword and its two bytes."""
        bits = {"limb": 2 * BYTE_BITS, "low": STATE_BYTE_BITS, "high": STATE_BYTE_BITS}
        meaning = f"limb has 16 bits; low and high are its bytes with digits 0 and 1 in base {STATE_BASE}"
        return self._lookup(0, "keccak_limb", meaning, bits)

    @cached_property
    def parity(self) -> Bus:
        """The exclusive or of bytes that are added up."""
        bits = {"digits": 2 * BYTE_BITS, "parity": STATE_BYTE_BITS}
        meaning = f"digits has eight digits in base {STATE_BASE}; those of parity are 1 where they are odd, else 0"
        return self._lookup(1, "keccak_parity", meaning, bits)

    @cached_property
    def cut_parity(self) -> Bus:
        """The same in two parts, cut at PARITY_CUT."""
        bits = {"digits": 2 * BYTE_BITS, "low": 2 * PARITY_CUT - 1, "high": 1}
        meaning = f"as keccak_parity; low has the lower {PARITY_CUT} digits of the parity and high the last"
        return self._lookup(2, "keccak_cut_parity", meaning, bits)

    @cached_property
    def chi(self) -> Bus:
        """Chi and what it asks for."""
        highest = 4 * spread(ALL_ONES, MIXED_BASE)
        bits = {"digits": highest.bit_length(), "result": STATE_BYTE_BITS}
        meaning = (
            f"digits has eight digits of 0 to 4 in base {MIXED_BASE}; those of result, in base {STATE_BASE}, are 1 "
            "where they are 1 or 2, else 0"
        )
        return self._lookup(3, "keccak_chi", meaning, bits)

    @cached_property
    def theta(self) -> Mapping[int, Bus]:
        """By cut, the exclusive or of bytes that are added up, in two parts and in the other base."""
        return {cut: self._theta(cut) for cut in range(1, BYTE_BITS + 1)}

    @property
    def lookups(self) -> tuple[Bus, ...]:
        """The buses of the fixed tables."""
        return (self.limb, self.parity, self.cut_parity, self.chi, *self.theta.values())

    @cached_property
    def chip(self) -> Chip:
        """The table: 24 rows do a permutation."""
        return _keccak_round(self)

    def _quarter(self, number: int) -> Bus:
        fields = tuple(f"state_{number * QUARTER_BYTES + i}" for i in range(QUARTER_BYTES))
        return Bus(
            name=f"keccak_{number}",
            identity=self.first_identity + number,
            fields=("key", "round", *fields),
            scope=Scope.LOCAL,
            receiver_assumes=(
                f"the permutation of this key has quarter {number} of this state before this round, or after the last "
                f"if it is {ROUNDS}; bytes have digits 0 and 1 in base {STATE_BASE}"
            ),
            sender_ensures=(
                "at round 0 it starts a permutation with this key and receives its result; else it has done the round "
                f"before; bytes have digits 0 and 1 in base {STATE_BASE}"
            ),
            field_bits=dict.fromkeys(fields, STATE_BYTE_BITS),
        )

    def _theta(self, cut: int) -> Bus:
        low = spread((1 << cut) - 1, MIXED_BASE).bit_length()
        bits = {"digits": 2 * BYTE_BITS, "low": low}
        said = f"digits has eight digits in base {STATE_BASE}; those of low, in base {MIXED_BASE}, are 1 where"
        if cut == BYTE_BITS:
            return self._lookup(3 + cut, "keccak_theta_8", f"{said} they are odd, else 0", bits)
        bits["high"] = spread(ALL_ONES >> cut, MIXED_BASE).bit_length()
        meaning = f"{said} the lower {cut} are odd, else 0, and those of high say the same of the others"
        return self._lookup(3 + cut, f"keccak_theta_{cut}", meaning, bits)

    def _lookup(self, number: int, name: str, assumes: str, bits: dict[str, int]) -> Bus:
        return Bus(
            name=name,
            identity=self.first_identity + QUARTERS + number,
            fields=tuple(bits),
            scope=Scope.LOCAL,
            receiver_assumes=assumes,
            sender_ensures="only a fixed table sends",
            field_bits=bits,
        )


def quarters_of(state: Sequence[Expression]) -> list[Sequence[Expression]]:
    """What each bus says of a state."""
    return [state[i : i + QUARTER_BYTES] for i in range(0, STATE_BYTES, QUARTER_BYTES)]


def _keccak_round(table: KeccakTable) -> Chip:
    row = ChipBuilder("keccak_round", Role.WORK, "One round of Keccak-f[1600].")
    key = row.column("key")
    selectors = [row.column(f"is_round_{i}") for i in range(ROUNDS)]
    for i, selector in enumerate(selectors):
        row.boolean(f"is_round_{i}_is_boolean", selector)
    real = row.define("real", total(selectors))
    row.boolean("at_most_one_round", real)
    number = row.define("round", total(selector * i for i, selector in enumerate(selectors)))
    before = row.column_array("before", STATE_BYTES)
    after = row.column_array("after", STATE_BYTES)
    lanes = [before[i : i + LANE_BYTES] for i in range(0, STATE_BYTES, LANE_BYTES)]
    effect = _effect(row, table, lanes, real)
    mixed = [_mixed(row, table, lane, lanes[lane], effect[lane % SIDE], real) for lane in range(LANES)]
    moved = [_moved(row, lane, mixed[source], ROTATIONS[source]) for lane, source in enumerate(MOVED_FROM)]
    plain = {i: row.column(f"plain_{i}") for i in CHANGED_BYTES}
    _chi(row, table, moved, [plain.get(i, byte) for i, byte in enumerate(after)], real)
    for i in CHANGED_BYTES:
        # A byte below 2^15 and a constant's digits add up to digits of 0 to 2.
        message = [plain[i] + _constant(row, i, selectors), after[i]]
        row.receive(f"after_{i}_has_the_constant", table.parity, message, real)
    for bus, quarter in zip(table.buses, quarters_of(before), strict=True):
        row.receive(f"before_on_{bus.name}", bus, [key, number, *quarter], real)
    for bus, quarter in zip(table.buses, quarters_of(after), strict=True):
        row.send(f"after_on_{bus.name}", bus, [key, number + real, *quarter], real)
    return row.build(outputs=after)


def _effect(row: ChipBuilder, table: KeccakTable, lanes: Sequence[Bytes], real: Expression) -> list[Bytes]:
    """By x, what theta adds to every lane of the column, digits of 0 to 2: the parity of the column before, and of the
    one after at the next lower bit."""
    low, high = [], []
    for x in range(SIDE):
        column = [lanes[lane_at(x, y)] for y in range(SIDE)]
        three = row.column_array(f"three_{x}", LANE_BYTES)
        low.append(row.column_array(f"parity_low_{x}", LANE_BYTES))
        high.append(row.column_array(f"parity_high_{x}", LANE_BYTES))
        for i in range(LANE_BYTES):
            first = total(lane[i] for lane in column[:ADDENDS])
            row.receive(f"three_{x}_{i}_is_exclusive_or", table.parity, [first, three[i]], real)
            all_five = three[i] + total(lane[i] for lane in column[ADDENDS:])
            message = [all_five, low[x][i], high[x][i]]
            row.receive(f"parity_{x}_{i}_is_exclusive_or", table.cut_parity, message, real)
    return [
        [
            row.define(
                f"effect_{x}_{i}",
                low[x - 1][i]
                + high[x - 1][i] * STATE_BASE**PARITY_CUT
                + low[(x + 1) % SIDE][i] * STATE_BASE
                + high[(x + 1) % SIDE][i - 1],
            )
            for i in range(LANE_BYTES)
        ]
        for x in range(SIDE)
    ]


def _mixed(
    row: ChipBuilder, table: KeccakTable, lane: int, before: Bytes, effect: Bytes, real: Expression
) -> tuple[Bytes, Bytes]:
    """A lane after theta: the lower and the upper part of every byte; no upper ones where rho moves whole bytes."""
    cut = CUTS[lane]
    parts = [row.column_array(f"mixed_low_{lane}", LANE_BYTES)]
    if cut < BYTE_BITS:
        parts.append(row.column_array(f"mixed_high_{lane}", LANE_BYTES))
    for i in range(LANE_BYTES):
        message = [before[i] + effect[i], *(part[i] for part in parts)]
        row.receive(f"mixed_{lane}_{i}_is_exclusive_or", table.theta[cut], message, real)
    return parts[0], parts[-1]


def _moved(row: ChipBuilder, lane: int, mixed: tuple[Bytes, Bytes], rotation: int) -> Bytes:
    """A lane after rho and pi: a byte has the upper part of one byte below the lower part of the next."""
    low, high = mixed
    whole, moved_bits = divmod(rotation, BYTE_BITS)
    moved = [low[i - whole] * MIXED_BASE**moved_bits for i in range(LANE_BYTES)]
    if moved_bits:
        moved = [high[i - whole - 1] + byte for i, byte in enumerate(moved)]
    return [row.define(f"moved_{lane}_{i}", byte) for i, byte in enumerate(moved)]


def _chi(
    row: ChipBuilder, table: KeccakTable, lanes: Sequence[Bytes], results: Sequence[Expression], real: Expression
) -> None:
    """Looks up every byte of the state after chi."""
    offset = CHI_DIGIT * spread(ALL_ONES, MIXED_BASE)
    for y in range(SIDE):
        for x in range(SIDE):
            lane = lane_at(x, y)
            for i in range(LANE_BYTES):
                a, b, c = (lanes[lane_at(x + k, y)][i] for k in range(ADDENDS))
                number = lane * LANE_BYTES + i
                message = [lift(offset) - a * 2 + b - c, results[number]]
                row.receive(f"after_{number}_is_of_chi", table.chi, message, real)


def _constant(row: ChipBuilder, byte: int, selectors: Sequence[Expression]) -> Expression:
    """A byte of the round's constant, which changes lane 0."""
    values = [spread(constant >> BYTE_BITS * byte & ALL_ONES, STATE_BASE) for constant in ROUND_CONSTANTS]
    return row.define(f"constant_{byte}", total(s * v for s, v in zip(selectors, values, strict=True) if v))
