"""Traces of the calls of modular arithmetic: honest ones check clean, and what is not the result is noticed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import pytest

from reference.checker import ConstraintViolation, Imbalance, check_trace
from reference.executor import execute
from reference.trace.build import build_trace
from reference.trace.modular import division_cells
from spec.field import P, inverse
from spec.isa.calls import MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, Call, integer_of
from spec.program import Program
from spec.rv64im.chips import modular
from spec.rv64im.machine import CHIP_BY_NAME, WORK_ROWS
from tests.changed_traces import table_of, with_cells, with_table
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import add_call, store
from tests.reference.call_run import from_address
from tests.reference.mutation import lookup_indices, unnoticed_changes
from tests.spec.isa.test_multiply_add_modulo import BLS12_381, CALLS, SECP256K1, doublewords

Division = tuple[int, int, int, int]
"""Left, right, addend, modulus."""


def divisions(size: int) -> list[Division]:
    """Divisions of numbers of so many doublewords that reach corners: of carries, of the order, of the quotient."""
    source, largest = Random(size), 2 ** (64 * size) - 1
    prime = SECP256K1 if size == 4 else BLS12_381
    chosen = [
        (largest, largest, largest - 1, largest),
        (largest - 1, largest, largest, largest),
        (prime - 1, prime - 1, prime - 1, prime),
        (0, 0, 0, 1),
        (largest, 0, largest, 1),
        (1, 1, 0, 2),
        (2 ** (32 * size), 2 ** (32 * size - 1), 0, 2 ** (64 * size - 1)),
        (1, prime - 1, 0, prime),
        # The quotient's first guess is too large by two, and by one after it is corrected.
        (0, 0, 2**127, 2**95 + 2**32 - 1),
        (1, 2**192 - 2**128, 0, 2**128 - 1),
    ]
    for _ in range(3):
        chosen.append((source.randrange(prime), source.randrange(prime), source.randrange(prime), prime))
    return chosen


def modular_program(call: Call, cases: Sequence[Division]) -> Program:
    """Divides them one after the other."""
    size = call.operands[0].doublewords
    assembly = Assembly()
    left, right, addend, result = (SCRATCH.start + 8 * place * size for place in (0, 1, 2, 4))
    for case in cases:
        store(assembly, from_address(left, [word for number in case for word in doublewords(number, size)]))
        add_call(assembly, call, [left, right, addend, result])
    assembly.exit()
    return assembly.program()


@CALLS
def test_honest_trace_of_corners_checks_clean_and_has_no_free_cell(call: Call, size: int) -> None:
    cases = divisions(size)
    trace = build_trace(modular_program(call, cases))
    assert [str(violation) for violation in check_trace(trace)] == []
    table = table_of(trace, call.name)
    rows = [0, 2, len(cases) - 1]
    assert unnoticed_changes(table, rows, trace.public_values, lookup_indices(trace)) == []
    for row, (left, right, addend, modulus) in enumerate(cases):
        cells = table.main[row, [table.chip.column_index(f"result_{i}") for i in range(4 * size)]].tolist()
        expected = (left * right + addend) % modulus
        assert sum(cell << 16 * i for i, cell in enumerate(cells)) == expected


@CALLS
@pytest.mark.parametrize("place", ["left", "right", "addend", "modulus", "between"])
def test_result_may_lie_where_operands_lie(call: Call, size: int, place: str) -> None:
    case = divisions(size)[-1]
    step = 8 * size
    addresses = {"left": 0, "right": step, "addend": 2 * step, "modulus": 3 * step, "between": step - 8}
    assembly = Assembly()
    store(assembly, from_address(SCRATCH.start, [word for number in case for word in doublewords(number, size)]))
    pointer = SCRATCH.start + addresses[place]
    add_call(assembly, call, [SCRATCH.start, SCRATCH.start + step, SCRATCH.start + 2 * step, pointer])
    assembly.exit()
    program = assembly.program()
    memory = execute(program).memory
    found = integer_of([memory[pointer // 8 + i] for i in range(size)])
    assert found == (case[0] * case[1] + case[2]) % case[3]
    assert [str(violation) for violation in check_trace(build_trace(program))] == []


@CALLS
def test_operands_may_be_one_and_the_same(call: Call, size: int) -> None:
    modulus = divisions(size)[-1][3]
    assembly = Assembly()
    store(assembly, from_address(SCRATCH.start, doublewords(modulus - 5, size) + doublewords(modulus, size)))
    add_call(assembly, call, [SCRATCH.start] * 4)
    assembly.exit()
    program = assembly.program()
    memory = execute(program).memory
    assert integer_of([memory[SCRATCH.start // 8 + i] for i in range(size)]) == 25 - 5
    assert [str(violation) for violation in check_trace(build_trace(program))] == []


@CALLS
def test_result_that_is_not_reduced_is_noticed(call: Call, size: int) -> None:
    """The quotient one less, and a modulus more left over: the equation holds, the order does not."""
    left, right, addend, modulus = 1000, 1000, 0, 999
    trace = build_trace(modular_program(call, [(left, right, addend, modulus)]))
    table = table_of(trace, call.name)
    main = table.main.copy()
    lie = division_cells(left, right, addend, modulus, left * right // modulus - 1, 8 * size)
    for column, cell in lie.items():
        main[0, table.chip.column_index(column)] = cell % P
    found = [str(violation) for violation in check_trace(with_table(trace, replace(table, main=main)))]
    assert any(f"{call.name}[0] row 0 margin_is_positive" in text for text in found)
    assert not any("limb_" in text and "of_the_division" in text for text in found)


@pytest.mark.parametrize("call", [MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384], ids=lambda call: call.name)
def test_every_equation_is_one_over_the_integers(call: Call) -> None:
    """The bounds of the module, from its own constants."""
    size = 8 * call.operands[0].doublewords
    joined = 257 * size * 255**2
    carry = 1 << modular.CARRY_BITS - 1
    assert joined + 2 * (2**16 - 1) + carry + carry * 2**16 < P
    assert (joined + 2**16 - 1 + carry) >> 16 < carry


def _lookups_that_fail(call: Call, cells: Mapping[str, int]) -> set[str]:
    """Kinds of the lookups of a row that find nothing, when some of its cells are others and no constraint notices."""
    trace = build_trace(modular_program(call, [(0, 0, 0, SECP256K1)]))
    changed = with_cells(trace, {(call.name, 0, column): cell for column, cell in cells.items()})
    found = check_trace(changed)
    assert [str(violation) for violation in found if isinstance(violation, ConstraintViolation)] == []
    speakers = {
        re.sub(r"\d+", "#", speaker)
        for violation in found
        if isinstance(violation, Imbalance) and violation.bus in ("range", "byte_pair")
        for speaker in violation.speakers
        if speaker.startswith(call.name) and not _is_in_range(violation)
    }
    return {speaker.split()[3] for speaker in speakers}


def _is_in_range(violation: Imbalance) -> bool:
    if violation.bus == "range":
        return violation.message["value"] >> violation.message["width"] == 0
    return max(violation.message.values()) < 256


def test_result_that_is_wrong_by_the_field_needs_carries_out_of_range() -> None:
    """0 * 0 + 0 is p, modulo p: the limbs' equations hold over the field, if carries may be any elements."""
    call, carry = MULTIPLY_ADD_MODULO_256, 0
    result = [limb for word in doublewords(P, 4) for limb in (word >> 16 * i & 0xFFFF for i in range(4))]
    cells = {f"result_{i}": limb for i, limb in enumerate(result)}
    for i in range(31):
        carry = (carry - (result[i] if i < 16 else 0)) * inverse(2**16) % P
        cells[f"carry_{i}"] = carry
    assert carry == 0
    cells |= {"decides_15": 1, "margin": 0xFFFF}
    assert _lookups_that_fail(call, cells) == {"carry_#_has_#_bits"}


