"""Traces of the calls of modular arithmetic: honest ones check clean, and what is not the result is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from reference.checker import check_trace
from reference.executor import execute
from reference.trace.build import build_trace
from reference.trace.modular import division_cells
from spec.field import P
from spec.isa.calls import MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, Call, integer_of
from spec.program import Program
from spec.rv64im.chips import modular
from tests.changed_traces import table_of, with_table
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
