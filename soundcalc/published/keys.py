"""What a key of a configuration file admits: its kind, its bounds, what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

MAXIMUM_INTEGER = 1 << 40
"""Above every domain of a field that is published, and so above rows, columns and constraints: beyond is mistyped."""

MAXIMUM_GRINDING_BITS = 64
"""A published proof of work above 2^64 hashes is a mistyped number."""

MAXIMUM_NAME = 100
"""Characters of a name; the longest published ones have about thirty."""

MAXIMUM_LENGTH = 64
"""Entries of a list: above the folds of the largest domain."""


class ValueKind(Enum):
    """What a value is."""

    TEXT = "text"
    BOOLEAN = "true or false"
    NUMBER = "number"
    INTEGER = "integer"
    POWER_OF_TWO = "power of two"
    GRINDING = "bits of proof of work"
    INTEGERS = "list of integers"
    POWERS_OF_TWO = "list of powers of two"
    GRINDINGS = "list of bits of proof of work"
    GRINDING_LISTS = "list of lists of bits of proof of work"
    TABLES = "array of tables"
    ANY = "for readers: no figure depends on it"


@dataclass(frozen=True)
class Key:
    """One key: optional unless `required`; `minimum` and `maximum` bound a number, or every entry of a list.

    `example` is a value as TOML, for the template.
    """

    name: str
    kind: ValueKind
    meaning: str
    example: str = ""
    required: bool = False
    default: object = None
    minimum: int = 0
    maximum: int = MAXIMUM_INTEGER
    maximum_length: int = MAXIMUM_LENGTH
    choices: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """The values that are admitted, in words."""
        match self.kind:
            case ValueKind.BOOLEAN | ValueKind.TABLES | ValueKind.ANY:
                return ""
            case ValueKind.TEXT:
                return ", ".join(self.choices)
            case _:
                return f"{self.minimum} to {_power(self.maximum)}"


def _power(value: int) -> str:
    is_power = value & (value - 1) == 0
    return f"2^{value.bit_length() - 1}" if value >= 1 << 10 and is_power else str(value)


def required(name: str, kind: ValueKind, meaning: str, example: str, minimum: int = 0, maximum: int = 0) -> Key:
    """A key that a file must have; `maximum` 0 stands for that of the kind."""
    return Key(name, kind, meaning, example, True, None, minimum, maximum or _maximum(kind))


def optional(
    name: str,
    kind: ValueKind,
    meaning: str,
    example: str = "",
    default: object = None,
    minimum: int = 0,
    maximum: int = 0,
) -> Key:
    """A key with a default, or whose absence means something."""
    return Key(name, kind, meaning, example, False, default, minimum, maximum or _maximum(kind))


def choice(name: str, meaning: str, choices: tuple[str, ...], default: str | None = None) -> Key:
    """An optional text out of a few."""
    return Key(name, ValueKind.TEXT, meaning, "", False, default, maximum_length=MAXIMUM_NAME, choices=choices)


def text(name: str, meaning: str, example: str, is_required: bool = True) -> Key:
    """A name."""
    return Key(name, ValueKind.TEXT, meaning, example, is_required, maximum_length=MAXIMUM_NAME)


def descriptive(name: str) -> Key:
    """A key for readers, whatever its value."""
    return Key(name, ValueKind.ANY, ValueKind.ANY.value)


def tables(name: str, meaning: str, most: int, is_required: bool = False) -> Key:
    """An array of at most so many tables."""
    return Key(name, ValueKind.TABLES, meaning, required=is_required, maximum_length=most)


def by_name(*groups: Iterable[Key]) -> Mapping[str, Key]:
    """The keys of a table, in their order. Raises ValueError for a key that stands twice."""
    keys: dict[str, Key] = {}
    for key in (key for group in groups for key in group):
        if key.name in keys:
            raise ValueError(f"the key {key.name} is declared twice")
        keys[key.name] = key
    return keys


def _maximum(kind: ValueKind) -> int:
    is_grinding = kind in (ValueKind.GRINDING, ValueKind.GRINDINGS, ValueKind.GRINDING_LISTS)
    return MAXIMUM_GRINDING_BITS if is_grinding else MAXIMUM_INTEGER
