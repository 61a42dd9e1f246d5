"""The 32-bit words of RV64I and M, as the manual's instruction set listings and its figures of formats give them.

The RISC-V Instruction Set Manual, Volume I, Unprivileged Architecture: "Base Instruction Formats", "Immediate Encoding
Variants", and the listings "RV32I Base", "RV64I Base", "RV32M" and "RV64M". Written for a second time, on Z3's own
bit-vectors: nothing here comes from the machine's declaration.
"""

from __future__ import annotations

from dataclasses import dataclass

import z3

XLEN = 64

FIXED = {
    # RV32I and RV64I, Load and Store.
    "lb": "............ ..... 000 ..... 0000011",
    "lh": "............ ..... 001 ..... 0000011",
    "lw": "............ ..... 010 ..... 0000011",
    "ld": "............ ..... 011 ..... 0000011",
    "lbu": "............ ..... 100 ..... 0000011",
    "lhu": "............ ..... 101 ..... 0000011",
    "lwu": "............ ..... 110 ..... 0000011",
    "sb": "....... ..... ..... 000 ..... 0100011",
    "sh": "....... ..... ..... 001 ..... 0100011",
    "sw": "....... ..... ..... 010 ..... 0100011",
    "sd": "....... ..... ..... 011 ..... 0100011",
    # Computations with an immediate.
    "addi": "............ ..... 000 ..... 0010011",
    "slti": "............ ..... 010 ..... 0010011",
    "sltiu": "............ ..... 011 ..... 0010011",
    "xori": "............ ..... 100 ..... 0010011",
    "ori": "............ ..... 110 ..... 0010011",
    "andi": "............ ..... 111 ..... 0010011",
    "slli": "000000 ...... ..... 001 ..... 0010011",
    "srli": "000000 ...... ..... 101 ..... 0010011",
    "srai": "010000 ...... ..... 101 ..... 0010011",
    "addiw": "............ ..... 000 ..... 0011011",
    "slliw": "0000000 ..... ..... 001 ..... 0011011",
    "srliw": "0000000 ..... ..... 101 ..... 0011011",
    "sraiw": "0100000 ..... ..... 101 ..... 0011011",
    # Computations with registers.
    "add": "0000000 ..... ..... 000 ..... 0110011",
    "sub": "0100000 ..... ..... 000 ..... 0110011",
    "sll": "0000000 ..... ..... 001 ..... 0110011",
    "slt": "0000000 ..... ..... 010 ..... 0110011",
    "sltu": "0000000 ..... ..... 011 ..... 0110011",
    "xor": "0000000 ..... ..... 100 ..... 0110011",
    "srl": "0000000 ..... ..... 101 ..... 0110011",
    "sra": "0100000 ..... ..... 101 ..... 0110011",
    "or": "0000000 ..... ..... 110 ..... 0110011",
    "and": "0000000 ..... ..... 111 ..... 0110011",
    "addw": "0000000 ..... ..... 000 ..... 0111011",
    "subw": "0100000 ..... ..... 000 ..... 0111011",
    "sllw": "0000000 ..... ..... 001 ..... 0111011",
    "srlw": "0000000 ..... ..... 101 ..... 0111011",
    "sraw": "0100000 ..... ..... 101 ..... 0111011",
    # M.
    "mul": "0000001 ..... ..... 000 ..... 0110011",
    "mulh": "0000001 ..... ..... 001 ..... 0110011",
    "mulhsu": "0000001 ..... ..... 010 ..... 0110011",
    "mulhu": "0000001 ..... ..... 011 ..... 0110011",
    "div": "0000001 ..... ..... 100 ..... 0110011",
    "divu": "0000001 ..... ..... 101 ..... 0110011",
    "rem": "0000001 ..... ..... 110 ..... 0110011",
    "remu": "0000001 ..... ..... 111 ..... 0110011",
    "mulw": "0000001 ..... ..... 000 ..... 0111011",
    "divw": "0000001 ..... ..... 100 ..... 0111011",
    "divuw": "0000001 ..... ..... 101 ..... 0111011",
    "remw": "0000001 ..... ..... 110 ..... 0111011",
    "remuw": "0000001 ..... ..... 111 ..... 0111011",
    # Control.
    "lui": ".................... ..... 0110111",
    "auipc": ".................... ..... 0010111",
    "jal": ".................... ..... 1101111",
    "jalr": "............ ..... 000 ..... 1100111",
    "beq": "....... ..... ..... 000 ..... 1100011",
    "bne": "....... ..... ..... 001 ..... 1100011",
    "blt": "....... ..... ..... 100 ..... 1100011",
    "bge": "....... ..... ..... 101 ..... 1100011",
    "bltu": "....... ..... ..... 110 ..... 1100011",
    "bgeu": "....... ..... ..... 111 ..... 1100011",
    # The fields of FENCE beside opcode and funct3 are for finer fences: a base implementation ignores them.
    "fence": "............ ..... 000 ..... 0001111",
    "ecall": "000000000000 00000 000 00000 1110011",
    "ebreak": "000000000001 00000 000 00000 1110011",
}
"""By name, the word from bit 31 down; a dot is a bit of an operand, or one that does not matter."""


