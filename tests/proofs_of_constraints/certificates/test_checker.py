"""A list of clauses is accepted only where the formula has no model."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs_of_constraints.certificates.certifying import refutation
from proofs_of_constraints.certificates.checker import CertificateError, check_refutation
from proofs_of_constraints.certificates.clauses import Clause, Formula, clauses_of, lines_of

VARIABLES = 5


def literals(variables: int) -> st.SearchStrategy[int]:
    return st.integers(1, variables).flatmap(lambda variable: st.sampled_from([variable, -variable]))


def clause_lists(most: int) -> st.SearchStrategy[list[Clause]]:
    return st.lists(st.lists(literals(VARIABLES), min_size=0, max_size=4).map(tuple), max_size=most)


def has_model(formula: Formula) -> bool:
    return any(
        all(any(model[abs(literal) - 1] == (literal > 0) for literal in clause) for clause in formula.clauses)
        for model in product([False, True], repeat=formula.variables)
    )


def is_accepted(formula: Formula, derived: list[Clause]) -> bool:
    try:
        check_refutation(formula, derived)
    except CertificateError:
        return False
    return True


@given(clause_lists(16), clause_lists(8))
def test_nothing_refutes_a_formula_with_a_model(clauses: list[Clause], derived: list[Clause]) -> None:
    formula = Formula(VARIABLES, tuple(clauses))
    for list_of_clauses in (derived, [*derived, ()]):
        assert not (is_accepted(formula, list_of_clauses) and has_model(formula))


@given(clause_lists(30))
def test_refutation_found_is_accepted_where_there_is_no_model(clauses: list[Clause]) -> None:
    formula = Formula(VARIABLES, tuple(clause for clause in clauses if clause))
    derived = refutation(formula)
    assert derived is not None
    assert is_accepted(formula, derived) is not has_model(formula)


def pigeons(holes: int) -> Formula:
    """One pigeon more than holes: each sits somewhere, and no two together."""

    def sits(pigeon: int, hole: int) -> int:
        return pigeon * holes + hole + 1

    somewhere = [tuple(sits(pigeon, hole) for hole in range(holes)) for pigeon in range(holes + 1)]
    apart = [
        (-sits(one, hole), -sits(other, hole))
        for hole in range(holes)
        for other in range(holes + 1)
        for one in range(other)
    ]
    return Formula((holes + 1) * holes, (*somewhere, *apart))


def test_refutation_counts_only_whole_and_only_of_its_formula() -> None:
    formula = pigeons(4)
    derived = refutation(formula)
    assert derived is not None
    assert derived[-1] == ()
    assert len(derived) > 10
    check_refutation(formula, derived)
    with pytest.raises(CertificateError, match="derived clause 0 does not follow"):
        check_refutation(formula, [()])
    weakened = Formula(formula.variables, formula.clauses[1:])
    with pytest.raises(CertificateError, match=r"derived clause \d+ does not follow|is not derived"):
        check_refutation(weakened, derived)
    with pytest.raises(CertificateError, match="the empty clause is not derived"):
        check_refutation(Formula(3, ((1, 2), (-1, 3))), [(2, 3)])


@pytest.mark.parametrize("clause", [(0,), (4,), (-4,), (1, 2**31)])
def test_literal_of_no_variable_is_refused(clause: Clause) -> None:
    with pytest.raises(CertificateError, match="clause 1 has a literal of no variable from 1 to 3"):
        check_refutation(Formula(3, ((1, 2),)), [clause])


def test_clauses_have_a_model_where_the_script_has() -> None:
    script = "(declare-fun x () (_ BitVec 8)) (declare-fun y () (_ BitVec 8)) (assert (= (bvmul x y) #x{}))"
    odd = "(assert (= ((_ extract 0 0) x) #b0))"
    satisfiable = clauses_of(script.format("0c") + odd)
    assert refutation(satisfiable) == []
    impossible = clauses_of(script.format("0d") + odd)
    derived = refutation(impossible)
    assert derived is not None
    check_refutation(impossible, derived)


def test_text_is_that_of_the_usual_formats() -> None:
    assert Formula(3, ((1, -2), (3,))).dimacs() == "p cnf 3 2\n1 -2 0\n3 0\n"
    assert lines_of([(1,), ()]) == "1 0\n0\n"
