"""Differential fuzzing: random programs under user-mode QEMU and in our executor, and for a sample every constraint.

    python -m tests.reference.fuzz --programs 10000

Each seed makes one program, so a failure is found again by its seed: --first-seed SEED --programs 1.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from reference.checker import check_trace
from reference.execution import Execution
from reference.executor import execute
from reference.loader import load_bytes
from reference.trace.build import build_trace
from tests.reference.random_program import DATA, FINAL, OBSERVED_BYTES, REGISTER_BYTES, RandomProgram, random_program

QEMU = "qemu-riscv64"
MAXIMUM_INSTRUCTIONS = 100_000
LARGEST_UNIT_COUNT = 300


@dataclass(frozen=True)
class Ending:
    """What a program leaves behind."""

    registers: tuple[str, ...]
    """x0 to x31, named, in hexadecimal."""

    memory: bytes
    exit_status: int
    """The low 8 bits of the exit code, all that Linux tells."""


def program_of_seed(seed: int) -> RandomProgram:
    """The seed's program; its size depends on the seed too."""
    return random_program(seed, Random(seed).randint(1, LARGEST_UNIT_COUNT))


def ending_under_qemu(program: RandomProgram, path: Path) -> Ending:
    """Runs the Linux form, which writes its state to standard output; `path` is where to put it."""
    path.write_bytes(program.linux_elf)
    path.chmod(0o700)
    completed = subprocess.run([QEMU, "-cpu", "rv64,c=false", str(path)], capture_output=True, timeout=60, check=False)
    return _ending(completed.stdout, completed.returncode)


def ending_in_executor(program: RandomProgram) -> Ending:
    """Runs our form. Raises AssertionError if it ends abnormally."""
    execution = execute(load_bytes(program.elf), maximum_instructions=MAXIMUM_INSTRUCTIONS)
    assert execution.exit_code is not None, execution.trap
    return _ending(observed_memory(execution), execution.exit_code & 0xFF)


def observed_memory(execution: Execution) -> bytes:
    """What the Linux form of the program writes, from the final memory."""
    doublewords = range((DATA + FINAL) // 8, (DATA + FINAL + OBSERVED_BYTES) // 8)
    return b"".join(execution.memory[address].to_bytes(8, "little") for address in doublewords)


def _ending(observed: bytes, exit_status: int) -> Ending:
    words = [observed[8 * i : 8 * i + 8] for i in range(REGISTER_BYTES // 8)]
    registers = tuple(f"x{i} = {int.from_bytes(word, 'little'):#018x}" for i, word in enumerate(words))
    return Ending(registers, observed[REGISTER_BYTES:], exit_status)


def failures(first_seed: int, programs: int, check_every: int, directory: Path) -> Iterator[str]:
    """One line for each program that ends differently, or whose trace breaks a constraint."""
    for seed in range(first_seed, first_seed + programs):
        program = program_of_seed(seed)
        theirs = ending_under_qemu(program, directory / "program.elf")
        try:
            ours = ending_in_executor(program)
        except AssertionError as error:
            yield f"seed {seed}: ends abnormally: {error}"
            continue
        if ours != theirs:
            yield f"seed {seed}: {_difference(ours, theirs)}"
        if seed % check_every == 0:
            violations = check_trace(build_trace(load_bytes(program.elf)))
            if violations:
                yield f"seed {seed}: {len(violations)} constraints or buses fail, first: {violations[0]}"


def _difference(ours: Ending, theirs: Ending) -> str:
    for our_register, their_register in zip(ours.registers, theirs.registers, strict=False):
        if our_register != their_register:
            return f"{our_register}, under QEMU {their_register}"
    if ours.exit_status != theirs.exit_status:
        return f"exit status {ours.exit_status}, under QEMU {theirs.exit_status}"
    return "memory differs"


def main() -> int:
    """The command line; 1 if any program fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--check-every", type=int, default=500, help="check the constraints of every so many programs")
    arguments = parser.parse_args()
    if shutil.which(QEMU) is None:
        print(f"{QEMU} is not installed (Debian package qemu-user)", file=sys.stderr)
        return 1
    count = 0
    with tempfile.TemporaryDirectory() as directory:
        found = failures(arguments.first_seed, arguments.programs, arguments.check_every, Path(directory))
        for line in found:
            print(line, flush=True)
            count += 1
    print(f"{arguments.programs} programs, {count} failures")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
