"""What the rows of Keccak's work table do, held against the text of the standard: one obligation for each round.

A row has the state after theta as bits, M, and parities C. It receives a state B and sends another. Three things are
proven bit by bit, as bit-vectors:

- B is M with the effect of C put in once more, and C is the parity of B. So M is theta of B, by the standard's text.
- What is sent is what the other steps of the standard make of M.
- For every B there are such C and M, and only these; from them every other cell follows.

Words are found by their columns' names, which are hints: a wrong one makes a proof fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import z3

from proofs_of_constraints.calls.keccak_standard import (
    LANE_BITS,
    LANES,
    ROUNDS,
    SIDE,
    State,
    after_theta,
    effect,
    lanes_of,
    parity,
    state_of,
    theta,
)
from proofs_of_constraints.calls.work_tables import Message, RowKind, row_kinds
from proofs_of_constraints.obligations.assumptions import BALANCE, FUNCTION, ORDER_LIMBS
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_sum_terms import is_exact, packed, single_bit
from proofs_of_constraints.translation.bit_sums import BitSum
from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.interval import Interval
from spec.air.bus import Bus
from spec.air.chip import Chip
from spec.air.chips.keccak import KeccakTable
from spec.field import P
from spec.keccak import CONSTANT_POSITIONS

LIMB_BITS = 16
LANE_LIMBS = LANE_BITS // LIMB_BITS
LIMBS = LANES * LANE_LIMBS
MOST_PAIRS = 2
"""The most pairs of five bits above the least number of pairs."""

COUNT_BITS = 6
"""Enough for what a column's count adds and subtracts, and its sign."""

ASSUMED = (BALANCE, ORDER_LIMBS)


class _RefutedError(Exception):
    """A claim about a row does not hold; the message says which."""

    def __init__(self, claim: str, found: Counterexample | None = None) -> None:
        super().__init__(claim)
        self.outcome = Outcome(Verdict.REFUTED, claim, found)


def keccak_table_obligations(table: KeccakTable, chip: Chip) -> Iterator[Obligation]:
    """What the work table's rows mean; whatever is proven of all tables stands elsewhere."""

    def of(prove: Callable[[_Row], None], number: int | None = None) -> Callable[[Session], Outcome]:
        return lambda session: _of_rows(session, table, chip, prove, number)

    yield Obligation(Kind.NOT_VACUOUS, chip.name, "", (), of(_Row.prove_exists))
    yield Obligation(Kind.FUNCTION, chip.name, "theta", ASSUMED, of(_Row.prove_theta))
    for number in range(ROUNDS):
        yield Obligation(Kind.FUNCTION, chip.name, f"round {number}", ASSUMED, of(_Row.prove_round, number))
    yield Obligation(Kind.FUNCTION, chip.name, "messages", ASSUMED, of(_Row.prove_messages))
    yield Obligation(Kind.DETERMINISM, chip.name, "", (*ASSUMED, FUNCTION), of(_Row.prove_determined))
    yield Obligation(Kind.COMPLETE, chip.name, "", (BALANCE, ORDER_LIMBS, FUNCTION), of(_Row.prove_complete))


def _of_rows(
    session: Session, table: KeccakTable, chip: Chip, prove: Callable[[_Row], None], number: int | None
) -> Outcome:
    """The outcome for the rows of every round, or of one. What is the same equations in all rows is proven once."""
    numbers, claims = [], 0
    proven: set[tuple[str, str]] = set()
    for kind in row_kinds(chip):
        try:
            row = _Row(session, table, kind, proven)
            numbers.append(row.number)
            if number is None or row.number == number:
                prove(row)
        except _RefutedError as refuted:
            return refuted.outcome
        claims += row.claims
    if sorted(numbers) != list(range(ROUNDS)):
        return Outcome(Verdict.REFUTED, f"rows do rounds {sorted(numbers)}")
    return Outcome(Verdict.PROVEN if claims else Verdict.REFUTED, f"{claims} claims")


