"""Typed access to one table of a configuration file; every error names file, circuit and key."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from soundcalc.errors import SHOWN_PROBLEMS, ConfigurationError, ConfigurationProblemsError
from soundcalc.exact import is_power_of_two
from soundcalc.published.keys import MAXIMUM_NAME, Key, ValueKind

MAXIMUM_DIGITS = 100
"""The most digits of a decimal number, before and after the point: what is longer is mistyped, or made to be slow."""

SHOWN_CHARACTERS = 60
"""Longer values are cut in errors."""

SHOWN_ENTRIES = 8
"""Longer lists are cut in errors."""


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
    """A value of a file for an error: cut where it is long or deep."""
    match value:
        case list():
            entries = [_shown_entry(entry) for entry in value[:SHOWN_ENTRIES]]
            text = f"[{', '.join([*entries, '...'] if len(value) > SHOWN_ENTRIES else entries)}]"
        case _:
            text = _shown_entry(value)
    return cut(text)


def _shown_entry(value: object) -> str:
    match value:
        case list():
            return "[...]" if value else "[]"
        case dict():
            return "a table"
        case int() if value.bit_length() > 4 * SHOWN_CHARACTERS:
            # Python refuses to write very large numbers in decimal.
            return hex(value)
        case str():
            return repr(value[: SHOWN_CHARACTERS + 1])
        case _:
            return repr(value)


def cut(text: str) -> str:
    """A text for an error, on one line."""
    line = text if text.isprintable() else repr(text)[1:-1]
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}..."


class Problems:
    """The problems of a file, gathered so that all of them can be told at once."""

    def __init__(self) -> None:
        self.found: list[ConfigurationError] = []

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keeps the configuration errors that are raised inside."""
        try:
            yield
        except ConfigurationError as error:
            self.found.append(error)
        except ConfigurationProblemsError as errors:
            self.found.extend(errors.problems)

    def raise_if_any(self) -> None:
        """Raises ConfigurationError for one problem, ConfigurationProblemsError for several."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise ConfigurationProblemsError(self.found)


class Section:
    """One table of the file `file`, belonging to the circuit `circuit`, with the keys that it may have.

    Raises ConfigurationError, or ConfigurationProblemsError for several, for an entry that its key does not admit, for
    missing keys and, unless they are to be ignored, for unknown ones. `renamed` says what other names are called.
    """

    def __init__(
        self,
        file: str,
        circuit: str,
        entries: Any,
        keys: Mapping[str, Key],
        ignored: list[str] | None = None,
        renamed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.file = file
        self.circuit = circuit
        if not isinstance(entries, dict):
            raise self.error("", "is not a table")
        self.entries: dict[str, Any] = entries
        self.keys = keys
        self.renamed = renamed
        problems = Problems()
        for name in entries:
            if name in keys:
                with problems.gathered():
                    self._check(keys[name], entries[name])
            elif ignored is None:
                is_shown = len(problems.found) < SHOWN_PROBLEMS
                problems.found.append(self.error(name, self._unknown(name) if is_shown else "is unknown"))
            else:
                ignored.append(f"{circuit}.{name}" if circuit else name)
        for key in keys.values():
            if key.required and key.name not in entries:
                problems.found.append(self.error(key.name, "is missing"))
        problems.raise_if_any()

    def error(self, key: str, reason: str) -> ConfigurationError:
        """A refusal of this key."""
        return ConfigurationError(self.file, cut(self.circuit), cut(key), reason)

    def _unknown(self, name: str) -> str:
        """Why, and what the key is called now if its name has changed, or which known one looks like it."""
        renamed = self.renamed.get(name, "")
        if renamed.partition(" ")[0] in self.keys:
            return f"is unknown: it is called {renamed}"
        similar = difflib.get_close_matches(name[:MAXIMUM_NAME], self.keys, 1)
        return f"is unknown: is {similar[0]} meant?" if similar else "is unknown"

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def integer(self, name: str) -> int:
        """An integer, or the key's default."""
        return int(self._value(name))

    def optional_integer(self, name: str) -> int | None:
        """An integer; None where the key is absent."""
        return self.integer(name) if name in self else None

    def text(self, name: str) -> str:
        """A string, or the key's default."""
        return str(self._value(name))

    def optional_text(self, name: str) -> str | None:
        """A string; None where the key is absent."""
        return self.text(name) if name in self else None

    def boolean(self, name: str) -> bool:
        """A truth value, or the key's default."""
        return bool(self._value(name))

    def number(self, name: str) -> Fraction:
        """A number exactly as written, or the key's default."""
        return Fraction(self._value(name))

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of integers."""
        return tuple(self._value(name))

    def integer_lists(self, name: str) -> tuple[tuple[int, ...], ...]:
        """A list of lists of integers."""
        return tuple(map(tuple, self._value(name)))

    def tables(self, name: str) -> Sequence[Any]:
        """An array of tables, empty where the key is absent."""
        value: Sequence[Any] = self.entries.get(name, ())
        return value

    def _value(self, name: str) -> Any:
        return self.entries.get(name, self.keys[name].default)

    def _check(self, key: Key, value: object) -> None:
        match key.kind:
            case ValueKind.TEXT:
                self._check_text(key, value)
            case ValueKind.BOOLEAN:
                if not isinstance(value, bool):
                    raise self.error(key.name, f"{shown(value)} is not true or false")
            case ValueKind.NUMBER:
                self._check_number(key, value)
            case ValueKind.INTEGER | ValueKind.POWER_OF_TWO | ValueKind.GRINDING:
                self._check_integer(key, value)
            case ValueKind.INTEGERS | ValueKind.POWERS_OF_TWO | ValueKind.GRINDINGS:
                for entry in self._list(key, value):
                    self._check_integer(key, entry)
            case ValueKind.GRINDING_LISTS:
                for entry in self._list(key, value):
                    for inner in self._list(key, entry):
                        self._check_integer(key, inner)
            case ValueKind.ANY:
                pass
            case ValueKind.TABLES:
                if not isinstance(value, list):
                    raise self.error(key.name, "is not an array of tables")
                if len(value) > key.maximum_length:
                    raise self.error(key.name, f"has {len(value)} tables, more than {key.maximum_length}")

    def _list(self, key: Key, value: object) -> list[Any]:
        if not isinstance(value, list):
            raise self.error(key.name, f"{shown(value)} is not a list")
        if len(value) > key.maximum_length:
            raise self.error(key.name, f"has {len(value)} entries, more than {key.maximum_length}")
        return value

    def _check_integer(self, key: Key, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(key.name, f"{shown(value)} is not an integer")
        if value < key.minimum:
            raise self.error(key.name, f"{shown(value)} is below {key.minimum}")
        if value > key.maximum:
            if key.kind in (ValueKind.GRINDING, ValueKind.GRINDINGS, ValueKind.GRINDING_LISTS):
                raise self.error(key.name, f"{shown(value)} bits of proof of work exceed {key.maximum}")
            raise self.error(key.name, f"{shown(value)} exceeds {key.maximum}")
        if key.kind in (ValueKind.POWER_OF_TWO, ValueKind.POWERS_OF_TWO) and not is_power_of_two(value):
            raise self.error(key.name, f"{shown(value)} is not a power of two")

    def _check_text(self, key: Key, value: object) -> None:
        if not isinstance(value, str):
            raise self.error(key.name, f"{shown(value)} is not a string")
        if key.choices and value not in key.choices:
            raise self.error(key.name, f"{shown(value)} is not one of {', '.join(key.choices)}")
        if not value.strip():
            raise self.error(key.name, "is empty")
        if len(value) > key.maximum_length:
            raise self.error(key.name, f"has {len(value)} characters, more than {key.maximum_length}")
        if not value.isprintable():
            raise self.error(key.name, f"{shown(value)} has characters that cannot be printed")

    def _check_number(self, key: Key, value: object) -> None:
        if not isinstance(value, int | WrittenNumber) or isinstance(value, bool):
            raise self.error(key.name, f"{shown(value)} is not a number")
        if isinstance(value, int):
            is_long = abs(value) >= 10**MAXIMUM_DIGITS
        else:
            exponent = value.as_tuple().exponent
            is_long = value.adjusted() >= MAXIMUM_DIGITS or (isinstance(exponent, int) and exponent < -MAXIMUM_DIGITS)
        if is_long:
            reason = f"{shown(value)} has more than {MAXIMUM_DIGITS} digits before or after the point"
            raise self.error(key.name, reason)
        if value < key.minimum:
            raise self.error(key.name, f"{shown(value)} is below {key.minimum}")
        if value > key.maximum:
            raise self.error(key.name, f"{shown(value)} exceeds {key.maximum}")
