"""What calls mean, against other implementations of the same functions."""

from __future__ import annotations

import hashlib

import pytest

from spec.isa.calls import CALL_BY_NUMBER, CALLS, SHA256_COMPRESS, Call, Use, bytes_of, doublewords_of, words_of
from spec.isa.system import CALL_ARGUMENT_REGISTER, HALT_CALL
from spec.protocol.sha256 import SHA256_INITIAL_VALUE

BLOCK_BYTES = 64


def _padded(message: bytes) -> bytes:
    """The message as FIPS 180-4 pads it, 5.1.1."""
    zeros = -(len(message) + 9) % BLOCK_BYTES
    return message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(8, "big")


def _digest(message: bytes) -> bytes:
    padded, state = _padded(message), list(doublewords_of(SHA256_INITIAL_VALUE))
    for start in range(0, len(padded), BLOCK_BYTES):
        block = padded[start : start + BLOCK_BYTES]
        held = [int.from_bytes(block[i : i + 8], "little") for i in range(0, BLOCK_BYTES, 8)]
        state = SHA256_COMPRESS.results([*held, *state])[len(held) :]
    return b"".join(word.to_bytes(4, "big") for word in words_of(state))


@pytest.mark.parametrize("message", [b"", b"abc", bytes(55), bytes(range(56)), b"a" * 64, bytes(range(200))])
def test_sha256_of_compressions_is_that_of_the_library(message: bytes) -> None:
    assert _digest(message) == hashlib.sha256(message).digest()


def test_block_is_left_as_it_was() -> None:
    held = list(range(1, 13))
    assert SHA256_COMPRESS.results(held)[:8] == held[:8]


def test_words_and_doublewords_are_the_same_bytes() -> None:
    words = tuple(range(8))
    assert tuple(words_of(doublewords_of(words))) == words
    assert bytes_of(doublewords_of(words)) == b"".join(word.to_bytes(4, "little") for word in words)


def test_positions_are_consecutive_for_each_operand_in_order() -> None:
    assert SHA256_COMPRESS.positions([0x1000, 0x80]) == [*range(0x200, 0x208), *range(0x10, 0x14)]


def test_numbers_are_told_apart_from_each_other_and_from_the_exit_call() -> None:
    assert len(CALL_BY_NUMBER) == len(CALLS)
    assert HALT_CALL not in CALL_BY_NUMBER
    assert all(number < 2**16 for number in CALL_BY_NUMBER)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_at_most_one_operand_is_written_and_it_comes_last(call: Call) -> None:
    """Then operands may overlap: what is read is what was there before the call."""
    assert [operand.use for operand in call.operands[:-1]] == [Use.READ] * (len(call.operands) - 1)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_pointers_stand_in_different_argument_registers(call: Call) -> None:
    registers = [operand.register for operand in call.operands]
    assert len(set(registers)) == len(registers)
    assert all(CALL_ARGUMENT_REGISTER <= register < CALL_ARGUMENT_REGISTER + 4 for register in registers)