def test_result_that_is_wrong_by_anything_needs_a_quotient_that_is_no_number() -> None:
    """0 * 0 + 0 is 1, if the quotient's bytes may be any elements: 32 linear equations for as many of them."""
    modulus = [SECP256K1 >> 8 * i & 0xFF for i in range(32)] + [0] * 32

    def factor(column: int) -> int:
        return modulus[column] if column >= 0 else 0

    rows = [
        [*(factor(2 * i - j) + 256 * factor(2 * i + 1 - j) for j in range(32)), -1 if i == 0 else 0] for i in range(32)
    ]
    cells = {f"quotient_{j}": element for j, element in enumerate(solved(rows))}
    cells |= {"result_0": 1, "decides_15": 1, "margin": 0xFFFF}
    assert _lookups_that_fail(MULTIPLY_ADD_MODULO_256, cells) == {"quotient_#_#_are_bytes"}


def solved(rows: list[list[int]]) -> list[int]:
    """The solution of as many linear equations over the field as unknowns, the constant last in each."""
    count = len(rows)
    for column in range(count):
        pivot = next(i for i in range(column, count) if rows[i][column] % P)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = inverse(rows[column][column] % P)
        rows[column] = [element * scale % P for element in rows[column]]
        for i in range(count):
            if i != column:
                factor = rows[i][column]
                rows[i] = [(a - factor * b) % P for a, b in zip(rows[i], rows[column], strict=True)]
    return [row[count] for row in rows]


@pytest.mark.parametrize(("call", "cells"), [(MULTIPLY_ADD_MODULO_256, 300), (MULTIPLY_ADD_MODULO_384, 450)])
def test_operation_costs_at_most_so_many_cells(call: Call, cells: int) -> None:
    assert len(CHIP_BY_NAME[call.name].columns) <= cells
    assert call.name not in WORK_ROWS


FIVES = sum(5 << 16 * i for i in range(16))
"""A modulus with room in every limb."""


@pytest.mark.parametrize(
    ("remainder", "order", "constraints"),
    [
        (1, {"decides_1": 1, "decides_2": 1, "margin": 1}, {"one_limb_decides"}),
        (2**16, {"decides_1": -1, "decides_2": 2, "margin": 1}, {"decides_1_is_boolean", "decides_2_is_boolean"}),
        (2**240 - 1, {"margin": 1}, {"undecided_limb_15_is_equal"}),
        (1, {"margin": 1}, {"margin_is_of_the_deciding_limb"}),
    ],
    ids=["two limbs decide", "limbs that are no flags", "a limb below the highest", "another margin"],
)
def test_order_that_is_none_is_noticed_by_one_rule(
    remainder: int, order: Mapping[str, int], constraints: set[str]
) -> None:
    """The quotient one less, so that the result is a modulus more."""
    call, division = MULTIPLY_ADD_MODULO_256, (3, FIVES, remainder, FIVES)
    trace = build_trace(modular_program(call, [division]))
    cells = division_cells(*division, 2, 32) | {f"decides_{i}": 0 for i in range(1, 16)} | dict(order)
    found = check_trace(with_cells(trace, {(call.name, 0, column): cell for column, cell in cells.items()}))
    assert {violation.constraint for violation in found if isinstance(violation, ConstraintViolation)} == constraints
