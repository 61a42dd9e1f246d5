"""Instructions whose effect is known from the program alone: lui, auipc, jal, fence, and addi from x0."""

from spec.air.chip import Chip
from spec.rv64im.instruction_row import InstructionRow
from spec.rv64im.program_row import CONSTANT


def _constant() -> Chip:
    row = InstructionRow("constant", "Writes a constant of the program and goes on at a constant pc.", [CONSTANT])
    value = row.column_array("value")
    next_pc = row.column("next_pc")
    row.write_destination(value)
    return row.finish(
        constants=[*value, next_pc],
        next_pc=next_pc,
        outputs=[*value, next_pc],
    )


CHIPS = (_constant(),)
