"""What the rows of SHA-256's work tables do, held against the text of the standard: one obligation for each round.

A row's rounds are joined by words of its own: the round obligations say how the working variables before and after a
round and the word of the schedule are related, the obligation of the messages that the first of them are received and
the last of them sent. Words are found by their columns' names, which are hints: a wrong one makes a proof fail.

In a round, what is combined bit by bit is compared as bit-vectors, and what is added as integers, with the limbs of all
words any numbers of 16 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import z3

from proofs_of_constraints.calls.completion import prove_row_exists, prove_work_complete, prove_work_determinism
from proofs_of_constraints.calls.sha256_standard import (
    CONSTANTS,
    ROUNDS,
    SCHEDULE_TERMS,
    WORD_BITS,
    WORDS_OF_BLOCK,
    WORDS_OF_STATE,
    big_sigma_0,
    big_sigma_1,
    choice,
    majority,
    small_sigma_0,
    small_sigma_1,
)
from proofs_of_constraints.calls.sha256_words import (
    HALVES,
    LIMB_BASE,
    LIMB_BITS,
    LIMB_MAXIMUM,
    WORD_BASE,
    WORKING,
    RowWord,
    fields_of,
    limbs_of,
    value_of,
    working_fields,
)
from proofs_of_constraints.calls.work_tables import Message, RowKind, row_kinds
from proofs_of_constraints.obligations.assumptions import BALANCE, ORDER_LIMBS
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_sum_terms import LimbArithmetic, is_exact, packed
from proofs_of_constraints.translation.bit_sums import BitSum, sum_of_bits
from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.interval import Interval
from spec.air.chip import Chip, Role
from spec.air.chips.sha256 import Sha256Layout
from spec.field import P

ASSUMED = (BALANCE, ORDER_LIMBS)


def sha256_senders(ordered_by: str, layout: Sha256Layout) -> dict[str, frozenset[str | Role]]:
    """By bus of the order, who sends there: what is ordered, the states between the tables, and the result."""
    start, message, state, result = (bus.name for bus in layout.buses)
    tables = frozenset({layout.first.name, layout.rest.name})
    orders = frozenset({ordered_by})
    return {start: orders, message: orders, state: tables, result: frozenset({layout.rest.name})}


class _RefutedError(Exception):
    """A claim about a row does not hold; the message says which."""

    def __init__(self, claim: str, found: Counterexample | None = None) -> None:
        super().__init__(claim)
        self.outcome = Outcome(Verdict.REFUTED, claim, found)


def sha256_table_obligations(layout: Sha256Layout, chip: Chip) -> Iterator[Obligation]:
    """What a work table's rows mean; whatever is proven of all tables stands elsewhere."""
    yield Obligation(Kind.NOT_VACUOUS, chip.name, "", (), lambda _: prove_row_exists(chip))
    for number in _rounds_of(layout, chip):

        def of_round(session: Session, number: int = number) -> Outcome:
            return _of_rows(session, layout, chip, lambda rows: rows.prove_round(number), number)

        yield Obligation(Kind.FUNCTION, chip.name, f"round {number}", ASSUMED, of_round)
    for name, prove in (("pending sums", _Rows.prove_pending), ("messages", _Rows.prove_messages)):

        def of_rows(session: Session, prove: Callable[[_Rows], None] = prove) -> Outcome:
            return _of_rows(session, layout, chip, prove)

        yield Obligation(Kind.FUNCTION, chip.name, name, ASSUMED, of_rows)
    yield Obligation(Kind.DETERMINISM, chip.name, "", ASSUMED, lambda s: prove_work_determinism(s, chip))
    complete = (BALANCE, ORDER_LIMBS)
    yield Obligation(
        Kind.COMPLETE, chip.name, "", complete, lambda s: prove_work_complete(s, chip, lambda k: _promised(layout, k))
    )


def _rounds_of(layout: Sha256Layout, chip: Chip) -> range:
    return range(WORDS_OF_BLOCK) if chip.name == layout.first.name else range(WORDS_OF_BLOCK, ROUNDS)


