"""What a receiver may assume of a message, in the forms in which it can be said of a row's polynomials.

A bus says by itself how many bits its fields have (`Bus.field_bits`). What more there is to a lookup is given here, by
bus name, as data that a machine brings along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ValueOfWidth:
    """The message is (value, width): value < 2^width and width <= maximum_bits."""

    maximum_bits: int


@dataclass(frozen=True)
class RowOfKey:
    """The message's first part determines all others: by its value, the whole message."""

    rows: Callable[[], Mapping[int, tuple[int, ...]]]


@dataclass(frozen=True)
class Conjoined:
    """The message is (left, right, conjunction): conjunction = left & right, on fields of as many bits as the bus
    says."""


@dataclass(frozen=True)
class BytesWithDigits:
    """The message is (limb, low, high): the two bytes of a limb of 16 bits, each as the number whose digits of so many
    bits are the byte's bits."""

    digit_bits: int


@dataclass(frozen=True)
class NothingAssumed:
    """Nothing follows from the message alone: what it carries is proven, or assumed, elsewhere."""


Contract = ValueOfWidth | RowOfKey | Conjoined | BytesWithDigits | NothingAssumed

Contracts = Mapping[str, Contract]
"""By bus name; of other buses only the bits of the fields are assumed."""
