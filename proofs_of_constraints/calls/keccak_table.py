"""What the rows of Keccak's work table do, held against the text of the standard: one obligation for each round.

A row receives a state B, byte by byte, and sends another. It has the parities C of columns and the state M after theta
in columns that are looked up. Byte by byte is proven, as bit-vectors and from what the lookups tell:

- C is the parity of B, and M is B with the effect of C put in. So M is theta of B, by the standard's text.
- What is sent is what the other steps of the standard make of M, with the constant of the row's round.
- Whatever is received, there is just one such row: every column is looked up once, about columns that are known.

The bytes of a state have digits 0 and 1 in base 4. That is the contract of the state's buses, by induction along the
rounds: what is received is assumed to keep it, and what is sent is proven to. Words are found by their columns' names,
which are hints: a wrong one makes a proof fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import partial

import z3

from proofs_of_constraints.calls.keccak_digits import STATE_BYTE, Asked, Digit, DigitRow, RefutedError, column_of
from proofs_of_constraints.calls.keccak_lookups import BYTE_BITS, DigitRelation, digits_differ, keccak_relations
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
from proofs_of_constraints.obligations.assumptions import BALANCE, FUNCTION, LOOKUP_TABLES, ORDER_LIMBS
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from spec.air.bus import Bus
from spec.air.chip import Chip
from spec.air.chips.keccak import KeccakTable
from spec.field import P

LANE_BYTES = LANE_BITS // BYTE_BITS
STATE_BYTES = LANES * LANE_BYTES

ASSUMED = (BALANCE, LOOKUP_TABLES, ORDER_LIMBS)


class _WrongRowError(RefutedError):
    """A claim that a solver finds bits against."""

    def __init__(self, claim: str, found: Counterexample) -> None:
        super().__init__(f"not so: {claim}")
        self.found = found


def keccak_table_obligations(table: KeccakTable, chip: Chip) -> Iterator[Obligation]:
    """What the work table's rows mean; whatever is proven of all tables stands elsewhere."""

    def of(prove: Callable[[_Row], None], number: int | None = None) -> Callable[[Session], Outcome]:
        return lambda session: _of_rows(session, table, chip, prove, number)

    yield Obligation(Kind.NOT_VACUOUS, chip.name, "", (), of(_Row.prove_exists))
    yield Obligation(Kind.FUNCTION, chip.name, "digits", ASSUMED, of(_Row.prove_digits))
    yield Obligation(Kind.FUNCTION, chip.name, "theta", ASSUMED, of(_Row.prove_theta))
    for number in range(ROUNDS):
        yield Obligation(Kind.FUNCTION, chip.name, f"round {number}", ASSUMED, of(_Row.prove_round, number))
    yield Obligation(Kind.FUNCTION, chip.name, "messages", ASSUMED, of(_Row.prove_messages))
    yield Obligation(Kind.DETERMINISM, chip.name, "", (*ASSUMED, FUNCTION), of(_Row.prove_determined))
    yield Obligation(Kind.COMPLETE, chip.name, "", (*ASSUMED, FUNCTION), of(_Row.prove_complete))


def _of_rows(
    session: Session, table: KeccakTable, chip: Chip, prove: Callable[[_Row], None], number: int | None
) -> Outcome:
    """The outcome for the rows of every round, or of one. What is the same lookups in all rows is proven once."""
    numbers, claims = [], 0
    proven: set[tuple[str, str]] = set()
    relations = keccak_relations(table)
    for kind in row_kinds(chip):
        try:
            row = _Row(session, table, kind, relations, proven)
            numbers.append(row.number)
            if number is None or row.number == number:
                prove(row)
        except RefutedError as refuted:
            found = refuted.found if isinstance(refuted, _WrongRowError) else None
            return Outcome(Verdict.REFUTED, str(refuted), found)
        claims += row.claims
    if sorted(numbers) != list(range(ROUNDS)):
        return Outcome(Verdict.REFUTED, f"rows do rounds {sorted(numbers)}")
    return Outcome(Verdict.PROVEN if claims else Verdict.REFUTED, f"{claims} claims")