class _Row:
    """The claims about the rows of one round."""

    def __init__(self, session: Session, table: KeccakTable, kind: RowKind, proven: set[tuple[str, str]]) -> None:
        self._session = session
        self._buses = table.buses
        self._kind = kind
        self._chip = kind.row.chip
        self._proven = proven
        self.claims = 0
        rounds = {self._place(bus, -1) for bus in self._buses}
        if len(rounds) != 1:
            raise _RefutedError(f"{kind.name}: the halves that are received are not of one round")
        (self.number,) = rounds

    def prove_exists(self) -> None:
        """A row satisfies everything, checked on the declaration modulo p."""
        violations = ConcreteRow(self._chip, self._cells()).violations()
        self._claim(f"the row made from the standard satisfies {', '.join(violations[:4])}", not violations)

    def prove_theta(self) -> None:
        """What is received is the state of which the bits are theta."""
        state, parities = self._mixed(), self._parities()
        put_in = effect(parities)
        received = {(x, y): lane ^ put_in[x] for (x, y), lane in state.items()}
        for i in range(LIMBS):
            self._prove_limb(self._before(i), _limb(received, i), f"limb {i} of what is received is without the effect")
        before = parity(received)
        for x in range(SIDE):
            for z in range(LANE_BITS):
                count = self._count(x, z)

                def wrong(count: BitSum = count, x: int = x, z: int = z) -> list[z3.BoolRef]:
                    few = z3.ULE(_pairs(x, z), MOST_PAIRS)
                    differ = z3.Extract(z, z, parities[x]) != z3.Extract(z, z, before[x])
                    return [packed(count, COUNT_BITS) == 0, few, differ]

                self._refute_once(f"bit {z} of parity {x} is the parity of what is received", count, wrong)
        self._prove_composition()

    def _prove_composition(self) -> None:
        """By the standard alone: with the right parities, what the effect was taken from becomes it again."""
        taken = state_of([z3.BitVec(f"received {i}", LANE_BITS) for i in range(LANES)])
        parities = [z3.BitVec(f"parity {x}", LANE_BITS) for x in range(SIDE)]
        right = [one == other for one, other in zip(parities, parity(taken), strict=True)]
        put_in = effect(parities)
        for (x, y), lane in theta(taken).items():
            different = lane != taken[x, y] ^ put_in[x]
            self._refute_once(f"lane {x}, {y} is theta's", (), partial(list, [*right, different]))

    def prove_round(self) -> None:
        """What is sent is what the other steps of the round make of the state after theta."""
        expected = after_theta(self._mixed(), self.number)
        for i in range(LIMBS):
            self._prove_limb(self._after(i), _limb(expected, i), f"limb {i} of what is sent is the round's")

    def prove_messages(self) -> None:
        """A row receives both halves of a state and sends both of one, of limbs with 16 bits, for the next round."""
        said = sorted((m.bus.name, m.sign) for m in self._kind.messages)
        expected = sorted((bus.name, sign) for bus in self._buses for sign in (-1, +1))
        self._claim(f"rows of round {self.number} say what they are to say", said == expected)
        for bus in self._buses:
            after = self._place(bus, +1)
            self._claim(f"what is sent on {bus.name} is for round {self.number + 1}", after == self.number + 1)
        for i in range(LIMBS):
            limb = self._after(i)
            claim = f"limb {i} of what is sent has 16 bits"
            self._refute_once(claim, limb, partial(_exceeds, limb))

    def prove_determined(self) -> None:
        """Two rows that receive the same have the same parities and bits; from them every other cell follows."""
        copies = []
        for copy in ("first", "second"):
            state = state_of([z3.BitVec(f"mixed {i} {copy}", LANE_BITS) for i in range(LANES)])
            parities = [z3.BitVec(f"parity {x} {copy}", LANE_BITS) for x in range(SIDE)]
            put_in = effect(parities)
            received = {(x, y): lane ^ put_in[x] for (x, y), lane in state.items()}
            copies.append((state, parities, received, parity(received)))
        (state, parities, received, known), (other, others, same, equal) = copies
        given = [received[at] == same[at] for at in received]
        for x in range(SIDE):
            # As `theta` proves, each is the parity of what its row receives.
            wrong = [parities[x] == known[x], others[x] == equal[x], parities[x] != others[x]]
            self._refute_once(f"parity {x} is determined", (), partial(list, [*given, *wrong]))
        agree = [parities[x] == others[x] for x in range(SIDE)]
        for at in state:
            different = state[at] != other[at]
            self._refute_once(f"lane {at} is determined", (), partial(list, [*given, *agree, different]))
        self._follow()

    def _follow(self) -> None:
        """Every column is received, a bit, or the only new one of an equation, in this order."""
        row = self._kind.row
        known = {*row.known, *self._bits()}
        for message in self._kind.messages:
            if message.sign < 0:
                for field, part in message.parts.items():
                    if not part.is_constant:
                        is_column = part == BitSum(0, {}, dict.fromkeys(part.columns, 1)) and len(part.columns) == 1
                        self._claim(f"{field} of {message.name} is received into a column", is_column)
                        known |= part.names
        for name, equation in row.equations.items():
            new = equation.names - known
            # One that says something of known cells alone is one of those proven to hold of them.
            if new:
                one = len(new) == 1 and any(c % P for n, c in equation.columns.items() if n in new)
                self._claim(f"{name} gives {', '.join(sorted(new))}", one)
                known |= new
        missing = [name for name in self._chip.columns if name not in known]
        self._claim(f"{', '.join(missing[:4])} follow", not missing)
        self._claim("the outputs are columns", bool(self._chip.outputs) and {*self._chip.outputs} <= known)

    def prove_complete(self) -> None:
        """Whatever is received, some row receives it: with the parity of it, and the bits that are theta of it."""
        self._claim("nothing else is demanded", {*self._kind.row.equations} == self._demanded())
        parities = self._parities()
        put_in = effect(parities)
        before = parity({(x, y): lane ^ put_in[x] for (x, y), lane in self._mixed().items()})
        for x in range(SIDE):
            for z in range(LANE_BITS):
                count = self._count(x, z)

                def wrong(count: BitSum = count, x: int = x, z: int = z) -> list[z3.BoolRef]:
                    right = z3.Extract(z, z, parities[x]) == z3.Extract(z, z, before[x])
                    numbers = [z3.BitVecVal(n, COUNT_BITS) for n in range(MOST_PAIRS + 1)]
                    vanishes = packed(count, COUNT_BITS) == 0
                    return [right, *(z3.Not(z3.substitute(vanishes, (_pairs(x, z), number))) for number in numbers)]

                self._refute_once(f"column {x}, {z} has a number of pairs", count, wrong)
        # With M = theta(B) the limbs of B are those that are demanded; the sums of bits of others are given.
        for i in range(LIMBS):
            self._before(i), self._after(i)
            self.claims += 2

    def _demanded(self) -> set[str]:
        """The equations that the other proofs speak of."""
        demanded = {f"parity_{x}_{z}_is_counted" for x in range(SIDE) for z in range(LANE_BITS)}
        demanded |= {f"before_{i}_is_without_the_effect" for i in range(LIMBS)}
        demanded |= {f"after_{i}_is_after_the_round" for i in range(LIMBS)}
        return demanded | {f"plain_{z}_is_of_chi" for z in CONSTANT_POSITIONS}

    def _cells(self) -> dict[str, int]:
        """The cells of a row that receives some state, by the standard."""
        lanes = [z3.BitVecVal(0x9E37_79B9_7F4A_7C15 * (i + 1 + self.number), LANE_BITS) for i in range(LANES)]
        taken = state_of(lanes)
        mixed, before = theta(taken), parity(taken)
        left = lanes_of(after_theta(mixed, self.number))
        chosen = [_number(lane) for lane in lanes_of(mixed)]
        cells = dict(self._kind.row.known)
        for x in range(SIDE):
            cells |= {f"parity_{x}_{z}": _number(before[x]) >> z & 1 for z in range(LANE_BITS)}
            for z in range(LANE_BITS):
                cells[f"pairs_{x}_{z}"] = sum(chosen[SIDE * y + x] >> z & 1 for y in range(SIDE)) // 2
        for lane, number in enumerate(chosen):
            cells |= {f"mixed_{lane}_{z}": number >> z & 1 for z in range(LANE_BITS)}
        for name, state in (("before", lanes), ("after", left)):
            for lane, value in enumerate(state):
                for i in range(LANE_LIMBS):
                    cells[f"{name}_{LANE_LIMBS * lane + i}"] = _number(value) >> LIMB_BITS * i & (1 << LIMB_BITS) - 1
        cells |= {name: 0 for name in self._chip.columns if name not in cells}
        for z in CONSTANT_POSITIONS:
            # A bit of chi, as the chip defines it.
            name = f"plain_{z}"
            equation = self._equation(f"{name}_is_of_chi")
            rest = equation.constant + sum(c * f.value(cells) for f, c in equation.bits.items())
            cells[name] = -rest * equation.columns[name] % P
        return cells

    def _bits(self) -> list[str]:
        """The columns of the words."""
        words = [*(f"parity_{x}" for x in range(SIDE)), *(f"mixed_{lane}" for lane in range(LANES))]
        return [f"{word}_{z}" for word in words for z in range(LANE_BITS)]

    def _mixed(self) -> State:
        return state_of([self._word(f"mixed_{lane}") for lane in range(LANES)])

    def _parities(self) -> list[z3.BitVecRef]:
        return [self._word(f"parity_{x}") for x in range(SIDE)]

    def _word(self, name: str) -> z3.BitVecRef:
        """A word of boolean columns. Raises _RefutedError for one that is not boolean."""
        bits = [f"{name}_{z}" for z in range(LANE_BITS)]
        for bit in bits:
            if bit not in self._chip.columns:
                raise LayoutError(f"{self._chip.name} has no column {bit}")
            if bit not in self._kind.row.bits:
                raise _RefutedError(f"not so: {bit} is a bit")
        return z3.Concat(*(single_bit(name) for name in reversed(bits)))

    def _count(self, x: int, z: int) -> BitSum:
        """What a column's count says: the sum that vanishes over the integers. Raises _RefutedError."""
        count, pairs = self._equation(f"parity_{x}_{z}_is_counted"), f"pairs_{x}_{z}"
        interval = count.interval(self._kind.row.ranges)
        known = self._kind.row.ranges.get(pairs)
        if known != Interval(0, MOST_PAIRS):
            raise _RefutedError(f"not so: {pairs} is 0, 1 or 2")
        small = interval.low > -(1 << COUNT_BITS - 1) and interval.high < 1 << COUNT_BITS - 1
        if {*count.columns} != {pairs} or not small:
            raise _RefutedError(f"not so: column {x}, {z} is counted without wrapping around")
        return count

    def _equation(self, name: str) -> BitSum:
        if name not in self._kind.row.equations:
            raise _RefutedError(f"not so: {name}")
        return self._kind.row.equations[name]

    def _message(self, bus: Bus, sign: int) -> Message:
        return self._kind.message(bus, sign)

    def _place(self, bus: Bus, sign: int) -> int:
        part = self._message(bus, sign).parts["round"]
        if not part.is_constant:
            raise _RefutedError(f"{self._kind.name}: the round on {bus.name} is not known")
        return part.constant % P

    def _before(self, number: int) -> BitSum:
        return self._given(-1, number, f"before_{number}_is_without_the_effect")

    def _after(self, number: int) -> BitSum:
        return self._given(+1, number, f"after_{number}_is_after_the_round")

    def _given(self, sign: int, number: int, equation: str) -> BitSum:
        """A limb of a message as the sum that an equation says it is. Raises _RefutedError."""
        field = f"state_{number}"
        (bus,) = [bus for bus in self._buses if field in bus.fields]
        part = self._message(bus, sign).parts[field]
        if part.bits or part.constant or list(part.columns.values()) != [1]:
            raise _RefutedError(f"{self._kind.name}: {field} on {bus.name} is not a column")
        (column,) = part.columns
        limb = self._solved(column, self._equation(equation))
        for name in list(limb.columns):
            factor = limb.columns[name]
            plain = self._solved(name, self._equation(f"{name}_is_of_chi"))
            # Exact: a function of bits that is 0 or 1.
            if plain.columns or plain.constant or list(plain.bits.values()) != [1]:
                raise _RefutedError(f"not so: {name} is a bit of chi")
            limb = limb - BitSum(0, {}, {name: factor}) + plain.scaled(factor)
        if limb.columns or not is_exact(limb, self._kind.row.ranges):
            raise _RefutedError(f"not so: {equation} without wrapping around")
        return limb

    def _solved(self, column: str, equation: BitSum) -> BitSum:
        factor = equation.columns.get(column, 0)
        if abs(factor) != 1:
            raise _RefutedError(f"not so: an equation gives {column}")
        return (BitSum(0, {}, {column: factor}) - equation).scaled(factor)

    def _prove_limb(self, limb: BitSum, expected: z3.BitVecRef, claim: str) -> None:
        """A sum of bits is a number of 16 bits, and this one."""

        def different() -> list[z3.BoolRef]:
            width = _width(limb)
            return [packed(limb, width) != z3.ZeroExt(width - LIMB_BITS, expected)]

        self._refute_once(claim, limb, different)

    def _claim(self, claim: str, holds: bool) -> None:
        if not holds:
            raise _RefutedError(f"not so: {claim}")
        self.claims += 1

    def _refute_once(self, claim: str, about: object, formulas: Callable[[], Sequence[z3.BoolRef]]) -> None:
        """Proves that formulas contradict each other, unless that was done for the rows of another round."""
        key = (claim, repr(about))
        if key not in self._proven:
            title = f"{Kind.FUNCTION.value}/{self._chip.name}/{self._kind.name}/{claim}"
            model = self._session.satisfying(title, formulas(), bit_vectors=True)
            if model is not None:
                cells = {str(d): model[d].as_long() for d in model.decls() if hasattr(model[d], "as_long")}
                raise _RefutedError(f"not so: {claim}", Counterexample(cells, (claim,)))
            self._proven.add(key)
        self.claims += 1


def _exceeds(limb: BitSum) -> list[z3.BoolRef]:
    return [z3.UGE(packed(limb, _width(limb)), 1 << LIMB_BITS)]


def _pairs(x: int, z: int) -> z3.BitVecRef:
    return z3.BitVec(f"pairs_{x}_{z}", COUNT_BITS)


def _width(limb: BitSum) -> int:
    """Bits in which a sum of bits is known as an integer, a sign among them."""
    interval = limb.interval({})
    return max(LIMB_BITS, interval.high.bit_length(), (-interval.low).bit_length()) + 2


def _limb(state: State, number: int) -> z3.BitVecRef:
    lane = lanes_of(state)[number // LANE_LIMBS]
    low = LIMB_BITS * (number % LANE_LIMBS)
    return z3.Extract(low + LIMB_BITS - 1, low, lane)


def _number(lane: z3.BitVecRef) -> int:
    return int(z3.simplify(lane).as_long())
