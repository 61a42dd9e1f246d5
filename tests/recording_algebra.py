"""The verifier's interface on values that nobody can look at: what runs on them writes down a straight-line circuit.

A recorded value refuses every question. It carries a hidden number for what a circuit's prover would fill in, inverses
and the leaves at the queried positions; no operation depends on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NoReturn

from spec.field import ZERO, Extension
from spec.protocol.algebra import OpenedLeaf
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.numbers import NumberAlgebra, expand_opening
from spec.rejection import Rejected, Rejection


class LookedAt(AssertionError):  # noqa: N818 - what was done, not what went wrong with it
    """A question that a circuit cannot answer while it is written down."""


class Sort(Enum):
    """What a recorded value is."""

    ELEMENT = "element"
    VALUE = "value"
    WORD = "word"
    BIT = "bit"


class Recorded:
    """One value of the circuit; of two extension elements there are sums, differences and products."""

    __slots__ = ("_algebra", "hidden", "kind", "number")

    def __init__(self, algebra: RecordingAlgebra, kind: Sort, number: int, hidden: Any) -> None:
        self._algebra = algebra
        self.kind = kind
        self.number = number
        self.hidden = hidden

    def _refuse(self, *_: object) -> NoReturn:
        raise LookedAt(f"{self.kind.value} {self.number} was looked at")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __int__ = __index__ = __hash__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse

    def __add__(self, other: Recorded | int) -> Recorded:
        return self._algebra.binary("add", self, other)

    def __sub__(self, other: Recorded | int) -> Recorded:
        return self._algebra.binary("subtract", self, other)

    def __mul__(self, other: Recorded | int) -> Recorded:
        return self._algebra.binary("multiply", self, other)


@dataclass(frozen=True)
class Operation:
    """One step: its name, the numbers of the values it takes, what else decides it, and the kinds of what it gives.

    `where` only says at which place of the verification a requirement stands.
    """

    name: str
    operands: tuple[int, ...]
    parameters: tuple[Any, ...]
    results: tuple[Sort, ...]
    where: str = field(default="", compare=False)


class RecordingAlgebra:
    """Implements `Algebra`. `operations` is the circuit, `inputs` what it was recorded on."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.inputs: list[Any] = []
        self._values = 0
        self._numbers = NumberAlgebra()

    def counts(self) -> Counter[str]:
        """How often each operation occurs; a product by a number that is the same for every proof is one by itself."""
        return Counter(operation.name for operation in self.operations)

    def _record(
        self,
        name: str,
        operands: Sequence[Recorded],
        parameters: Sequence[Any],
        results: Sequence[tuple[Sort, Any]],
    ) -> list[Recorded]:
        kinds = tuple(kind for kind, _ in results)
        self.operations.append(Operation(name, tuple(o.number for o in operands), tuple(parameters), kinds))
        recorded = []
        for kind, hidden in results:
            recorded.append(Recorded(self, kind, self._values, hidden))
            self._values += 1
        return recorded

    def _one(self, name: str, operands: Sequence[Recorded], parameters: Sequence[Any], kind: Sort, hidden: Any) -> Any:
        (result,) = self._record(name, operands, parameters, [(kind, hidden)])
        return result

    def _constant(self, kind: Sort, number: Any) -> Any:
        return self._one("constant", [], [number], kind, number)

    def _read(self, kind: Sort, numbers: Sequence[Any]) -> list[Recorded]:
        self.inputs += numbers
        return [self._one("read", [], [], kind, number) for number in numbers]

    def binary(self, name: str, left: Recorded, right: Recorded | int) -> Recorded:
        """A sum, difference or product of extension elements, or with a number. Raises TypeError for others."""
        if left.kind is not Sort.VALUE or (isinstance(right, Recorded) and right.kind is not Sort.VALUE):
            raise TypeError(f"{name} of {left.kind.value} and {right!r}")
        apply = {"add": "__add__", "subtract": "__sub__", "multiply": "__mul__"}[name]
        if isinstance(right, Recorded):
            hidden = getattr(left.hidden, apply)(right.hidden)
            result: Recorded = self._one(name, [left, right], [], Sort.VALUE, hidden)
        else:
            hidden = getattr(left.hidden, apply)(right)
            result = self._one(f"{name}_number", [left], [right], Sort.VALUE, hidden)
        return result

    def element(self, number: int) -> Any:
        return self._constant(Sort.ELEMENT, self._numbers.element(number))

    def value(self, number: int) -> Any:
        return self._constant(Sort.VALUE, self._numbers.value(number))

    def word(self, number: int) -> Any:
        return self._constant(Sort.WORD, number)

    def read_elements(self, numbers: Sequence[int]) -> list[Recorded]:
        return self._read(Sort.ELEMENT, numbers)

    def read_values(self, elements: Sequence[Extension]) -> list[Recorded]:
        return self._read(Sort.VALUE, elements)

    def read_words(self, numbers: Sequence[int]) -> list[Recorded]:
        return self._read(Sort.WORD, numbers)

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[Recorded]], shape: TreeShape, where: str
    ) -> list[OpenedLeaf[Any, Any]]:
        indices = [sum(bit.hidden << k for k, bit in enumerate(bits)) for bits in positions]
        return [
            OpenedLeaf(self.read_elements(leaf.row), [self.read_words(digest) for digest in leaf.siblings])
            for leaf in expand_opening(self._numbers, opening, indices, shape, where)
        ]

    def embed(self, element: Recorded) -> Any:
        return self._one("embed", [element], [], Sort.VALUE, self._numbers.embed(element.hidden))

    def join(self, coefficients: Sequence[Recorded]) -> Any:
        hidden = self._numbers.join([coefficient.hidden for coefficient in coefficients])
        return self._one("join", coefficients, [], Sort.VALUE, hidden)

    def element_words(self, elements: Sequence[Recorded]) -> list[Recorded]:
        return [self._one("element_word", [e], [], Sort.WORD, e.hidden) for e in elements]

    def value_words(self, values: Sequence[Recorded]) -> list[Recorded]:
        words = []
        for value in values:
            results = [(Sort.WORD, word) for word in self._numbers.value_words([value.hidden])]
            words += self._record("value_words", [value], [], results)
        return words

    def multiply_elements(self, left: Recorded, right: Recorded) -> Any:
        hidden = self._numbers.multiply_elements(left.hidden, right.hidden)
        return self._one("multiply_elements", [left, right], [], Sort.ELEMENT, hidden)

    def scale(self, value: Recorded, factor: Recorded) -> Any:
        return self._one("scale", [value, factor], [], Sort.VALUE, self._numbers.scale(value.hidden, factor.hidden))

    def linear_combination(self, coefficients: Sequence[Recorded], elements: Sequence[Recorded]) -> Any:
        hidden = self._numbers.linear_combination([c.hidden for c in coefficients], [e.hidden for e in elements])
        operands = [*coefficients, *elements]
        return self._one("linear_combination", operands, [len(elements)], Sort.VALUE, hidden)

    def inverses(self, values: Sequence[Recorded], reason: Rejection, where: str) -> list[Recorded]:
        hints = []
        for value in values:
            hidden = ZERO if value.hidden == ZERO else value.hidden.inverse()
            hint: Recorded = self._one("inverse_hint", [value], [], Sort.VALUE, hidden)
            self.require_equal(value * hint, self.value(1), reason, where)
            hints.append(hint)
        return hints

    def challenge(self, state: Sequence[Recorded]) -> Any:
        return self._one("challenge", state, [], Sort.VALUE, self._numbers.challenge([word.hidden for word in state]))

    def low_bits(self, word: Recorded, count: int) -> list[Recorded]:
        results = [(Sort.BIT, bit) for bit in self._numbers.low_bits(word.hidden, count)]
        return self._record("low_bits", [word], [count], results)

    def equals(self, element: Recorded, number: int) -> Any:
        return self._one("equals", [element], [number], Sort.BIT, self._numbers.equals(element.hidden, number))

    def select(self, bit: Recorded, if_one: Any, if_zero: Any) -> Any:
        if not isinstance(if_one, Recorded):
            return [self.select(bit, one, zero) for one, zero in zip(if_one, if_zero, strict=True)]
        hidden = if_one.hidden if bit.hidden else if_zero.hidden
        return self._one("select", [bit, if_one, if_zero], [], if_one.kind, hidden)

    def compress(self, state: Sequence[Recorded], block: Sequence[Recorded]) -> list[Recorded]:
        digest = self._numbers.compress([word.hidden for word in state], [word.hidden for word in block])
        return self._record("compress", [*state, *block], [], [(Sort.WORD, word) for word in digest])

    def chain(self, state: Sequence[Recorded], words: Sequence[Recorded]) -> list[Recorded]:
        for start in range(0, len(words), BLOCK_WORDS):
            state = self.compress(state, words[start : start + BLOCK_WORDS])
        return list(state)

    def require_equal(self, found: Any, expected: Any, reason: Rejection, where: str) -> None:
        lefts, rights = list(_flat(found)), list(_flat(expected))
        if len(lefts) != len(rights):
            raise TypeError(f"{len(lefts)} and {len(rights)} values are required to be equal")
        for one, other in zip(lefts, rights, strict=True):
            if one.kind is not other.kind:
                raise TypeError(f"{one.kind.value} and {other.kind.value} are required to be equal")
        numbers = tuple(value.number for value in (*lefts, *rights))
        self.operations.append(Operation("require_equal", numbers, (reason,), (), where))


