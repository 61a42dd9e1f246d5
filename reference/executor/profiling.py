"""Profiling: how often each instruction was executed, under which chain of calls.

The link registers tell calls and returns, as for return-address predictors [RISC-V unprivileged manual, JALR, table of
hints]: so it needs no debug information, and code that returns in unusual ways only makes odd chains.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from reference.execution import Execution
from reference.executor.machine import Action, Instrument, Machine
from reference.executor.spans import Span, SpanCounter, span_instrument
from spec.isa import Decoded
from spec.isa.advice import Host
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Jump
from spec.memory_map import DOUBLEWORD_BYTES, Space
from spec.program import Program, Region

LINK_REGISTERS = (1, 5)
"""ra and t0, by convention the registers that hold return addresses."""

DEEPEST_CHAIN = 128
"""Deeper calls count for their ancestor at this depth, so that a deep recursion stays readable."""


class CallNode:
    """A function in a chain of calls: the root is the entry, a child is called by its parent."""

    def __init__(self, function: int, depth: int = 0) -> None:
        self.function = function
        """The byte address at which it was entered."""

        self.depth = depth
        self.children: dict[int, CallNode] = {}
        self.instructions: Counter[int] = Counter()
        """How often each program counter was executed here, callees apart."""

    def child(self, function: int) -> CallNode:
        """The node of a callee; at the greatest depth this node itself."""
        if self.depth + 1 == DEEPEST_CHAIN:
            return self
        if function not in self.children:
            self.children[function] = CallNode(function, self.depth + 1)
        return self.children[function]

    def walk(self) -> Iterator[CallNode]:
        """This node and all below it, each before its callees, callees by address."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending += [node.children[function] for function in sorted(node.children, reverse=True)]


class Touched(Protocol):
    """The doublewords that loads and stores touched, by address."""

    def __contains__(self, address: int, /) -> bool: ...

    def __len__(self) -> int: ...

    def count_between(self, start: int, end: int) -> int:
        """How many of the doublewords from `start` to before `end`."""
        ...


class TouchedSet(frozenset[int]):
    """The same as a set."""

    def count_between(self, start: int, end: int) -> int:
        return sum(start <= address < end for address in self)


@dataclass(frozen=True)
class Profile:
    """What a run did, counted."""

    program: Program
    private_input: bytes
    execution: Execution
    calls: CallNode
    """The tree of all chains of calls."""

    touched: Touched

    spans: tuple[Span, ...]
    """What the program marked as spans, by descending instructions."""

    @property
    def instructions_by_pc(self) -> Counter[int]:
        """How often each program counter was executed."""
        total: Counter[int] = Counter()
        for node in self.calls.walk():
            total.update(node.instructions)
        return total

    def function_name(self, address: int) -> str:
        """The name of the function around a byte address, or the address where the ELF file names none."""
        symbol = self.program.symbol_at(address)
        return f"{address:#x}" if symbol is None else re.sub(r"\+0x[0-9a-f]+$", "", symbol)

    def touched_by_region(self) -> dict[Region, int]:
        """How many doublewords were touched in each region of memory, of those that were."""
        regions = [region for region in self.program.regions if region.space is Space.MEMORY]
        counts = {region: self.touched.count_between(region.start, region.end) for region in regions}
        return {region: count for region, count in counts.items() if count}

    @property
    def touched_bytes(self) -> int:
        """The size of the touched doublewords."""
        return len(self.touched) * DOUBLEWORD_BYTES


class _Counters:
    """Where the counts of the running function go."""

    def __init__(self, program: Program) -> None:
        self.root = CallNode(program.entry)
        self.node = self.root
        self.counts = self.root.instructions
        self.executed = 0
        self._frames: list[tuple[int, CallNode]] = []
        self._functions = {symbol.address for symbol in program.symbols}

    def call(self, function: int, return_address: int) -> None:
        """Enters a function that will return there."""
        self._frames.append((return_address, self.node))
        self._enter(self.node.child(function))

    def jump(self, target: int) -> None:
        """Enters another function from the end of the present one, in whose place it will return."""
        if target in self._functions and target != self.node.function:
            self._enter(self.node.child(target))

    def come_back(self, address: int) -> None:
        """Leaves all functions up to the one that returns to this address; none if no function does."""
        for position in range(len(self._frames) - 1, -1, -1):
            if self._frames[position][0] == address:
                self._enter(self._frames[position][1])
                del self._frames[position:]
                return

    def _enter(self, node: CallNode) -> None:
        self.node, self.counts = node, node.instructions


def profile(
    program: Program, private_input: bytes = b"", *, maximum_instructions: int | None = None, host: Host | None = None
) -> Profile:
    """Runs the program and counts. Raises InputTooLongError if the input exceeds its region."""
    counters = _Counters(program)
    spans = SpanCounter()
    instruments = [_counting_instrument(counters), span_instrument(program, spans, lambda: counters.executed)]
    machine = Machine(program, private_input, instruments, host)
    execution = machine.run(maximum_instructions)
    touched = TouchedSet(machine.memory.doublewords)
    return Profile(program, private_input, execution, counters.root, touched, spans.finish(counters.executed))


def _counting_instrument(counters: _Counters) -> Instrument:
    def counted(machine: Machine, pc: int, decoded: Decoded, action: Action) -> Action:
        del machine

        def act() -> int:
            next_pc = action()
            counters.counts[pc] += 1
            counters.executed += 1
            return next_pc

        def call() -> int:
            next_pc = act()
            counters.call(next_pc, pc + INSTRUCTION_BYTES)
            return next_pc

        def come_back() -> int:
            next_pc = act()
            counters.come_back(next_pc)
            return next_pc

        def jump() -> int:
            next_pc = act()
            counters.jump(next_pc)
            return next_pc

        if not isinstance(decoded.instruction.meaning, Jump):
            return act
        if decoded.rd in LINK_REGISTERS:
            return call
        return come_back if decoded.rs1 in LINK_REGISTERS else jump

    return counted
