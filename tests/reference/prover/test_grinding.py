"""The nonce is the smallest that shows the work."""

from __future__ import annotations

import pytest

from reference.prover.grinding import grind
from spec.protocol.hash import STATE_WORDS, Domain, compress


def shows_work(block: list[int], bits: int, nonce: int) -> bool:
    with_nonce = [*block[:STATE_WORDS], nonce >> 32, nonce & 0xFFFFFFFF, *block[STATE_WORDS + 2 :]]
    return compress(Domain.GRINDING.initial_value, with_nonce)[0] % (1 << bits) == 0


@pytest.mark.parametrize("bits", [0, 1, 5, 9])
def test_nonce_is_the_smallest_that_shows_the_work(bits: int) -> None:
    block = [*range(1, 9), 0, 0, 81, 3, 1, 0, 0, 0]
    nonce = grind(block, bits)
    assert shows_work(block, bits, nonce)
    assert not any(shows_work(block, bits, smaller) for smaller in range(nonce))


def test_nonce_is_found_beyond_the_first_batch() -> None:
    block = [*range(12, 20), 0, 0, 79, 0, 0, 0, 0, 0]
    nonce = grind(block, 12)
    assert nonce > 1 << 10
    assert shows_work(block, 12, nonce)
