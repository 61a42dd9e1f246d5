"""The runtimes keep their promises: start, memory functions, output, and every way to end."""

from __future__ import annotations

import struct
from itertools import product
from pathlib import Path

import pytest

from limpid.guest_build.build import BuildError, Runtime, build
from reference.execution import TrapReason
from reference.executor import execute
from reference.loader import load
from spec.memory_map import GUARD_PAGE, HEAP, OUTPUT_CAPACITY_BYTES, STACK
from tests.guest.emulation import Outcome, run_on_unicorn, run_under_qemu

PROGRAMS = Path(__file__).parent / "programs"

COPY, MOVE, SET, COMPARE = range(4)
BUFFER_BYTES = 128
SIZES = (0, 1, 7, 8, 9, 15, 16, 31, 32, 33, 47, 64, 65)


def _built(name: str, directory: Path, runtime: Runtime) -> Path:
    output = directory / f"{name}-{runtime}.elf"
    build([PROGRAMS / name], output, runtime=runtime, extra_flags=["-Wall", "-Wextra", "-Werror"])
    return output


def _expected_after(function: int, left: int, right: int, size: int) -> bytes:
    """What memory_functions.c outputs for one command."""
    buffer = bytearray((7 * i + 1) % 256 for i in range(BUFFER_BYTES))
    if function == COMPARE:
        different = right // 8
        if different >= size:
            return b"\x00"
        original = buffer[left + different]
        return b"\x01" if original > original ^ 0x80 else b"\xff"
    if function == SET:
        buffer[left : left + size] = bytes([right]) * size
    else:
        buffer[left : left + size] = buffer[right : right + size]
    return bytes(buffer)


def _commands(function: int) -> list[tuple[int, int, int, int]]:
    """Every alignment of both operands, every interesting size; overlaps both ways where they are allowed."""
    if function == COPY:
        return [(COPY, left, 64 - 8 + right, size) for left, right, size in product(range(8), range(8), SIZES[:-2])]
    if function == MOVE:
        distances = (-17, -8, -3, -1, 0, 1, 3, 8, 17)
        return [(MOVE, 24 + a, 24 + a + d, size) for a, d, size in product(range(8), distances, SIZES)]
    if function == SET:
        return [(SET, left, byte, size) for left, byte, size in product(range(8), (0, 0xA5), SIZES)]
    places = (0, 3, 8, 13)
    return [
        (COMPARE, left, 8 * place + right, size)
        for left, right, place, size in product(range(8), range(8), places, SIZES)
    ]


@pytest.mark.parametrize("function", [COPY, MOVE, SET, COMPARE], ids=["memcpy", "memmove", "memset", "memcmp"])
def test_memory_function_at_every_alignment_matches_python(
    function: int, compiler: str, qemu: str, tmp_path: Path
) -> None:
    elf = _built("memory_functions.c", tmp_path, "linux")
    commands = _commands(function)
    outcome = run_under_qemu(elf, b"".join(bytes(command) for command in commands))
    assert outcome == Outcome(0, b"".join(_expected_after(*command) for command in commands))


START_OUTPUT = b"abcd" + struct.pack("<5Q", 0x1122334455667788, 0, 0, HEAP.start, HEAP.end)


def test_start_before_main_constructs_initializes_and_aligns(compiler: str, tmp_path: Path) -> None:
    outcome = run_on_unicorn(_built("start.cpp", tmp_path, "limpid"), b"\x00")
    assert (outcome.exit_code, outcome.output) == (0, START_OUTPUT)


def test_start_under_linux_gives_the_same_output(compiler: str, qemu: str, tmp_path: Path) -> None:
    assert run_under_qemu(_built("start.cpp", tmp_path, "linux"), b"\x00") == Outcome(0, START_OUTPUT)


def test_result_of_main_is_the_exit_code(compiler: str, tmp_path: Path) -> None:
    outcome = run_on_unicorn(_built("start.cpp", tmp_path, "limpid"), b"\x2a")
    assert outcome.exit_code == 42


def test_exit_with_negative_code_is_sign_extended(compiler: str, tmp_path: Path) -> None:
    outcome = run_on_unicorn(_built("start.cpp", tmp_path, "limpid"), b"\x02\x00")
    assert outcome.exit_code == 2**64 - 2


def test_abort_ends_without_exit_code(compiler: str, tmp_path: Path) -> None:
    outcome = run_on_unicorn(_built("start.cpp", tmp_path, "limpid"), b"")
    assert outcome.exit_code is None


def test_abort_under_linux_ends_by_a_signal(compiler: str, qemu: str, tmp_path: Path) -> None:
    assert run_under_qemu(_built("start.cpp", tmp_path, "linux"), b"") == Outcome(None, b"")


def test_output_filling_its_region_is_written(compiler: str, qemu: str, tmp_path: Path) -> None:
    elf = _built("output_overflow.c", tmp_path, "linux")
    outcome = run_under_qemu(elf, struct.pack("<Q", OUTPUT_CAPACITY_BYTES - 3))
    assert outcome == Outcome(0, b"abc" + bytes(OUTPUT_CAPACITY_BYTES - 3))


@pytest.mark.parametrize("size", [OUTPUT_CAPACITY_BYTES - 2, 2**63, 2**64 - 3, 2**64 - 1])
def test_output_beyond_its_region_aborts_before_it_is_written(size: int, compiler: str, tmp_path: Path) -> None:
    outcome = run_on_unicorn(_built("output_overflow.c", tmp_path, "limpid"), struct.pack("<Q", size))
    assert (outcome.exit_code, outcome.output) == (None, b"abc")


def test_stack_overflow_meets_the_guard_page(compiler: str, tmp_path: Path) -> None:
    # A small stack, so that the test is fast: the guest moves its stack pointer down before main.
    source = tmp_path / "near.c"
    source.write_text(
        "__attribute__((constructor, naked)) static void near(void) { "
        f'__asm__("li t0, {STACK.size_bytes - 2**14}\\n sub sp, sp, t0\\n ret"); }}\n'
    )
    elf = tmp_path / "overflow.elf"
    build([PROGRAMS / "stack_overflow.c", source], elf)
    trap = execute(load(elf)).trap
    assert trap is not None
    assert (trap.reason, (trap.symbol or "").partition("+")[0]) == (TrapReason.UNMAPPED_STORE, "deeper")
    assert trap.address is not None
    assert GUARD_PAGE.start <= trap.address < GUARD_PAGE.end
    assert trap.message.endswith(", in the stack guard page")


def test_image_reaching_into_the_heap_is_refused(compiler: str, tmp_path: Path) -> None:
    source = tmp_path / "large.c"
    source.write_text("char large[0x40000000]; int main(void) { return large[5]; }\n")
    with pytest.raises(BuildError, match="the image reaches into the heap"):
        build([source], tmp_path / "large.elf")
