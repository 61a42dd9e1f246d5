"""The compression function of SHA-256 [FIPS 180-4, 6.2.2] as two work tables, for any machine that sends them work.

A row does `rounds_per_row` rounds. Rows know only their own cells: what a row needs of the one before reaches it on a
bus, under the key of the compression and the number of its first round. `first` does rounds 0 to 15, which take the
words of the message as they are; `rest` does rounds 16 to 63, whose words the schedule makes.

Words that are rotated or combined bit by bit stand as 32 boolean columns, least significant first, and travel as two
limbs of 16 bits. The schedule travels as *pending sums*: for each of the next sixteen words, the sum of what earlier
words have added to it so far, limb by limb and not reduced. So the sixteen words before a row need no bits in it.

A sum of limbs that is written as limb + 2^16 * carry, with a carry of bits, is an equation over the integers: all its
terms together stay below 2^20.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spec.air.bits import differ
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Expression, lift, number_of, total
from spec.protocol.sha256 import ROUND_CONSTANTS

WORD_BITS = 32
LIMB_BITS = 16
LIMB_BASE = 1 << LIMB_BITS
HALVES = ("low", "high")
"""FIPS 180-4 has words of 32 bits. They travel as halves, which a field element holds with room for carries."""

STATE_WORDS = "abcdefgh"
MESSAGE_WORDS = 16
ROUNDS = 64
"""Those of a block, and the rounds of SHA-256 [FIPS 180-4, section 6.2.2]."""

PENDING_BITS = 18
"""Four limbs: what one word of the schedule is the sum of."""

Bits = Sequence[Expression]
"""A word's bits, least significant first."""

Limbs = tuple[Expression, Expression]
"""A word's lower and upper 16 bits, or a sum of several words' of which none is reduced."""