class _Row:
    """The claims about the rows of one round."""

    def __init__(
        self,
        session: Session,
        table: KeccakTable,
        kind: RowKind,
        relations: Mapping[str, DigitRelation],
        proven: set[tuple[str, str]],
    ) -> None:
        self._session = session
        self._buses = table.buses
        self._relations = relations
        self._kind = kind
        self._chip = kind.row.chip
        self._digits = DigitRow(kind, table.buses, relations)
        self._proven = proven
        self.claims = 0
        rounds = {self._place(bus, -1) for bus in self._buses}
        if len(rounds) != 1:
            raise RefutedError(f"{kind.name}: the quarters that are received are not of one round")
        (self.number,) = rounds

    def prove_exists(self) -> None:
        """A row satisfies everything, checked on the declaration modulo p, and sends what the standard says."""
        cells = self._cells(_example_bytes(self.number))
        row = ConcreteRow(self._chip, cells)
        violations = row.violations()
        self._claim(f"the row made from its lookups satisfies {', '.join(violations[:4])}", not violations)

    def prove_digits(self) -> None:
        """What a lookup asks about has the digits that its columns' bits make of it, and a number has no others."""
        for asked in self._digits.lookups:
            for digit in asked.digits:
                times = sorted(digit.bits.values())
                claim = f"{digit.constant} and bits times {times} make a digit in base {asked.relation.base}"
                self._refute_once(claim, "", partial(self._outside, digit, asked.relation.base))
        for name, relation in self._relations.items():
            for i, question in enumerate(digits_differ(relation)):
                claim = f"digit {i} from the top is decided in base {relation.base}"
                self._refute_once(claim, relation.digits, partial(list, question), bit_vectors=False)
            self._claim(f"{name} has numbers below p", relation.base**relation.digits < P)

    def _outside(self, digit: Digit, base: int) -> list[z3.BoolRef]:
        number = digit.number(self._digits.known(column for column, _ in digit.bits))
        return [z3.Or(number < 0, number >= base)]

    def prove_theta(self) -> None:
        """The state after theta is theta of what is received."""
        received, parities = self._state(-1), self._parities()
        given = {*self._received_columns()}
        expected = parity(received)
        for x in range(SIDE):
            self._prove_word(f"parity {x} is that of what is received", self._columns_of_parity(x), expected[x], given)
        given |= {column for x in range(SIDE) for part in self._columns_of_parity(x) for column in part}
        put_in = effect(parities)
        for lane, before in enumerate(lanes_of(received)):
            claim = f"lane {lane} has the effect put in"
            self._prove_word(claim, self._columns_of_mixed(lane), before ^ put_in[lane % SIDE], given)
        self._prove_composition()

    def _prove_composition(self) -> None:
        """By the standard alone: with the right parities, what the effect is put into becomes theta of it."""
        taken = state_of([z3.BitVec(f"received {i}", LANE_BITS) for i in range(LANES)])
        parities = [z3.BitVec(f"parity {x}", LANE_BITS) for x in range(SIDE)]
        right = [one == other for one, other in zip(parities, parity(taken), strict=True)]
        put_in = effect(parities)
        for (x, y), lane in theta(taken).items():
            different = lane != taken[x, y] ^ put_in[x]
            self._refute_once(f"lane {x}, {y} is theta's", (), partial(list, [*right, different]))

    def prove_round(self) -> None:
        """What is sent is what the other steps of the round make of the state after theta."""
        expected = lanes_of(after_theta(self._mixed(), self.number))
        given = {column for lane in range(LANES) for part in self._columns_of_mixed(lane) for column in part}
        for lane in range(LANES):
            columns = [[self._sent_column(LANE_BYTES * lane + i)] for i in range(LANE_BYTES)]
            self._prove_word(f"lane {lane} of what is sent is the round's", columns, expected[lane], given)

    def prove_messages(self) -> None:
        """A row receives the quarters of a state and sends those of one, of bytes with digits 0 and 1, for the next
        round."""
        said = sorted((m.bus.name, m.sign) for m in self._kind.messages if m.bus.name not in self._relations)
        expected = sorted((bus.name, sign) for bus in self._buses for sign in (-1, +1))
        self._claim(f"rows of round {self.number} say what they are to say", said == expected)
        for bus in self._buses:
            after = self._place(bus, +1)
            self._claim(f"what is sent on {bus.name} is for round {self.number + 1}", after == self.number + 1)
        for i in range(STATE_BYTES):
            promised = self._digits.parts.get(self._sent_column(i)) == STATE_BYTE
            self._claim(f"byte {i} of what is sent has digits 0 and 1 in base 4", promised)

    def prove_determined(self) -> None:
        """Two rows that receive the same are the same: every column is received or told, about columns that are."""
        known = self._known_columns()
        missing = [name for name in self._chip.columns if name not in known]
        self._claim(f"{', '.join(missing[:4])} follow", not missing)
        self._claim("the outputs are columns", bool(self._chip.outputs) and {*self._chip.outputs} <= known)

    def prove_complete(self) -> None:
        """Whatever is received, some row receives it: each column may be what the one lookup tells that tells it."""
        self._claim("nothing else is demanded", not self._kind.row.equations)
        received = self._received_columns()
        self._claim("each byte is received into a column of its own", len(set(received)) == len(received))
        told = [column for asked in self._digits.lookups for column in asked.told]
        twice = sorted({column for column in told if told.count(column) > 1} | ({*told} & {*received}))
        self._claim(f"{', '.join(twice[:4])} are looked up once", not twice)
        self._claim("no flag is looked up", self._kind.row.known.keys().isdisjoint({*told, *received}))
        self._claim("all are found in some order", {*told} <= self._known_columns())

    def _received_columns(self) -> list[str]:
        """The columns that are received from other rows, but for the key."""
        taken = [m for m in self._kind.messages if m.bus in self._buses and m.sign < 0]
        return [column_of(m, field) for m in taken for field in m.bus.fields if field in m.bus.field_bits]

    def _known_columns(self) -> set[str]:
        """The row's flags, what is received, and what lookups tell about known columns."""
        known = {*self._kind.row.known, *self._received_columns()}
        known |= {column_of(m, "key") for m in self._kind.messages if m.bus in self._buses and m.sign < 0}
        return known.union(*(asked.told for asked in self._digits.in_order(known)))

    def _cells(self, received: Sequence[int]) -> dict[str, int]:
        """The cells of the row that receives this state, lookup after lookup."""
        cells = dict.fromkeys(self._chip.columns, 0) | dict(self._kind.row.known)
        spread = [sum((byte >> i & 1) * STATE_BYTE.base**i for i in range(BYTE_BITS)) for byte in received]
        cells |= dict(zip(self._received_columns(), spread, strict=True))
        messages = {m.name: m for m in self._kind.messages}
        for asked in self._digits.in_order({*self._kind.row.known, *self._received_columns()}):
            number = next(iter(messages[asked.name].parts.values()))
            value = number.constant + sum(c * cells[name] for name, c in number.columns.items())
            cells |= dict(zip(asked.told, asked.relation.answer(value), strict=True))
        return cells

    def _state(self, sign: int) -> State:
        """The state that is received or sent."""
        columns = [self._state_column(sign, i) for i in range(STATE_BYTES)]
        for column in columns:
            if self._digits.parts.get(column) != STATE_BYTE:
                raise RefutedError(f"not so: {column} is a byte of a state")
        return state_of([self._word(columns[i : i + LANE_BYTES]) for i in range(0, STATE_BYTES, LANE_BYTES)])

    def _mixed(self) -> State:
        return state_of([self._word(_flat(self._columns_of_mixed(lane))) for lane in range(LANES)])

    def _parities(self) -> list[z3.BitVecRef]:
        return [self._word(_flat(self._columns_of_parity(x))) for x in range(SIDE)]

    def _columns_of_parity(self, x: int) -> list[list[str]]:
        """By byte."""
        return [[f"parity_low_{x}_{i}", f"parity_high_{x}_{i}"] for i in range(LANE_BYTES)]

    def _columns_of_mixed(self, lane: int) -> list[list[str]]:
        """By byte; there are no columns for upper parts without bits."""
        parts = [f"mixed_{part}_{lane}" for part in ("low", "high") if f"mixed_{part}_{lane}_0" in self._chip.columns]
        return [[f"{part}_{i}" for part in parts] for i in range(LANE_BYTES)]

    def _word(self, columns: Sequence[str]) -> z3.BitVecRef:
        """A lane from its parts, the lowest first. Raises RefutedError if they do not make one."""
        lane = _joined([self._digits.bits(column) for column in columns])
        if lane.size() != LANE_BITS:
            raise RefutedError(f"not so: {columns[0]} and the parts after it make a lane")
        return lane

    def _place(self, bus: Bus, sign: int) -> int:
        part = self._message(bus, sign).parts["round"]
        if not part.is_constant:
            raise RefutedError(f"{self._kind.name}: the round on {bus.name} is not known")
        return part.constant % P

    def _message(self, bus: Bus, sign: int) -> Message:
        return self._kind.message(bus, sign)

    def _sent_column(self, byte: int) -> str:
        return self._state_column(+1, byte)

    def _state_column(self, sign: int, byte: int) -> str:
        field = f"state_{byte}"
        (bus,) = [bus for bus in self._buses if field in bus.fields]
        return column_of(self._message(bus, sign), field)

    def _prove_word(
        self, claim: str, columns: Sequence[Sequence[str]], expected: z3.BitVecRef, given: Set[str]
    ) -> None:
        """The word of these columns, by byte, is what is expected, by the lookups between them and what is given."""
        for i, of_byte in enumerate(columns):
            telling = self._between(of_byte, given)
            low = BYTE_BITS * i

            def different(
                of_byte: Sequence[str] = of_byte, telling: Sequence[Asked] = telling, low: int = low
            ) -> list[z3.BoolRef]:
                known = self._digits.known({c for asked in telling for c in (*asked.columns, *asked.told)})
                facts = [fact for asked in telling for fact in asked.facts(known)]
                byte = _joined([self._digits.bits(column) for column in of_byte])
                return [*facts, byte != z3.simplify(z3.Extract(low + BYTE_BITS - 1, low, expected))]

            self._refute_once(f"byte {i} of {claim}", telling, different)

    def _between(self, columns: Sequence[str], given: Set[str]) -> list[Asked]:
        """The lookups that tell these columns, and those that tell what they ask about, up to what is given."""
        found: dict[str, Asked] = {}
        wanted = [*columns]
        while wanted:
            telling = [asked for asked in self._digits.telling(wanted) if asked.name not in found]
            found |= {asked.name: asked for asked in telling}
            wanted = sorted({column for asked in telling for column in asked.columns} - given)
        return list(found.values())

    def _claim(self, claim: str, holds: bool) -> None:
        if not holds:
            raise RefutedError(f"not so: {claim}")
        self.claims += 1

    def _refute_once(
        self, claim: str, about: object, formulas: Callable[[], Sequence[z3.BoolRef]], *, bit_vectors: bool = True
    ) -> None:
        """Proves that formulas contradict each other, unless that was done for the rows of another round."""
        key = (claim, repr(about))
        if key not in self._proven:
            title = f"{Kind.FUNCTION.value}/{self._chip.name}/{self._kind.name}/{claim}"
            model = self._session.satisfying(title, formulas(), bit_vectors=bit_vectors)
            if model is not None:
                cells = {str(d): model[d].as_long() for d in model.decls() if hasattr(model[d], "as_long")}
                raise _WrongRowError(claim, Counterexample(cells, (claim,)))
            self._proven.add(key)
        self.claims += 1


def _flat(columns: Sequence[Sequence[str]]) -> list[str]:
    return [column for part in columns for column in part]


def _joined(parts: Sequence[z3.BitVecRef]) -> z3.BitVecRef:
    """The bits of all parts, the lowest part first."""
    return z3.Concat(*reversed(parts)) if len(parts) > 1 else parts[0]


def _example_bytes(number: int) -> list[int]:
    """Some state, of which every byte has another pattern of bits."""
    return [0x9E37_79B9_7F4A_7C15 * (i + 1 + number * STATE_BYTES) >> 32 & 0xFF for i in range(STATE_BYTES)]
