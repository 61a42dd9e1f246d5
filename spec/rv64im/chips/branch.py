"""Branches: equality, and both orders. The target comes from the program table."""

from spec.air.chip import Chip
from spec.air.expression import Expression, total
from spec.rv64im.chips.comparison import below
from spec.rv64im.gadgets import top_bit
from spec.rv64im.instruction_row import InstructionRow


def _finish(row: InstructionRow, left: list[Expression], right: list[Expression], taken: Expression) -> Chip:
    target = row.column("target")
    next_pc = row.column("next_pc")
    fall_through = row.pc + 1
    # Times `real`, so that a padding row of zeros satisfies it.
    row.zero("next_pc_is_chosen", next_pc - row.real * fall_through - taken * (target - fall_through))
    row.read_source1(left)
    row.read_source2(right)
    return row.finish(constants=[target], next_pc=next_pc, outputs=[next_pc])


def _equality() -> Chip:
    row = InstructionRow("branch_equal", "Branches if source1 = source2 (beq), or if not (bne).", ["beq", "bne"])
    left, right = row.column_array("left"), row.column_array("right")
    equal = row.column("equal")
    row.boolean("equal_is_boolean", equal)
    inverse = row.column_array("inverse")
    differences = [left[i] - right[i] for i in range(4)]
    for i, difference in enumerate(differences):
        row.zero(f"equal_means_limb_{i}_agrees", equal * difference)
    # Where not all limbs agree, some inverse makes the sum 1; where all agree it is 0.
    products = [inverse[i] * difference for i, difference in enumerate(differences)]
    row.zero("unequal_means_some_limb_differs", total(products) - row.real + equal)
    taken = row.define("taken", row.selectors["beq"] * equal + row.selectors["bne"] * (1 - equal))
    return _finish(row, left, right, taken)


def _order(name: str, signed: bool) -> Chip:
    less_opcode, other_opcode = ("blt", "bge") if signed else ("bltu", "bgeu")
    order = "signed" if signed else "unsigned"
    row = InstructionRow(
        name,
        f"Branches if source1 < source2, {order} ({less_opcode}), or if not ({other_opcode}).",
        [less_opcode, other_opcode],
    )
    left, right = row.column_array("left"), row.column_array("right")
    signs = None
    if signed:
        signs = (top_bit(row, "left_sign", left[3]), top_bit(row, "right_sign", right[3]))
    less = below(row, left, right, signs)
    taken = row.define("taken", row.selectors[less_opcode] * less + row.selectors[other_opcode] * (1 - less))
    return _finish(row, left, right, taken)


CHIPS = (_equality(), _order("branch_less_signed", True), _order("branch_less_unsigned", False))
