"""Two ways to run a guest that are not ours: unicorn for the Limpid runtime, user-mode QEMU for the Linux one."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from unicorn import UC_ARCH_RISCV, UC_HOOK_CODE, UC_HOOK_INTR, UC_MODE_RISCV64, Uc, UcError
from unicorn.riscv_const import UC_RISCV_REG_A0, UC_RISCV_REG_A7, UC_RISCV_REG_PC

from spec.memory_map import DOUBLEWORD_BYTES, HEAP, INPUT_REGION, OUTPUT_REGION, PAGE_BYTES, STACK
from tests.guest.accelerators.unicorn_calls import Call, serve_call

QEMU = "qemu-riscv64"
EXIT_ECALL = 93

# RISC-V privileged manual, table of mcause values: environment call from U, S and M mode.
_CAUSES_OF_ECALL = frozenset({8, 9, 11})
_EBREAK = 0x0010_0073

_STACK_BYTES = 2**20
_HEAP_BYTES = 2**20
_OUTPUT_BYTES = 2**20


@dataclass(frozen=True)
class Outcome:
    """How a run ended: an exit code, or None after an ebreak; the public output; instructions, where counted."""

    exit_code: int | None
    output: bytes
    instructions: int | None = None


def _whole_pages(size_bytes: int) -> int:
    return -(-size_bytes // PAGE_BYTES) * PAGE_BYTES


def run_on_unicorn(elf: Path, guest_input: bytes, *, input_length: int | None = None) -> Outcome:
    """Runs an ELF of the Limpid runtime. `input_length` replaces the length doubleword, as a hostile prover may.

    Only the first MiB of heap, output and the last of the stack are mapped.
    """
    machine = Uc(UC_ARCH_RISCV, UC_MODE_RISCV64)
    with elf.open("rb") as stream:
        image = ELFFile(stream)
        entry = image["e_entry"]
        for segment in image.iter_segments("PT_LOAD"):
            if segment["p_memsz"] == 0:
                continue
            start = segment["p_vaddr"] // PAGE_BYTES * PAGE_BYTES
            machine.mem_map(start, _whole_pages(segment["p_vaddr"] + segment["p_memsz"] - start))
            machine.mem_write(segment["p_vaddr"], segment.data())
    machine.mem_map(HEAP.start, _HEAP_BYTES)
    machine.mem_map(STACK.end - _STACK_BYTES, _STACK_BYTES)
    machine.mem_map(OUTPUT_REGION.start, _OUTPUT_BYTES)
    length = len(guest_input) if input_length is None else input_length
    region = length.to_bytes(DOUBLEWORD_BYTES, "little") + guest_input
    machine.mem_map(INPUT_REGION.start, _whole_pages(len(region)))
    machine.mem_write(INPUT_REGION.start, region)

    instructions = 0
    ended_by: int | None = None

    def count(_machine: Uc, _address: int, _size: int, _context: object) -> None:
        nonlocal instructions
        instructions += 1

    def end_or_serve(_machine: Uc, cause: int, _context: object) -> None:
        nonlocal ended_by
        number = machine.reg_read(UC_RISCV_REG_A7)
        if cause in _CAUSES_OF_ECALL and number in set(Call):
            serve_call(machine, number)
            return
        ended_by = cause
        machine.emu_stop()

    machine.hook_add(UC_HOOK_CODE, count)
    machine.hook_add(UC_HOOK_INTR, end_or_serve)
    try:
        machine.emu_start(entry, 0)
    except UcError:
        # Unicorn reports an ebreak as an invalid instruction.
        program_counter = machine.reg_read(UC_RISCV_REG_PC)
        if int.from_bytes(machine.mem_read(program_counter, 4), "little") != _EBREAK:
            raise

    output_length = int.from_bytes(machine.mem_read(OUTPUT_REGION.start, DOUBLEWORD_BYTES), "little")
    output = bytes(machine.mem_read(OUTPUT_REGION.start + DOUBLEWORD_BYTES, output_length))
    if ended_by is None:
        return Outcome(None, output, instructions)
    if ended_by not in _CAUSES_OF_ECALL or machine.reg_read(UC_RISCV_REG_A7) != EXIT_ECALL:
        raise AssertionError(f"{elf.name} ended by cause {ended_by}, which is no exit")
    return Outcome(machine.reg_read(UC_RISCV_REG_A0), output, instructions)


def run_under_qemu(elf: Path, guest_input: bytes) -> Outcome:
    """Runs an ELF of the Linux runtime under user-mode QEMU, without compressed instructions."""
    command = [QEMU, "-cpu", "rv64,c=false", str(elf)]
    completed = subprocess.run(command, input=guest_input, capture_output=True, timeout=60, check=False)
    exit_code = completed.returncode if completed.returncode >= 0 else None
    return Outcome(exit_code, completed.stdout)
