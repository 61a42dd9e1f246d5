"""Profiles count what was executed, by chain of calls, and change nothing."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import replace

import pytest

from limpid.guest_build.build import EXAMPLES
from reference.execution import Step
from reference.executor import execute
from reference.executor.profiling import DEEPEST_CHAIN, CallNode, TouchedSet, profile
from reference.loader import load
from spec.memory_map import HEAP, INPUT_REGION, OUTPUT_REGION, STACK, RegionKind
from spec.program import Symbol
from tests.reference.assembly import CODE_START, SCRATCH, Assembly

RA, T0, A0 = 1, 5, 10


def _tree(node: CallNode) -> tuple[int, int, list[object]]:
    """Function, instructions without callees, callees."""
    return node.function, node.instructions.total(), [_tree(child) for _, child in sorted(node.children.items())]


@pytest.mark.parametrize(("example", "private_input"), [("sort", bytes(range(200))), ("sha256", b"abc")])
def test_profile_counts_every_recorded_step(example: str, private_input: bytes) -> None:
    program = load(EXAMPLES / "elf" / f"{example}.elf")
    counts: Counter[int] = Counter()
    touched: set[int] = set()

    def record(step: Step) -> None:
        counts[step.pc] += 1
        touched.update(access.address for access in step.memory)

    execution = execute(program, private_input, record=record)
    profiled = profile(program, private_input)
    assert profiled.execution == execution
    assert profiled.instructions_by_pc == counts
    assert profiled.touched == TouchedSet(touched)


def test_calls_returns_and_tail_calls_make_a_tree() -> None:
    assembly = Assembly()
    assembly.add("jal", RA, immediate=32)  # to outer
    assembly.add("jal", RA, immediate=44)  # to inner
    assembly.exit()
    while assembly.here < CODE_START + 32:
        assembly.add("addi")
    outer = assembly.here
    assembly.add("addi", 6, RA)
    assembly.add("jal", RA, immediate=12)  # to inner
    assembly.add("addi", RA, 6)
    assembly.add("jalr", rs1=RA)
    inner = assembly.here
    assembly.add("addi")
    assembly.add("jal", immediate=4)  # to leaf, which returns in the place of inner
    leaf = assembly.here
    assembly.add("jalr", rs1=RA)
    symbols = tuple(Symbol(address, 4, name) for address, name in ((outer, "outer"), (inner, "inner"), (leaf, "leaf")))
    profiled = profile(replace(assembly.program(), symbols=symbols))
    inner_node: tuple[int, int, list[object]] = (inner, 2, [(leaf, 1, [])])
    assert profiled.execution.exit_code == 0
    assert _tree(profiled.calls) == (CODE_START, 6, [(outer, 4, [inner_node]), inner_node])
    assert [profiled.function_name(address) for address in (CODE_START, outer, leaf + 2)] == [
        hex(CODE_START),
        "outer",
        "leaf",
    ]


def test_recursion_deeper_than_the_chain_counts_for_its_ancestor() -> None:
    assembly = Assembly()
    depth = 3 * DEEPEST_CHAIN
    assembly.add("addi", A0, immediate=depth)
    assembly.add("jal", RA, immediate=12)
    assembly.add("addi", 17, immediate=93)
    assembly.add("ecall")
    function = assembly.here
    assembly.add("addi", A0, A0, immediate=-1)
    assembly.add("beq", rs1=A0, immediate=8)
    assembly.add("jal", RA, immediate=-8)
    assembly.add("jal", immediate=-20)  # to the exit
    profiled = profile(assembly.program())
    nodes = list(profiled.calls.walk())
    assert max(node.depth for node in nodes) == DEEPEST_CHAIN - 1
    assert sum(node.instructions[function] for node in nodes) == depth


def test_touched_memory_is_told_by_region() -> None:
    assembly = Assembly()
    assembly.constant(T0, SCRATCH.start)
    assembly.add("sd", rs1=T0, immediate=4)
    assembly.add("ld", 6, T0, immediate=16)
    assembly.constant(T0, INPUT_REGION.start)
    assembly.add("lb", 6, T0)
    assembly.exit()
    profiled = profile(assembly.program())
    by_kind = {region.kind: count for region, count in profiled.touched_by_region().items()}
    # Three constants come from the image.
    assert by_kind == {RegionKind.IMAGE: 3, RegionKind.ZERO: 3, RegionKind.INPUT: 1}
    assert profiled.touched_bytes == 7 * 8


def test_touched_memory_of_an_example_lies_in_variables_input_heap_stack_and_output() -> None:
    profiled = profile(load(EXAMPLES / "elf" / "sort.elf"), struct.pack("<4I", 4, 3, 2, 1))
    starts = {region.start * 8 for region in profiled.touched_by_region()}
    # Below the heap, the runtime's list of exit handlers.
    variables = {start for start in starts if start < HEAP.start}
    assert len(variables) == 1
    assert starts - variables == {HEAP.start, STACK.start, INPUT_REGION.start, OUTPUT_REGION.start}
