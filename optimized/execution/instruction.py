"""What one instruction does, compiled: its result, the next program counter, and its access to memory.

Plain twin: `spec.isa.step`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import borrowing
from optimized.execution.accounting import Operands
from optimized.execution.loop_state import HALTED, RUNNING, TRAPPED
from optimized.execution.memory_access import Contents, MemoryAccess, load, no_contents, store
from optimized.execution.operations import Word, operate
from optimized.execution.predecoded import BranchCondition, InstructionKind
from spec.isa.encoding import INSTRUCTION_BYTES

U64, I64 = np.uint64, np.int64


class Effect(NamedTuple):
    """What an instruction does, but for the destination, which is still to be written."""

    status: int
    """RUNNING, HALTED, or TRAPPED: then the instruction has done nothing."""

    next_pc: Word
    """Byte address."""

    writes: bool
    """Whether `result` goes to the destination."""

    result: Word
    contents: Contents


@borrowing
def _taken(condition: int, left: Word, right: Word) -> Word:
    if condition == BranchCondition.EQUAL:
        return left == right
    if condition == BranchCondition.NOT_EQUAL:
        return left != right
    if condition == BranchCondition.BELOW_SIGNED:
        return I64(left) < I64(right)
    if condition == BranchCondition.NOT_BELOW_SIGNED:
        return I64(left) >= I64(right)
    if condition == BranchCondition.BELOW_UNSIGNED:
        return left < right
    return left >= right


@borrowing
def execute(
    kind: int,
    operation: int,
    pc: Word,
    operands: Operands,
    immediate: Word,
    values: NDArray[np.uint64],
    at: MemoryAccess,
    extends_sign: bool,
) -> Effect:
    """Executes an instruction, given by its kind and operation; a call is one that halts."""
    left, right = operands.left, operands.right
    status, next_pc, writes, result = RUNNING, pc + INSTRUCTION_BYTES, True, operands.destination
    contents = no_contents()
    if kind == InstructionKind.WITH_IMMEDIATE:
        result = operate(operation, left, immediate)
    elif kind == InstructionKind.WITH_REGISTER:
        result = operate(operation, left, right)
    elif kind == InstructionKind.LOAD:
        result, contents = load(values, at, extends_sign)
    elif kind == InstructionKind.STORE:
        writes = False
        contents = store(values, at, right)
    elif kind == InstructionKind.BRANCH:
        writes = False
        if _taken(operation, left, right):
            next_pc = I64(immediate)
    elif kind == InstructionKind.CONSTANT:
        result = immediate
    elif kind == InstructionKind.JUMP_HERE:
        result, next_pc = U64(next_pc), I64(immediate)
    elif kind == InstructionKind.JUMP:
        result, next_pc = U64(next_pc), I64((left + immediate) & ~U64(1))
    elif kind == InstructionKind.FENCE:
        result = U64(0)
    elif kind == InstructionKind.CALL:
        writes = False
        status = HALTED
    else:
        status = TRAPPED
    if next_pc % INSTRUCTION_BYTES:
        status = TRAPPED
    return Effect(status, next_pc, writes, result, contents)
