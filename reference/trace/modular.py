"""Cells of the calls of modular arithmetic, whose chips stand in spec/rv64im/chips/modular.py."""

from __future__ import annotations

from collections.abc import Sequence

from reference.trace.cells import Cells, Filler, array, byte_array, parts, pointer_cells
from reference.trace.clock import Row
from spec.isa.calls import CALL_BY_NUMBER, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, integer_of
from spec.memory_map import DOUBLEWORD_BYTES
from spec.rv64im.buses import LIMB_BITS
from spec.word import BYTE_BITS


def _multiply_add_modulo(row: Row) -> Cells:
    doublewords = CALL_BY_NUMBER[row.step.left].operands[0].doublewords
    left, right, before = (_held(row, name, 0, doublewords) for name in ("left", "right", "result"))
    addend = _held(row, "addend_and_modulus", 0, doublewords)
    modulus = _held(row, "addend_and_modulus", doublewords, doublewords)
    size = DOUBLEWORD_BYTES * doublewords
    cells = pointer_cells(row) | array("before", parts(before, LIMB_BITS, size // 2))
    return cells | division_cells(left, right, addend, modulus, (left * right + addend) // modulus, size)


def division_cells(left: int, right: int, addend: int, modulus: int, quotient: int, size: int) -> Cells:
    """What a division of numbers of `size` bytes with this quotient takes; of the remainder the low bytes."""
    cells: Cells = {}
    for name, number in (("left", left), ("right", right), ("modulus", modulus), ("quotient", quotient)):
        cells |= byte_array(name, number, size)
    added = parts(addend, LIMB_BITS, size)
    taken = parts((left * right + addend - quotient * modulus) % 2 ** (BYTE_BITS * size), LIMB_BITS, size)
    product, multiple = _limbs_of_product(left, right, size), _limbs_of_product(quotient, modulus, size)
    carry = 0
    for i in range(size - 1):
        # Exact: what is left over in a limb is a multiple of 2^16.
        carry = product[i] - multiple[i] + added[i] - taken[i] + carry >> LIMB_BITS
        cells[f"carry_{i}"] = carry
    cells |= array("addend", added[: size // 2]) | array("result", taken[: size // 2])
    return cells | _deciding(taken[: size // 2], parts(modulus, LIMB_BITS, size // 2))


def _held(row: Row, operand: str, first: int, count: int) -> int:
    """The number that doublewords of an operand hold before the call."""
    return integer_of([row.accesses[f"{operand}_{first + i}"].before for i in range(count)])


def _limbs_of_product(left: int, right: int, size: int) -> list[int]:
    """Columns of products of bytes, joined two at a time and not reduced."""
    columns = [0] * (2 * size)
    for i, factor in enumerate(parts(left, BYTE_BITS, size)):
        for j, other in enumerate(parts(right, BYTE_BITS, size)):
            columns[i + j] += factor * other
    return [columns[2 * i] + 256 * columns[2 * i + 1] for i in range(size)]


def _deciding(smaller: Sequence[int], larger: Sequence[int]) -> Cells:
    """The highest limb in which two numbers differ, and by how much."""
    place = max(i for i, (below, above) in enumerate(zip(smaller, larger, strict=True)) if below != above)
    flags = {f"decides_{i}": int(i == place) for i in range(1, len(larger))}
    return flags | {"margin": larger[place] - smaller[place]}


FILLERS: dict[str, Filler] = dict.fromkeys(
    (MULTIPLY_ADD_MODULO_256.name, MULTIPLY_ADD_MODULO_384.name), _multiply_add_modulo
)
