"""What a machine's exit values mean."""

from __future__ import annotations

import pytest

from spec.air.machine import exit_code_of, exit_code_text


def test_exit_code_has_its_lowest_limb_first() -> None:
    assert exit_code_of((0x1234, 0, 0, 0xABCD)) == 0xABCD_0000_0000_1234


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "0"),
        (255, "255"),
        (2**63 - 1, "9223372036854775807"),
        (2**63, "9223372036854775808 (-9223372036854775808)"),
        (2**64 - 1, "18446744073709551615 (-1)"),
    ],
)
def test_exit_code_shows_what_c_calls_it(code: int, text: str) -> None:
    assert exit_code_text(code) == text
