"""What options take, and what makes no sense together."""

from __future__ import annotations

import click
import pytest

from limpid.commands.options import Count, Hexadecimal, require_distinct


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("1_000", 1000), ("0x10", 16), ("0X10", 16)])
def test_count_is_decimal_or_hexadecimal(text: str, number: int) -> None:
    assert Count().convert(text, None, None) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "0 is not 1 or more"),
        ("-3", "-3 is not 1 or more"),
        ("1e6", "'1e6' is no number"),
        ("", "'' is no number"),
        ("007", "'007' is no number: leave out the zeros in front"),
        (5000 * "9", "a number of 5000 characters is larger than any here"),
    ],
)
def test_other_counts_are_refused(text: str, message: str) -> None:
    with pytest.raises(click.BadParameter, match=f"^{message}$"):
        Count().convert(text, None, None)


def test_count_with_an_end_names_its_bounds() -> None:
    assert Count(-2, 3).convert("-2", None, None) == -2
    with pytest.raises(click.BadParameter, match="3 is not -2 to 2"):
        Count(-2, 3).convert("3", None, None)


@pytest.mark.parametrize("text", ["0aff", "0x0aff", "0X0AFF"])
def test_hexadecimal_has_a_prefix_or_none(text: str) -> None:
    assert Hexadecimal().convert(text, None, None) == b"\x0a\xff"


def test_long_text_that_is_not_hexadecimal_is_shown_in_part() -> None:
    with pytest.raises(click.BadParameter, match=r"^'z{40}\.{3}' is not an even number of hexadecimal digits$"):
        Hexadecimal().convert(5000 * "z", None, None)


@pytest.mark.parametrize(
    ("read", "written", "message"),
    [
        ({"--a": "x", "--b": "x"}, {}, "--a and --b are the same file x"),
        ({"--a": "x"}, {"--b": "x"}, "--a and --b are the same file x"),
        ({"--a": "-", "--b": "-"}, {}, "--a and --b are both the standard stream"),
        ({}, {"--a": "-", "--b": "-"}, "--a and --b are both the standard stream"),
    ],
)
def test_file_named_twice_is_misuse(read: dict[str, str], written: dict[str, str], message: str) -> None:
    with pytest.raises(click.UsageError, match=message):
        require_distinct(read, written)


def test_standard_input_and_output_go_together() -> None:
    require_distinct({"--a": "-", "--b": None}, {"--c": "-", "--d": None})
