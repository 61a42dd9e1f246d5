"""Typed access to one table of a configuration file; every error names file, circuit and key."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from soundcalc.errors import ConfigurationError

MAXIMUM_GRINDING_BITS = 64
"""A published proof of work above 2^64 hashes is a mistyped number."""

MAXIMUM_INTEGER = 1 << 40
"""Above every domain of a field that is published, and so above rows, columns and constraints: beyond is mistyped."""

MAXIMUM_DIGITS = 100
"""Of a decimal number, before and after the point: what is longer is mistyped, or made to be slow."""

SHOWN_CHARACTERS = 60
"""Longer values are cut in errors."""


class WrittenNumber(Decimal):
    """A decimal number of a file, which errors show as the file has it. Raises ValueError unless it is finite."""

    text: str

    def __new__(cls, text: str) -> WrittenNumber:
        try:
            number = super().__new__(cls, text)
        except InvalidOperation:
            raise ValueError(f"{shown(text)} is out of range") from None
        if not number.is_finite():
            raise ValueError(f"{text} is not finite")
        number.text = text
        return number

    def __repr__(self) -> str:
        return self.text


def shown(value: object) -> str:
    """A value of a file for an error: cut where it is long."""
    match value:
        case list():
            text = f"[{', '.join(map(shown, value))}]"
        case int() if value.bit_length() > 4 * SHOWN_CHARACTERS:
            # Python refuses to write very large numbers in decimal.
            text = hex(value)
        case _:
            text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


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

    def integer(self, key: str, minimum: int, default: int | None = None, maximum: int = MAXIMUM_INTEGER) -> int:
        """An integer from `minimum` to `maximum`; `default` where the key is absent."""
        value = self.entries.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(key, f"{shown(value)} is not an integer")
        if value < minimum:
            raise self.error(key, f"{shown(value)} is below {minimum}")
        if value > maximum:
            raise self.error(key, f"{shown(value)} exceeds {maximum}")
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
            raise self.error(key, f"{shown(value)} is not a string")
        return value

    def boolean(self, key: str, default: bool) -> bool:
        """A truth value."""
        value = self.entries.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{shown(value)} is not true or false")
        return value

    def number(self, key: str) -> Fraction:
        """An integer or a decimal number, exactly as written, with at most MAXIMUM_DIGITS on each side of the point."""
        value = self.entries[key]
        if not isinstance(value, int | WrittenNumber) or isinstance(value, bool):
            raise self.error(key, f"{shown(value)} is not a number")
        if isinstance(value, int):
            is_long = abs(value) >= 10**MAXIMUM_DIGITS
        else:
            exponent = value.as_tuple().exponent
            is_long = value.adjusted() >= MAXIMUM_DIGITS or (isinstance(exponent, int) and exponent < -MAXIMUM_DIGITS)
        if is_long:
            raise self.error(key, f"{shown(value)} has more than {MAXIMUM_DIGITS} digits before or after the point")
        return Fraction(value)

    def sections(self, key: str) -> list[Any]:
        """An array of tables, empty where the key is absent."""
        value = self.entries.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, "is not an array of tables")
        return value
