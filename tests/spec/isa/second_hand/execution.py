"""What the instructions of RV64I and M do, as the manual's text says it, on Z3's own bit-vectors.

The RISC-V Instruction Set Manual, Volume I, chapters "RV32I", "RV64I" and "M". The state is what the manual has: pc, 32
registers of which x0 reads as zero, and memory byte by byte in little-endian order. An access may have any alignment
(Zicclsm), and a jump goes to a multiple of four bytes, as without the C extension. Each word operation is said on 32
bits, as in the manual, and not as one on 64 of which the half is dropped. Nothing here comes from the machine's
declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import z3

from tests.spec.isa.second_hand.listing import XLEN, Fields

Word: TypeAlias = z3.BitVecRef
Computation: TypeAlias = Callable[[Word, Word], Word]


@dataclass(frozen=True)
class State:
    """What an instruction finds and leaves."""

    pc: Word
    x: z3.ArrayRef
    """64 bits by a register's number of 5 bits; that of number 0 is never read."""

    memory: z3.ArrayRef
    """A byte by an address of 64 bits."""


@dataclass(frozen=True)
class Executed:
    """What became of an instruction."""

    after: State
    """Means nothing where the instruction raises an exception."""

    raises: z3.BoolRef
    """Whether it raises instruction-address-misaligned or breakpoint."""

    asks_environment: bool = False
    accessed: tuple[Word, ...] = ()
    """The address of every byte that is read or written; whether it exists is the environment's affair."""


def low_half(word: Word) -> Word:
    """The low 32 bits."""
    return z3.Extract(31, 0, word)


def on_words(computation: Computation) -> Computation:
    """The computation on the low 32 bits of each operand, its result of 32 bits sign-extended to 64."""
    return lambda x, y: z3.SignExt(XLEN - 32, computation(low_half(x), low_half(y)))


def shift_amount(y: Word) -> Word:
    """The low 6 bits of an operand of 64 bits, the low 5 of one of 32."""
    used = 6 if y.size() == XLEN else 5
    return z3.ZeroExt(y.size() - used, z3.Extract(used - 1, 0, y))


def flag(condition: z3.BoolRef) -> Word:
    """1 or 0."""
    return z3.If(condition, z3.BitVecVal(1, XLEN), z3.BitVecVal(0, XLEN))


def upper_half(product: Word) -> Word:
    """The upper 64 of 128 bits."""
    return z3.Extract(2 * XLEN - 1, XLEN, product)


def _overflows(x: Word, y: Word) -> z3.BoolRef:
    """Whether the most negative number is divided by -1."""
    return z3.And(x == 1 << (x.size() - 1), y == -1)


def quotient(x: Word, y: Word) -> Word:
    """Signed, rounded towards zero: -1 where y is zero, x where it overflows."""
    return z3.If(y == 0, z3.BitVecVal(-1, x.size()), z3.If(_overflows(x, y), x, x / y))


def remainder(x: Word, y: Word) -> Word:
    """Signed, with the sign of x: x where y is zero, 0 where the quotient overflows."""
    return z3.If(y == 0, x, z3.If(_overflows(x, y), z3.BitVecVal(0, x.size()), z3.SRem(x, y)))


def quotient_unsigned(x: Word, y: Word) -> Word:
    """Rounded down: all bits set where y is zero."""
    return z3.If(y == 0, z3.BitVecVal(-1, x.size()), z3.UDiv(x, y))


def remainder_unsigned(x: Word, y: Word) -> Word:
    """x where y is zero."""
    return z3.If(y == 0, x, z3.URem(x, y))


def shifted_left(x: Word, y: Word) -> Word:
    """Zeros shifted in from below."""
    return x << shift_amount(y)


def shifted_right(x: Word, y: Word) -> Word:
    """Zeros shifted in from above."""
    return z3.LShR(x, shift_amount(y))


def shifted_right_arithmetically(x: Word, y: Word) -> Word:
    """The sign copied in from above."""
    return x >> shift_amount(y)


OF_REGISTERS: dict[str, Computation] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "sll": shifted_left,
    "slt": lambda x, y: flag(x < y),
    "sltu": lambda x, y: flag(z3.ULT(x, y)),
    "xor": lambda x, y: x ^ y,
    "srl": shifted_right,
    "sra": shifted_right_arithmetically,
    "or": lambda x, y: x | y,
    "and": lambda x, y: x & y,
    "addw": on_words(lambda x, y: x + y),
    "subw": on_words(lambda x, y: x - y),
    "sllw": on_words(shifted_left),
    "srlw": on_words(shifted_right),
    "sraw": on_words(shifted_right_arithmetically),
    "mul": lambda x, y: z3.Extract(XLEN - 1, 0, z3.SignExt(XLEN, x) * z3.SignExt(XLEN, y)),
    "mulh": lambda x, y: upper_half(z3.SignExt(XLEN, x) * z3.SignExt(XLEN, y)),
    "mulhsu": lambda x, y: upper_half(z3.SignExt(XLEN, x) * z3.ZeroExt(XLEN, y)),
    "mulhu": lambda x, y: upper_half(z3.ZeroExt(XLEN, x) * z3.ZeroExt(XLEN, y)),
    "div": quotient,
    "divu": quotient_unsigned,
    "rem": remainder,
    "remu": remainder_unsigned,
    "mulw": on_words(lambda x, y: x * y),
    "divw": on_words(quotient),
    "divuw": on_words(quotient_unsigned),
    "remw": on_words(remainder),
    "remuw": on_words(remainder_unsigned),
}
"""rd from rs1 and rs2."""

