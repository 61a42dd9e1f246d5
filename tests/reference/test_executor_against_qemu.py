"""Random programs end in the same registers, memory and exit code under user-mode QEMU and in our executor."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.execution import Step
from reference.executor import execute
from reference.loader import load_bytes
from spec.isa import INSTRUCTIONS
from tests.reference.fuzz import QEMU, ending_in_executor, ending_under_qemu, failures
from tests.reference.random_program import CORNER_WORDS, random_program


@pytest.fixture(scope="module")
def elf_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where to put a program for QEMU; skips where QEMU is not installed."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed (Debian package qemu-user)")
    return tmp_path_factory.mktemp("qemu") / "program.elf"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**64 - 1), unit_count=st.integers(1, 300))
def test_random_program_ends_as_under_qemu(elf_path: Path, seed: int, unit_count: int) -> None:
    program = random_program(seed, unit_count)
    assert ending_in_executor(program) == ending_under_qemu(program, elf_path)


def test_fuzzing_runs_programs_and_checks_constraints(elf_path: Path) -> None:
    assert list(failures(0, 3, 3, elf_path.parent)) == []


def test_random_programs_execute_every_instruction_but_ebreak_in_every_way() -> None:
    executed: set[str] = set()
    ways: Counter[str] = Counter()

    def record(step: Step) -> None:
        decoded = step.decoded
        executed.add(decoded.instruction.name)
        ways["x0 as destination"] += decoded.writes_rd and decoded.rd == 0
        ways["destination is first source"] += decoded.writes_rd and decoded.reads_rs1 and decoded.rd == decoded.rs1
        if decoded.reads_rs2:
            ways["equal sources"] += decoded.rs1 == decoded.rs2
            ways["destination is second source"] += decoded.writes_rd and decoded.rd == decoded.rs2
            ways["all equal"] += decoded.writes_rd and decoded.rd == decoded.rs1 == decoded.rs2
            ways["extreme operands"] += {step.left, step.right} <= set(CORNER_WORDS)

    for seed in range(12):
        execution = execute(load_bytes(random_program(seed, 300).elf), record=record)
        ways["misaligned"] += execution.misaligned_access_count
    assert executed == {instruction.name for instruction in INSTRUCTIONS} - {"ebreak"}
    assert {way: count for way, count in ways.items() if count < 20} == {}
    assert len(ways) == 7
