"""Executing and profiling with the compiled executor: the results of the reference's executor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from limpid.runs.backends import Executed
from optimized.execution.call_counts import CALLER, DEPTH, FRAMES, FUNCTION, NODES, RETURN, CallCounts, CallRules
from optimized.execution.console import PUTS, WRITES
from optimized.execution.ended import Ended, Watching, execute_counting
from optimized.execution.ended import execute as execute_compiled
from optimized.execution.executor import UNLIMITED
from optimized.execution.executor import Machine as CompiledMachine
from optimized.execution.guest_memory import InputTooLongError as CompiledInputTooLongError
from optimized.execution.loop_state import HALTED, TRAPPED
from optimized.execution.predecoded import CodeTooLargeError
from reference.execution import Execution, Trap, TrapReason
from reference.executor import Console, Machine
from reference.executor import execute as execute_plainly
from reference.executor.console import LONGEST_TEXT_BYTES, PUT_SYMBOL, WRITE_SYMBOL
from reference.executor.profiling import DEEPEST_CHAIN, LINK_REGISTERS, CallNode, Profile
from reference.executor.profiling import profile as profile_plainly
from reference.executor.spans import SPAN_SYMBOLS
from reference.executor.trap import ExecutionTrapError, described
from reference.machine_memory import InputTooLongError
from reference.output_region import read_output
from spec.isa.advice import Host
from spec.isa.calls import CALL_BY_NUMBER
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES, INPUT_REGION, OUTPUT_REGION
from spec.program import Program

CALL_RULES = CallRules(LINK_REGISTERS, DEEPEST_CHAIN)

_SHOWS = {WRITE_SYMBOL: WRITES, PUT_SYMBOL: PUTS}
_OUTPUT_FIRST, _OUTPUT_END = OUTPUT_REGION.start // DOUBLEWORD_BYTES, OUTPUT_REGION.end // DOUBLEWORD_BYTES


def execute(
    program: Program,
    private_input: bytes = b"",
    *,
    console: Console | None = None,
    maximum_instructions: int | None = None,
    executed: Executed = lambda _: None,
    host: Host | None = None,
) -> Execution:
    """As `reference.executor.execute`, a hundred times faster.

    Raises InputTooLongError if the input exceeds its region, and MemoryError if the system has no room for it.
    """
    shows = {s.address: _SHOWS[s.name] for s in program.symbols if console is not None and s.name in _SHOWS}
    watching = Watching(shows, LONGEST_TEXT_BYTES, console or (lambda _: None), executed)
    limit = UNLIMITED if maximum_instructions is None else maximum_instructions
    try:
        ended = execute_compiled(program, private_input, watching, limit, host)
    except CodeTooLargeError:
        return execute_plainly(
            program, private_input, console=console, maximum_instructions=maximum_instructions, host=host
        )
    except CompiledInputTooLongError as error:
        raise InputTooLongError(str(error)) from error
    return _execution(program, private_input, ended)


def profile(
    program: Program,
    private_input: bytes = b"",
    *,
    executed: Executed = lambda _: None,
    host: Host | None = None,
) -> Profile:
    """As `reference.executor.profiling.profile`, many times faster where the program marks no spans.

    Raises InputTooLongError if the input exceeds its region, and MemoryError if the system has no room for it.
    """
    if any(symbol.name in SPAN_SYMBOLS for symbol in program.symbols):
        return profile_plainly(program, private_input, host=host)
    try:
        ended, calls = execute_counting(program, private_input, CALL_RULES, executed, host)
    except CodeTooLargeError:
        return profile_plainly(program, private_input, host=host)
    except CompiledInputTooLongError as error:
        raise InputTooLongError(str(error)) from error
    execution, touched = _execution(program, private_input, ended), Touched(ended.touched)
    return Profile(program, private_input, execution, _call_tree(calls), touched, spans=())


def return_addresses(program: Program, private_input: bytes) -> list[int]:
    """Where the functions that are running when the execution ends will return to, the outermost first; none where the
    program is too large for the compiled executor.

    Raises InputTooLongError if the input exceeds its region, and MemoryError if the system has no room for it.
    """
    try:
        _, calls = execute_counting(program, private_input, CALL_RULES)
    except CodeTooLargeError:
        return []
    except CompiledInputTooLongError as error:
        raise InputTooLongError(str(error)) from error
    returns: list[int] = calls.frames[: calls.numbers[FRAMES], RETURN].tolist()
    return returns


def _call_tree(calls: CallCounts) -> CallNode:
    numbered: list[CallNode] = []
    for node in calls.nodes[: calls.numbers[NODES]].tolist():
        made = CallNode(node[FUNCTION], node[DEPTH])
        if numbered:
            numbered[node[CALLER]].children[node[FUNCTION]] = made
        numbered.append(made)
    for number, address, count in zip(*(column.tolist() for column in calls.counted()), strict=True):
        numbered[number].instructions[address] = count
    return numbered[0]


class Touched:
    """The doublewords that an execution has touched, as `reference.executor.profiling.Touched`."""

    def __init__(self, flags: NDArray[np.bool_]) -> None:
        self._flags = flags

    def __contains__(self, address: int) -> bool:
        return bool(self._flags[address])

    def __len__(self) -> int:
        return self._count

    def count_between(self, start: int, end: int) -> int:
        """How many of the doublewords from `start` to before `end`."""
        return int(np.count_nonzero(self._flags[start:end]))

    @cached_property
    def _count(self) -> int:
        return int(np.count_nonzero(self._flags))


class EndMemory(Mapping[int, int]):
    """Memory at the end of an execution, over the executor's own arrays: what it touched, its image and its input."""

    def __init__(
        self,
        program: Program,
        private_input: bytes,
        values: NDArray[np.uint64],
        touched: Callable[[], NDArray[np.int64]],
    ) -> None:
        self._program = program
        self._input_size = len(private_input)
        self._values = values
        self._touched = touched

    def __getitem__(self, address: int) -> int:
        position = int(np.searchsorted(self._addresses, address))
        if position == len(self._addresses) or self._addresses[position] != address:
            raise KeyError(address)
        return int(self._values[address])

    def __iter__(self) -> Iterator[int]:
        return iter(self._addresses.tolist())

    def __len__(self) -> int:
        return len(self._addresses)

    @cached_property
    def _addresses(self) -> NDArray[np.int64]:
        image = np.array([address for address, _ in self._program.image], dtype=np.int64)
        first = INPUT_REGION.start // DOUBLEWORD_BYTES
        private_input = np.arange(first, first + 1 + -(-self._input_size // DOUBLEWORD_BYTES))
        return np.unique(np.concatenate([image, private_input, self._touched()]))


def _execution(program: Program, private_input: bytes, ended: Ended) -> Execution:
    in_output = _OUTPUT_FIRST + np.flatnonzero(ended.touched[_OUTPUT_FIRST:_OUTPUT_END])
    memory = EndMemory(program, private_input, ended.machine.memory.values, lambda: np.flatnonzero(ended.touched))
    return execution_of(program, ended.machine, ended.status, in_output, memory)


def execution_of(
    program: Program, machine: CompiledMachine, status: int, in_output: NDArray[np.int64], memory: Mapping[int, int]
) -> Execution:
    """The end of an execution in the words of the reference; `in_output` are the touched doublewords of the output
    region."""
    values = machine.memory.values[in_output]
    output, unprovable_reason = read_output(dict(zip(in_output.tolist(), values.tolist(), strict=True)))
    trap = None if status == HALTED else _trap(program, machine, status)
    if trap is not None:
        unprovable_reason = f"the execution ended abnormally: {trap.message}"
    return Execution(
        exit_code=machine.exit_code if trap is None else None,
        instructions=machine.instructions,
        output=output,
        misaligned_accesses=Counter(machine.misaligned_accesses()),
        registers=tuple(machine.registers.tolist()),
        memory=memory,
        trap=trap,
        unprovable_reason=unprovable_reason,
        calls=machine.calls(),
    )


def _trap(program: Program, ended: CompiledMachine, status: int) -> Trap:
    """Why an execution ended abnormally: the reference's machine, put where the compiled one stands, says it. What
    traps changes nothing, so memory still holds what the instruction found."""
    if status != TRAPPED:
        details = f"after {ended.instructions} instructions"
        error = ExecutionTrapError(TrapReason.INSTRUCTION_LIMIT, ended.pc, None, details)
        return described(program, dict(program.code).get(ended.pc), error)
    machine = Machine(program)
    machine.pc = ended.pc
    machine.registers[:] = ended.registers.tolist()
    call = CALL_BY_NUMBER.get(machine.registers[CALL_NUMBER_REGISTER])
    if call is not None:
        pointers = [machine.registers[operand.register] for operand in call.operands]
        values = ended.memory.values
        positions = [position for position in call.positions(pointers) if position < len(values)]
        machine.memory.doublewords |= {position: int(values[position]) for position in positions}
    trap = machine.step()
    if trap is None:
        raise RuntimeError(f"the compiled executor traps at {ended.pc:#x}, the reference does not")
    return trap
