"""A program as flat arrays, one entry for each word between its first and its last instruction."""

from __future__ import annotations

from enum import IntEnum, unique
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.execution.operations import OPERATION_OF
from optimized.execution.remembering import remembered
from spec.isa import Decoded, branches, decode
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Arithmetic, Branch, Instruction, Jump, Load, Store, System, UpperImmediate
from spec.memory_map import SINK
from spec.program import Program
from spec.rv64im.chips import misaligned
from spec.rv64im.machine import CALL_CHIPS, INSTRUCTION_CHIPS, USUAL_CHIPS
from spec.rv64im.program_row import OPCODES, PROGRAM_CONSTANTS, program_row
from spec.word import INTEGER_WORDS, REGISTER_MASK

NO_CHIP = -1
"""In place of a chip's number where none executes the word."""

CHIP_NUMBER = {chip.name: number for number, chip in enumerate(INSTRUCTION_CHIPS)}

LARGEST_CODE_WORDS = 1 << 24
"""Code of 64 MiB from its first to its last word."""

ACCESS_KINDS = {
    "source1": 0,
    "call_number": 0,
    "source2": 1,
    "exit_code": 1,
    "memory": 2,
    "memory_next": 3,
    "destination": 4,
}
"""The columns of `access_positions`: what each declared access is, in the order in which they must come."""

ACCESS_KIND_COUNT = 5
"""One more than the largest number above."""


@unique
class InstructionKind(IntEnum):
    """What executing a word takes."""

    ILLEGAL = 0
    WITH_REGISTER = 1
    WITH_IMMEDIATE = 2
    CONSTANT = 3
    LOAD = 4
    STORE = 5
    BRANCH = 6
    JUMP = 7
    JUMP_HERE = 8
    """A jump whose target depends on the program counter only."""
    FENCE = 9
    CALL = 10
    BREAKPOINT = 11


@unique
class BranchCondition(IntEnum):
    """When a branch is taken."""

    EQUAL = 0
    NOT_EQUAL = 1
    BELOW_SIGNED = 2
    NOT_BELOW_SIGNED = 3
    BELOW_UNSIGNED = 4
    NOT_BELOW_UNSIGNED = 5


CONDITION_OF: dict[Any, BranchCondition] = {
    branches.is_equal: BranchCondition.EQUAL,
    branches.is_not_equal: BranchCondition.NOT_EQUAL,
    branches.is_below_signed: BranchCondition.BELOW_SIGNED,
    branches.is_not_below_signed: BranchCondition.NOT_BELOW_SIGNED,
    branches.is_below_unsigned: BranchCondition.BELOW_UNSIGNED,
    branches.is_not_below_unsigned: BranchCondition.NOT_BELOW_UNSIGNED,
}


class UnknownMeaningError(Exception):
    """An instruction whose meaning compiled code does not have."""

    def __init__(self, instruction: Instruction, meaning: object, table: str) -> None:
        name = getattr(meaning, "__name__", meaning)
        super().__init__(f"{instruction.name}: its meaning {name} has no row in {table}")


class CodeTooLargeError(Exception):
    """The program's instructions lie too far apart for a flat table."""


@cache
def access_positions() -> NDArray[np.int8]:
    """(chips, kinds): the sub-clock of each kind of access, -1 where a chip has none, or is a call's.

    Raises ValueError for a chip that declares its accesses in another order.
    """
    positions = np.full((len(INSTRUCTION_CHIPS), ACCESS_KIND_COUNT), -1, dtype=np.int8)
    for number, chip in enumerate(INSTRUCTION_CHIPS):
        if chip in CALL_CHIPS:
            continue  # Their accesses are counted apart.
        kinds = [ACCESS_KINDS[name] for name in chip.access_names]
        if kinds != sorted(set(kinds)):
            raise ValueError(f"chip {chip.name}: accesses {chip.access_names} are in another order")
        positions[number, kinds] = np.arange(len(kinds))
    return positions


class Predecoded(NamedTuple):
    """Everything that executing needs, by word index from `first_pc` on; absent words are illegal."""

    first_pc: int
    kind: NDArray[np.int8]
    """A `Kind`: what executing the word takes; Kind.ILLEGAL for words that are no instruction."""

    operation: NDArray[np.int8]
    """For arithmetic an `Operation`, for branches a `Condition`."""

    width_bytes: NDArray[np.int8]
    """The width of a load or store; negative for a load that sign-extends."""

    destination: NDArray[np.uint8]
    """The register that is written; the sink if none is."""

    source1: NDArray[np.uint8]
    source2: NDArray[np.uint8]
    immediate: NDArray[np.uint64]
    chip: NDArray[np.int8]
    opcode: NDArray[np.uint32]
    """The opcode on the program bus."""

    misaligned_chip: NDArray[np.int8]
    """The chip of a misaligned access; NO_CHIP for all but loads and stores."""

    constants: NDArray[np.uint32]
    """(words, 5): the program table's constants."""


