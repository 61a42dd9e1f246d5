"""The verifier's own tokens."""

from __future__ import annotations

import pytest

from spec.air.machine import Token
from spec.memory_map import OUTPUT_CAPACITY_BYTES, OUTPUT_REGION
from spec.rv64im.buses import CURSOR, EXIT, OUTPUT, STATE
from spec.rv64im.program_row import HALTED
from spec.rv64im.tokens import SEGMENT_TOKENS, output_doublewords, output_tokens

FIRST = OUTPUT_REGION.start // 8


def test_tokens_of_a_segment_are_state_and_cursor_at_both_ends_and_the_exit_code_of_the_last() -> None:
    assert (
        Token(STATE, +1, ("pc_in", 1)),
        Token(STATE, -1, ("pc_out", "clock_out")),
        Token(CURSOR, +1, ("cursor_in",)),
        Token(CURSOR, -1, ("cursor_out",)),
        Token(EXIT, -1, ("exit_code_0", "exit_code_1", "exit_code_2", "exit_code_3"), times=("pc_out", HALTED)),
    ) == SEGMENT_TOKENS


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
