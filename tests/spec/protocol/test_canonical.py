"""Canonical bytes: what is written is read back, and nothing else is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.field import Extension, P
from spec.protocol.canonical import Reader, Writer, element_bytes, extension_bytes
from spec.rejection import Rejected, Rejection

elements = st.integers(0, P - 1)


def reason_of(action: Callable[[], object]) -> Rejection:
    with pytest.raises(Rejected) as rejected:
        action()
    return rejected.value.reason


@given(st.lists(elements), st.lists(st.tuples(*[elements] * 6).map(Extension)), st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_reader_returns_what_writer_wrote(row: list[int], extensions: list[Extension], number: int) -> None:
    writer = Writer()
    writer.count(len(row))
    writer.elements(row)
    writer.count(len(extensions))
    writer.extensions(extensions)
    writer.unsigned(number, 8)
    writer.raw(b"digest" * 5 + b"!!")

    reader = Reader(writer.encoded())
    assert reader.elements(reader.count("elements", 0, len(row))) == tuple(row)
    assert reader.extensions(reader.count("values", 0, len(extensions))) == tuple(extensions)
    assert reader.unsigned(8) == number
    assert reader.digest() == b"digest" * 5 + b"!!"
    reader.finish()


def test_elements_are_four_little_endian_bytes() -> None:
    assert element_bytes([1, 0x01020304]) == b"\x01\0\0\0\x04\x03\x02\x01"
    assert extension_bytes([Extension((1, 0, 0, 0, 0, 2))]) == b"\x01" + bytes(19) + b"\x02" + bytes(3)


def test_writer_of_number_too_large_for_its_width_raises() -> None:
    with pytest.raises(OverflowError):
        Writer().unsigned(256, 1)


@pytest.mark.parametrize(
    "read",
    [
        lambda reader: reader.raw(4),
        lambda reader: reader.unsigned(8),
        lambda reader: reader.count("rows", 0, 9),
        lambda reader: reader.digest(),
        lambda reader: reader.digests(2),
        lambda reader: reader.elements(1),
        lambda reader: reader.extensions(1),
    ],
)
def test_reader_of_bytes_that_end_too_early_is_rejected(read: Callable[[Reader], object]) -> None:
    assert reason_of(lambda: read(Reader(bytes(3)))) is Rejection.ENCODING_TRUNCATED


def test_reader_at_the_wrong_end_is_rejected() -> None:
    reader = Reader(bytes(5))
    reader.raw(4)
    assert reason_of(reader.finish) is Rejection.ENCODING_TRAILING_BYTES


@pytest.mark.parametrize("number", [P, 2**32 - 1])
def test_reader_of_element_at_or_above_p_is_rejected(number: int) -> None:
    encoded = bytes(8) + number.to_bytes(4, "little") + bytes(12)
    assert reason_of(lambda: Reader(encoded).elements(3)) is Rejection.ENCODING_ELEMENT_NOT_CANONICAL
    assert reason_of(lambda: Reader(encoded).extensions(1)) is Rejection.ENCODING_ELEMENT_NOT_CANONICAL


def test_reader_of_largest_element_accepts_it() -> None:
    assert Reader((P - 1).to_bytes(4, "little")).elements(1) == (P - 1,)


@pytest.mark.parametrize("count", [0, 4, 2**32 - 1])
def test_reader_of_count_out_of_bounds_is_rejected(count: int) -> None:
    reader = Reader(count.to_bytes(4, "little"))
    assert reason_of(lambda: reader.count("rows", 1, 3)) is Rejection.ENCODING_COUNT_OUT_OF_BOUNDS
