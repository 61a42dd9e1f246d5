"""What the verifier sees of recorded values: addresses, and nothing that could be asked; and what addresses hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from spec.circuit.buses import LIMB_BITS
from spec.field import EXTENSION_DEGREE, P

Cells = tuple[int, ...]
"""What an address holds: six coefficients, or sixteen limbs."""


class AskedError(TypeError):
    """A recorded value was asked for something that a circuit cannot ask."""


class _Handle:
    """Refuses every question about the value behind an address."""

    __slots__ = ()

    def _refuse(self, *_: Any) -> Any:
        raise AskedError(f"a recorded {type(self).__name__} has no value that could be looked at")

    __eq__ = __bool__ = __int__ = __index__ = __iter__ = __len__ = __getitem__ = __lt__ = __le__ = _refuse
    __hash__ = None  # type: ignore[assignment]


class Element(_Handle):
    """An element of the base field, or a bit: a value whose other coefficients are zero."""

    __slots__ = ("address",)

    def __init__(self, address: int) -> None:
        self.address = address


class Arithmetic(Protocol):
    """What values are added and multiplied by."""

    def add(self, left: Value, right: Value | int, sign: int) -> Value:
        """left + sign * right."""
        ...

    def multiply(self, left: Value, right: Value | int) -> Value:
        """left * right."""
        ...


class Value(_Handle):
    """An element of the extension."""

    __slots__ = ("_arithmetic", "address")

    def __init__(self, arithmetic: Arithmetic, address: int) -> None:
        self._arithmetic = arithmetic
        self.address = address

    def __add__(self, other: Value | int) -> Value:
        return self._arithmetic.add(self, other, 1)

    def __sub__(self, other: Value | int) -> Value:
        return self._arithmetic.add(self, other, P - 1)

    def __mul__(self, other: Value | int) -> Value:
        return self._arithmetic.multiply(self, other)


class Word(_Handle):
    """A word: one of an octet's, an element's canonical number, a constant, or one that stands alone."""

    __slots__ = ("lane", "source")

    def __init__(self, source: int | Element | None, lane: int) -> None:
        self.source = source
        """The octet's address; the element; None for a constant, which `lane` is then."""

        self.lane = lane


ALONE = -1
"""The lane of a word that has an address of its own, which stands in the place of the octet's."""


def place(word: Word) -> tuple[int, int] | None:
    """The octet and the lane of a word that has no other place."""
    return (word.source, word.lane) if isinstance(word.source, int) else None


def padded(cells: Sequence[int]) -> Cells:
    """Coefficients of an element whose others are zero."""
    return (*cells, *([0] * (EXTENSION_DEGREE - len(cells))))


def limbs_of(words: Sequence[int]) -> Cells:
    """Two limbs of each word, the low one first."""
    return tuple(limb for word in words for limb in (word % (1 << LIMB_BITS), word >> LIMB_BITS))


def words_of(limbs: Cells) -> list[int]:
    """The words of such limbs."""
    return [low + (high << LIMB_BITS) for low, high in zip(limbs[::2], limbs[1::2], strict=True)]


def flat(nested: Any) -> Iterator[Element | Value | Word]:
    """The handles in nested sequences, in order."""
    if isinstance(nested, Element | Value | Word):
        yield nested
    else:
        for inner in nested:
            yield from flat(inner)
