"""Elements of the extension field in an array, as a sequence: whoever takes single elements finds them, whoever
calculates with all takes the array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from spec.field import EXTENSION_DEGREE, Extension

Scalars: TypeAlias = NDArray[np.uint64]
"""Elements as rows of six canonical words."""


class Elements(Sequence[Extension]):
    """(count, 6) words as elements."""

    __slots__ = ("scalars",)

    def __init__(self, scalars: Scalars) -> None:
        self.scalars = scalars

    def __len__(self) -> int:
        return len(self.scalars)

    @overload
    def __getitem__(self, place: int) -> Extension: ...
    @overload
    def __getitem__(self, place: slice) -> Elements: ...
    def __getitem__(self, place: int | slice) -> Extension | Elements:
        return Elements(self.scalars[place]) if isinstance(place, slice) else to_element(self.scalars[place])

    def __iter__(self) -> Iterator[Extension]:
        return iter(to_elements(self.scalars))


class Rounds(Sequence[Elements]):
    """(rounds, degree, 6) words as the coefficients that each round of a sumcheck sends."""

    __slots__ = ("scalars",)

    def __init__(self, scalars: Scalars) -> None:
        self.scalars = scalars

    def __len__(self) -> int:
        return len(self.scalars)

    @overload
    def __getitem__(self, place: int) -> Elements: ...
    @overload
    def __getitem__(self, place: slice) -> Rounds: ...
    def __getitem__(self, place: int | slice) -> Elements | Rounds:
        return Rounds(self.scalars[place]) if isinstance(place, slice) else Elements(self.scalars[place])


def to_scalars(elements: Any) -> Scalars:
    """(count, 6) from elements."""
    if isinstance(elements, Elements):
        return elements.scalars
    flat = [coefficient for element in elements for coefficient in element.coefficients]
    return np.array(flat, dtype=np.uint64).reshape(-1, EXTENSION_DEGREE)


def to_elements(array: Scalars) -> list[Extension]:
    """Elements from (count, 6)."""
    return [Extension((a, b, c, d, e, f)) for a, b, c, d, e, f in array.tolist()]


def to_element(array: Scalars) -> Extension:
    """One element from its six words."""
    a, b, c, d, e, f = array.tolist()
    return Extension((a, b, c, d, e, f))


def rounds_to_scalars(rounds: Sequence[Sequence[Extension]]) -> Scalars:
    """(rounds, degree, 6) from the coefficients that each round sends, equally many."""
    if isinstance(rounds, Rounds):
        return rounds.scalars
    return to_scalars([element for sent in rounds for element in sent]).reshape(len(rounds), -1, EXTENSION_DEGREE)
