"""and, or, xor: byte by byte through the table of conjunctions, in which the other two are linear.

x | y = x + y - (x & y) and x ^ y = x + y - 2 (x & y), on every byte.
"""

from spec.air.chip import Chip
from spec.air.expression import Expression
from spec.rv64im.buses import AND
from spec.rv64im.gadgets import LIMB_MAXIMUM, limbs_of_bytes
from spec.rv64im.instruction_row import InstructionRow

_FORMS = {"and": (0, 1), "or": (1, -1), "xor": (1, -2)}
"""By instruction, (s, c) in result = s (left + right) + c (left & right)."""


def _combined(name: str, left: Expression, right: Expression, conjunction: Expression) -> Expression:
    sides, both = _FORMS[name]
    return (left + right) * sides + conjunction * both


def _conjunctions(row: InstructionRow, left: list[Expression], right: list[Expression]) -> list[Expression]:
    both = row.column_array("both", len(left))
    for i, conjunction in enumerate(both):
        row.receive(f"both_{i}_is_conjunction", AND, [left[i], right[i], conjunction], row.real)
    return both


def _register(name: str) -> Chip:
    row = InstructionRow(name, f"destination = source1 {name} source2, bit by bit.", [name])
    left, right = row.column_array("left", 8), row.column_array("right", 8)
    both = _conjunctions(row, left, right)
    result = [_combined(name, *parts) for parts in zip(left, right, both, strict=True)]
    limbs = [row.define(f"result_{i}", limb) for i, limb in enumerate(limbs_of_bytes(result))]
    row.read_source1(limbs_of_bytes(left))
    row.read_source2(limbs_of_bytes(right))
    row.write_destination(limbs)
    return row.finish(outputs=limbs)


def _immediate(name: str) -> Chip:
    """The immediate's upper limbs are all 0 or all ones, by its sign: they need no lookup."""
    row = InstructionRow(f"{name}i", f"destination = source1 {name} immediate, bit by bit.", [f"{name}i"])
    left = row.column_array("left", 2)
    left_upper = row.column_array("left_upper", 3)
    immediate = row.column_array("immediate", 2)
    negative = row.column("immediate_is_negative")
    both = _conjunctions(row, left, immediate)
    low = limbs_of_bytes([_combined(name, *parts) for parts in zip(left, immediate, both, strict=True)])
    upper = row.column_array("result_upper", 3)
    for i in range(3):
        # The conjunction with an upper limb of the immediate is the limb itself or 0.
        combined = _combined(name, left_upper[i], negative * LIMB_MAXIMUM, left_upper[i] * negative)
        row.zero(f"result_upper_{i}_combines", upper[i] - combined)
    result_low = row.define("result_low", low[0])
    row.read_source1([*limbs_of_bytes(left), *left_upper])
    row.write_destination([result_low, *upper])
    fill = negative * LIMB_MAXIMUM
    constants = [*limbs_of_bytes(immediate), fill, fill, fill]
    return row.finish(constants=constants, outputs=[result_low, *upper])


CHIPS = tuple(form(name) for name in _FORMS for form in (_register, _immediate))
