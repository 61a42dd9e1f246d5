"""What the circuit's chips mean, in plain terms: what results are made of operands, and what operands must be like.

Every claim is about the messages of a row. A name of a column is a hint only: a wrong one makes a proof fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import z3

from proofs_of_constraints.circuit.view import CircuitView
from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.polynomial import Polynomial
from spec.air.bus import Bus
from spec.circuit.buses import LIMB_BITS, OCTET, OCTET_LIMBS, SHA256, VALUE
from spec.field import EXTENSION_DEGREE, P
from spec.word import BYTE_BITS

WORD_BITS = 32
OCTET_WORDS = OCTET_LIMBS // 2
LIMB_BASE = Polynomial.constant(1 << LIMB_BITS)
ZERO = Polynomial.constant(0)
"""The width of a word of SHA-256."""

Cells = Mapping[str, z3.ArithRef]
"""Columns as integers."""


@dataclass(frozen=True)
class Vanishes:
    """That a polynomial is zero modulo p on every row."""

    name: str
    polynomial: Polynomial


@dataclass(frozen=True)
class HasBits:
    """That a polynomial's canonical number has so many bits."""

    name: str
    polynomial: Polynomial
    size_bits: int


@dataclass(frozen=True)
class Holds:
    """Anything else, on the row's numbers as bit-vectors."""

    name: str
    formula: Callable[[BitVectorRow], z3.BoolRef]


@dataclass(frozen=True)
class Adds:
    """That a word is the sum of two words modulo 2^32; each is a lower and an upper limb."""

    name: str
    left: Sequence[Polynomial]
    right: Sequence[Polynomial]
    total: Sequence[Polynomial]


Claim = Vanishes | HasBits | Holds | Adds


@dataclass(frozen=True)
class Case:
    """What is claimed of rows in which columns have these values: of all rows, if there are none."""

    assumed: Mapping[str, int]
    claims: Callable[[CircuitView], Iterator[Claim]]


@dataclass(frozen=True)
class Meaning:
    """What a chip's rows mean."""

    operands: tuple[Bus, ...]
    results: tuple[Bus, ...]
    parameters: int
    """How many numbers a circuit fixes."""

    cases: Sequence[Case]

    reads_words: bool = False
    """Whether operands are words: the circuit's structure says so, and their limbs have 16 bits."""

    domain: Mapping[str, int] = field(default_factory=dict)
    """How many bits has what a row is given, by the name of the column or of the part, for it to exist; where nothing
    is said, what the bus promises, or any element."""

    orders: Sequence[tuple[str, int]] = ()
    """Buses to work tables by name, with the direction in which a row speaks to them."""

    is_arithmetic: bool = False
    """Whether the row's equations are exact over the integers, where the solver then finds the determinism."""

    seeds: Callable[[Cells], Cells] = lambda _: {}
    """Columns of the row that exists, from those that operands and answers stand in, where no equation gives them."""


def _always(claims: Callable[[CircuitView], Iterator[Claim]]) -> tuple[Case, ...]:
    return (Case({}, claims),)


def _equal(name: str, left: Sequence[Polynomial], right: Sequence[Polynomial]) -> Iterator[Claim]:
    if len(left) != len(right):
        yield Vanishes(f"{name}: {len(left)} parts are {len(right)}", Polynomial.constant(1))
    for i, (one, other) in enumerate(zip(left, right, strict=False)):
        yield Vanishes(f"part {i} of {name}", one - other)


def _zeros_behind(parts: Sequence[Polynomial]) -> list[Polynomial]:
    return [*parts, *([ZERO] * (EXTENSION_DEGREE - len(parts)))]


def _is_element(name: str, parts: Sequence[Polynomial]) -> Iterator[Claim]:
    yield from _equal(f"{name}, which is an element", parts, _zeros_behind(parts[:1]))


