"""The fractions of pairs from the cells of a table, a tile of groups of lanes at a time.

A fingerprint is linear in the cells, so it is a sum of cells times extension elements that are known: it is reduced
once. Registers are columns of cells, canonical, REGISTER_PITCH words apart.
"""

from __future__ import annotations

from optimized.circuit.forms import PairKind
from optimized.circuit.nodes import CHILD_WORDS, ELEMENT_WORDS, Address
from optimized.circuit.programs import (
    BLOCK_FIELDS,
    NUMBER_BYTES,
    TABLE_FIELDS,
    WORD_BYTES,
    BlockField,
    TableField,
    TablePrograms,
)
from optimized.compilation import compiled
from optimized.field.extension import SIX
from optimized.field.lanes import (
    RADIX,
    add,
    extension_add,
    extension_subtract,
    known,
    multiply,
    multiply_by_known,
    subtract,
)
from optimized.field.products import (
    add_cell,
    extension_product,
    load_element,
    lowered_sums,
    masked,
    reduced_sums,
    starting_sums,
    store_lanes,
    sum_of_two_multiples,
)
from optimized.lanes.vectors import (
    LANES,
    align_stack,
    broadcast,
    load,
    number_at,
    prefetch,
    put_word,
    store,
    transpose_square,
    word_at,
)
from optimized.words import LINE_WORDS
from spec.field import P

FREE_TERMS = 4
"""So many products fit into a sum before it is lowered."""

REGISTER_GROUPS = 32
"""Groups of a tile of cells, at most."""

REGISTER_PITCH = (REGISTER_GROUPS + 1) * LANES
"""No power of two: else cells of one row would all fall into the same few places of the cache."""

GROUPS_AHEAD = 4
"""So many groups ahead, cells are prefetched."""

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
    matrix: Address, width: int, row: int, lane_rows: int, group_rows: int, groups: int, registers: Address
) -> None:
    """Brings columns of a matrix into registers: lane l of group g has row row + l lane_rows + g group_rows."""
    for group in range(groups):
        first = (row + group * group_rows) * width
        goal = group * LANES
        for lane in range(LANES):
            for word in range(0, width, LINE_WORDS):
                prefetch(matrix, first + (lane * lane_rows + GROUPS_AHEAD * group_rows) * width + word)
        if width >= LANES:
            for column in range(0, width, LANES):
                # The last columns are brought together with some before them.
                chosen = min(column, width - LANES)
                to = goal + chosen * REGISTER_PITCH
                transpose_square(matrix, first + chosen, lane_rows * width, registers, to, REGISTER_PITCH)
        else:
            for column in range(width):
                for lane in range(LANES):
                    cell = word_at(matrix, first + lane * lane_rows * width + column)
                    put_word(registers, goal + column * REGISTER_PITCH + lane, cell)


@compiled
def load_tile(
    programs: TablePrograms, table: int, row: int, lane_rows: int, group_rows: int, groups: int, registers: Address
) -> None:
    """Brings all columns of a table into registers: committed, fixed and derived ones."""
    fields = table * TABLE_FIELDS
    width = number_at(programs.tables, fields + MAIN_WIDTH)
    matrix = number_at(programs.tables, fields + MAIN)
    load_columns(matrix, width, row, lane_rows, group_rows, groups, registers)
    fixed_width = number_at(programs.tables, fields + FIXED_WIDTH)
    if fixed_width:
        matrix = number_at(programs.tables, fields + FIXED)
        to = registers + width * REGISTER_PITCH * WORD_BYTES
        load_columns(matrix, fixed_width, row, lane_rows, group_rows, groups, to)
    width += fixed_width
    first = number_at(programs.tables, fields + FIRST_DERIVED)
    for form in range(first, first + number_at(programs.tables, fields + DERIVED)):
        first_term, last_term = number_at(programs.derived, form), number_at(programs.derived, form + 1)
        for cells in range(0, groups * LANES, LANES):
            total = broadcast(word_at(programs.derived_constants, form))
            for term in range(first_term, last_term):
                column = number_at(programs.derived_columns, term)
                cell = load(registers, column * REGISTER_PITCH + cells)
                total = add(total, multiply(cell, broadcast(word_at(programs.derived_factors, term))))
            store(registers, (width + form - first) * REGISTER_PITCH + cells, total)