OF_IMMEDIATE: dict[str, str] = {
    "addi": "add",
    "slti": "slt",
    "sltiu": "sltu",
    "xori": "xor",
    "ori": "or",
    "andi": "and",
    "addiw": "addw",
}
"""rd from rs1 and the I-immediate: the computation of registers that it repeats."""

OF_SHIFT_AMOUNT: dict[str, Callable[[Word, Fields], Word]] = {
    "slli": lambda x, at: x << z3.ZeroExt(XLEN - 6, at.shamt),
    "srli": lambda x, at: z3.LShR(x, z3.ZeroExt(XLEN - 6, at.shamt)),
    "srai": lambda x, at: x >> z3.ZeroExt(XLEN - 6, at.shamt),
    "slliw": lambda x, at: z3.SignExt(32, low_half(x) << z3.ZeroExt(27, at.shamt_of_words)),
    "srliw": lambda x, at: z3.SignExt(32, z3.LShR(low_half(x), z3.ZeroExt(27, at.shamt_of_words))),
    "sraiw": lambda x, at: z3.SignExt(32, low_half(x) >> z3.ZeroExt(27, at.shamt_of_words)),
}
"""rd from rs1 and the shamt field."""

TAKEN: dict[str, Callable[[Word, Word], z3.BoolRef]] = {
    "beq": lambda x, y: x == y,
    "bne": lambda x, y: x != y,
    "blt": lambda x, y: x < y,
    "bge": lambda x, y: x >= y,
    "bltu": lambda x, y: z3.ULT(x, y),
    "bgeu": lambda x, y: z3.UGE(x, y),
}
"""Whether a branch is taken."""

LOADED_BYTES = {"lb": 1, "lh": 2, "lw": 4, "ld": 8, "lbu": 1, "lhu": 2, "lwu": 4}
STORED_BYTES = {"sb": 1, "sh": 2, "sw": 4, "sd": 8}
ZERO_EXTENDED = ("lbu", "lhu", "lwu")


def read(state: State, number: Word) -> Word:
    """A register; x0 is hard-wired to zero."""
    return z3.If(number == 0, z3.BitVecVal(0, XLEN), z3.Select(state.x, number))


def written(state: State, number: Word, value: Word) -> State:
    """The state with a register written; a write to x0 is lost."""
    return replace(state, x=z3.If(number == 0, state.x, z3.Store(state.x, number, value)))


def execute(name: str, word: Word, state: State) -> Executed:
    """One instruction, encoded by this word."""
    at = Fields(word)
    x, y = read(state, at.rs1), read(state, at.rs2)
    following = replace(state, pc=state.pc + 4)
    never = z3.BoolVal(False)
    if name in OF_REGISTERS:
        return Executed(written(following, at.rd, OF_REGISTERS[name](x, y)), never)
    if name in OF_IMMEDIATE:
        computation = OF_REGISTERS[OF_IMMEDIATE[name]]
        return Executed(written(following, at.rd, computation(x, at.i_immediate)), never)
    if name in OF_SHIFT_AMOUNT:
        return Executed(written(following, at.rd, OF_SHIFT_AMOUNT[name](x, at)), never)
    if name in TAKEN:
        taken, target = TAKEN[name](x, y), state.pc + at.b_immediate
        after = replace(state, pc=z3.If(taken, target, following.pc))
        return Executed(after, z3.And(taken, _is_misaligned(target)))
    if name in LOADED_BYTES:
        accessed = _places(x + at.i_immediate, LOADED_BYTES[name])
        return Executed(
            written(following, at.rd, _loaded(state, accessed, name in ZERO_EXTENDED)), never, False, accessed
        )
    if name in STORED_BYTES:
        accessed = _places(x + at.s_immediate, STORED_BYTES[name])
        memory = state.memory
        for position, place in enumerate(accessed):
            memory = z3.Store(memory, place, z3.Extract(8 * position + 7, 8 * position, y))
        return Executed(replace(following, memory=memory), never, False, accessed)
    match name:
        case "lui":
            return Executed(written(following, at.rd, at.u_immediate), never)
        case "auipc":
            return Executed(written(following, at.rd, state.pc + at.u_immediate), never)
        case "jal":
            return _jump(state, at.rd, state.pc + at.j_immediate)
        case "jalr":
            sum_ = x + at.i_immediate
            return _jump(state, at.rd, z3.Concat(z3.Extract(XLEN - 1, 1, sum_), z3.BitVecVal(0, 1)))
        case "fence":
            return Executed(following, never)
        case "ecall":
            return Executed(state, never, asks_environment=True)
        case "ebreak":
            return Executed(state, z3.BoolVal(True))
    raise KeyError(name)


def _jump(state: State, rd: Word, target: Word) -> Executed:
    """The address of the instruction after the jump goes to rd."""
    return Executed(written(replace(state, pc=target), rd, state.pc + 4), _is_misaligned(target))


def _is_misaligned(target: Word) -> z3.BoolRef:
    return z3.Extract(1, 0, target) != 0


def _places(address: Word, count: int) -> tuple[Word, ...]:
    """The addresses of so many bytes, the lowest first."""
    return tuple(address + position for position in range(count))


def _loaded(state: State, accessed: tuple[Word, ...], zero_extended: bool) -> Word:
    """The bytes at these addresses as one number, the first the least significant, extended to 64 bits."""
    parts = [z3.Select(state.memory, place) for place in reversed(accessed)]
    number = parts[0] if len(parts) == 1 else z3.Concat(*parts)
    return (z3.ZeroExt if zero_extended else z3.SignExt)(XLEN - number.size(), number)
