"""Instruction words as assembly text, for messages and listings."""

from __future__ import annotations

from spec.isa.decode import Decoded, decode
from spec.isa.encoding import U_FORMAT, Format
from spec.isa.instruction import Branch, Jump, Load, Store, System
from spec.word import REGISTER_MASK

REGISTER_NAMES = (
    *("zero", "ra", "sp", "gp", "tp"),
    *("t0", "t1", "t2", "s0", "s1"),
    *("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"),
    *("s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11"),
    *("t3", "t4", "t5", "t6"),
)
"""The names of the calling convention, by register index [RISC-V ELF psABI]."""


def _operands(pc: int, decoded: Decoded) -> tuple[str, ...]:
    rd, rs1, rs2 = (REGISTER_NAMES[index] for index in (decoded.rd, decoded.rs1, decoded.rs2))
    form: Format = decoded.instruction.format
    target = f"{pc + decoded.immediate & REGISTER_MASK:#x}"
    match decoded.instruction.meaning:
        case System():
            return ()
        case Load():
            return rd, f"{decoded.immediate}({rs1})"
        case Store():
            return rs2, f"{decoded.immediate}({rs1})"
        case Branch():
            return rs1, rs2, target
        case Jump():
            return (rd, f"{decoded.immediate}({rs1})") if form.reads_rs1 else (rd, target)
    if form is U_FORMAT:
        return rd, f"{decoded.immediate >> 12 & 0xFFFFF:#x}"
    return rd, rs1, rs2 if form.reads_rs2 else str(decoded.immediate)


def disassemble(pc: int, word: int) -> str:
    """One line of assembly, without pseudo-instructions; `pc` is the word's byte address.

    Branch and jump targets are absolute. A word that encodes nothing reads `.word 0x...`.
    """
    decoded = decode(word)
    if decoded is None:
        return f".word {word:#010x}"
    return " ".join((decoded.instruction.name, ",".join(_operands(pc, decoded)))).rstrip()
