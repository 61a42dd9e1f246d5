"""The verifier's algebra that writes a circuit, and the memory that a proof fills it with.

What runs on it sees handles: an address, and nothing that could be asked. Beside each handle the recorder keeps the
number that this proof puts there, which no row of the circuit depends on: two proofs of one shape give equal circuits
and different memories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reference.recursion.handles import (
    ALONE,
    Cells,
    Element,
    Value,
    Word,
    flat,
    limbs_of,
    padded,
    place,
    words_of,
)
from reference.recursion.origins import Origin, origin
from spec.circuit.buses import LIMB_BITS
from spec.circuit.chips.words import OCTET_WORDS, WORD_BITS
from spec.circuit.circuit import Circuit, Row, without_useless_rows
from spec.field import EXTENSION_DEGREE, ZERO, Extension, P
from spec.protocol.algebra import OpenedLeaf
from spec.protocol.hash import BLOCK_WORDS, compress
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.numbers import NumberAlgebra, expand_opening
from spec.rejection import Rejected, Rejection

LIMB_MASK = (1 << LIMB_BITS) - 1

_NO_DIGEST = (0,) * OCTET_WORDS


@dataclass(frozen=True)
class Requirement:
    """Two addresses that hold the same value in every proof that is accepted."""

    left: int
    right: int
    reason: Rejection
    where: str


@dataclass
class Recorder:
    """Implements `spec.protocol.algebra.NodeAlgebra`. `publics` are the numbers of the public values, elements."""

    publics: Sequence[int] = ()
    rows: list[Row] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    """By row, the place in the verifier for which it has been recorded."""

    requirements: list[Requirement] = field(default_factory=list)
    values: dict[int, Cells] = field(default_factory=dict)
    octets: dict[int, Cells] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = NumberAlgebra()
        self._constants: dict[Cells, int] = {}
        self._constant_octets: dict[Cells, int] = {}
        self._alone: dict[tuple[int, int], int] = {}
        """By octet and lane, the word's own address."""

        self._canonical: dict[int, int] = {}
        """By element, the address of its word."""

        self._packed: dict[tuple[int, ...], int] = {}
        """By the addresses of eight words."""

        self._bits: dict[int, list[int]] = {}
        self._split: dict[int, list[int]] = {}
        self._chosen: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._compressions = 0
        for number in self.publics:
            self._new_value((number % P, *([0] * (EXTENSION_DEGREE - 1))))
        copied = [self._copied(address) for address in range(len(self.publics))]
        self.public_elements = [Element(address) for address in copied]
        """Copies: the verifier writes a public value to be read once."""

    @property
    def circuit(self) -> Circuit:
        """What has been recorded, without rows whose results nothing needs."""
        return without_useless_rows(Circuit(len(self.publics), tuple(self.rows)))

    @property
    def broken(self) -> list[Requirement]:
        """The requirements that do not hold of this proof: with any of them no memory satisfies the circuit."""
        return [of for of in self.requirements if self.values[of.left] != self.values[of.right]]

    # Memory.

    def _new_value(self, cells: Cells) -> int:
        address = len(self.values)
        self.values[address] = cells
        return address

    def _new_octet(self, limbs: Cells) -> int:
        address = len(self.octets)
        self.octets[address] = limbs
        return address

    def _row(self, chip: str, reads: Sequence[int], writes: Sequence[int], parameters: Sequence[int] = ()) -> None:
        self.rows.append(Row(chip, tuple(reads), tuple(writes), tuple(parameters)))
        self.origins.append(origin())

    def _constant_value(self, cells: Cells) -> int:
        if cells not in self._constants:
            self._constants[cells] = self._new_value(cells)
            self._row("constant", [], [self._constants[cells]], cells)
        return self._constants[cells]

    def _constant_octet(self, limbs: Cells) -> int:
        if limbs not in self._constant_octets:
            self._constant_octets[limbs] = self._new_octet(limbs)
            self._row("constant_octet", [], [self._constant_octets[limbs]], limbs)
        return self._constant_octets[limbs]

    def _held(self, value: Value) -> Extension:
        return Extension.from_coefficients(self.values[value.address])

    def _element_held(self, element: Element) -> int:
        return self.values[element.address][0]

    # Arithmetic.

    def _multiply_add(self, left: int, right: int, addend: int, scale: int, addend_scale: int) -> int:
        a, b, c = (Extension.from_coefficients(self.values[at]) for at in (left, right, addend))
        result = self._new_value((a * b * scale + c * addend_scale).coefficients)
        self._row("multiply_add", [left, right, addend], [result], [scale % P, addend_scale % P])
        return result

    def _copied(self, address: int) -> int:
        return self._multiply_add(address, self._number(1), self._number(0), 1, 0)

    def _number(self, number: int) -> int:
        return self._constant_value(padded([number % P]))

    def add(self, left: Value, right: Value | int, sign: int) -> Value:
        """left + sign * right."""
        one = self._number(1)
        addend = self._number(right) if isinstance(right, int) else right.address
        return Value(self, self._multiply_add(left.address, one, addend, 1, sign))

    def multiply(self, left: Value, right: Value | int) -> Value:
        """left * right."""
        zero = self._number(0)
        if isinstance(right, int):
            return Value(self, self._multiply_add(left.address, self._number(1), zero, right, 0))
        return Value(self, self._multiply_add(left.address, right.address, zero, 1, 0))

    def element(self, number: int) -> Element:
        return Element(self._number(number))

    def value(self, number: int) -> Value:
        return Value(self, self._number(number))

    def embed(self, element: Element) -> Value:
        return Value(self, element.address)

    def join(self, coefficients: Sequence[Element]) -> Value:
        address = self._new_value(tuple(self._element_held(element) for element in coefficients))
        self._row("join", [element.address for element in coefficients], [address])
        return Value(self, address)

    def multiply_elements(self, left: Element, right: Element) -> Element:
        return Element(self._multiply_add(left.address, right.address, self._number(0), 1, 0))

    def scale(self, value: Value, factor: Element) -> Value:
        return Value(self, self._multiply_add(value.address, factor.address, self._number(0), 1, 0))

    def linear_combination(self, coefficients: Sequence[Value], elements: Sequence[Element]) -> Value:
        total = self._number(0)
        for coefficient, element in zip(coefficients, elements, strict=True):
            total = self._multiply_add(coefficient.address, element.address, total, 1, 1)
        return Value(self, total)

    def inverses(self, values: Sequence[Value], reason: Rejection, where: str) -> list[Value]:
        hints = []
        for value in values:
            held = self._held(value)
            (hint,) = self.read_values([ZERO if held == ZERO else held.inverse()])
            self.require_equal(value * hint, self.value(1), reason, where)
            hints.append(hint)
        return hints

    def equals(self, element: Element, number: int) -> Element:
        bit = int(self._element_held(element) == number % P)
        address = self._new_value(padded([bit]))
        self._row("equals_number", [element.address], [address], [number % P])
        return Element(address)

    # What the proof says.

    def read_elements(self, numbers: Sequence[int]) -> list[Element]:
        return [Element(self._hinted("hint_element", padded([number]))) for number in numbers]

    def read_values(self, elements: Sequence[Extension]) -> list[Value]:
        return [Value(self, self._hinted("hint", element.coefficients)) for element in elements]

    def read_words(self, numbers: Sequence[int]) -> list[Word]:
        if len(numbers) == OCTET_WORDS:
            address = self._new_octet(limbs_of(numbers))
            self._row("hint_octet", [], [address])
            return [Word(address, lane) for lane in range(OCTET_WORDS)]
        return [Word(self._hinted("hint_word", padded(limbs_of([number]))), ALONE) for number in numbers]

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[Element]], shape: TreeShape, where: str
    ) -> list[OpenedLeaf[Element, Word]]:
        indices = [sum(self._element_held(bit) << k for k, bit in enumerate(bits)) for bits in positions]
        try:
            leaves = expand_opening(self._numbers, opening, indices, shape, where)
        except Rejected:
            # An opening of other positions: no leaves are the right ones, and any show it.
            leaves = [OpenedLeaf([0] * shape.width, [_NO_DIGEST] * shape.path_length) for _ in indices]
        return [
            OpenedLeaf(self.read_elements(leaf.row), [self.read_words(digest) for digest in leaf.siblings])
            for leaf in leaves
        ]

    def _hinted(self, chip: str, cells: Cells) -> int:
        address = self._new_value(cells)
        self._row(chip, [], [address])
        return address

    # Words.

    def word(self, number: int) -> Word:
        return Word(None, number)

    def element_words(self, elements: Sequence[Element]) -> list[Word]:
        return [Word(element, 0) for element in elements]

    def value_words(self, values: Sequence[Value]) -> list[Word]:
        return [Word(Element(address), 0) for value in values for address in self._coefficients(value.address)]

    def _coefficients(self, address: int) -> list[int]:
        if address not in self._split:
            parts = [self._new_value(padded([coefficient])) for coefficient in self.values[address]]
            self._row("split", [address], parts)
            self._split[address] = parts
        return self._split[address]

    def words_of_limbs(self, limbs: Sequence[Element], reason: Rejection, where: str) -> list[Word]:
        held = [self._element_held(limb) & LIMB_MASK for limb in limbs]
        words = self.read_words([low + (high << LIMB_BITS) for low, high in zip(held[::2], held[1::2], strict=True)])
        zeros = [self.element(0)] * (EXTENSION_DEGREE - 2)
        for word, low, high in zip(words, limbs[::2], limbs[1::2], strict=True):
            self._require(self.join([low, high, *zeros]).address, self._word_address(word), reason, where)
        return words

    def _word_address(self, word: Word) -> int:
        """Where the word stands alone."""
        if word.source is None:
            return self._constant_value(padded(limbs_of([word.lane])))
        if isinstance(word.source, Element):
            element = word.source.address
            if element not in self._canonical:
                address = self._new_value(padded(limbs_of([self.values[element][0]])))
                self._row("canonical", [element], [address])
                self._canonical[element] = address
            return self._canonical[element]
        if word.lane == ALONE:
            return word.source
        if (word.source, word.lane) not in self._alone:
            limbs = self.octets[word.source]
            parts = [self._new_value(padded(limbs[2 * i : 2 * i + 2])) for i in range(OCTET_WORDS)]
            self._row("unpack", [word.source], parts)
            self._alone |= {(word.source, lane): address for lane, address in enumerate(parts)}
        return self._alone[word.source, word.lane]

    def _octet(self, words: Sequence[Word]) -> int:
        """The address of an octet of these eight words."""
        first = words[0].source
        if isinstance(first, int) and [place(word) for word in words] == [(first, i) for i in range(OCTET_WORDS)]:
            return first
        if all(word.source is None for word in words):
            return self._constant_octet(limbs_of([word.lane for word in words]))
        key = tuple(self._word_address(word) for word in words)
        if key not in self._packed:
            limbs = tuple(limb for address in key for limb in self.values[address][:2])
            self._packed[key] = self._new_octet(limbs)
            self._row("pack", key, [self._packed[key]])
        return self._packed[key]

    def low_bits(self, word: Word, count: int) -> list[Element]:
        address = self._word_address(word)
        if address not in self._bits:
            low, high = self.values[address][:2]
            number = low + (high << LIMB_BITS)
            parts = [self._new_value(padded([number >> i & 1])) for i in range(WORD_BITS)]
            self._row("bits", [address], parts)
            self._bits[address] = parts
        return [Element(part) for part in self._bits[address][:count]]

    def challenge(self, state: Sequence[Word]) -> Value:
        octet = self._octet(state)
        held = self._numbers.challenge(words_of(self.octets[octet]))
        address = self._new_value(held.coefficients)
        self._row("challenge", [octet], [address])
        return Value(self, address)

    def compress(self, state: Sequence[Word], block: Sequence[Word]) -> list[Word]:
        before, left, right = self._octet(state), self._octet(block[:OCTET_WORDS]), self._octet(block[OCTET_WORDS:])
        words = [*words_of(self.octets[left]), *words_of(self.octets[right])]
        after = compress(words_of(self.octets[before]), words)
        address = self._new_octet(limbs_of(after))
        self._row("compress", [before, left, right], [address], [self._compressions])
        self._compressions += 1
        return [Word(address, lane) for lane in range(OCTET_WORDS)]

    def chain(self, state: Sequence[Word], words: Sequence[Word]) -> list[Word]:
        for start in range(0, len(words), BLOCK_WORDS):
            state = self.compress(state, words[start : start + BLOCK_WORDS])
        return list(state)

    # Choices and requirements.

    def select(self, bit: Element, if_one: Any, if_zero: Any) -> Any:
        if isinstance(if_one, Value | Element):
            difference = self._multiply_add(if_one.address, self._number(1), if_zero.address, 1, -1)
            chosen = self._multiply_add(difference, bit.address, if_zero.address, 1, 1)
            return Value(self, chosen) if isinstance(if_one, Value) else Element(chosen)
        one, zero = self._octet(if_one), self._octet(if_zero)
        first = self._choose(bit.address, zero, one)
        return [Word(first, lane) for lane in range(OCTET_WORDS)]

    def _choose(self, bit: int, zero: int, one: int) -> int:
        """The octet `one` where the bit is 1, else `zero`. A row makes both orders."""
        if (bit, one, zero) in self._chosen:
            return self._chosen[bit, one, zero][1]
        if (bit, zero, one) not in self._chosen:
            held = (self.octets[zero], self.octets[one])
            chosen = self.values[bit][0]
            pair = (self._new_octet(held[chosen]), self._new_octet(held[1 - chosen]))
            self._row("choose", [bit, zero, one], pair)
            self._chosen[bit, zero, one] = pair
        return self._chosen[bit, zero, one][0]

    def require_equal(self, found: Any, expected: Any, reason: Rejection, where: str) -> None:
        """Raises TypeError if the values are of other kinds, or not as many."""
        lefts, rights = list(flat(found)), list(flat(expected))
        if len(lefts) != len(rights):
            raise TypeError(f"{len(lefts)} and {len(rights)} values are required to be equal")
        for one, other in zip(lefts, rights, strict=True):
            if type(one) is not type(other):
                raise TypeError(f"{type(one).__name__} and {type(other).__name__} are required to be equal")
            self._require(self._address(one), self._address(other), reason, where)

    def _require(self, left: int, right: int, reason: Rejection, where: str) -> None:
        self.requirements.append(Requirement(left, right, reason, where))
        self._row("equal", [left, right], [])

    def _address(self, handle: Element | Value | Word) -> int:
        return self._word_address(handle) if isinstance(handle, Word) else handle.address
