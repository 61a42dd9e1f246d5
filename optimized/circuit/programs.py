"""What compiled code needs to know to compute the fractions of tables from their cells, as flat arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.circuit.forms import FingerprintForm, LinearForm, PairPlan, pair_plans
from optimized.field.lanes import RADIX, to_montgomery_array
from optimized.words import Words, words
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import EXTENSION_DEGREE, Extension, P
from spec.field import ONE as ONE_ELEMENT
from spec.protocol.gkr import SCOPES, BusChallenges

Numbers = NDArray[np.int64]

CACHED_PROGRAMS = 1024
"""Bounds the memory that programs take: what was not used for long goes."""

BETA = 2
"""A fingerprint is a combination of alpha, 1, beta, beta^2, ...: so many stand before beta."""

NUMBER_BYTES = 8
WORD_BYTES = 4
"""Sizes of array elements, in which programs are counted."""


@unique
class BlockField(IntEnum):
    """The numbers that describe a block."""

    KIND = 0
    FIRST_TERM = 1
    """The first term of both fingerprints: those of the first one, then those of the second one."""

    FIRST_COUNT = 2
    SECOND_COUNT = 3
    MULTIPLICITY = 4
    """The column of m or m_0."""

    OTHER_MULTIPLICITY = 5
    IS_DIFFERENCE = 6
    PLACE = 7
    """Where its fractions lie."""


@unique
class TableField(IntEnum):
    """The numbers that describe a table."""

    MAIN = 0
    """The address of its committed columns."""

    MAIN_WIDTH = 1
    FIXED = 2
    FIXED_WIDTH = 3
    FIRST_BLOCK = 4
    BLOCKS = 5
    FIRST_DERIVED = 6
    DERIVED = 7


BLOCK_FIELDS = len(BlockField)
TABLE_FIELDS = len(TableField)


@dataclass(frozen=True, eq=False)
class ChipProgram:
    """What does not depend on challenges, heights and places, in numbers that start at 0."""

    blocks: Numbers
    """(blocks, BLOCK_FIELDS)."""

    scopes: Numbers
    """By block: the scope's number."""

    term_columns: Numbers
    term_blocks: Numbers
    term_factors: NDArray[np.uint64]
    """(terms, 2 + widest message): of alpha, 1, beta, ..."""

    constant_factors: NDArray[np.uint64]
    """(2 blocks, 2 + widest message): of each fingerprint."""

    derived: Numbers
    """(derived columns + 1,): the first of each one's terms."""

    derived_constants: Words
    derived_columns: Numbers
    derived_factors: Words
    """In Montgomery's form."""


def chip_program(table: Table, public_values: Mapping[str, int]) -> ChipProgram:
    """The program of a table's chip."""
    width = len(table.chip.columns) + len(table.chip.fixed_columns)
    return _chip_program(pair_plans(table.chip, public_values), len(table.chip.local_interactions), width)


