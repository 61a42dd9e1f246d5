"""Lines for people and objects for programs."""

from __future__ import annotations

import json

import pytest

from limpid.errors import SCHEMA_VERSION
from limpid.terminal.output import SHOWN_BYTES, aligned, json_text, shown


def test_json_is_one_line_with_the_schema_version_in_front() -> None:
    text = json_text({"text": "a\nb", "number": 2**64})
    assert text.splitlines() == [text]
    assert list(json.loads(text).items()) == [("schema", SCHEMA_VERSION), ("text", "a\nb"), ("number", 2**64)]


def test_lines_are_aligned_in_two_columns() -> None:
    assert aligned({"a": 1, "long label": "text"}) == "a           1\nlong label  text"
    assert aligned({}) == ""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "0 bytes"),
        (b"\x0a", "1 byte: 0a"),
        (bytes(SHOWN_BYTES), f"{SHOWN_BYTES} bytes: {'00' * SHOWN_BYTES}"),
        (bytes(SHOWN_BYTES + 1), f"{SHOWN_BYTES + 1} bytes: {'00' * SHOWN_BYTES}..."),
    ],
)
def test_bytes_are_counted_and_long_ones_cut(content: bytes, text: str) -> None:
    assert shown(content) == text
