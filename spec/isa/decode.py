"""The instruction set as a whole: RV64I and M, decoding and encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from spec.isa.branches import BRANCHES
from spec.isa.encoding import (
    FUNCT3_MASK,
    FUNCT3_SHIFT,
    OPCODE_MASK,
    RD_SHIFT,
    REGISTER_MASK,
    RS1_SHIFT,
    RS2_SHIFT,
    EncodingError,
)
from spec.isa.immediate_arithmetic import IMMEDIATE_ARITHMETIC
from spec.isa.instruction import Instruction, System
from spec.isa.jumps import JUMPS
from spec.isa.loads import LOADS
from spec.isa.multiply_divide import MULTIPLY_DIVIDE
from spec.isa.register_arithmetic import REGISTER_ARITHMETIC
from spec.isa.stores import STORES
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, SYSTEM
from spec.isa.upper_immediates import UPPER_IMMEDIATES
from spec.isa.word_arithmetic import WORD_ARITHMETIC
from spec.memory_map import SINK

INSTRUCTIONS: tuple[Instruction, ...] = (
    *REGISTER_ARITHMETIC,
    *IMMEDIATE_ARITHMETIC,
    *WORD_ARITHMETIC,
    *MULTIPLY_DIVIDE,
    *LOADS,
    *STORES,
    *BRANCHES,
    *JUMPS,
    *UPPER_IMMEDIATES,
    *SYSTEM,
)
"""All instructions of the machine; no word encodes two of them."""

INSTRUCTION_BY_NAME: Mapping[str, Instruction] = MappingProxyType(
    {instruction.name: instruction for instruction in INSTRUCTIONS}
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """An instruction with its operands. Register indices lie in [0, 32); absent operands are 0.

    ECALL reads a7 and a0 without encoding them: they stand here as its rs1 and rs2.
    """

    instruction: Instruction
    rd: int
    rs1: int
    rs2: int
    immediate: int
    """Sign-extended as a Python integer; for immediate shifts the amount; for lui and auipc shifted by 12."""

    @property
    def reads_rs1(self) -> bool:
        """Whether the instruction depends on the register rs1."""
        return self.instruction.format.reads_rs1 or self.instruction.meaning is System.ENVIRONMENT_CALL

    @property
    def reads_rs2(self) -> bool:
        """Whether the instruction depends on the register rs2."""
        return self.instruction.format.reads_rs2 or self.instruction.meaning is System.ENVIRONMENT_CALL

    @property
    def writes_rd(self) -> bool:
        """Whether the instruction writes a register, the sink included."""
        return self.instruction.format.writes_rd

    @property
    def destination(self) -> int:
        """The register that is written: rd, the sink in the place of x0. Only for instructions that write."""
        return self.rd or SINK


def _bucket(word: int) -> int:
    return word & (FUNCT3_MASK | OPCODE_MASK)


def _buckets() -> Mapping[int, tuple[Instruction, ...]]:
    buckets: dict[int, tuple[Instruction, ...]] = {}
    for instruction in INSTRUCTIONS:
        for funct3 in range(8):
            candidate = instruction.match & ~FUNCT3_MASK | funct3 << FUNCT3_SHIFT
            if candidate & instruction.mask == instruction.match:
                key = _bucket(candidate)
                buckets[key] = (*buckets.get(key, ()), instruction)
    return buckets


_BUCKETS = _buckets()


def instruction_of(word: int) -> Instruction | None:
    """The instruction that this 32-bit word encodes, without its operands, or None if it encodes nothing."""
    for instruction in _BUCKETS.get(_bucket(word), ()):
        if word & instruction.mask == instruction.match:
            return instruction
    return None


def decode(word: int) -> Decoded | None:
    """The instruction that this 32-bit word encodes, with its operands, or None if it encodes nothing."""
    instruction = instruction_of(word)
    if instruction is None:
        return None
    if instruction.meaning is System.ENVIRONMENT_CALL:
        return Decoded(instruction, 0, CALL_NUMBER_REGISTER, CALL_ARGUMENT_REGISTER, 0)
    form = instruction.format
    return Decoded(
        instruction,
        rd=word >> RD_SHIFT & REGISTER_MASK if form.writes_rd else 0,
        rs1=word >> RS1_SHIFT & REGISTER_MASK if form.reads_rs1 else 0,
        rs2=word >> RS2_SHIFT & REGISTER_MASK if form.reads_rs2 else 0,
        immediate=form.immediate_of(word),
    )


def encode(name: str, rd: int = 0, rs1: int = 0, rs2: int = 0, immediate: int = 0) -> int:
    """The 32-bit word of an instruction; operands as in `Decoded`.

    Raises EncodingError for an unknown name, an operand out of range, and a nonzero operand that the
    instruction does not have.
    """
    instruction = INSTRUCTION_BY_NAME.get(name)
    if instruction is None:
        raise EncodingError(f"{name}: there is no such instruction")
    form = instruction.format
    word = instruction.match
    for operand, register, present, shift in (
        ("rd", rd, form.writes_rd, RD_SHIFT),
        ("rs1", rs1, form.reads_rs1, RS1_SHIFT),
        ("rs2", rs2, form.reads_rs2, RS2_SHIFT),
    ):
        if not 0 <= register <= REGISTER_MASK:
            raise EncodingError(f"{name}: {operand} = {register} is not a register index below 32")
        if register and not present:
            raise EncodingError(f"{name}: has no operand {operand}, but {operand} = {register} is given")
        word |= register << shift
    if not form.accepts_immediate(immediate):
        raise EncodingError(f"{name}: format {form.name} cannot hold the immediate {immediate}")
    return word | form.place_immediate(immediate)