@lru_cache(CACHED_PROGRAMS)
def _chip_program(plans: tuple[PairPlan, ...], local_interactions: int, width: int) -> ChipProgram:
    widest = max(len(fingerprint.message) for plan in plans for fingerprint in plan.fingerprints)
    derived: list[LinearForm] = []

    def column_of(form: LinearForm) -> int:
        if form.constant == 0 and len(form.terms) == 1 and form.terms[0][1] == 1:
            return form.terms[0][0]
        if form not in derived:
            derived.append(form)
        return width + derived.index(form)

    local_pairs = -(-local_interactions // 2)
    blocks: list[list[int]] = []
    term_columns: list[int] = []
    term_blocks: list[int] = []
    term_factors: list[list[int]] = []
    constant_factors: list[list[int]] = []
    for number, plan in enumerate(plans):
        counts = []
        first_term = len(term_columns)
        for fingerprint in plan.fingerprints:
            columns = fingerprint.columns
            term_columns += columns
            term_blocks += [number] * len(columns)
            term_factors += [_factors_of(fingerprint, column, widest) for column in columns]
            constant_factors.append(_constant_factors(fingerprint, widest))
            counts.append(len(columns))
        if len(counts) == 1:
            counts.append(0)
            constant_factors.append([0] * (BETA + widest))
        multiplicities = [column_of(form) for form in plan.multiplicities]
        blocks.append([plan.kind, first_term, *counts, multiplicities[0], multiplicities[-1], plan.is_difference, 0])
    return ChipProgram(
        blocks=np.array(blocks, dtype=np.int64),
        scopes=np.array([number >= local_pairs for number in range(len(plans))], dtype=np.int64),
        term_columns=np.array(term_columns, dtype=np.int64),
        term_blocks=np.array(term_blocks, dtype=np.int64),
        term_factors=np.array(term_factors, dtype=np.uint64).reshape(-1, BETA + widest),
        constant_factors=np.array(constant_factors, dtype=np.uint64),
        derived=np.cumsum([0, *(len(form.terms) for form in derived)]),
        derived_constants=np.array([form.constant for form in derived], dtype=np.uint32),
        derived_columns=np.array([column for form in derived for column, _ in form.terms], dtype=np.int64),
        derived_factors=to_montgomery_array(
            np.array([factor for form in derived for _, factor in form.terms], dtype=np.uint64)
        ),
    )


def _factors_of(fingerprint: FingerprintForm, column: int, widest: int) -> list[int]:
    message = [dict(part.terms).get(column, 0) * fingerprint.sign % P for part in fingerprint.message]
    return [0, 0, *message, *[0] * (widest - len(message))]


def _constant_factors(fingerprint: FingerprintForm, widest: int) -> list[int]:
    message = [part.constant * fingerprint.sign % P for part in fingerprint.message]
    head = [fingerprint.sign % P, fingerprint.identity * fingerprint.sign % P]
    return [*head, *message, *[0] * (widest - len(message))]


class TablePrograms(NamedTuple):
    """The programs of several tables, one after the other, for compiled code: addresses of arrays."""

    tables: int
    """TABLE_FIELDS numbers each."""

    blocks: int
    """BLOCK_FIELDS numbers each."""

    term_columns: int
    weights: int
    """Six words for each term, with the factor 2^64."""

    constants: int
    """Six words for each fingerprint, two fingerprints for each block, with the factor 2^64."""

    derived: int
    """The first term of each derived column, and one number more."""

    derived_constants: int
    derived_columns: int
    derived_factors: int
    registers: int
    """The columns of the widest table, derived ones included."""


@dataclass(frozen=True, eq=False)
class HeldPrograms:
    """Programs with the arrays that they are addresses of."""

    programs: TablePrograms
    arrays: Sequence[Numbers | Words]
    blocks: Numbers
    """By table, how many it has."""


NO_PROGRAMS = HeldPrograms(TablePrograms(*[0] * len(TablePrograms._fields)), (), np.zeros(0, dtype=np.int64))


def table_programs(
    tables: Sequence[Table],
    places: Sequence[Sequence[int]],
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> HeldPrograms:
    """The programs of these tables. `places` says for each block of each table, local ones first, where it lies."""
    if not tables:
        return NO_PROGRAMS
    programs = [chip_program(table, public_values) for table in tables]
    matrices: list[Words] = []
    registers = 0
    table_rows, block_rows, derived_firsts = [], [], []
    blocks = terms = derived = derived_terms = 0
    for table, program, of_blocks in zip(tables, programs, places, strict=True):
        main, fixed = words(table.main), words(table.fixed)
        matrices += [main, fixed]
        count = len(program.derived_constants)
        registers = max(registers, main.shape[1] + fixed.shape[1] + count)
        columns = [main.ctypes.data, main.shape[1], fixed.ctypes.data, fixed.shape[1]]
        table_rows.append([*columns, blocks, len(program.blocks), derived, count])
        own = program.blocks.copy()
        own[:, BlockField.FIRST_TERM] += terms
        own[:, BlockField.PLACE] = of_blocks
        block_rows.append(own)
        derived_firsts.append(program.derived[:-1] + derived_terms)
        blocks, terms = blocks + len(own), terms + len(program.term_columns)
        derived, derived_terms = derived + count, derived_terms + len(program.derived_columns)
    bases = [_basis(challenges[scope]) for scope in SCOPES]
    arrays: list[Numbers | Words] = [
        np.array(table_rows, dtype=np.int64),
        np.concatenate(block_rows),
        np.concatenate([program.term_columns for program in programs]),
        _combined(bases, [(program.term_factors, program.scopes[program.term_blocks]) for program in programs]),
        _combined(bases, [(program.constant_factors, np.repeat(program.scopes, 2)) for program in programs]),
        np.concatenate([*derived_firsts, np.array([derived_terms])]),
        np.concatenate([program.derived_constants for program in programs]),
        np.concatenate([program.derived_columns for program in programs]),
        np.concatenate([program.derived_factors for program in programs]),
    ]
    addresses = [array.ctypes.data for array in arrays]
    counts = np.array([len(program.blocks) for program in programs], dtype=np.int64)
    return HeldPrograms(TablePrograms._make([*addresses, registers]), [*arrays, *matrices], counts)


def _basis(challenges: BusChallenges[Extension]) -> NDArray[np.uint64]:
    """alpha, 1, beta, beta^2, ... with the factor 2^64: products with canonical cells come out in Montgomery's form."""
    elements = [challenges.alpha, ONE_ELEMENT, *challenges.beta_powers]
    rows = [[coefficient * RADIX**2 % P for coefficient in element.coefficients] for element in elements]
    return np.array(rows, dtype=np.uint64)


def _combined(bases: Sequence[NDArray[np.uint64]], parts: Sequence[tuple[NDArray[np.uint64], Numbers]]) -> Words:
    """The rows of factors, each combined with its scope's basis: (rows, 6)."""
    widest = max(factors.shape[1] for factors, _ in parts)
    basis = np.zeros((len(bases), widest, EXTENSION_DEGREE), dtype=np.uint64)
    for number, elements in enumerate(bases):
        basis[number, : len(elements)] = elements[:widest]
    factors = np.zeros((sum(len(rows) for rows, _ in parts), widest), dtype=np.uint64)
    start = 0
    for rows, _ in parts:
        factors[start : start + len(rows), : rows.shape[1]] = rows
        start += len(rows)
    chosen = basis[np.concatenate([scopes for _, scopes in parts])]
    total = np.zeros((len(factors), EXTENSION_DEGREE), dtype=np.uint64)
    for k in range(widest):
        total = (total + factors[:, k, None] * chosen[:, k]) % np.uint64(P)
    return total.astype(np.uint32)
