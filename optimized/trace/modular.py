"""Cells of the calls of modular arithmetic: the reference's, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.modular import multiply_add_divide
from optimized.trace.calls import CallRows, call_cells
from optimized.trace.rows import Cells
from spec.rv64im.buses import LIMB_BITS

Numbers = NDArray[np.uint64]
"""(rows, doublewords)."""

Signed = NDArray[np.int64]


@compiled
def _quotients(held: Numbers, size: int, quotients: Numbers) -> None:
    result = np.empty(size, dtype=np.uint64)
    for row in range(len(held)):
        multiply_add_divide(held[row], size, quotients[row], result)


def call(rows: CallRows) -> Cells:
    """The call's own row."""
    size = rows.call.operands[0].doublewords
    held = rows.calls.before[:, : rows.call.doublewords]
    left, right, addend, modulus, before = (held[:, size * i : size * (i + 1)] for i in range(5))
    result = rows.calls.after[:, size * 4 : size * 5]
    quotient = np.empty((len(held), size), dtype=np.uint64)
    _quotients(held, size, quotient)
    cells = call_cells(rows)
    for name, number in (("left", left), ("right", right), ("modulus", modulus), ("quotient", quotient)):
        cells |= _parts(name, _bytes_of(number))
    for name, number in (("addend", addend), ("before", before), ("result", result)):
        cells |= _parts(name, _limbs_of(number))
    difference = _limbs_of_product(left, right) - _limbs_of_product(quotient, modulus)
    difference[:, : 4 * size] += _limbs_of(addend) - _limbs_of(result)
    carry = np.zeros(len(held), dtype=np.int64)
    for i in range(8 * size - 1):
        carry = difference[:, i] + carry >> LIMB_BITS
        cells[f"carry_{i}"] = carry
    return cells | _deciding(_limbs_of(result), _limbs_of(modulus))


def _bytes_of(number: Numbers) -> Signed:
    return np.ascontiguousarray(number).view(np.uint8).astype(np.int64)


def _limbs_of(number: Numbers) -> Signed:
    return np.ascontiguousarray(number).view("<u2").astype(np.int64)


def _parts(name: str, columns: Signed) -> Cells:
    return {f"{name}_{i}": columns[:, i] for i in range(columns.shape[1])}


def _limbs_of_product(left: Numbers, right: Numbers) -> Signed:
    """Columns of products of bytes, joined two at a time and not reduced."""
    one, other = _bytes_of(left), _bytes_of(right)
    count = one.shape[1]
    columns = np.zeros((len(one), 2 * count), dtype=np.int64)
    for i in range(count):
        columns[:, i : i + count] += one[:, i : i + 1] * other
    joined: Signed = columns[:, 0::2] + 256 * columns[:, 1::2]
    return joined


def _deciding(smaller: Signed, larger: Signed) -> Cells:
    """The highest limb in which two numbers differ, and by how much."""
    count = larger.shape[1]
    place = count - 1 - np.argmax((larger != smaller)[:, ::-1], axis=1)
    margin = (larger - smaller)[np.arange(len(place)), place]
    return {f"decides_{i}": place == i for i in range(1, count)} | {"margin": margin}
