"""A second solver answers the exported queries again."""

from __future__ import annotations

import pytest

from proofs_of_constraints.audit import prove, selected
from proofs_of_constraints.obligations import second_solver
from proofs_of_constraints.obligations.obligation import Kind, Obligation
from proofs_of_constraints.obligations.second_solver import (
    Agreement,
    SecondSolver,
    SecondSolverMissingError,
    require_second_solver,
)

pytest.importorskip("cvc5")

EMPTY = "(declare-const x Int)\n(assert (> x x))\n(check-sat)\n"
ANY = "(declare-const x Int)\n(assert (> x 1))\n(check-sat)\n"

SAMPLE = [
    *selected(chip="addi"),
    *selected(chip="branch_equal", kinds=[Kind.FUNCTION, Kind.MEMORY, Kind.PADDING]),
    *selected(chip="boundary", kinds=[Kind.FUNCTION, Kind.MEMORY]),
    *selected(chip="memory", kinds=[Kind.FUNCTION, Kind.MEMORY]),
    *selected(instruction="mulhu", kinds=[Kind.FUNCTION, Kind.DECODE, Kind.COVERED]),
    *selected(instruction="slt", kinds=[Kind.DETERMINISM, Kind.COMPLETE, Kind.NOT_VACUOUS]),
]


@pytest.mark.parametrize("obligation", SAMPLE, ids=lambda obligation: obligation.identity)
def test_second_solver_agrees_with_every_proof_of_a_sample(obligation: Obligation) -> None:
    result = prove(obligation, second_solver_seconds=60)
    if result.queries == 0:
        assert result.second is None
        return
    assert result.second is not None
    assert (result.second.agreement, result.second.detail) == (Agreement.AGREES, f"{result.queries} queries")


def test_sample_has_every_kind_with_queries_of_its_own() -> None:
    without_queries = {Kind.DISCIPLINE, Kind.MACHINE, Kind.ORDER}
    assert {obligation.kind for obligation in SAMPLE} >= set(Kind) - without_queries


def test_second_solver_that_answers_otherwise_disagrees() -> None:
    solver = SecondSolver(seconds=10)
    solver("the empty set", EMPTY, "unsat")
    solver("some number", ANY, "unsat")
    opinion = solver.opinion()
    assert opinion is not None
    assert opinion.agreement is Agreement.DISAGREES
    assert opinion.detail == "some number: cvc5 says sat, Z3 says unsat"


def test_second_solver_ignores_the_answer_that_stands_in_the_text() -> None:
    solver = SecondSolver(seconds=10)
    solver("some number", f"(set-info :status unsat)\n{ANY}", "sat")
    opinion = solver.opinion()
    assert opinion is not None
    assert opinion.agreement is Agreement.AGREES


def test_second_solver_without_time_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_solver, "answer_of", lambda text, seconds: "unknown")
    solver = SecondSolver(seconds=10)
    solver("a hard one", ANY, "sat")
    opinion = solver.opinion()
    assert opinion is not None
    assert (opinion.agreement, opinion.detail) == (Agreement.UNDECIDED, "a hard one")


def test_second_solver_asks_no_more_once_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    solver = SecondSolver(seconds=0)
    monkeypatch.setattr(second_solver, "answer_of", lambda text, seconds: pytest.fail("it was asked"))
    solver("some number", ANY, "sat")
    opinion = solver.opinion()
    assert opinion is not None
    assert opinion.agreement is Agreement.UNDECIDED


def test_real_hard_query_ends_in_its_time() -> None:
    bits = 64
    hard = (
        f"(set-logic QF_BV)(declare-const x (_ BitVec {bits}))(declare-const y (_ BitVec {bits}))"
        "(assert (= (bvmul x y) #x1234567890abcdef))(assert (bvugt x #x0000000100000000))"
        "(assert (bvugt y #x0000000100000000))(assert (= (bvurem x y) #x00000000deadbeef))(check-sat)"
    )
    assert second_solver.answer_of(hard, seconds=0.05) == "unknown"


def test_second_solver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_solver, "find_spec", lambda name: None)
    with pytest.raises(SecondSolverMissingError, match="cvc5 is not installed"):
        require_second_solver()


BITS = "(declare-const x (_ BitVec 64))(assert (= x (bvnot x)))(check-sat)"


def test_bit_vectors_alone_are_bitwuzlas_and_everything_else_cvc5s(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bitwuzla")
    assert second_solver.solver_for(BITS) == "bitwuzla"
    assert second_solver.solver_for(ANY) == "cvc5"
    assert second_solver.solver_for("(declare-const n Int)" + BITS) == "cvc5"
    monkeypatch.setattr(second_solver, "find_spec", lambda name: None)
    assert second_solver.solver_for(BITS) == "cvc5"


def test_bitwuzla_that_answers_otherwise_disagrees(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bitwuzla")
    monkeypatch.setattr(second_solver, "_answer_by_strategies", lambda text, seconds: pytest.fail("cvc5 was asked"))
    solver = SecondSolver(seconds=10)
    solver("no number", f"(set-info :status sat)\n{BITS}", "sat")
    opinion = solver.opinion()
    assert opinion is not None
    assert (opinion.agreement, opinion.detail) == (
        Agreement.DISAGREES,
        "no number: bitwuzla says unsat, Z3 says sat",
    )