def _flat(nested: Any) -> Iterator[Recorded]:
    if isinstance(nested, Recorded):
        yield nested
    else:
        for inner in nested:
            yield from _flat(inner)


def replay(operations: Sequence[Operation], inputs: Sequence[Any]) -> None:
    """Computes a recorded circuit on inputs. Raises Rejected for the first requirement that does not hold."""
    numbers = NumberAlgebra()
    values: list[Any] = []
    unread = iter(inputs)
    for operation in operations:
        taken = [values[number] for number in operation.operands]
        results = _computed(numbers, operation, taken, unread)
        assert len(results) == len(operation.results), operation
        values += results
    assert next(unread, None) is None, "an input is not read"


def _computed(numbers: NumberAlgebra, operation: Operation, taken: Sequence[Any], unread: Iterator[Any]) -> list[Any]:
    parameters = operation.parameters
    match operation.name:
        case "constant":
            return [parameters[0]]
        case "read":
            return [next(unread)]
        case "add" | "add_number":
            return [taken[0] + [*taken, *parameters][1]]
        case "subtract" | "subtract_number":
            return [taken[0] - [*taken, *parameters][1]]
        case "multiply" | "multiply_number":
            return [taken[0] * [*taken, *parameters][1]]
        case "embed":
            return [numbers.embed(taken[0])]
        case "join":
            return [numbers.join(taken)]
        case "element_word":
            return list(numbers.element_words(taken))
        case "value_words":
            return list(numbers.value_words(taken))
        case "multiply_elements":
            return [numbers.multiply_elements(*taken)]
        case "scale":
            return [numbers.scale(*taken)]
        case "linear_combination":
            count = parameters[0]
            return [numbers.linear_combination(taken[:count], taken[count:])]
        case "inverse_hint":
            return [ZERO if taken[0] == ZERO else taken[0].inverse()]
        case "challenge":
            return [numbers.challenge(taken)]
        case "low_bits":
            return list(numbers.low_bits(taken[0], parameters[0]))
        case "equals":
            return [numbers.equals(taken[0], parameters[0])]
        case "select":
            return [numbers.select(*taken)]
        case "compress":
            return list(numbers.compress(taken[:STATE_WORDS], taken[STATE_WORDS:]))
        case "require_equal":
            half = len(taken) // 2
            if taken[:half] != taken[half:]:
                raise Rejected(parameters[0], operation.where)
            return []
    raise ValueError(f"{operation.name} is not an operation of the circuit")
