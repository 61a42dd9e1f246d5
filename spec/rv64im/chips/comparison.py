"""slt, sltu and their immediate forms: the highest limb in which the operands differ decides."""

from spec.air.chip import Chip
from spec.air.expression import Expression, lift, total
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.gadgets import LIMB_BASE, immediate_of, top_bit
from spec.rv64im.instruction_row import InstructionRow


def below(
    row: InstructionRow,
    left: list[Expression],
    right: list[Expression],
    signs: tuple[Expression, Expression] | None,
) -> Expression:
    """A column that is 1 where left < right, else 0.

    The highest limb in which both differ decides, or the lowest one. The limbs above are equal; the deciding one is
    smaller on the side that is said to be, by a margin of 16 bits, and smaller by 1 at least, but that the lowest limbs
    may be equal where left is not below right. For signed operands both top bits are flipped in the highest limb, which
    turns the signed order into the unsigned one.
    """
    flags = [row.column(f"decides_{i}") for i in range(1, LIMBS)]
    # The last flag is 1 less the others, which makes it harmless: were it less than 0, all limbs above the one that the
    # others tell would have to be equal as well.
    for i, flag in enumerate(flags[:-1], start=1):
        row.boolean(f"decides_{i}_is_boolean", flag)
    differences = [right[i] - left[i] for i in range(LIMBS)]
    undecided: Expression = lift(1)
    for i in reversed(range(1, LIMBS)):
        undecided = undecided - flags[i - 1]
        row.zero(f"undecided_limb_{i}_is_equal", undecided * differences[i])
    lowest = row.define("decides_0", undecided)
    row.boolean("one_limb_decides", lowest)
    if signs is not None:
        differences[-1] = differences[-1] + (signs[0] - signs[1]) * LIMB_BASE
    difference = row.define(
        "difference", total(flag * part for flag, part in zip([lowest, *flags], differences, strict=True))
    )
    less = row.column("less")
    row.boolean("less_is_boolean", less)
    margin = row.column("margin")
    row.in_range("margin_is_16_bits", margin, LIMB_BITS, row.real)
    not_below = -difference - (1 - lowest)
    row.zero("margin_is_that_of_the_order", not_below + less * (difference - 1 - not_below) - margin)
    return less


def _comparison(name: str, *, signed: bool, immediate: bool) -> Chip:
    right_name = "the immediate" if immediate else "source2"
    order = "signed" if signed else "unsigned"
    row = InstructionRow(name, f"destination = 1 if source1 < {right_name} ({order}), else 0.", [name])
    left = row.column_array("left")
    constant = immediate_of(row) if immediate else None
    right = constant.limbs if constant else row.column_array("right")
    signs = None
    if signed:
        # What the program table says of an immediate includes its sign.
        right_sign = constant.negative if constant else top_bit(row, "right_sign", right[3])
        signs = (top_bit(row, "left_sign", left[3]), right_sign)
    less = below(row, left, right, signs)
    row.read_source1(left)
    if not immediate:
        row.read_source2(right)
    row.write_destination([less, 0, 0, 0])
    return row.finish(constants=right if immediate else [], outputs=[less])


CHIPS = (
    _comparison("slt", signed=True, immediate=False),
    _comparison("sltu", signed=False, immediate=False),
    _comparison("slti", signed=True, immediate=True),
    _comparison("sltiu", signed=False, immediate=True),
)
