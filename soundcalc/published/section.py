"""Typed access to one table of a configuration file; every error names file, circuit and key."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from soundcalc.errors import ConfigurationError

MAXIMUM_GRINDING_BITS = 64
"""A published proof of work above 2^64 hashes is a mistyped number."""


class Section:
    """One table of the file `file`, belonging to the circuit `circuit`."""

    def __init__(self, file: str, circuit: str, entries: Any) -> None:
        self.file = file
        self.circuit = circuit
        if not isinstance(entries, dict):
            raise self.error("", "is not a table")
        self.entries: dict[str, Any] = entries

    def error(self, key: str, reason: str) -> ConfigurationError:
        """A refusal of this key."""
        return ConfigurationError(self.file, self.circuit, key, reason)

    def require(self, keys: Iterable[str]) -> None:
        """Raises ConfigurationError for the first of these keys that is absent."""
        for key in keys:
            if key not in self.entries:
                raise self.error(key, "is missing")

    def integer(self, key: str, minimum: int, default: int | None = None) -> int:
        """An integer of at least `minimum`; `default` where the key is absent."""
        value = self.entries.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(key, f"{value!r} is not an integer")
        if value < minimum:
            raise self.error(key, f"{value} is below {minimum}")
        return value

    def grinding(self, key: str) -> int:
        """Bits of proof of work, 0 where the key is absent."""
        bits = self.integer(key, 0, 0)
        if bits > MAXIMUM_GRINDING_BITS:
            raise self.error(key, f"{bits} bits of proof of work exceed {MAXIMUM_GRINDING_BITS}")
        return bits

    def text(self, key: str) -> str:
        """A string."""
        value = self.entries[key]
        if not isinstance(value, str):
            raise self.error(key, f"{value!r} is not a string")
        return value

    def boolean(self, key: str, default: bool) -> bool:
        """A truth value."""
        value = self.entries.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{value!r} is not true or false")
        return value

    def number(self, key: str) -> Fraction:
        """An integer or a decimal number, exactly as written."""
        value = self.entries[key]
        if not isinstance(value, int | Fraction) or isinstance(value, bool):
            raise self.error(key, f"{value!r} is not a number")
        return Fraction(value)

    def sections(self, key: str) -> list[Any]:
        """An array of tables, empty where the key is absent."""
        value = self.entries.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, "is not an array of tables")
        return value