def may_encode(name: str, opcode: int, funct3: int) -> bool:
    """Whether some word with this opcode and funct3 is the instruction of this name."""
    bits = FIXED[name].replace(" ", "")
    wanted = f"{funct3:03b}{opcode:07b}"
    return all(bit in (".", want) for bit, want in zip(bits[17:20] + bits[25:], wanted, strict=True))


def encodes(name: str, word: z3.BitVecRef) -> z3.BoolRef:
    """Whether a 32-bit word is the instruction of this name."""
    bits = FIXED[name].replace(" ", "")
    fixed = [(31 - place, bit) for place, bit in enumerate(bits) if bit != "."]
    return z3.And(*(z3.Extract(place, place, word) == int(bit) for place, bit in fixed))


@dataclass(frozen=True)
class Fields:
    """The operands' places in a word: register numbers of 5 bits, immediates of 64."""

    word: z3.BitVecRef

    def bits(self, high: int, low: int) -> z3.BitVecRef:
        """inst[high:low]."""
        return z3.Extract(high, low, self.word)

    @property
    def rd(self) -> z3.BitVecRef:
        return self.bits(11, 7)

    @property
    def rs1(self) -> z3.BitVecRef:
        return self.bits(19, 15)

    @property
    def rs2(self) -> z3.BitVecRef:
        return self.bits(24, 20)

    @property
    def shamt(self) -> z3.BitVecRef:
        """6 bits: RV64I shifts by up to 63."""
        return self.bits(25, 20)

    @property
    def shamt_of_words(self) -> z3.BitVecRef:
        """5 bits: SLLIW, SRLIW and SRAIW."""
        return self.bits(24, 20)

    @property
    def i_immediate(self) -> z3.BitVecRef:
        return z3.SignExt(XLEN - 12, self.bits(31, 20))

    @property
    def s_immediate(self) -> z3.BitVecRef:
        return z3.SignExt(XLEN - 12, z3.Concat(self.bits(31, 25), self.bits(11, 7)))

    @property
    def b_immediate(self) -> z3.BitVecRef:
        zero = z3.BitVecVal(0, 1)
        offset = z3.Concat(self.bits(31, 31), self.bits(7, 7), self.bits(30, 25), self.bits(11, 8), zero)
        return z3.SignExt(XLEN - 13, offset)

    @property
    def u_immediate(self) -> z3.BitVecRef:
        return z3.SignExt(XLEN - 32, z3.Concat(self.bits(31, 12), z3.BitVecVal(0, 12)))

    @property
    def j_immediate(self) -> z3.BitVecRef:
        zero = z3.BitVecVal(0, 1)
        offset = z3.Concat(self.bits(31, 31), self.bits(19, 12), self.bits(20, 20), self.bits(30, 21), zero)
        return z3.SignExt(XLEN - 21, offset)
