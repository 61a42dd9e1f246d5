"""A question is asked again under another seed before it counts as unanswered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import z3

from proofs_of_constraints.obligations.obligation import TURNS, Session, UndecidedError


def silent_for(turns: int, monkeypatch: pytest.MonkeyPatch) -> list[z3.Solver]:
    """Makes the solver answer nothing for so many turns; the solvers that were asked."""
    asked: list[z3.Solver] = []
    check: Callable[[z3.Solver], z3.CheckSatResult] = z3.Solver.check

    def checked(solver: z3.Solver) -> z3.CheckSatResult:
        asked.append(solver)
        return z3.unknown if len(asked) <= turns else check(solver)

    monkeypatch.setattr(z3.Solver, "check", checked)
    return asked


@pytest.mark.parametrize("bit_vectors", [False, True])
@pytest.mark.parametrize("resource_limit", [None, 10_000])
def test_question_without_an_answer_is_asked_under_another_seed(
    bit_vectors: bool, resource_limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = silent_for(len(TURNS) - 1, monkeypatch)
    x = z3.BitVec("x", 8) if bit_vectors else z3.Int("x")
    session = Session(resource_limit=resource_limit)
    model = session.satisfying("some number", [x == 5], bit_vectors=bit_vectors)
    assert model is not None
    assert model[x].as_long() == 5
    assert (len(asked), session.queries) == (len(TURNS), 1)


def test_question_is_exported_once_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    silent_for(1, monkeypatch)
    answers: list[str] = []
    Session(export=lambda name, text, answer: answers.append(answer)).satisfying("any", [z3.Int("x") > 1])
    assert answers == ["sat"]


def test_question_that_no_seed_answers_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = silent_for(len(TURNS), monkeypatch)
    with pytest.raises(UndecidedError, match="some number"):
        Session().satisfying("some number", [z3.Int("x") > 1])
    assert len(asked) == len(TURNS)


def test_turns_take_the_whole_limit() -> None:
    assert sum(TURNS) == pytest.approx(1)
