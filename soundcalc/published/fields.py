"""The fields of published systems."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

BASE_FIELDS: Mapping[str, tuple[int, int]] = {
    "Goldilocks": (2**64 - 2**32 + 1, 32),
    "BabyBear": (2**31 - 2**27 + 1, 27),
    "KoalaBear": (2**31 - 2**24 + 1, 24),
    "M31": (2**31 - 1, 31),
    "BN254": (21888242871839275222246405745257275088548364400416034343698204186575808495617, 28),
}
"""Order and the logarithm of the largest evaluation domain; for M31 that of the circle group, p + 1."""

MAXIMUM_EXTENSION_DEGREE = 64
"""The largest degree over the smallest base field, near 2^2000: above every field in use."""

_WRITTEN = re.compile(r"(?P<name>[A-Za-z0-9]+)(?:\^(?P<degree>[1-9][0-9]*))?", re.ASCII)


@dataclass(frozen=True)
class Field:
    """The extension of this degree of a base field."""

    base_name: str
    degree: int

    @property
    def base_size(self) -> int:
        return BASE_FIELDS[self.base_name][0]

    @property
    def domain_log2(self) -> int:
        """The logarithm of the largest evaluation domain."""
        return BASE_FIELDS[self.base_name][1]

    @property
    def size(self) -> int:
        return int(self.base_size**self.degree)

    @property
    def base_bits(self) -> int:
        """Bits of a base field element in a proof."""
        return math.ceil(math.log2(self.base_size))

    @property
    def bits(self) -> int:
        """Bits of an element in a proof."""
        return self.base_bits * self.degree

    def __str__(self) -> str:
        return self.base_name if self.degree == 1 else f"{self.base_name}^{self.degree}"


def field_named(text: str) -> Field:
    """The field of this name, base or base^degree. Raises ValueError with the reason for any other text."""
    written = _WRITTEN.fullmatch(text)
    if written is None or written["name"] not in BASE_FIELDS:
        raise ValueError(f"is not one of {', '.join(BASE_FIELDS)} with ^degree")
    # So long a number is not even looked at.
    degree = int((written["degree"] or "1")[:MAXIMUM_EXTENSION_DEGREE])
    if degree > MAXIMUM_EXTENSION_DEGREE:
        raise ValueError(f"has a degree above {MAXIMUM_EXTENSION_DEGREE}")
    return Field(written["name"], degree)
