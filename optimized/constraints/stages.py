"""LogUp columns and combined constraints of a table, as programs recorded from the protocol's functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum, unique
from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from optimized.constraints.accumulators import accumulate_rows
from optimized.constraints.blocks import RowOrder
from optimized.constraints.interpreter import OWN_ORDER, run_program
from optimized.constraints.program import assemble
from optimized.constraints.recording import Recorded, RecordedRow, Recorder, inverses, without_factor
from optimized.constraints.weighting import weighted_sum
from optimized.memory import arrays
from optimized.transforms.roots import CACHED_TABLES
from optimized.words import Words, words
from reference.prover.combination import TableCodewords, next_row_indices
from reference.arrays.field_arrays import Matrix
from reference.prover.logup import LogupMatrices
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.air.expression import Expression
from spec.field import EXTENSION_DEGREE, ONE, ZERO, Extension, inverse
from spec.protocol.constraints import LogupColumns, scopes, table_constraints
from spec.protocol.logup import BusChallenges, Fraction, fraction, group_count, groups

NO_COLUMNS = 0


@unique
class Input(IntEnum):
    """The matrices that a program reads."""

    MAIN = 0
    FIXED = 1
    HELPERS = 2
    ACCUMULATORS = 3
    FOLLOWING_ACCUMULATORS = 4
    COMBINED = 5


class Output(IntEnum):
    """The matrices that programs write: two for LogUp, one for constraints."""

    HELPERS = 0
    ACCUMULATORS = 1
    COMBINED = 0


def _empty(height: int, extension_columns: int) -> Words:
    return arrays.empty(height, extension_columns * EXTENSION_DEGREE)


@lru_cache(CACHED_TABLES)
def _next_rows(size_log2: int) -> NDArray[np.int64]:
    return next_row_indices(size_log2)


def _denominator(group: Sequence[Fraction[Recorded]]) -> Recorded:
    return reduce(lambda product, part: product * part, (part.denominator for part in group))


def _numerator(group: Sequence[Fraction[Recorded]]) -> Recorded:
    """The numerator of a group's sum over the product of its denominators."""
    if len(group) == 1:
        return group[0].numerator
    first, second = group
    recorder = first.numerator.recorder
    source, factor = without_factor(recorder, first.numerator.number)
    other_source, other_factor = without_factor(recorder, second.numerator.number)
    if source == other_source and factor == other_factor:
        return second.denominator.added(first.denominator, 1) * first.numerator
    if source == other_source and factor == ZERO - other_factor:
        return second.denominator.added(first.denominator, -1) * first.numerator
    return second.denominator * first.numerator + first.denominator * second.numerator


def logup_matrices(
    chip: Chip,
    main: Matrix,
    fixed: Matrix,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges],
) -> LogupMatrices:
    """The columns and totals for a table given on its trace domain, its height a multiple of the lanes.

    Raises ZeroDivisionError if a fingerprint vanishes.
    """
    recorder = Recorder()
    row = RecordedRow(recorder, public_values, Input.MAIN, Input.FIXED)
    memory: dict[Expression, Recorded] = {}
    helper = 0
    in_scopes = scopes(chip)
    for i, (scope, interactions) in enumerate(in_scopes):
        fractions = [fraction(interaction, challenges[scope], row, memory) for interaction in interactions]
        of_groups = groups(fractions)
        inverted = inverses([_denominator(group) for group in of_groups])
        sums = [inverse * _numerator(group) for group, inverse in zip(of_groups, inverted, strict=True)]
        for value in sums[:-1]:
            recorder.store(value, Output.HELPERS, helper * EXTENSION_DEGREE)
            helper += 1
        recorder.store(reduce(lambda total, part: total + part, sums), Output.ACCUMULATORS, i * EXTENSION_DEGREE)
    height = len(main)
    helpers, accumulators = _empty(height, helper), _empty(height, len(in_scopes))
    _run(recorder, {Input.MAIN: words(main), Input.FIXED: words(fixed)}, [helpers, accumulators])
    totals = accumulate_rows(accumulators)
    return LogupMatrices(helpers, accumulators, totals)


def _run(
    recorder: Recorder, given: Mapping[Input, Words], outputs: Sequence[Words], order: RowOrder = OWN_ORDER
) -> None:
    none = _empty(len(outputs[0]), NO_COLUMNS)
    matrices = [given.get(name, none) for name in Input]
    written = [*outputs, *[none] * (len(Output) - len(outputs))]
    program = assemble(recorder, [matrix.shape[1] for matrix in matrices], [matrix.shape[1] for matrix in written])
    run_program(program, matrices, written, order)


def combined_constraints(
    tables: Sequence[TableCodewords],
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges],
    batching: Extension,
) -> Words:
    """C_0 + batching C_1 + ... over all constraints of all tables of one height, on 2 n points."""
    points = len(tables[0].main)
    combined = _empty(points, 1)
    power = ONE
    for number, table in enumerate(tables):
        recorder = Recorder()
        row = RecordedRow(recorder, public_values, Input.MAIN, Input.FIXED)
        terms: list[tuple[Recorded, Extension]] = []
        for value in table_constraints(table.chip, row, challenges, _logup_columns(recorder, table)):
            terms.append((value, power))
            power = power * batching
        total = weighted_sum(recorder, terms)
        recorder.store(recorder.extension(Input.COMBINED, 0) + total if number else total, Output.COMBINED, 0)
        accumulators = words(table.accumulators)
        given = {
            Input.MAIN: words(table.main),
            Input.FIXED: words(table.fixed),
            Input.HELPERS: words(table.helpers),
            Input.ACCUMULATORS: accumulators,
            Input.FOLLOWING_ACCUMULATORS: accumulators,
            Input.COMBINED: combined,
        }
        _run(recorder, given, [combined], _next_rows(points.bit_length() - 1))
    return combined


def _logup_columns(recorder: Recorder, table: TableCodewords) -> dict[Scope, LogupColumns[Recorded]]:
    logup: dict[Scope, LogupColumns[Recorded]] = {}
    helper = 0
    for i, (scope, interactions) in enumerate(scopes(table.chip)):
        count = group_count(len(interactions)) - 1
        logup[scope] = LogupColumns(
            helpers=[recorder.extension(Input.HELPERS, (helper + j) * EXTENSION_DEGREE) for j in range(count)],
            accumulator=recorder.extension(Input.ACCUMULATORS, i * EXTENSION_DEGREE),
            accumulator_next=recorder.extension(Input.FOLLOWING_ACCUMULATORS, i * EXTENSION_DEGREE),
            share=table.totals[i] * inverse(table.height),
        )
        helper += count
    return logup