@compiled
def _fingerprints(
    columns: Address, weights: Address, count: int, constant: Address, registers: Address, groups: int, target: Address
) -> None:
    """A constant plus a sum of cells times weights, for each of the groups: elements CHILD_WORDS apart."""
    align_stack()
    free = min(count, FREE_TERMS)
    for group in range(groups):
        at = group * LANES
        sums = starting_sums(constant, 0)
        for term in range(free):
            sums = add_cell(sums, load(registers, at + number_at(columns, term) * REGISTER_PITCH), weights, term * SIX)
        for term in range(free, count):
            if term % 2 == 0:
                sums = lowered_sums(sums)
            sums = add_cell(sums, load(registers, at + number_at(columns, term) * REGISTER_PITCH), weights, term * SIX)
        store_lanes(target, group * CHILD_WORDS, reduced_sums(sums))


@compiled
def _is_bit(column: Address, groups: int) -> bool:
    """Whether a column is 0 or 1 throughout."""
    # numba compiles no generators.
    for i in range(groups * LANES):  # noqa: SIM110
        if word_at(column, i) > 1:
            return False
    return True


@compiled
def compute_fractions(programs: TablePrograms, block: int, registers: Address, groups: int, children: Address) -> None:
    """The fractions of a block on a tile: p and q of every group. Fingerprints stand there before."""
    align_stack()
    blocks, fields = programs.blocks, block * BLOCK_FIELDS
    kind, first = number_at(blocks, fields + KIND), number_at(blocks, fields + FIRST_TERM)
    count, other_count = number_at(blocks, fields + FIRST_COUNT), number_at(blocks, fields + SECOND_COUNT)
    m_0 = number_at(blocks, fields + MULTIPLICITY) * REGISTER_PITCH
    m_1 = number_at(blocks, fields + OTHER_MULTIPLICITY) * REGISTER_PITCH
    is_difference = number_at(blocks, fields + IS_DIFFERENCE) != 0
    columns, weights = programs.term_columns + first * NUMBER_BYTES, programs.weights + first * SIX * WORD_BYTES
    constant = programs.constants + 2 * block * SIX * WORD_BYTES
    radix, zero = known(RADIX_MODULO_P), broadcast(0)
    end = groups * CHILD_WORDS
    if kind == SINGLE:
        target = children + ELEMENT_WORDS * WORD_BYTES
        _fingerprints(columns, weights, count, constant, registers, groups, target)
        for goal in range(0, end, CHILD_WORDS):
            m = multiply_by_known(load(registers, m_0), radix)
            store_lanes(children, goal, (m, zero, zero, zero, zero, zero))
            m_0 += LANES
        return
    _fingerprints(columns, weights, count, constant, registers, groups, children)
    _fingerprints(
        columns + count * NUMBER_BYTES,
        weights + count * SIX * WORD_BYTES,
        other_count,
        constant + SIX * WORD_BYTES,
        registers,
        groups,
        children + ELEMENT_WORDS * WORD_BYTES,
    )
    is_masked = kind == COMMON and _is_bit(registers + m_0 * WORD_BYTES, groups)
    for goal in range(0, end, CHILD_WORDS):
        f_0, f_1 = load_element(children, goal), load_element(children, goal + ELEMENT_WORDS)
        store_lanes(children, goal + ELEMENT_WORDS, extension_product(f_0, f_1))
        if is_masked:
            total = extension_subtract(f_1, f_0) if is_difference else extension_add(f_1, f_0)
            store_lanes(children, goal, masked(total, load(registers, m_0)))
        else:
            m = multiply_by_known(load(registers, m_0), radix)
            if kind == COMMON:
                other = subtract(zero, m) if is_difference else m
            else:
                other = multiply_by_known(load(registers, m_1), radix)
            store_lanes(children, goal, sum_of_two_multiples(f_1, m, f_0, other))
        m_0, m_1 = m_0 + LANES, m_1 + LANES
