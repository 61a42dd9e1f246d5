"""Chips as scripts of SMT-LIB: two solvers read them, and small ones are decided as they should be."""

from __future__ import annotations

from dataclasses import replace

import cvc5
import pytest
import z3

from proofs_of_constraints.report.smt2 import smt2_text
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.chip import Chip, Constraint, Interaction, Role
from spec.air.expression import Constant, MainColumn
from spec.rv64im.buses import RANGE, STATE
from spec.rv64im.machine import CHIP_BY_NAME

CONTRACTS = RV64IM_AUDIT.contracts

WORD, LOW, HIGH = (MainColumn(name, index) for index, name in enumerate(("word", "low", "high")))

SPLIT = Chip(
    name="split",
    role=Role.WORK,
    purpose="A word of 20 bits in two limbs.",
    columns=("word", "low", "high"),
    fixed_columns=(),
    constraints=(Constraint("limbs_make_the_word", LOW + HIGH * 2**10 - WORD),),
    interactions=(
        Interaction("low_is_10_bits", RANGE, -1, Constant(1), (LOW, Constant(10))),
        Interaction("high_is_10_bits", RANGE, -1, Constant(1), (HIGH, Constant(10))),
        Interaction("taken", STATE, -1, Constant(1), (WORD, Constant(0))),
    ),
    outputs=("low", "high"),
)


def z3_answer(text: str) -> str:
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    solver.from_string(text)
    return str(solver.check())


def test_split_is_determined_and_without_anything_it_says_is_not() -> None:
    assert z3_answer(smt2_text(SPLIT, CONTRACTS)) == "unsat"
    assert z3_answer(smt2_text(replace(SPLIT, constraints=()), CONTRACTS)) == "sat"
    for interaction in SPLIT.interactions:
        fewer = tuple(other for other in SPLIT.interactions if other is not interaction)
        assert z3_answer(smt2_text(replace(SPLIT, interactions=fewer), CONTRACTS)) == "sat"


@pytest.mark.parametrize("name", ["add", "xor", "branch_equal", "divide", "srl"])
def test_script_of_a_chip_is_read_by_two_solvers(name: str) -> None:
    text = smt2_text(CHIP_BY_NAME[name], CONTRACTS)
    assertions = text.count("(assert ")
    assert len(z3.parse_smt2_string(text)) == assertions
    solver = cvc5.Solver()
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, name)
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        if command.getCommandName() == "check-sat":
            break
        command.invoke(solver, symbols)
    # It counts the definition, too.
    assert len(solver.getAssertions()) == assertions + 1
