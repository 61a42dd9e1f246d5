"""A chip as a script of SMT-LIB: two rows with the same inputs and another output. What is unsatisfiable is determined.

Numbers are integers in [0, p), and a polynomial vanishes if a multiple of p equals it. The script is made of the chip's
file of Picus, with the same inputs and assumptions, expression by expression: no ranges are worked out, nothing is
lifted or abstracted, so that it is another way from the declaration to a solver than the audit's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_of_constraints.picus.export import picus_text
from proofs_of_constraints.picus.program import (
    Comparison,
    Condition,
    Connective,
    Determined,
    Expression,
    Name,
    Number,
    Operation,
    read_program,
)
from proofs_of_constraints.picus.system import System, system_of
from proofs_of_constraints.translation.contracts import Contracts
from spec.air.chip import Chip

COPIES = ("first", "second")

_CONNECTIVES = {"&&": "and", "||": "or", "=>": "=>", "<=>": "=", "!": "not"}


def smt2_text(chip: Chip, contracts: Contracts) -> str:
    """The script, with one check."""
    program = read_program(picus_text(chip, contracts))
    system = system_of(program, program.modules[chip.name])
    return "\n".join(_lines(chip, system)) + "\n"


def _lines(chip: Chip, system: System) -> Iterator[str]:
    yield f"; {chip.purpose}"
    yield "(set-logic ALL)"
    yield f"(define-fun canonical ((number Int)) Int (mod number {system.prime}))"
    for copy in COPIES:
        for name in system.variables():
            yield f"(declare-const {_cell(name, copy)} Int)"
            yield f"(assert (and (<= 0 {_cell(name, copy)}) (< {_cell(name, copy)} {system.prime})))"
        for condition in (*system.asserted, *system.assumed):
            yield f"(assert {_condition(condition, copy)})"
    for condition in system.assumed:
        if isinstance(condition, Determined):
            yield f"(assert {_same(condition.expression)})"
    yield from (f"(assert {_same(Name(name))})" for name in system.inputs)
    for use in system.uses:
        inputs = " ".join(map(_same, use.inputs))
        outputs = " ".join(_same(Name(name)) for name in use.outputs)
        yield f"(assert (=> (and true {inputs}) (and true {outputs})))"
    differences = " ".join(f"(not {_same(Name(name))})" for name in system.outputs)
    yield f"(assert (or false {differences}))"
    yield "(check-sat)"


def _same(expression: Expression) -> str:
    first, second = (_value(expression, copy) for copy in COPIES)
    return f"(= {first} {second})"


def _condition(condition: Condition, copy: str) -> str:
    match condition:
        case Comparison("!=", left, right):
            return f"(not (= {_value(left, copy)} {_value(right, copy)}))"
        case Comparison(operator, left, right):
            return f"({operator} {_value(left, copy)} {_value(right, copy)})"
        case Connective(operator, arguments):
            return f"({_CONNECTIVES[operator]} {' '.join(_condition(argument, copy) for argument in arguments)})"
        case Determined():
            return "true"


def _value(expression: Expression, copy: str) -> str:
    """The canonical value."""
    if isinstance(expression, Operation):
        return f"(canonical {_term(expression, copy)})"
    return _term(expression, copy)


def _term(expression: Expression, copy: str) -> str:
    match expression:
        case Number(value):
            return str(value)
        case Name(text):
            return _cell(text, copy)
        case Operation(operator, arguments):
            return f"({operator} {' '.join(_term(argument, copy) for argument in arguments)})"


def _cell(name: str, copy: str) -> str:
    return f"|{name} {copy}|"
