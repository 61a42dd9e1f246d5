"""Programs that make calls of the machine on given operands."""

from __future__ import annotations

from collections.abc import Sequence

from spec.isa.calls import Call
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES
from tests.reference.assembly import SCRATCH, Assembly

WORD, BASE = 5, 8
"""Registers that no call takes a pointer from."""


def store_words(assembly: Assembly, address: int, words: Sequence[int]) -> None:
    """Stores doublewords from an address on."""
    assembly.constant(BASE, address)
    for i, word in enumerate(words):
        assembly.constant(WORD, word)
        assembly.add("sd", rs1=BASE, rs2=WORD, immediate=DOUBLEWORD_BYTES * i)


def make_call(assembly: Assembly, call: Call, pointers: Sequence[int]) -> None:
    """Makes a call with these pointers."""
    for operand, pointer in zip(call.operands, pointers, strict=True):
        assembly.constant(operand.register, pointer)
    assembly.add("addi", CALL_NUMBER_REGISTER, immediate=call.number)
    assembly.add("ecall")


def calling(
    call: Call, pointers: Sequence[int], contents: Sequence[tuple[int, Sequence[int]]], times: int = 1
) -> Assembly:
    """Stores doublewords at addresses, makes the call so often, and is still to be ended."""
    assembly = Assembly()
    for address, words in contents:
        store_words(assembly, address, words)
    for _ in range(times):
        make_call(assembly, call, pointers)
    return assembly


def operands_apart(call: Call) -> list[int]:
    """Pointers into the scratch area, each operand behind the one before."""
    sizes = [DOUBLEWORD_BYTES * operand.doublewords for operand in call.operands]
    return [SCRATCH.start + sum(sizes[:place]) for place in range(len(sizes))]
