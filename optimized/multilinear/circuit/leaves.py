"""The fractions of pairs from the cells of a table, a tile of groups of lanes at a time.

A fingerprint is linear in the cells, so it is a sum of cells times extension elements that are known: it is reduced
once. Registers are columns of cells, canonical; those of a tile stand `pitch` words apart.
"""

from __future__ import annotations

from optimized.compilation import compiled
from optimized.field.extension import SIX
from optimized.field.lanes import add, extension_add, extension_subtract, known, multiply, multiply_by_known, subtract
from optimized.field.lanes import RADIX
from optimized.field.products import (
    add_cell,
    extension_product,
    lowered_sums,
    masked,
    reduced_sums,
    starting_sums,
    sum_of_two_multiples,
)
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, store, transpose_square, word_at
from optimized.multilinear.circuit.forms import PairKind
from optimized.multilinear.circuit.nodes import CHILD_WORDS, ELEMENT_WORDS, load_six, store_six
from optimized.multilinear.circuit.programs import BLOCK_FIELDS, TABLE_FIELDS, BlockField, TableField, TablePrograms
from optimized.words import Words
from spec.field import P

FREE_TERMS = 4
"""So many products fit into a sum before it is lowered."""

RADIX_MODULO_P = RADIX % P
SINGLE = int(PairKind.SINGLE)
COMMON = int(PairKind.COMMON)
KIND = int(BlockField.KIND)
FIRST_TERM = int(BlockField.FIRST_TERM)
FIRST_COUNT = int(BlockField.FIRST_COUNT)
SECOND_COUNT = int(BlockField.SECOND_COUNT)
MULTIPLICITY = int(BlockField.MULTIPLICITY)
OTHER_MULTIPLICITY = int(BlockField.OTHER_MULTIPLICITY)
IS_DIFFERENCE = int(BlockField.IS_DIFFERENCE)
MAIN = int(TableField.MAIN)
MAIN_WIDTH = int(TableField.MAIN_WIDTH)
FIXED = int(TableField.FIXED)
FIXED_WIDTH = int(TableField.FIXED_WIDTH)
FIRST_DERIVED = int(TableField.FIRST_DERIVED)
DERIVED = int(TableField.DERIVED)


@compiled
def load_columns(
    matrix: int, width: int, row: int, lane_rows: int, group_rows: int, groups: int, registers: Words, at: int, pitch: int
) -> None:
    """Brings columns of a matrix at an address into registers: lane l of group g has row row + l lane_rows + g
    group_rows."""
    for group in range(groups):
        first = (row + group * group_rows) * width
        goal = at + group * LANES
        if width >= LANES:
            for column in range(0, width, LANES):
                # The last columns are brought together with some before them.
                chosen = min(column, width - LANES)
                transpose_square(matrix, first + chosen, lane_rows * width, registers, goal + chosen * pitch, pitch)
        else:
            for column in range(width):
                for lane in range(LANES):
                    cell = word_at(matrix, first + lane * lane_rows * width + column)
                    registers[goal + column * pitch + lane] = cell


@compiled
def load_tile(
    programs: TablePrograms, table: int, row: int, lane_rows: int, group_rows: int, groups: int, registers: Words, pitch: int
) -> None:
    """Brings all columns of a table into registers: committed, fixed and derived ones."""
    fields = table * TABLE_FIELDS
    main_width, fixed_width = programs.tables[fields + MAIN_WIDTH], programs.tables[fields + FIXED_WIDTH]
    matrix = programs.tables[fields + MAIN]
    load_columns(matrix, main_width, row, lane_rows, group_rows, groups, registers, 0, pitch)
    if fixed_width:
        matrix, at = programs.tables[fields + FIXED], main_width * pitch
        load_columns(matrix, fixed_width, row, lane_rows, group_rows, groups, registers, at, pitch)
    first = programs.tables[fields + FIRST_DERIVED]
    for number in range(programs.tables[fields + DERIVED]):
        form = first + number
        at = (main_width + fixed_width + number) * pitch
        for cells in range(0, groups * LANES, LANES):
            total = broadcast(programs.derived_constants[form])
            for term in range(programs.derived[form], programs.derived[form + 1]):
                cell = load(registers, programs.derived_columns[term] * pitch + cells)
                total = add(total, multiply(cell, broadcast(programs.derived_factors[term])))
            store(registers, at + cells, total)


@compiled
def _fingerprint(
    programs: TablePrograms, first: int, count: int, constant: int, registers: Words, at: int, pitch: int
) -> Lanes:
    """A constant plus a sum of cells times weights."""
    sums = starting_sums(programs.constants, constant)
    free = min(count, FREE_TERMS)
    for term in range(first, first + free):
        cell = load(registers, at + programs.term_columns[term] * pitch)
        sums = add_cell(sums, cell, programs.weights, term * SIX)
    for term in range(first + free, first + count):
        if (term - first) % 2 == 0:
            sums = lowered_sums(sums)
        cell = load(registers, at + programs.term_columns[term] * pitch)
        sums = add_cell(sums, cell, programs.weights, term * SIX)
    return reduced_sums(sums)


@compiled
def _is_bit(registers: Words, at: int, groups: int) -> bool:
    """Whether a column is 0 or 1 throughout."""
    for i in range(at, at + groups * LANES):
        if registers[i] > 1:
            return False
    return True


@compiled
def compute_fractions(
    programs: TablePrograms, block: int, registers: Words, pitch: int, groups: int, children: Words, to: int
) -> None:
    """The fractions of a block on a tile: p and q of every group."""
    fields = block * BLOCK_FIELDS
    kind, first = programs.blocks[fields + KIND], programs.blocks[fields + FIRST_TERM]
    count, other_count = programs.blocks[fields + FIRST_COUNT], programs.blocks[fields + SECOND_COUNT]
    m_0 = programs.blocks[fields + MULTIPLICITY] * pitch
    m_1 = programs.blocks[fields + OTHER_MULTIPLICITY] * pitch
    is_difference = programs.blocks[fields + IS_DIFFERENCE] != 0
    constant = 2 * block * SIX
    radix, zero = known(RADIX_MODULO_P), broadcast(0)
    is_masked = kind == COMMON and _is_bit(registers, m_0, groups)
    for group in range(groups):
        cells = group * LANES
        goal = to + group * CHILD_WORDS
        f_0 = _fingerprint(programs, first, count, constant, registers, cells, pitch)
        if kind == SINGLE:
            m = multiply_by_known(load(registers, m_0 + cells), radix)
            store_six(children, goal, (m, zero, zero, zero, zero, zero))
            store_six(children, goal + ELEMENT_WORDS, f_0)
            continue
        f_1 = _fingerprint(programs, first + count, other_count, constant + SIX, registers, cells, pitch)
        store_six(children, goal + ELEMENT_WORDS, extension_product(f_0, f_1))
        if is_masked:
            total = extension_subtract(f_1, f_0) if is_difference else extension_add(f_1, f_0)
            store_six(children, goal, masked(total, load(registers, m_0 + cells)))
        else:
            m = multiply_by_known(load(registers, m_0 + cells), radix)
            if kind == COMMON:
                other = subtract(zero, m) if is_difference else m
            else:
                other = multiply_by_known(load(registers, m_1 + cells), radix)
            store_six(children, goal, sum_of_two_multiples(f_1, m, f_0, other))