def _kind(decoded: Decoded) -> InstructionKind:
    match decoded.instruction.meaning:
        case Arithmetic():
            return InstructionKind.WITH_REGISTER if decoded.reads_rs2 else InstructionKind.WITH_IMMEDIATE
        case UpperImmediate():
            return InstructionKind.CONSTANT
        case Load():
            return InstructionKind.LOAD
        case Store():
            return InstructionKind.STORE
        case Branch():
            return InstructionKind.BRANCH
        case Jump():
            return InstructionKind.JUMP if decoded.reads_rs1 else InstructionKind.JUMP_HERE
        case System.FENCE:
            return InstructionKind.FENCE
        case System.ENVIRONMENT_CALL:
            return InstructionKind.CALL
        case _:
            return InstructionKind.BREAKPOINT


def _details(instruction: Instruction) -> tuple[int, int]:
    match instruction.meaning:
        case Arithmetic(result):
            if result not in OPERATION_OF:
                raise UnknownMeaningError(instruction, result, "OPERATION_OF of optimized/execution/operations.py")
            return OPERATION_OF[result], 0
        case Branch(taken):
            if taken not in CONDITION_OF:
                raise UnknownMeaningError(instruction, taken, "CONDITION_OF of optimized/execution/predecoded.py")
            return CONDITION_OF[taken], 0
        case Load(width_bytes, signed):
            return 0, -width_bytes if signed else width_bytes
        case Store(width_bytes):
            return 0, width_bytes
        case _:
            return 0, 0


def _second_operand(decoded: Decoded, address: int) -> int:
    """The immediate; for what is known before it runs, the value or the target."""
    meaning = decoded.instruction.meaning
    if isinstance(meaning, UpperImmediate):
        return meaning.result(INTEGER_WORDS, address, INTEGER_WORDS.constant(decoded.immediate))
    if isinstance(meaning, Branch) or (isinstance(meaning, Jump) and not decoded.reads_rs1):
        return address + decoded.immediate
    return decoded.immediate


def predecode(program: Program) -> Predecoded:
    """The program's instructions as arrays, which nobody may change: the next run of the same program takes them again.

    Raises CodeTooLargeError, and UnknownMeaningError for a missing row.
    """
    return _predecoded(program.code)


@remembered
def _predecoded(code: tuple[tuple[int, int], ...]) -> Predecoded:
    words = [address // INSTRUCTION_BYTES for address, _ in code]
    first = words[0] if words else 0
    count = words[-1] - first + 1 if words else 0
    if count > LARGEST_CODE_WORDS:
        raise CodeTooLargeError(f"the instructions span {count} words, at most {LARGEST_CODE_WORDS} are executed")
    aligned = {opcode: CHIP_NUMBER[chip.name] for opcode, chip in USUAL_CHIPS.items()}
    crossing = {o: CHIP_NUMBER[c.name] for c in misaligned.CHIPS for o in c.instructions}
    table = Predecoded(
        first_pc=first * INSTRUCTION_BYTES,
        kind=np.full(count, InstructionKind.ILLEGAL, dtype=np.int8),
        operation=np.zeros(count, dtype=np.int8),
        width_bytes=np.zeros(count, dtype=np.int8),
        destination=np.full(count, SINK, dtype=np.uint8),
        source1=np.zeros(count, dtype=np.uint8),
        source2=np.zeros(count, dtype=np.uint8),
        immediate=np.zeros(count, dtype=np.uint64),
        chip=np.full(count, NO_CHIP, dtype=np.int8),
        opcode=np.zeros(count, dtype=np.uint32),
        misaligned_chip=np.full(count, NO_CHIP, dtype=np.int8),
        constants=np.zeros((count, PROGRAM_CONSTANTS), dtype=np.uint32),
    )
    for address, word in code:
        decoded = decode(word)
        if decoded is None:
            continue
        index = address // INSTRUCTION_BYTES - first
        table.kind[index] = _kind(decoded)
        table.operation[index], table.width_bytes[index] = _details(decoded.instruction)
        table.destination[index] = decoded.destination if decoded.writes_rd else SINK
        table.source1[index], table.source2[index] = decoded.rs1, decoded.rs2
        table.immediate[index] = _second_operand(decoded, address) & REGISTER_MASK
        row = program_row(address, decoded)
        if row is not None:
            table.chip[index] = aligned[row.opcode]
            table.misaligned_chip[index] = crossing.get(row.opcode, NO_CHIP)
            table.opcode[index] = OPCODES[row.opcode]
            table.constants[index] = row.constants
    return table
