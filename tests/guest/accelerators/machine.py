"""A guest that calls accelerators, run on unicorn with the machine calls in Python."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from elftools.elf.elffile import ELFFile
from unicorn import UC_ARCH_RISCV, UC_HOOK_BLOCK, UC_HOOK_INTR, UC_MODE_RISCV64, Uc, UcError
from unicorn.riscv_const import UC_RISCV_REG_A7, UC_RISCV_REG_PC

from spec.memory_map import DOUBLEWORD_BYTES, HEAP, INPUT_REGION, OUTPUT_REGION, PAGE_BYTES, STACK
from tests.guest.accelerators.python_calls import honest_advice
from tests.guest.accelerators.unicorn_calls import Advice, serve_call
from tests.guest.emulation import EXIT_ECALL

INSTRUCTION_BYTES = 4
_EBREAK = 0x0010_0073
_STACK_BYTES = 2**20


class Function(IntEnum):
    """The accelerators by their number in dispatcher.c."""

    KECCAK256 = 0
    SHA256 = 1
    RIPEMD160 = 2
    BLAKE2F = 3
    MODEXP = 4
    SECP256K1_VERIFY = 5
    SECP256K1_ECRECOVER = 6
    SECP256R1_VERIFY = 7
    BN254_G1_ADD = 8
    BN254_G1_MUL = 9
    BN254_PAIRING = 10
    BLS12_G1_ADD = 11
    BLS12_G1_MSM = 12
    BLS12_G2_ADD = 13
    BLS12_G2_MSM = 14
    BLS12_PAIRING = 15
    BLS12_MAP_FP_TO_G1 = 16
    BLS12_MAP_FP2_TO_G2 = 17
    KZG_POINT_EVAL = 18
    U256_ADD = 19
    U256_MUL = 20
    U256_DIV = 21
    U256_MULMOD = 22
    U256_EXP = 23
    RANDOM = 24
    UNALIGNED = 25
    """A hash, by its number, of operands from an offset on."""


@dataclass
class Run:
    """How a run ended: whether by a trap, the status and what the accelerator wrote, and what it cost."""

    is_trap: bool
    status: int
    result: bytes
    instructions: int
    """Executed ones, a machine call counting as one."""

    calls: Counter[int] = field(default_factory=Counter)
    """How often each machine call was made."""


def run_accelerator(elf: Path, function: Function, operands: bytes, advice: Advice = honest_advice) -> Run:
    """Runs dispatcher.c's program."""
    machine = Uc(UC_ARCH_RISCV, UC_MODE_RISCV64)
    with elf.open("rb") as stream:
        image = ELFFile(stream)
        entry = image["e_entry"]
        for segment in image.iter_segments("PT_LOAD"):
            if segment["p_memsz"] != 0:
                start = segment["p_vaddr"] // PAGE_BYTES * PAGE_BYTES
                machine.mem_map(start, _whole_pages(segment["p_vaddr"] + segment["p_memsz"] - start))
                machine.mem_write(segment["p_vaddr"], segment.data())
    guest_input = struct.pack("<Q", function) + operands
    region = struct.pack("<Q", len(guest_input)) + guest_input
    machine.mem_map(HEAP.start, PAGE_BYTES)
    machine.mem_map(STACK.end - _STACK_BYTES, _STACK_BYTES)
    machine.mem_map(OUTPUT_REGION.start, PAGE_BYTES)
    machine.mem_map(INPUT_REGION.start, _whole_pages(len(region)))
    machine.mem_write(INPUT_REGION.start, region)

    run = Run(is_trap=False, status=0, result=b"", instructions=0)

    def count(_machine: Uc, _address: int, size: int, _context: object) -> None:
        run.instructions += size // INSTRUCTION_BYTES

    def serve(_machine: Uc, _cause: int, _context: object) -> None:
        number = machine.reg_read(UC_RISCV_REG_A7)
        if number == EXIT_ECALL:
            machine.emu_stop()
            return
        run.calls[number] += 1
        serve_call(machine, number, advice)

    machine.hook_add(UC_HOOK_BLOCK, count)
    machine.hook_add(UC_HOOK_INTR, serve)
    try:
        machine.emu_start(entry, 0)
    except UcError:
        # Unicorn reports an ebreak as an invalid instruction.
        program_counter = machine.reg_read(UC_RISCV_REG_PC)
        if int.from_bytes(machine.mem_read(program_counter, INSTRUCTION_BYTES), "little") != _EBREAK:
            raise
        run.is_trap = True
        return run
    length = int.from_bytes(machine.mem_read(OUTPUT_REGION.start, DOUBLEWORD_BYTES), "little")
    output = bytes(machine.mem_read(OUTPUT_REGION.start + DOUBLEWORD_BYTES, length))
    run.status, run.result = int.from_bytes(output[:1], "little", signed=True), output[1:]
    return run


def _whole_pages(size_bytes: int) -> int:
    return -(-size_bytes // PAGE_BYTES) * PAGE_BYTES
