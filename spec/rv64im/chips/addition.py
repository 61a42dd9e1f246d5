"""Addition and subtraction: 64-bit and 32-bit, registers and immediates."""

from spec.air.chip import Chip
from spec.rv64im.gadgets import (
    add_immediate,
    add_limbs,
    immediate_of,
    ranged_limbs,
    ranged_word,
    sign_extended,
)
from spec.rv64im.instruction_row import InstructionRow


def _add() -> Chip:
    row = InstructionRow("add", "destination = source1 + source2 modulo 2^64.", ["add"])
    left, right = row.column_array("left"), row.column_array("right")
    result = ranged_limbs(row, "result")
    add_limbs(row, "carry", left, right, result)
    row.read_source1(left)
    row.read_source2(right)
    row.write_destination(result)
    return row.finish(outputs=result)


def _sub() -> Chip:
    row = InstructionRow("sub", "destination = source1 - source2 modulo 2^64, as result + source2 = source1.", ["sub"])
    left, right = row.column_array("left"), row.column_array("right")
    result = ranged_limbs(row, "result")
    add_limbs(row, "carry", result, right, left)
    row.read_source1(left)
    row.read_source2(right)
    row.write_destination(result)
    return row.finish(outputs=result)


def _addi() -> Chip:
    row = InstructionRow("addi", "destination = source1 + immediate modulo 2^64.", ["addi"])
    left = row.column_array("left")
    immediate = immediate_of(row)
    result = add_immediate(row, left, immediate)
    row.read_source1(left)
    row.write_destination(result)
    return row.finish(constants=immediate.limbs, outputs=result)


def _addw() -> Chip:
    row = InstructionRow("addw", "destination = the sign-extended low 32 bits of source1 + source2.", ["addw"])
    left, right = row.column_array("left"), row.column_array("right")
    result, sign = ranged_word(row, "result")
    add_limbs(row, "carry", left[:2], right[:2], result)
    row.read_source1(left)
    row.read_source2(right)
    row.write_destination(sign_extended(result, sign))
    return row.finish(outputs=[*result, sign])


def _subw() -> Chip:
    row = InstructionRow("subw", "destination = the sign-extended low 32 bits of source1 - source2.", ["subw"])
    left, right = row.column_array("left"), row.column_array("right")
    result, sign = ranged_word(row, "result")
    add_limbs(row, "carry", result, right[:2], left[:2])
    row.read_source1(left)
    row.read_source2(right)
    row.write_destination(sign_extended(result, sign))
    return row.finish(outputs=[*result, sign])


def _addiw() -> Chip:
    row = InstructionRow("addiw", "destination = the sign-extended low 32 bits of source1 + immediate.", ["addiw"])
    left = row.column_array("left")
    immediate = immediate_of(row).limbs
    result, sign = ranged_word(row, "result")
    add_limbs(row, "carry", left[:2], immediate[:2], result)
    row.read_source1(left)
    row.write_destination(sign_extended(result, sign))
    return row.finish(constants=immediate, outputs=[*result, sign])


CHIPS = (_add(), _sub(), _addi(), _addw(), _subw(), _addiw())