def _of_rows(
    session: Session,
    layout: Sha256Layout,
    chip: Chip,
    prove: Callable[[_Rows], None],
    number: int | None = None,
) -> Outcome:
    """The outcome for the rows of every kind, or of the one kind that does a round."""
    proven, wraps = 0, []
    starts = []
    for kind in row_kinds(chip):
        try:
            rows = _Rows(session, layout, kind)
            starts.append(rows.start)
            if number is None or rows.start <= number < rows.start + layout.rounds_per_row:
                prove(rows)
        except _RefutedError as refuted:
            return refuted.outcome
        proven += rows.proven
        wraps += rows.wraps
    expected = list(_rounds_of(layout, chip)[:: layout.rounds_per_row])
    if sorted(starts) != expected:
        return Outcome(Verdict.REFUTED, f"rows start at rounds {sorted(starts)}, not at {expected}")
    return Outcome(Verdict.PROVEN if proven else Verdict.REFUTED, f"{proven} claims", wraps=tuple(wraps))


def _start_of(layout: Sha256Layout, kind: RowKind) -> int:
    """The first round that rows of a kind do: the one that they receive."""
    is_first = kind.row.chip.name == layout.first.name
    part = kind.message(layout.message if is_first else layout.state, -1).parts["round"]
    if not part.is_constant:
        raise _RefutedError(f"the round that rows of {kind.name} receive is not known")
    return part.constant % P


def _promised(layout: Sha256Layout, kind: RowKind) -> dict[str, Interval]:
    """A pending sum is one of as many limbs as terms are known: its sender's obligations prove it."""
    start = _start_of(layout, kind)
    found = {}
    for message in kind.messages:
        if message.bus == layout.state and message.sign < 0:
            for i in range(WORDS_OF_BLOCK):
                known = sum(0 <= start + i - term.earlier < start for term in SCHEDULE_TERMS)
                for half in HALVES:
                    for column in message.parts[f"pending_{i}_{half}"].columns:
                        found[column] = Interval(0, known * LIMB_MAXIMUM)
    return found


