"""One key at a time: values at their bounds are taken, those beyond are refused for one reason."""

from __future__ import annotations

import pytest

from soundcalc.errors import ConfigurationError
from soundcalc.published.keys import Key, ValueKind
from soundcalc.published.section import Section, WrittenNumber

KIND = ValueKind


def _read(kind: ValueKind, value: object, choices: tuple[str, ...] = ()) -> object:
    """The value as the section of a file holds it, whose only key is of this kind."""
    key = Key("key", kind, "for a test", minimum=2, maximum=8, maximum_length=3, choices=choices)
    return Section("file", "table", {"key": value}, {"key": key}).entries["key"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (KIND.TEXT, "abc"),
        (KIND.BOOLEAN, False),
        (KIND.NUMBER, 2),
        (KIND.NUMBER, 8),
        (KIND.NUMBER, WrittenNumber("2.5")),
        (KIND.INTEGER, 2),
        (KIND.INTEGER, 6),
        (KIND.INTEGER, 8),
        (KIND.POWER_OF_TWO, 4),
        (KIND.GRINDING, 8),
        (KIND.INTEGERS, [2, 6, 8]),
        (KIND.POWERS_OF_TWO, [2, 4, 8]),
        (KIND.GRINDINGS, [2, 3, 8]),
        (KIND.GRINDING_LISTS, [[], [8], [2, 3, 8]]),
        (KIND.TABLES, [{}, {}, {}]),
        (KIND.ANY, object),
    ],
)
def test_value_at_its_bounds_is_taken(kind: ValueKind, value: object) -> None:
    assert _read(kind, value) is value


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (KIND.TEXT, 3, "3 is not a string"),
        (KIND.TEXT, " ", "is empty"),
        (KIND.TEXT, "abcd", "has 4 characters, more than 3"),
        (KIND.TEXT, "a\n", "'a\\n' has characters that cannot be printed"),
        (KIND.BOOLEAN, 1, "1 is not true or false"),
        (KIND.NUMBER, "x", "'x' is not a number"),
        (KIND.NUMBER, True, "True is not a number"),
        (KIND.NUMBER, 1, "1 is below 2"),
        (KIND.NUMBER, 9, "9 exceeds 8"),
        (KIND.INTEGER, 2.5, "2.5 is not an integer"),
        (KIND.INTEGER, True, "True is not an integer"),
        (KIND.INTEGER, 1, "1 is below 2"),
        (KIND.INTEGER, 9, "9 exceeds 8"),
        (KIND.POWER_OF_TWO, 6, "6 is not a power of two"),
        (KIND.GRINDING, 9, "9 bits of proof of work exceed 8"),
        (KIND.INTEGERS, 3, "3 is not a list"),
        (KIND.INTEGERS, [2, 2, 2, 2], "has 4 entries, more than 3"),
        (KIND.INTEGERS, [2, 1], "1 is below 2"),
        (KIND.POWERS_OF_TWO, [2, 6], "6 is not a power of two"),
        (KIND.GRINDINGS, [9], "9 bits of proof of work exceed 8"),
        (KIND.GRINDING_LISTS, [3], "3 is not a list"),
        (KIND.GRINDING_LISTS, [[3], [9]], "9 bits of proof of work exceed 8"),
        (KIND.GRINDING_LISTS, [[3, 3, 3, 3]], "has 4 entries, more than 3"),
        (KIND.TABLES, {}, "is not an array of tables"),
        (KIND.TABLES, [{}, {}, {}, {}], "has 4 tables, more than 3"),
    ],
)
def test_value_beyond_its_bounds_is_refused(kind: ValueKind, value: object, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        _read(kind, value)
    assert (refusal.value.file, refusal.value.circuit, refusal.value.key) == ("file", "table", "key")
    assert refusal.value.reason == reason


def test_text_with_choices_is_one_of_them() -> None:
    assert _read(KIND.TEXT, "a", ("a", "b")) == "a"
    with pytest.raises(ConfigurationError, match="'c' is not one of a, b"):
        _read(KIND.TEXT, "c", ("a", "b"))