def _is_word(name: str, parts: Sequence[Polynomial]) -> Iterator[Claim]:
    yield from _equal(f"{name}, which is a word", parts, _zeros_behind(parts[:2]))
    for i, limb in enumerate(parts[:2]):
        yield HasBits(f"limb {i} of {name} has 16 bits", limb, LIMB_BITS)


def _product(left: Sequence[Polynomial], right: Sequence[Polynomial]) -> list[Polynomial]:
    """The remainder of the product by X^6 + X^3 + 1, by long division."""
    remainder = [ZERO] * (2 * EXTENSION_DEGREE - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            remainder[i + j] = remainder[i + j] + a * b
    while len(remainder) > EXTENSION_DEGREE:
        leading = remainder.pop()
        for power in (0, 3):
            at = len(remainder) - EXTENSION_DEGREE + power
            remainder[at] = remainder[at] - leading
    return remainder


# Constants and hints.


def _constant(view: CircuitView) -> Iterator[Claim]:
    (result,) = view.results
    yield from _equal("the result", result.parts, list(view.parameters.values()))


def _hint(view: CircuitView) -> Iterator[Claim]:
    """A hint means nothing beyond what the bus promises of it."""
    del view
    yield from ()


def _hint_element(view: CircuitView) -> Iterator[Claim]:
    yield from _is_element("the result", view.results[0].parts)


def _hint_word(view: CircuitView) -> Iterator[Claim]:
    yield from _is_word("the result", view.results[0].parts)


# Arithmetic.


def _multiply_add(view: CircuitView) -> Iterator[Claim]:
    left, right, addend = (cell.parts for cell in view.operands)
    scale, addend_scale = view.parameters.values()
    products = _product(left, right)
    expected = [scale * both + addend_scale * one for both, one in zip(products, addend, strict=True)]
    yield from _equal("the result", view.results[0].parts, expected)


def _equal_operands(view: CircuitView) -> Iterator[Claim]:
    left, right = view.operands
    yield from _equal("both operands, which are equal", left.parts, right.parts)


def _join(view: CircuitView) -> Iterator[Claim]:
    for i, operand in enumerate(view.operands):
        yield from _is_element(f"operand {i}", operand.parts)
    yield from _equal("the result", view.results[0].parts, [operand.parts[0] for operand in view.operands])


def _split(view: CircuitView) -> Iterator[Claim]:
    (operand,) = view.operands
    yield from _equal("the operand", operand.parts, [result.parts[0] for result in view.results])
    for i, result in enumerate(view.results):
        yield from _is_element(f"result {i}", result.parts)


def _equals_number(view: CircuitView) -> Iterator[Claim]:
    (operand,), (result,), (number,) = view.operands, view.results, view.parameters.values()
    yield from _is_element("the operand", operand.parts)
    yield from _is_element("the result", result.parts)
    answer, one = result.parts[0], Polynomial.constant(1)
    difference = operand.parts[0] - number
    yield Holds("the result is a bit", lambda row: z3.Or(row.vanishes(answer), row.vanishes(answer - one)))
    yield Holds("1 means equal", lambda row: row.vanishes(answer - one) == row.vanishes(difference))


def _equals_number_seeds(cells: Cells) -> Cells:
    return {"equals": z3.If(cells["element"] == cells["number"], z3.IntVal(1), z3.IntVal(0))}


# Words.


def _canonical(view: CircuitView) -> Iterator[Claim]:
    (operand,), (result,) = view.operands, view.results
    yield from _is_element("the operand", operand.parts)
    yield from _is_word("the result", result.parts)
    low, high = result.parts[:2]
    yield Vanishes("the word is the element modulo p", low + high * LIMB_BASE - operand.parts[0])

    def is_below_p(row: BitVectorRow) -> z3.BoolRef:
        return row.value(low) + row.value(high) * (1 << LIMB_BITS) < P

    yield Holds("the word is below p", is_below_p)


def _canonical_seeds(cells: Cells) -> Cells:
    element = cells["element"]
    at_top = z3.If(element == P - 1, z3.IntVal(1), z3.IntVal(0))
    return {"low": element % (1 << LIMB_BITS), "high": element / (1 << LIMB_BITS), "at_top": at_top}


def _bits(view: CircuitView) -> Iterator[Claim]:
    (operand,) = view.operands
    for i, result in enumerate(view.results):
        yield from _is_element(f"bit {i}", result.parts)
        yield HasBits(f"bit {i} is a bit", result.parts[0], 1)
    limbs = []
    for start in (0, LIMB_BITS):
        bits = view.results[start : start + LIMB_BITS]
        limbs.append(_sum([bit.parts[0].scaled(1 << i) for i, bit in enumerate(bits)]))
    yield from _equal("the operand, lowest bit first", operand.parts, _zeros_behind(limbs))


def _sum(terms: Sequence[Polynomial]) -> Polynomial:
    total = ZERO
    for term in terms:
        total = total + term
    return total


def _pack(view: CircuitView) -> Iterator[Claim]:
    (result,) = view.results
    for i, operand in enumerate(view.operands):
        yield from _equal(f"operand {i}", operand.parts, _zeros_behind(result.parts[2 * i : 2 * i + 2]))


def _unpack(view: CircuitView) -> Iterator[Claim]:
    (operand,) = view.operands
    for i, result in enumerate(view.results):
        yield from _equal(f"result {i}", result.parts, _zeros_behind(operand.parts[2 * i : 2 * i + 2]))
        yield from _is_word(f"result {i}", result.parts)


def _challenge(view: CircuitView) -> Iterator[Claim]:
    """Byte i of the last two words, each most significant byte first: 24, 16, 8, 0 bits up."""
    (operand,), (result,) = view.operands, view.results
    limbs = operand.parts
    bytes_ = [Polynomial.variable(f"byte_{i}") for i in range(EXTENSION_DEGREE)]
    for i, byte in enumerate(bytes_):
        word, place = 6 + i // 4, 3 - i % 4
        limb, half = limbs[2 * word + place // 2], place % 2

        def is_byte(
            row: BitVectorRow, byte: Polynomial = byte, limb: Polynomial = limb, half: int = half
        ) -> z3.BoolRef:
            return row.value(byte) == z3.LShR(row.value(limb), BYTE_BITS * half) & 0xFF

        yield Holds(f"byte {i} is that of the last words", is_byte)
    words = [limbs[2 * i] + limbs[2 * i + 1] * LIMB_BASE for i in range(EXTENSION_DEGREE)]
    expected = [word + byte.scaled(1 << WORD_BITS) for word, byte in zip(words, bytes_, strict=True)]
    yield from _equal("the result", result.parts, expected)


def _challenge_seeds(cells: Cells) -> Cells:
    found: dict[str, z3.ArithRef] = {}
    for i, low_byte in enumerate((2, 0, 6, 4)):
        limb = cells[f"operand 0 part {12 + i}"]
        found |= {f"byte_{low_byte}": limb / 256, f"byte_{low_byte + 1}": limb % 256}
    return found


# Hashing.

START, MESSAGE, RESULT = (SHA256.start.name, +1), (SHA256.message.name, +1), (SHA256.result.name, -1)
"""What a row says of its order, on buses of the same names in every layout."""


def _compress(view: CircuitView) -> Iterator[Claim]:
    """The state after is that before plus what the rounds have made of it, word by word [FIPS 180-4, 6.2.2, step 4]."""
    before, left, right = (cell.parts for cell in view.operands)
    key, after = view.parameters["key"], view.results[0].parts
    by_bus = {at: [o.parts for o in view.orders if (o.bus.name, o.sign) == at] for at in (START, MESSAGE, RESULT)}
    (start,), ((answer_key, *rounds),) = by_bus[START], (parts.values() for parts in by_bus[RESULT])
    yield from _equal("the order's state", list(start.values()), [key, *before])
    said: list[Polynomial] = []
    for message in by_bus[MESSAGE]:
        message_key, first_round, *words = message.values()
        yield Vanishes("a message has the order's key", message_key - key)
        yield Vanishes("a message is for its round", first_round - Polynomial.constant(len(said) // 2))
        said += words
    yield from _equal("the order's message", said, [*left, *right])
    yield Vanishes("the answer has the order's key", answer_key - key)
    for i in range(OCTET_WORDS):
        word = slice(2 * i, 2 * i + 2)
        yield Adds(f"word {i} after is the sum modulo 2^32", before[word], rounds[word], after[word])


def _compress_seeds(cells: Cells) -> Cells:
    found: dict[str, z3.ArithRef] = {}
    for i in range(0, OCTET_LIMBS, 2):
        low = cells[f"before_{i}"] + cells[f"rounds_{i}"]
        high = cells[f"before_{i + 1}"] + cells[f"rounds_{i + 1}"] + low / (1 << LIMB_BITS)
        found |= {f"after_{i}": low % (1 << LIMB_BITS), f"after_{i + 1}": high % (1 << LIMB_BITS)}
    return found


def _bit_of_choice(view: CircuitView) -> Iterator[Claim]:
    bit = view.operands[0].parts
    yield from _is_element("the bit", bit)
    yield HasBits("the bit is a bit", bit[0], 1)


def _choice(bit: int) -> Case:
    """For 0 as they are, for 1 exchanged."""

    def claims(view: CircuitView) -> Iterator[Claim]:
        zero, one = (cell.parts for cell in view.operands[1:])
        first, second = (cell.parts for cell in view.results)
        yield Vanishes(f"the bit is {bit}", view.operands[0].parts[0] - Polynomial.constant(bit))
        yield from _equal("the first octet", first, one if bit else zero)
        yield from _equal("the second octet", second, zero if bit else one)

    return Case({"bit": bit}, claims)


V, O = VALUE, OCTET  # noqa: E741

MEANINGS: Mapping[str, Meaning] = {
    "constant": Meaning((), (V,), 6, _always(_constant)),
    "constant_octet": Meaning((), (O,), 16, _always(_constant)),
    "hint": Meaning((), (V,), 0, _always(_hint)),
    "hint_element": Meaning((), (V,), 0, _always(_hint_element)),
    "hint_word": Meaning((), (V,), 0, _always(_hint_word), domain={"hint_0": LIMB_BITS, "hint_1": LIMB_BITS}),
    "hint_octet": Meaning((), (O,), 0, _always(_hint)),
    "multiply_add": Meaning((V, V, V), (V,), 2, _always(_multiply_add)),
    "equal": Meaning((V, V), (), 0, _always(_equal_operands)),
    "join": Meaning((V,) * 6, (V,), 0, _always(_join)),
    "split": Meaning((V,), (V,) * 6, 0, _always(_split)),
    "equals_number": Meaning((V,), (V,), 1, _always(_equals_number), seeds=_equals_number_seeds),
    "canonical": Meaning((V,), (V,), 0, _always(_canonical), is_arithmetic=True, seeds=_canonical_seeds),
    "bits": Meaning(
        (V,),
        (V,) * 32,
        0,
        _always(_bits),
        domain={"operand 0 part 0": LIMB_BITS, "operand 0 part 1": LIMB_BITS},
    ),
    "pack": Meaning((V,) * 8, (O,), 0, _always(_pack), reads_words=True),
    "unpack": Meaning((O,), (V,) * 8, 0, _always(_unpack)),
    "challenge": Meaning((O,), (V,), 0, _always(_challenge), seeds=_challenge_seeds),
    "compress": Meaning(
        (O, O, O),
        (O,),
        1,
        _always(_compress),
        orders=(START, MESSAGE, RESULT),
        is_arithmetic=True,
        seeds=_compress_seeds,
    ),
    "choose": Meaning((V, O, O), (O, O), 0, (Case({}, _bit_of_choice), _choice(0), _choice(1)), domain={"bit": 1}),
}
"""By chip."""