class _Rows:
    """The claims about rows of one kind."""

    def __init__(self, session: Session, layout: Sha256Layout, kind: RowKind) -> None:
        self._session = session
        self._layout = layout
        # A pending sum is received as one of as many limbs as terms are known: less than the bits of its field.
        self._kind = replace(kind, row=replace(kind.row, ranges={**kind.row.ranges, **_promised(layout, kind)}))
        self._chip = kind.row.chip
        self.start = _start_of(layout, kind)
        self._takes_pending = any(m.bus == layout.state and m.sign < 0 for m in kind.messages)
        self.proven = 0
        self.wraps: list[str] = []

    def prove_round(self, number: int) -> None:
        """The working variables after a round are what the standard makes of those before it and of the word."""
        step = number - self.start
        a, b, c, d, e, f, g, h = self._working(step)
        word, new_e, new_a = (self._word(f"{name}_{step}") for name in ("word", "new_e", "new_a"))
        if number >= WORDS_OF_BLOCK:
            self._prove_scheduled(step, word)
        sigma_1 = self._defined(f"big_sigma_1_{step}", big_sigma_1(e.vector))
        chosen = self._defined(f"choice_{step}", choice(e.vector, f.vector, g.vector))
        sigma_0 = self._defined(f"big_sigma_0_{step}", big_sigma_0(a.vector))
        major = self._defined(f"majority_{step}", majority(a.vector, b.vector, c.vector))
        constant = CONSTANTS[number]
        first = (h, sigma_1, chosen, word)
        equations = [*self._adds(f"new_e_{step}"), *self._adds(f"new_a_{step}")]
        every = (*first, d, sigma_0, major, new_e, new_a)
        self._prove_sum(f"e after round {number}", equations, every, new_e, (*first, d), constant)
        self._prove_sum(f"a after round {number}", equations, every, new_a, (*first, sigma_0, major), constant)

    def prove_pending(self) -> None:
        """Pending sums that are sent are the sums of the terms that are known, limb by limb."""
        sent = [m for m in self._kind.messages if m.bus == self._layout.state and m.sign > 0]
        steps = self._layout.rounds_per_row
        if not sent:
            # The last row: nothing is pending then.
            self._claim("no row follows the last", self.start + steps == ROUNDS)
        for message in sent:
            for i in range(WORDS_OF_BLOCK):
                number = self.start + steps + i
                terms = self._terms(number, steps)
                for half in range(len(HALVES)):
                    field = f"pending_{i}_{HALVES[half]}"
                    self._prove_pending_limb(message, field, terms, self._received_pending(number, half), half)

    def prove_messages(self) -> None:
        """What the row receives and sends are its words, with the numbers of its rounds; keys are for orders."""
        layout, steps = self._layout, self._layout.rounds_per_row
        is_first = self._chip.name == layout.first.name
        until = self.start + steps
        expected: dict[tuple[str, int], dict[str, BitSum]] = {}
        before, after = self._working(0), self._working(steps)
        if is_first:
            words = [self._word(f"word_{step}") for step in range(steps)]
            expected[layout.message.name, -1] = {"round": BitSum(self.start), **fields_of("word", words)}
        if self.start == 0:
            expected[layout.start.name, -1] = working_fields(before)
        else:
            expected[layout.state.name, -1] = {"round": BitSum(self.start), **working_fields(before)}
        if until == ROUNDS:
            expected[layout.result.name, +1] = working_fields(after)
        else:
            expected[layout.state.name, +1] = {"round": BitSum(until), **working_fields(after)}
        said = sorted((m.bus.name, m.sign) for m in self._kind.messages)
        self._claim(f"rows from round {self.start} say what they are to say", said == sorted(expected))
        for message in self._kind.messages:
            for field, value in expected[message.bus.name, message.sign].items():
                self._prove_equal(f"{field} of {message.name}", message.parts[field], value)
            if message.sign > 0:
                self._prove_field_bits(message)

    def _claim(self, claim: str, holds: bool) -> None:
        if not holds:
            raise _RefutedError(f"not so: {claim}")
        self.proven += 1

    def _working(self, step: int) -> list[RowWord]:
        """The working variables before a step of the row: a and e are new in every round, and move on."""
        a = [self._word(f"new_a_{i}") for i in reversed(range(max(0, step - 4), step))]
        e = [self._word(f"new_e_{i}") for i in reversed(range(max(0, step - 4), step))]
        a += [self._taken(name) for name in WORKING[: 4 - len(a)]]
        e += [self._taken(name) for name in WORKING[4 : WORDS_OF_STATE - len(e)]]
        return [*a, *e]

    def _taken(self, name: str) -> RowWord:
        """A working variable before the row: of d and h only limbs are needed."""
        columns = [f"{name}_{half}" for half in HALVES]
        if set(columns) <= set(self._chip.columns):
            low, high = (BitSum(0, {}, {column: 1}) for column in columns)
            return RowWord(name, (low, high))
        return self._word(name)

    def _word(self, name: str) -> RowWord:
        """A word of boolean columns. Raises _RefutedError for one that is not boolean."""
        bits = tuple(f"{name}_{i}" for i in range(WORD_BITS))
        for bit in bits:
            if bit not in self._chip.columns:
                raise LayoutError(f"{self._chip.name} has no column {bit}")
            if bit not in self._kind.row.bits:
                raise _RefutedError(f"not so: {bit} is a bit")
        return RowWord(name, (sum_of_bits(bits[:LIMB_BITS]), sum_of_bits(bits[LIMB_BITS:])), bits)

    def _defined(self, name: str, meaning: z3.BitVecRef) -> RowWord:
        """A word of which only a definition exists, proven to be what it means. Raises _RefutedError."""
        limbs = []
        for half in range(len(HALVES)):
            defined = f"{name}_{HALVES[half]}"
            if defined not in self._kind.definitions:
                raise LayoutError(f"{self._chip.name} has no definition {defined}")
            limb = self._kind.definitions[defined]
            limbs.append(limb)
            expected = z3.Extract(LIMB_BITS * (half + 1) - 1, LIMB_BITS * half, meaning)
            interval = limb.interval(self._kind.row.ranges)
            width = max(LIMB_BITS, interval.high.bit_length(), interval.low.bit_length()) + 1
            self._refute(
                f"{defined} is what the standard says",
                [packed(limb, width) != z3.ZeroExt(width - LIMB_BITS, expected)],
                bit_vectors=True,
            )
        return RowWord(name, (limbs[0], limbs[1]))

    def _adds(self, name: str) -> list[str]:
        return [f"{name}_{half}_adds" for half in HALVES]

    def _prove_sum(
        self,
        claim: str,
        equations: Sequence[str],
        every: Sequence[RowWord],
        result: RowWord,
        added: Sequence[RowWord],
        constant: int,
    ) -> None:
        """The result is the sum of words and a constant modulo 2^32."""
        arithmetic = LimbArithmetic(self._kind.row, limbs_of(every))
        total = constant + z3.Sum([value_of(arithmetic, word) for word in added])
        holds = (total - value_of(arithmetic, result)) % WORD_BASE == 0
        self._refute_with(arithmetic, f"{claim} is the sum modulo 2^32", equations, holds)

    def _prove_scheduled(self, step: int, word: RowWord) -> None:
        """The word is its pending sum with what the row's words before it add, modulo 2^32."""
        number = self.start + step
        terms = self._terms(number, step)
        arithmetic = LimbArithmetic(self._kind.row, limbs_of([word, *terms]))
        received = [arithmetic.term(self._received_pending(number, half)) for half in range(len(HALVES))]
        total = received[0] + received[1] * LIMB_BASE
        total = z3.Sum([total, *(value_of(arithmetic, term) for term in terms)])
        holds = (total - value_of(arithmetic, word)) % WORD_BASE == 0
        claim = f"word {number} of the schedule is the sum of its terms modulo 2^32"
        self._refute_with(arithmetic, claim, self._adds(f"word_{step}"), holds)

    def _terms(self, number: int, until_step: int) -> list[RowWord]:
        """The terms of a word of the schedule that come from the row's words before a step, each what it means."""
        functions = {"small_sigma_0": small_sigma_0, "small_sigma_1": small_sigma_1}
        found = []
        for term in SCHEDULE_TERMS:
            step = number - term.earlier - self.start
            if 0 <= step < until_step:
                word = self._word(f"word_{step}")
                function = functions.get(term.name)
                found.append(word if function is None else self._defined(f"{term.name}_{step}", function(word.vector)))
        return found

    def _received_pending(self, number: int, half: int) -> BitSum:
        """What the row receives of the sum of a word's terms; nothing for words that begin in the row."""
        position = number - self.start
        if not self._takes_pending or position >= WORDS_OF_BLOCK:
            return BitSum()
        return self._kind.message(self._layout.state, -1).parts[f"pending_{position}_{HALVES[half]}"]

    def _prove_pending_limb(
        self, message: Message, field: str, terms: Sequence[RowWord], received: BitSum, half: int
    ) -> None:
        sent = message.parts[field]
        arithmetic = LimbArithmetic(self._kind.row, limbs_of(terms))
        expected = z3.Sum([arithmetic.term(received), *(arithmetic.limb(f"{t.name}_{HALVES[half]}") for t in terms)])
        # A sum that is not linear has a column of its own.
        keeping = [f"{column}_is_pending" for column in sent.columns]
        # Modulo p: the sum is far below it.
        exact = z3.And(arithmetic.term(sent) == expected, expected >= 0, expected < P)
        self._refute_with(arithmetic, f"{field} is the sum of its known terms", keeping, exact)

    def _prove_equal(self, claim: str, one: BitSum, other: BitSum) -> None:
        """Two sums are the same element. Equal sums need no solver, others have values that differ."""
        difference = (one - other).centered()
        if difference == BitSum():
            self.proven += 1
            return
        arithmetic = LimbArithmetic(self._kind.row, {})
        self._refute_with(arithmetic, claim, (), arithmetic.vanishes(difference))

    def _prove_field_bits(self, message: Message) -> None:
        """What is sent has no more bits than its bus promises."""
        for field, size in message.bus.field_bits.items():
            part = message.parts[field]
            arithmetic = LimbArithmetic(self._kind.row, {})
            keeping = [f"{column}_is_pending" for column in part.columns]
            value = arithmetic.term(part)
            self._refute_with(
                arithmetic, f"{field} of {message.name} has {size} bits", keeping, z3.And(value >= 0, value < 1 << size)
            )

    def _refute_with(self, arithmetic: LimbArithmetic, claim: str, equations: Sequence[str], holds: z3.BoolRef) -> None:
        """Proves a claim from constraints; one that the chip does not have says nothing. Raises _RefutedError."""
        declared = {name: self._kind.row.equations[name] for name in equations if name in self._kind.row.equations}
        self.wraps += [n for n, e in declared.items() if not is_exact(e, self._kind.row.ranges)]
        given = [arithmetic.vanishes(equation) for equation in declared.values()]
        self._refute(claim, [*given, z3.Not(holds), *arithmetic.bounds])

    def _refute(self, claim: str, formulas: Sequence[z3.BoolRef], *, bit_vectors: bool = False) -> None:
        title = f"{Kind.FUNCTION.value}/{self._chip.name}/{self._kind.name}/{claim}"
        model = self._session.satisfying(title, formulas, bit_vectors=bit_vectors)
        if model is not None:
            cells = {str(d): model[d].as_long() for d in model.decls() if hasattr(model[d], "as_long")}
            raise _RefutedError(f"not so: {claim}", Counterexample(cells, (claim,)))
        self.proven += 1
