"""What the program table says of an instruction word: decoding, as data.

The row holds whatever depends on the pc and the word alone: opcode, register indices, immediates as limbs, branch
and jump targets, link values. Instructions whose whole effect is known before they run (lui, auipc, jal, fence,
and addi from x0) are all the one opcode `constant`: write a constant, go to a constant pc.
"""

from __future__ import annotations

from dataclasses import dataclass

from spec.field import P
from spec.isa import INSTRUCTIONS, Decoded, Family
from spec.isa.encoding import SHIFT_5_FORMAT, SHIFT_6_FORMAT
from spec.memory_map import SINK
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.shift_amount import amount_parts, bits_of

PROGRAM_CONSTANTS = 5
"""What the widest instruction needs besides its registers: an immediate of four limbs and a target."""

HALTED = P - 1
"""The pc after the exit call. No fall-through, table target or jalr target equals it: all are at most 2^30."""

UNREACHABLE = P - 2
"""The target of a jump that can only end abnormally; no row of a program table has it as pc."""

PC_LIMIT = 2**30
"""Program counters are field elements pc / 4 below this."""

CONSTANT = "constant"
_CONSTANT_INSTRUCTIONS = ("lui", "auipc", "jal", "fence")
_UNPROVABLE_INSTRUCTIONS = ("ebreak",)

OPCODES: dict[str, int] = {CONSTANT: 1} | {
    instruction.name: instruction.match
    for instruction in INSTRUCTIONS
    if instruction.name not in _CONSTANT_INSTRUCTIONS + _UNPROVABLE_INSTRUCTIONS
}
"""The number of each opcode on the program bus: the bits that decide the instruction, which no other instruction
changes when it is added. Instruction words end in the bits 11, so 1 is free for `constant`."""


@dataclass(frozen=True)
class ProgramRow:
    """One row of the program table, in the order of the program bus. `pc` is the byte address over 4."""

    pc: int
    opcode: str
    destination: int
    source1: int
    source2: int
    constants: tuple[int, int, int, int, int]

    def message(self) -> tuple[int, ...]:
        """The tuple on the program bus."""
        registers = (self.destination, self.source1, self.source2)
        return (self.pc, OPCODES[self.opcode], *registers, *self.constants)


def limbs_of(value: int) -> tuple[int, int, int, int]:
    """A value modulo 2^64 as four 16-bit limbs, least significant first."""
    mask = 2**LIMB_BITS - 1
    return (value & mask, value >> 16 & mask, value >> 32 & mask, value >> 48 & mask)


def program_row(address: int, decoded: Decoded) -> ProgramRow | None:
    """The row for the instruction at a byte address, or None where executing it cannot be proven (ebreak).

    Constants by opcode: `constant` has the four limbs to write and the next pc; jalr has the three limbs of the
    link value, then the low limb of the immediate and its sign limb; a branch has its target; a shift by an
    immediate what the shift table says of its amount; everything else the four limbs of the immediate.
    """
    name = decoded.instruction.name
    pc = address // 4
    destination = decoded.rd or SINK
    if name in _UNPROVABLE_INSTRUCTIONS:
        return None
    if name == "fence":
        return ProgramRow(pc, CONSTANT, SINK, 0, 0, (0, 0, 0, 0, pc + 1))
    if name == "lui" or (name == "addi" and decoded.rs1 == 0):
        return ProgramRow(pc, CONSTANT, destination, 0, 0, (*limbs_of(decoded.immediate), pc + 1))
    if name == "auipc":
        return ProgramRow(pc, CONSTANT, destination, 0, 0, (*limbs_of(address + decoded.immediate), pc + 1))
    if name == "jal":
        target = jump_target(address + decoded.immediate)
        return ProgramRow(pc, CONSTANT, destination, 0, 0, (*limbs_of(address + 4), target))
    if name == "jalr":
        immediate = limbs_of(decoded.immediate)
        constants = (*limbs_of(address + 4)[:3], immediate[0], immediate[1])
        return ProgramRow(pc, name, destination, decoded.rs1, 0, constants)
    if name == "ecall":
        return ProgramRow(pc, name, 0, 0, 0, (0, 0, 0, 0, 0))
    if decoded.instruction.family is Family.BRANCH:
        target = jump_target(address + decoded.immediate)
        return ProgramRow(pc, name, 0, decoded.rs1, decoded.rs2, (target, 0, 0, 0, 0))
    if decoded.instruction.format in (SHIFT_5_FORMAT, SHIFT_6_FORMAT):
        return ProgramRow(pc, name, destination, decoded.rs1, 0, amount_parts(bits_of(decoded.immediate)))
    writes = destination if decoded.writes_rd else 0
    immediate = limbs_of(decoded.immediate)
    return ProgramRow(pc, name, writes, decoded.rs1, decoded.rs2, (*immediate, 0))


def jump_target(address: int) -> int:
    """A target byte address, modulo 2^64, as a pc; UNREACHABLE if it is misaligned or outside memory."""
    wrapped = address % 2**64
    if wrapped % 4 or wrapped // 4 >= PC_LIMIT:
        return UNREACHABLE
    return wrapped // 4
