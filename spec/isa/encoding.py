"""Instruction formats: where the operands stand in a 32-bit instruction word.

The RISC-V Instruction Set Manual, Volume I, chapter "RV32I", sections "Base Instruction Formats" and
"Immediate Encoding Variants". Extraction and assembly read the same description.
"""

from __future__ import annotations

from dataclasses import dataclass

INSTRUCTION_BITS = 32
INSTRUCTION_BYTES = 4
"""Without the extension C every instruction has this length [ISA manual, volume I, section 1.5]."""

OPCODE_MASK = 0x0000_007F
FUNCT3_MASK = 0x0000_7000
FUNCT6_MASK = 0xFC00_0000
FUNCT7_MASK = 0xFE00_0000
WHOLE_WORD_MASK = 0xFFFF_FFFF
"""The bits that decide, in the formats R, I and S [ISA manual, volume I, section 2.2]; FUNCT6 is what shifts of 64
bits leave."""

RD_SHIFT, RS1_SHIFT, RS2_SHIFT, FUNCT3_SHIFT, FUNCT7_SHIFT = 7, 15, 20, 12, 25
REGISTER_MASK = 0x1F
"""A register field has five bits."""


class EncodingError(ValueError):
    """An operand that its instruction cannot encode; the message names instruction, operand and number."""


@dataclass(frozen=True, slots=True)
class BitSlice:
    """`bits` bits of the immediate from `immediate_low` up, standing in the word from `word_low` up."""

    word_low: int
    bits: int
    immediate_low: int


@dataclass(frozen=True, slots=True)
class Format:
    """One instruction format: which operands it has, and the bits that decide the instruction."""

    name: str
    mask: int
    """The bits of the word that are fixed for an instruction of this format."""

    writes_rd: bool = False
    reads_rs1: bool = False
    reads_rs2: bool = False
    immediate: tuple[BitSlice, ...] = ()
    """The pieces of the immediate; bits below the lowest piece are zero. Empty: no immediate."""

    immediate_is_signed: bool = True

    @property
    def immediate_bits(self) -> int:
        """The immediate's width, counting the zero bits at its low end."""
        return max((piece.immediate_low + piece.bits for piece in self.immediate), default=0)

    @property
    def immediate_alignment(self) -> int:
        """The power of two that divides every immediate of this format."""
        return 1 << min((piece.immediate_low for piece in self.immediate), default=0)

    def immediate_of(self, word: int) -> int:
        """The immediate as a Python integer, negative where the format sign-extends; 0 without immediate."""
        immediate = 0
        for piece in self.immediate:
            immediate |= (word >> piece.word_low & (1 << piece.bits) - 1) << piece.immediate_low
        if self.immediate_is_signed and self.immediate and immediate >> (self.immediate_bits - 1):
            immediate -= 1 << self.immediate_bits
        return immediate

    def accepts_immediate(self, immediate: int) -> bool:
        """Whether `place_immediate` can represent this number."""
        if not self.immediate:
            return immediate == 0
        limit = 1 << self.immediate_bits
        low, high = (-limit // 2, limit // 2) if self.immediate_is_signed else (0, limit)
        return low <= immediate < high and immediate % self.immediate_alignment == 0

    def place_immediate(self, immediate: int) -> int:
        """The immediate's bits at their places in an otherwise zero word."""
        word = 0
        for piece in self.immediate:
            word |= (immediate >> piece.immediate_low & (1 << piece.bits) - 1) << piece.word_low
        return word


R_FORMAT = Format("R", OPCODE_MASK | FUNCT3_MASK | FUNCT7_MASK, writes_rd=True, reads_rs1=True, reads_rs2=True)

I_FORMAT = Format("I", OPCODE_MASK | FUNCT3_MASK, writes_rd=True, reads_rs1=True, immediate=(BitSlice(20, 12, 0),))

SHIFT_6_FORMAT = Format(
    "I, 6-bit shift amount",
    OPCODE_MASK | FUNCT3_MASK | FUNCT6_MASK,
    writes_rd=True,
    reads_rs1=True,
    immediate=(BitSlice(20, 6, 0),),
    immediate_is_signed=False,
)

SHIFT_5_FORMAT = Format(
    "I, 5-bit shift amount",
    OPCODE_MASK | FUNCT3_MASK | FUNCT7_MASK,
    writes_rd=True,
    reads_rs1=True,
    immediate=(BitSlice(20, 5, 0),),
    immediate_is_signed=False,
)

S_FORMAT = Format(
    "S",
    OPCODE_MASK | FUNCT3_MASK,
    reads_rs1=True,
    reads_rs2=True,
    immediate=(BitSlice(7, 5, 0), BitSlice(25, 7, 5)),
)

B_FORMAT = Format(
    "B",
    OPCODE_MASK | FUNCT3_MASK,
    reads_rs1=True,
    reads_rs2=True,
    immediate=(BitSlice(8, 4, 1), BitSlice(25, 6, 5), BitSlice(7, 1, 11), BitSlice(31, 1, 12)),
)

U_FORMAT = Format("U", OPCODE_MASK, writes_rd=True, immediate=(BitSlice(12, 20, 12),))

J_FORMAT = Format(
    "J",
    OPCODE_MASK,
    writes_rd=True,
    immediate=(BitSlice(21, 10, 1), BitSlice(20, 1, 11), BitSlice(12, 8, 12), BitSlice(31, 1, 20)),
)

FENCE_FORMAT = Format("I, hint", OPCODE_MASK | FUNCT3_MASK)
"""Opcode and funct3 decide; rd, rs1 and all other bits are reserved and ignored (manual, "Memory Ordering
Instructions": base implementations shall ignore them)."""

SYSTEM_FORMAT = Format("I, whole word", WHOLE_WORD_MASK)
"""All 32 bits decide."""
