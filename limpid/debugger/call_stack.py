"""The chain of calls in which a run ended: found out by executing it again and following calls and returns."""

from __future__ import annotations

from collections.abc import Sequence

from limpid.advice.trap_advice import Frame
from limpid.debugger.source_lines import SourceLines
from limpid.reading.symbols import readable
from limpid.runs.compiled_runs import return_addresses
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.program import Program

MOST_INSTRUCTIONS = 100_000_000
"""A longer run is not executed again for it: that would take more than some seconds."""

MOST_FRAMES = 32
"""The most frames shown: the innermost ones of a deep recursion tell enough."""


def call_stack(program: Program, elf: bytes, private_input: bytes, pc: int, instructions: int) -> Sequence[Frame]:
    """The place at which a run ended after so many instructions, then those of the calls that led there."""
    addresses = [pc]
    if instructions <= MOST_INSTRUCTIONS:
        returns = return_addresses(program, private_input)
        addresses += [address - INSTRUCTION_BYTES for address in reversed(returns)]
    lines, named = SourceLines(elf), readable(program)
    return tuple(Frame(address, named.symbol_at(address), lines.at(address)) for address in addresses[:MOST_FRAMES])
