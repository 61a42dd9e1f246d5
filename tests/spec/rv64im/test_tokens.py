"""The verifier's own tokens."""

from __future__ import annotations

import pytest

from spec.memory_map import OUTPUT as OUTPUT_REGION
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.rv64im.buses import CURSOR, EXIT, OUTPUT, STATE
from spec.rv64im.program_row import HALTED
from spec.rv64im.tokens import Token, output_doublewords, output_tokens, segment_tokens

FIRST = OUTPUT_REGION.start // 8


def _public_values(pc_out: int) -> dict[str, int]:
    exit_code = {f"exit_code_{i}": i + 1 for i in range(4)}
    return {"pc_in": 7, "pc_out": pc_out, "clock_out": 40, "cursor_in": 5, "cursor_out": 9, "segment": 0, **exit_code}


def test_tokens_of_a_segment_that_goes_on_are_state_and_cursor() -> None:
    assert segment_tokens(_public_values(8)) == (
        Token(STATE, +1, (7, 1)),
        Token(STATE, -1, (8, 40)),
        Token(CURSOR, +1, (5,)),
        Token(CURSOR, -1, (9,)),
    )


def test_tokens_of_a_segment_that_halts_receive_the_exit_code() -> None:
    tokens = segment_tokens(_public_values(HALTED))
    assert tokens[1] == Token(STATE, -1, (HALTED, 40))
    assert tokens[4:] == (Token(EXIT, -1, (1, 2, 3, 4)),)


@pytest.mark.parametrize(
    ("output", "doublewords"),
    [
        (b"", ((FIRST, 0),)),
        (b"\x01\x02", ((FIRST, 2), (FIRST + 1, 0x0201))),
        (bytes(8), ((FIRST, 8), (FIRST + 1, 0))),
        (b"12345678\xff", ((FIRST, 9), (FIRST + 1, 0x3837363534333231), (FIRST + 2, 0xFF))),
    ],
)
def test_output_is_its_length_and_its_bytes(output: bytes, doublewords: tuple[tuple[int, int], ...]) -> None:
    assert output_doublewords(output) == doublewords


def test_output_tokens_receive_limbs() -> None:
    assert output_tokens(b"12345678") == (
        Token(OUTPUT, -1, (FIRST, 8, 0, 0, 0)),
        Token(OUTPUT, -1, (FIRST + 1, 0x3231, 0x3433, 0x3635, 0x3837)),
    )


def test_output_above_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match=f"exceeds the capacity of {OUTPUT_CAPACITY_BYTES} bytes"):
        output_doublewords(bytes(OUTPUT_CAPACITY_BYTES + 1))
