"""The Fiat-Shamir transcript: everything said so far in one state of eight words, and challenges read off it.

To absorb a message is to compress its blocks into the state: four header words (the label's number, the payload's
bytes, two indices), the payload, zeros up to whole blocks. So a round polynomial of degree 2 costs one compression.
A challenge is read off the state itself, without hashing; a second one from the same state first absorbs an empty
payload under its own label. There is no rejection loop that a circuit would have to unroll: coefficient i is word i
plus 2^32 times byte i of the last two words, modulo p, whose bias is below 2^-8 * p / 2^32.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic

from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, WORD_BYTES, Domain
from spec.protocol.labels import Label, label_text
from spec.protocol.merkle import padded_words
from spec.rejection import Rejection

POSITION_BITS_MAXIMUM = 24
"""An evaluation domain has at most 2^24 points, so the low bits of a word index any of them."""

HEADER_WORDS = 4
"""What a message starts with: its label, its payload's bytes, two indices."""

NONCE_WORDS = 2
"""A nonce lies below 2^64: its high word, then its low word."""


class Transcript(Generic[Element, Value, Word, Bit]):
    """One conversation. `sampled_labels` records every challenge, for comparison with the security terms."""

    def __init__(self, algebra: Algebra[Element, Value, Word, Bit], domain: Domain) -> None:
        self.algebra = algebra
        self._state: Sequence[Word] = [algebra.word(word) for word in domain.initial_value]
        self._is_drawn = False
        self.sampled_labels: list[str] = []

    @property
    def state(self) -> Sequence[Word]:
        """The eight words on which everything sampled from now on depends."""
        return self._state

    def absorb(self, label: Label, words: Sequence[Word], *indices: int) -> None:
        """Binds all later challenges to these words and their place in the conversation."""
        word = self.algebra.word
        first, second = (*indices, 0, 0)[:2]
        header = [word(int(label)), word(len(words) * WORD_BYTES), word(first), word(second)]
        message = [*header, *words]
        message += [word(0)] * (padded_words(len(message), BLOCK_WORDS) - len(message))
        self._state = self.algebra.chain(self._state, message)
        self._is_drawn = False

    def absorb_numbers(self, label: Label, numbers: Sequence[int], *indices: int) -> None:
        """Absorbs numbers below 2^32 that are the same for every proof of the statement's form."""
        self.absorb(label, [self.algebra.word(number) for number in numbers], *indices)

    def absorb_elements(self, label: Label, elements: Sequence[Element], *indices: int) -> None:
        """Absorbs base-field elements."""
        self.absorb(label, self.algebra.element_words(elements), *indices)

    def absorb_values(self, label: Label, values: Sequence[Value], *indices: int) -> None:
        """Absorbs extension elements, six words each."""
        self.absorb(label, self.algebra.value_words(values), *indices)

    def sample(self, label: Label, *indices: int) -> Value:
        """A challenge from the extension field."""
        self._draw(label, *indices)
        self.sampled_labels.append(label_text(label, *indices))
        return self.algebra.challenge(self._state)

    def sample_positions(self, label: Label, count: int, bits: int, *indices: int) -> list[Sequence[Bit]]:
        """So many positions below 2^bits as bits, lowest first, in the order drawn, with repetitions: a circuit can
        neither sort nor remove them. Eight positions are read off one state.

        Raises ValueError for more bits than an evaluation domain may have.
        """
        if not 0 <= bits <= POSITION_BITS_MAXIMUM:
            raise ValueError(f"a position of {bits} bits: at most {POSITION_BITS_MAXIMUM} are drawn")
        self.sampled_labels.append(label_text(label, *indices))
        positions: list[Sequence[Bit]] = []
        while len(positions) < count:
            self._draw(label, *indices)
            wanted = min(STATE_WORDS, count - len(positions))
            positions += [self.algebra.low_bits(word, bits) for word in self._state[:wanted]]
        return positions

    def grinding_block(self, label: Label, *indices: int) -> list[Word]:
        """The block whose compression from the grinding's initial value shows proof of work, with nonce 0.

        The nonce's two words follow the state's eight.
        """
        word = self.algebra.word
        first, second = (*indices, 0, 0)[:2]
        place = [word(int(label)), word(first), word(second)]
        block = [*self._state, *[word(0)] * NONCE_WORDS, *place]
        return block + [word(0)] * (BLOCK_WORDS - len(block))

    def grind(self, label: Label, bits: int, nonce: Sequence[Word], where: str, *indices: int) -> None:
        """Checks the proof of work before the challenge of this label, and absorbs the nonce; nothing for 0 bits."""
        if bits == 0:
            return
        block = self.grinding_block(label, *indices)
        block[STATE_WORDS : STATE_WORDS + NONCE_WORDS] = nonce
        initial = [self.algebra.word(word) for word in Domain.GRINDING.initial_value]
        first = self.algebra.compress(initial, block)[0]
        zero = [self.algebra.low_bits(self.algebra.word(0), 1)[0]] * bits
        found = list(self.algebra.low_bits(first, bits))
        self.algebra.require_equal(found, zero, Rejection.GRINDING_INSUFFICIENT, where)
        self.absorb(label, nonce, *indices)

    def go_on_from(self, state: Sequence[Word], labels: Iterable[str]) -> None:
        """Goes on where somebody else has absorbed and sampled: from a state off which the last of these challenges
        has been read."""
        self._state = state
        self._is_drawn = True
        self.sampled_labels += labels

    def _draw(self, label: Label, *indices: int) -> None:
        """Leaves a state from which nothing has been read yet."""
        if self._is_drawn:
            self.absorb(label, [], *indices)
        self._is_drawn = True
