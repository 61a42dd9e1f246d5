"""The machine calls on unicorn, computed in Python."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from unicorn import Uc
from unicorn.riscv_const import UC_RISCV_REG_A0, UC_RISCV_REG_A1, UC_RISCV_REG_A2, UC_RISCV_REG_A3

from spec.memory_map import DOUBLEWORD_BYTES
from tests.guest.accelerators.python_calls import honest_advice, keccak_f, multiply_add_modulo, sha256_compress

_OPERANDS = (UC_RISCV_REG_A0, UC_RISCV_REG_A1, UC_RISCV_REG_A2, UC_RISCV_REG_A3)

Advice = Callable[[int, int, int, int], int]
"""The host's answer to a kind, the numbers at the first and second operand, and the third operand."""


class Call(IntEnum):
    """The numbers of the machine calls."""

    KECCAK_F = 256
    SHA256_COMPRESS = 257
    MULTIPLY_ADD_MODULO_256 = 258
    MULTIPLY_ADD_MODULO_384 = 259
    ADVICE = 260


def serve_call(machine: Uc, number: int, advice: Advice = honest_advice) -> None:
    """Does what the call with this number does to registers and memory."""
    a0, a1, a2, a3 = machine.reg_read_batch(_OPERANDS)

    def load(address: int, size_bytes: int) -> bytes:
        assert address % DOUBLEWORD_BYTES == 0, "an operand is not aligned"
        return bytes(machine.mem_read(address, size_bytes))

    if number in (Call.MULTIPLY_ADD_MODULO_256, Call.MULTIPLY_ADD_MODULO_384):
        size = 32 if number == Call.MULTIPLY_ADD_MODULO_256 else 48
        load(a0, DOUBLEWORD_BYTES)
        c_and_modulus = load(a3, 2 * size)
        a, b, c, modulus = (
            int.from_bytes(limbs, "little")
            for limbs in (load(a1, size), load(a2, size), c_and_modulus[:size], c_and_modulus[size:])
        )
        machine.mem_write(a0, multiply_add_modulo(a, b, c, modulus, 8 * size).to_bytes(size, "little"))
    elif number == Call.KECCAK_F:
        machine.mem_write(a0, keccak_f(load(a0, 200)))
    elif number == Call.SHA256_COMPRESS:
        machine.mem_write(a0, sha256_compress(load(a0, 32), load(a1, 64)))
    elif number == Call.ADVICE:
        size = 48 if a0 in (2, 4) else 32
        first, second = (int.from_bytes(load(address, size), "little") if a0 else 0 for address in (a1, a2))
        machine.reg_write(UC_RISCV_REG_A0, advice(a0, first, second, a3))
    else:
        raise AssertionError(f"{number} is no call of the machine")
