"""Executing and profiling with compiled code: whatever the reference's executor would give."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from limpid.guest_build.build import EXAMPLES
from limpid.runs import compiled_runs
from limpid.runs.compiled_runs import execute, profile
from optimized.execution import call_counts
from optimized.execution.predecoded import CodeTooLargeError
from reference.execution import Execution
from reference.executor import execute as reference_execute
from reference.executor.profiling import CallNode
from reference.executor.profiling import profile as reference_profile
from reference.loader import load, load_bytes
from reference.machine_memory import InputTooLongError
from spec.memory_map import INPUT_CAPACITY_BYTES, INPUT_REGION, REGISTER_COUNT
from spec.program import Program
from tests.limpid.commands.invocation import OUTSIDE_MEMORY_ELF, SCRIBBLING_ELF, TRAPPING_ELF
from tests.reference.assembly import Assembly
from tests.reference.random_program import random_program

RA = 1

INPUTS = {
    "sha256": bytes(range(200)),
    "sort": bytes(reversed(range(64))),
    "fibonacci": (30).to_bytes(8, "little"),
    "hello": b"",
    "word_count": b"to be or not to be",
}


def _parts(execution: Execution) -> dict[str, object]:
    """All of an execution that two executors have to agree on: nobody's is what the sink holds."""
    return {
        "exit_code": execution.exit_code,
        "instructions": execution.instructions,
        "output": execution.output,
        "misaligned": execution.misaligned_accesses,
        "registers": execution.registers[:REGISTER_COUNT],
        "memory": dict(execution.memory),
        "trap": execution.trap,
        "unprovable": execution.unprovable_reason,
    }


def _example(name: str) -> Program:
    return load(EXAMPLES / "elf" / f"{name}.elf")


@pytest.mark.parametrize("example", INPUTS)
def test_example_ends_and_shows_as_in_the_reference(example: str) -> None:
    program, private_input = _example(example), INPUTS[example]
    expected_text, text = bytearray(), bytearray()
    expected = reference_execute(program, private_input, console=expected_text.extend)
    assert _parts(execute(program, private_input, console=text.extend)) == _parts(expected)
    assert text == expected_text


@pytest.mark.parametrize("seed", range(6))
def test_random_program_ends_as_in_the_reference(seed: int) -> None:
    program = load_bytes(random_program(seed, 300).elf)
    assert _parts(execute(program)) == _parts(reference_execute(program))


@pytest.mark.parametrize("elf", [TRAPPING_ELF, OUTSIDE_MEMORY_ELF, SCRIBBLING_ELF], ids=["ebreak", "load", "output"])
def test_run_without_proof_ends_as_in_the_reference(elf: bytes) -> None:
    program = load_bytes(elf)
    expected = reference_execute(program)
    assert expected.unprovable_reason is not None
    assert _parts(execute(program)) == _parts(expected)


@pytest.mark.parametrize("limit", [0, 1, 7, 100])
def test_run_that_reaches_its_limit_ends_as_in_the_reference(limit: int) -> None:
    program = _example("sha256")
    expected = reference_execute(program, maximum_instructions=limit)
    assert _parts(execute(program, maximum_instructions=limit)) == _parts(expected)


def test_input_above_the_capacity_is_refused() -> None:
    class Long(bytes):
        def __len__(self) -> int:
            return INPUT_CAPACITY_BYTES + 1

    with pytest.raises(InputTooLongError, match=f"holds at most {INPUT_CAPACITY_BYTES}"):
        execute(_example("sha256"), Long())


def test_code_too_far_apart_for_a_table_is_executed_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object) -> None:
        raise CodeTooLargeError

    monkeypatch.setattr(compiled_runs, "execute_compiled", too_large)
    monkeypatch.setattr(compiled_runs, "execute_counting", too_large)
    program = _example("fibonacci")
    assert (
        execute(program, INPUTS["fibonacci"]).instructions
        == profile(program, INPUTS["fibonacci"]).execution.instructions
    )


def test_console_text_longer_than_the_buffer_is_shown_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimized.execution.console.BUFFERED_BYTES", 0)
    monkeypatch.setattr(compiled_runs, "LONGEST_TEXT_BYTES", 8)
    shown: list[bytes] = []
    execute(_example("hello"), console=shown.append)
    expected = bytearray()
    reference_execute(_example("hello"), console=lambda text: expected.extend(text[:8]))
    assert b"".join(shown) == expected
    assert len(shown) > 1


def test_executed_instructions_are_reported_up_to_the_end() -> None:
    reports: list[int] = []
    execution = execute(_example("sha256"), b"abc", executed=reports.append)
    assert reports[-1] == execution.instructions


def test_memory_of_the_host_is_in_proportion_to_what_the_guest_touches() -> None:
    # Given a program that stores a word in each of 2^16 pages of the input region.
    assembly = Assembly()
    assembly.constant(5, INPUT_REGION.start)
    assembly.constant(6, 1 << 16)
    assembly.constant(7, 4096)
    loop = assembly.here
    assembly.add("sd", rs1=5, rs2=5)
    assembly.add("add", 5, 5, 7)
    assembly.add("addi", 6, 6, immediate=-1)
    assembly.add("bne", rs1=6, rs2=0, immediate=loop - assembly.here)
    assembly.exit()
    program = assembly.program()
    # When it is executed, Python holds a flag for each page of the machine's memory, and no object for a touched one.
    execute(_example("fibonacci"), INPUTS["fibonacci"])
    tracemalloc.start()
    try:
        execution = execute(program)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert execution.exit_code == 0
    assert peak < 1 << 22


def _tree(node: CallNode) -> tuple[object, ...]:
    children = {function: _tree(child) for function, child in node.children.items()}
    return node.function, node.depth, Counter(node.instructions), children


@pytest.mark.parametrize("example", INPUTS)
def test_profile_is_the_references(example: str) -> None:
    program, private_input = _example(example), INPUTS[example]
    expected, found = reference_profile(program, private_input), profile(program, private_input)
    assert _parts(found.execution) == _parts(expected.execution)
    assert _tree(found.calls) == _tree(expected.calls)
    assert found.touched_by_region() == expected.touched_by_region()
    assert len(found.touched) == len(expected.touched)
    assert all(address in found.touched for address in expected.execution.memory if address in expected.touched)


def test_profile_of_a_deep_recursion_is_the_references(monkeypatch: pytest.MonkeyPatch) -> None:
    # More frames, nodes and counters than the arrays have room for at first.
    monkeypatch.setattr(call_counts, "LEAST_ROOM", 16)
    assembly = Assembly()
    assembly.constant(10, 1000)
    call = assembly.here
    assembly.add("jal", RA, immediate=16 + 4 * 3)  # to the function behind the exit
    assembly.exit()
    while assembly.here < call + 28:
        assembly.add("addi")
    function = assembly.here
    assembly.add("addi", 2, 2, immediate=1)
    assembly.add("addi", 10, 10, immediate=-1)
    assembly.add("beq", rs1=10, rs2=0, immediate=8)
    assembly.add("jal", RA, immediate=function - assembly.here)
    assembly.add("addi", 3, 3, immediate=1)
    assembly.exit()
    program = assembly.program()
    assert _tree(profile(program).calls) == _tree(reference_profile(program).calls)
