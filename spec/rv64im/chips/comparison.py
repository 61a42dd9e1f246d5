"""slt, sltu and their immediate forms: less-than as the last carry of a subtraction."""

from spec.air.chip import Chip
from spec.air.expression import Expression
from spec.rv64im.gadgets import LIMB_BASE, add_limbs, immediate_limbs, ranged_limbs, top_bit
from spec.rv64im.instruction_row import InstructionRow


def below(
    row: InstructionRow,
    left: list[Expression],
    right: list[Expression],
    signs: tuple[Expression, Expression] | None,
) -> Expression:
    """1 where left < right, else 0, as a named expression.

    right + difference = left modulo 2^64 with 16-bit limbs: the carry out of the top is 1 exactly when the sum had
    to pass 2^64, that is when left < right. For signed operands both top bits are flipped first, which
    turns the signed order into the unsigned one.
    """
    difference = ranged_limbs(row, "difference")
    if signs is not None:
        left, right = (
            [*limbs[:3], limbs[3] + (LIMB_BASE // 2) - sign * LIMB_BASE]
            for limbs, sign in ((left, signs[0]), (right, signs[1]))
        )
    return add_limbs(row, "borrow", right, difference, left)


def _comparison(name: str) -> Chip:
    signed = "u" not in name
    immediate = "i" in name
    right_name = "the immediate" if immediate else "source2"
    order = "signed" if signed else "unsigned"
    row = InstructionRow(name, f"destination = 1 if source1 < {right_name} ({order}), else 0.", [name])
    left = row.column_array("left")
    right = immediate_limbs(row) if immediate else row.column_array("right")
    signs = None
    if signed:
        signs = (top_bit(row, "left_sign", left[3]), top_bit(row, "right_sign", right[3]))
    less = below(row, left, right, signs)
    row.read_source1(left)
    if not immediate:
        row.read_source2(right)
    row.write_destination([less, 0, 0, 0])
    return row.finish(constants=right if immediate else [], outputs=["borrow_3"])


CHIPS = tuple(_comparison(name) for name in ("slt", "sltu", "slti", "sltiu"))