@dataclass(frozen=True)
class Sha256Layout:
    """The rounds that one row does, and the buses between the tables. Raises ValueError unless a power of two from 2 to
    16 divides the rounds."""

    rounds_per_row: int
    first_identity: int
    """The identity of the bus `start`; the other three have the next ones."""

    def __post_init__(self) -> None:
        if self.rounds_per_row not in (2, 4, 8, 16):
            raise ValueError(f"{self.rounds_per_row} rounds a row: 2, 4, 8 or 16 divide both tables")

    @cached_property
    def start(self) -> Bus:
        """The state that a compression starts from."""
        fields = _limb_fields(STATE_WORDS)
        return Bus(
            name="sha256_start",
            identity=self.first_identity,
            fields=("key", *fields),
            scope=Scope.LOCAL,
            receiver_assumes="a compression with this key starts from this state; limbs have 16 bits",
            sender_ensures="it receives the result of the same key; limbs have 16 bits",
            field_bits=dict.fromkeys(fields, LIMB_BITS),
        )

    @cached_property
    def message(self) -> Bus:
        """The words of the message that enter one row's rounds."""
        fields = _limb_fields(f"word_{i}" for i in range(self.rounds_per_row))
        return Bus(
            name="sha256_message",
            identity=self.first_identity + 1,
            fields=("key", "round", *fields),
            scope=Scope.LOCAL,
            receiver_assumes="the block of this key has these words from this round on; limbs have 16 bits",
            sender_ensures="it starts a compression with this key; limbs have 16 bits",
            field_bits=dict.fromkeys(fields, LIMB_BITS),
        )

    @cached_property
    def state(self) -> Bus:
        """What a row leaves to the row that does the next rounds."""
        working = _limb_fields(STATE_WORDS)
        pending = _limb_fields(f"pending_{i}" for i in range(MESSAGE_WORDS))
        return Bus(
            name="sha256_state",
            identity=self.first_identity + 2,
            fields=("key", "round", *working, *pending),
            scope=Scope.LOCAL,
            receiver_assumes=(
                "before this round the compression of this key has these working variables, their limbs of 16 bits, "
                "and these sums of the terms of the next sixteen words that are known, their limbs of 18 bits"
            ),
            sender_ensures="it has done the rounds before, and received what they start from",
            field_bits=dict.fromkeys(working, LIMB_BITS) | dict.fromkeys(pending, PENDING_BITS),
        )

    @cached_property
    def result(self) -> Bus:
        """The working variables after the last round, which are still to be added to the state."""
        fields = _limb_fields(STATE_WORDS)
        return Bus(
            name="sha256_result",
            identity=self.first_identity + 3,
            fields=("key", *fields),
            scope=Scope.LOCAL,
            receiver_assumes="the rounds of the compression with this key end in these variables; limbs have 16 bits",
            sender_ensures="it has done the last round of that compression",
            field_bits=dict.fromkeys(fields, LIMB_BITS),
        )

    @property
    def buses(self) -> tuple[Bus, ...]:
        return (self.start, self.message, self.state, self.result)

    @property
    def work_rows(self) -> Mapping[str, int]:
        """By table, the rows that one compression takes."""
        rows = {self.first.name: MESSAGE_WORDS, self.rest.name: ROUNDS - MESSAGE_WORDS}
        return {name: rounds // self.rounds_per_row for name, rounds in rows.items()}

    @cached_property
    def first(self) -> Chip:
        """The table of rounds 0 to 15."""
        return _first(self)

    @cached_property
    def rest(self) -> Chip:
        """The table of rounds 16 to 63."""
        return _rest(self)


def _limb_fields(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}_{half}" for name in names for half in HALVES)


@dataclass(frozen=True)
class _Word:
    """A word of a row: its limbs, and its bits where the row has them."""

    limbs: Limbs
    bits: Bits = ()


class _Row(ChipBuilder):
    """A row of one of the tables under construction, between rounds.

    `words` are the working variables a to h. `pending` holds, for each of the next sixteen words of the schedule, the
    sum of the terms that are known.
    """

    def __init__(self, name: str, purpose: str, layout: Sha256Layout, rounds: range) -> None:
        super().__init__(name, Role.WORK, purpose)
        self.layout = layout
        self.key = self.column("key")
        starts = rounds[:: layout.rounds_per_row]
        if len(starts) == 1:
            self.real = self.column("real")
            self.boolean("real_is_boolean", self.real)
            self.selectors = {starts[0]: self.real}
        else:
            self.selectors = {start: self.column(f"from_round_{start}") for start in starts}
            for start, selector in self.selectors.items():
                self.boolean(f"from_round_{start}_is_boolean", selector)
            self.real = self.define("real", total(self.selectors.values()))
            self.boolean("at_most_one_selector", self.real)
        self.words = {name: self._taken_word(name) for name in STATE_WORDS}
        self.made: dict[str, list[_Word]] = {"a": [], "e": []}
        """The values that the rounds of the row give to the working variables a and e."""

        zero = lift(0)
        self.pending: list[Limbs] = [(zero, zero)] * MESSAGE_WORDS

    @property
    def from_round(self) -> Expression:
        """The number of the row's first round; 0 on a padding row."""
        return total(selector * start for start, selector in self.selectors.items())

    @property
    def outputs(self) -> list[Expression]:
        """The bits of the working variables after the row: a and e of its last rounds."""
        kept = len(STATE_WORDS) // len(self.made)
        return [bit for words in self.made.values() for word in words[-kept:] for bit in word.bits]

    @property
    def working_limbs(self) -> list[Expression]:
        return [limb for word in self.words.values() for limb in word.limbs]

    @property
    def pending_limbs(self) -> list[Expression]:
        return [limb for limbs in self.pending for limb in limbs]

    def take_pending(self) -> None:
        """Columns for what the schedule's next words have so far."""
        names = [f"pending_{i}" for i in range(MESSAGE_WORDS)]
        self.pending = [(self.column(f"{name}_low"), self.column(f"{name}_high")) for name in names]

    def start_without_pending(self, starts: Expression) -> None:
        """Nothing is pending on the row that receives no pending sums: else what it hands on could be anything."""
        for i, limbs in enumerate(self.pending):
            for half, limb in zip(HALVES, limbs, strict=True):
                self.zero(f"pending_{i}_{half}_starts_at_zero", starts * limb)

    def word_column(self, name: str) -> _Word:
        """A new word of 32 boolean columns."""
        bits = [self.column(f"{name}_{i}") for i in range(WORD_BITS)]
        for i, bit in enumerate(bits):
            self.boolean(f"{name}_{i}_is_boolean", bit)
        return _Word(_limbs_of(bits), bits)

    def message_word(self, step: int) -> _Word:
        """The next word, which is the message's: what its pending sum holds does not count."""
        self.pending.pop(0)
        return self.word_column(f"word_{step}")

    def schedule_word(self, step: int) -> _Word:
        """The next word, which is its pending sum modulo 2^32."""
        terms = self.pending.pop(0)
        word = self.word_column(f"word_{step}")
        self._add_words(f"word_{step}", word.limbs, terms, carry_bits=2)
        return word

    def extend_schedule(self, step: int, word: _Word) -> None:
        """Adds the word to the sums of the four words that it is a term of: 2, 7, 15 and 16 words later."""
        self.pending.append(word.limbs)
        self._add_pending(6, word.limbs)
        small_sigma_0 = _exclusive_or(_rotated(word, 7), _rotated(word, 18), _shifted(word, 3))
        small_sigma_1 = _exclusive_or(_rotated(word, 17), _rotated(word, 19), _shifted(word, 10))
        self._add_pending(14, self._named(f"small_sigma_0_{step}", small_sigma_0))
        self._add_pending(1, self._named(f"small_sigma_1_{step}", small_sigma_1))

    def round(self, step: int, word: _Word) -> None:
        """One round with this word: new working variables a and e, the others move on."""
        a, b, c, d, e, f, g, h = self.words.values()
        big_sigma_1 = self._named(
            f"big_sigma_1_{step}", _exclusive_or(_rotated(e, 6), _rotated(e, 11), _rotated(e, 25))
        )
        choice = self._named(f"choice_{step}", [x * (y - z) + z for x, y, z in _aligned(e, f, g)])
        big_sigma_0 = self._named(
            f"big_sigma_0_{step}", _exclusive_or(_rotated(a, 2), _rotated(a, 13), _rotated(a, 22))
        )
        majority = self._named(f"majority_{step}", [x * y + z * differ(x, y) for x, y, z in _aligned(a, b, c)])
        new_e = self.word_column(f"new_e_{step}")
        # Six terms below 2^16, so the carry is at most 5.
        terms = _sum_of(d.limbs, h.limbs, big_sigma_1, choice, self._constant(step), word.limbs)
        self._add_words(f"new_e_{step}", new_e.limbs, terms, carry_bits=3)
        new_a = self.word_column(f"new_a_{step}")
        # new_a = new_e - d + big_sigma_0 + majority: the carry lies between -1 and 2.
        left = _sum_of(new_a.limbs, d.limbs)
        self._add_words(f"new_a_{step}", left, _sum_of(new_e.limbs, big_sigma_0, majority), carry_bits=2, borrow=1)
        self.made["a"].append(new_a)
        self.made["e"].append(new_e)
        self.words = dict(zip(STATE_WORDS, (new_a, a, b, c, new_e, e, f, g), strict=True))

    def keep_pending(self) -> None:
        """New columns for pending sums that are not linear, so that they can be sent."""
        for i, limbs in enumerate(self.pending):
            kept: list[Expression] = []
            for half, limb in zip(HALVES, limbs, strict=True):
                if limb.degree > 1:
                    column = self.column(f"left_{i}_{half}")
                    self.zero(f"left_{i}_{half}_is_pending", column - limb)
                    kept.append(column)
                else:
                    kept.append(limb)
            self.pending[i] = (kept[0], kept[1])

    def _taken_word(self, name: str) -> _Word:
        """A working variable before the row. d and h are only added: they need no bits."""
        if name in "dh":
            return _Word((self.column(f"{name}_low"), self.column(f"{name}_high")))
        return self.word_column(name)

    def _constant(self, step: int) -> Limbs:
        """The round constant of the row's step."""
        constants = {selector: ROUND_CONSTANTS[start + step] for start, selector in self.selectors.items()}
        low = total(selector * (constant % LIMB_BASE) for selector, constant in constants.items())
        return low, total(selector * (constant >> LIMB_BITS) for selector, constant in constants.items())

    def _add_pending(self, later: int, limbs: Limbs) -> None:
        """Adds to the sum of the word that comes so many words after the next one."""
        self.pending[later] = _sum_of(self.pending[later], limbs)

    def _named(self, name: str, bits: Bits) -> Limbs:
        """The limbs of a word of which only these expressions exist."""
        low, high = _limbs_of(bits)
        return self.define(f"{name}_low", low), self.define(f"{name}_high", high)

    def _add_words(self, name: str, left: Limbs, right: Limbs, carry_bits: int, borrow: int = 0) -> None:
        """left = right modulo 2^32, limb by limb: left + 2^16 carry = right + carry in, carry in [-borrow, ..)."""
        carried = lift(0)
        for half, on_left, on_right in zip(HALVES, left, right, strict=True):
            bits = [self.column(f"{name}_{half}_carry_{i}") for i in range(carry_bits)]
            for i, bit in enumerate(bits):
                self.boolean(f"{name}_{half}_carry_{i}_is_boolean", bit)
            carry = number_of(bits) - self.real * borrow
            self.zero(f"{name}_{half}_adds", on_left + carry * LIMB_BASE - on_right - carried)
            carried = carry


def _first(layout: Sha256Layout) -> Chip:
    row = _Row("sha256_first", "Rounds 0 to 15 of SHA-256: the words are the message's.", layout, range(MESSAGE_WORDS))
    starts, taken = row.selectors[0], row.working_limbs
    several_rows = layout.rounds_per_row < MESSAGE_WORDS
    if several_rows:
        row.take_pending()
        row.start_without_pending(starts)
    pending = row.pending_limbs
    message: list[Expression] = []
    for step in range(layout.rounds_per_row):
        word = row.message_word(step)
        message += word.limbs
        row.extend_schedule(step, word)
        row.round(step, word)
    row.receive("message", layout.message, [row.key, row.from_round, *message], row.real)
    row.receive("start", layout.start, [row.key, *taken], starts)
    if several_rows:
        row.receive("continue", layout.state, [row.key, row.from_round, *taken, *pending], row.real - starts)
    row.keep_pending()
    until = row.from_round + row.real * layout.rounds_per_row
    row.send("leave", layout.state, [row.key, until, *row.working_limbs, *row.pending_limbs], row.real)
    return row.build(outputs=row.outputs)


def _rest(layout: Sha256Layout) -> Chip:
    row = _Row(
        "sha256_rest",
        "Rounds 16 to 63 of SHA-256: the words are the schedule's.",
        layout,
        range(MESSAGE_WORDS, ROUNDS),
    )
    row.take_pending()
    last = row.selectors[ROUNDS - layout.rounds_per_row]
    row.receive("continue", layout.state, [row.key, row.from_round, *row.working_limbs, *row.pending_limbs], row.real)
    for step in range(layout.rounds_per_row):
        word = row.schedule_word(step)
        row.extend_schedule(step, word)
        row.round(step, word)
    row.keep_pending()
    until = row.from_round + row.real * layout.rounds_per_row
    working = row.working_limbs
    row.send("leave", layout.state, [row.key, until, *working, *row.pending_limbs], row.real - last)
    row.send("finish", layout.result, [row.key, *working], last)
    return row.build(outputs=row.outputs)


def _sum_of(*words: Limbs) -> Limbs:
    return total(word[0] for word in words), total(word[1] for word in words)


def _limbs_of(bits: Bits) -> Limbs:
    return number_of(bits[:LIMB_BITS]), number_of(bits[LIMB_BITS:])


def _aligned(*words: _Word) -> Iterable[tuple[Expression, ...]]:
    return zip(*(word.bits for word in words), strict=True)


def _rotated(word: _Word, count: int) -> Bits:
    """The bits of the word rotated right."""
    return [*word.bits[count:], *word.bits[:count]]


def _shifted(word: _Word, count: int) -> Bits:
    """The bits of the word shifted right."""
    return [*word.bits[count:], *([lift(0)] * count)]


def _exclusive_or(one: Bits, two: Bits, three: Bits) -> list[Expression]:
    """The exclusive or of three words, bit by bit: degree 3."""
    return [differ(differ(x, y), z) for x, y, z in zip(one, two, three, strict=True)]
