"""Random programs end in the same registers, memory and exit code under user-mode QEMU and in our executor."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.execution import Execution, Step
from reference.executor import execute
from reference.loader import load_bytes
from spec.isa import INSTRUCTIONS
from tests.reference.random_program import (
    DATA,
    FINAL,
    OBSERVED_BYTES,
    REGISTER_BYTES,
    random_program,
)

QEMU = "qemu-riscv64"


@pytest.fixture(scope="module")
def elf_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where to put a program for QEMU; skips where QEMU is not installed."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed (Debian package qemu-user)")
    return tmp_path_factory.mktemp("qemu") / "program.elf"


def _registers_and_memory(observed: bytes) -> tuple[list[str], bytes]:
    """Final registers x0 to x31 in hexadecimal, and the scratch memory."""
    registers = [f"x{i} = {int.from_bytes(observed[8 * i : 8 * i + 8], 'little'):#018x}" for i in range(32)]
    return registers, observed[REGISTER_BYTES:]


def _observed(execution: Execution) -> bytes:
    """What the Linux form of the program writes, from the final memory."""
    doublewords = range((DATA + FINAL) // 8, (DATA + FINAL + OBSERVED_BYTES) // 8)
    return b"".join(execution.memory[address].to_bytes(8, "little") for address in doublewords)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**64 - 1), unit_count=st.integers(1, 300))
def test_random_program_ends_as_under_qemu(elf_path: Path, seed: int, unit_count: int) -> None:
    program = random_program(seed, unit_count)
    elf_path.write_bytes(program.linux_elf)
    elf_path.chmod(0o700)
    theirs = subprocess.run([QEMU, "-cpu", "rv64,c=false", str(elf_path)], capture_output=True, timeout=60, check=False)
    execution = execute(load_bytes(program.elf), maximum_instructions=100_000)
    assert execution.trap is None
    assert execution.exit_code is not None
    assert _registers_and_memory(_observed(execution)) == _registers_and_memory(theirs.stdout)
    assert execution.exit_code & 0xFF == theirs.returncode


def test_random_programs_execute_every_instruction_but_ebreak() -> None:
    executed: set[str] = set()

    def record(step: Step) -> None:
        executed.add(step.decoded.instruction.name)

    misaligned = 0
    for seed in range(12):
        execution = execute(load_bytes(random_program(seed, 300).elf), record=record)
        misaligned += execution.misaligned_access_count
    assert executed == {instruction.name for instruction in INSTRUCTIONS} - {"ebreak"}
    assert misaligned > 100
