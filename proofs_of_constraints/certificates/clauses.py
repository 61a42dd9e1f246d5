"""A question about bit-vectors as clauses, and the text of clauses and of refutations in DIMACS's format.

Z3 makes the clauses by blasting words into bits: that step is trusted, and the search that follows is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import z3

BLASTING = ("simplify", "bit-blast", "tseitin-cnf")

Clause = tuple[int, ...]
"""Literals: the number of a variable from 1 on, negative where it is negated."""


@dataclass(frozen=True)
class Formula:
    """Clauses that are to hold together."""

    variables: int
    clauses: tuple[Clause, ...]

    def dimacs(self) -> str:
        """The text of a .cnf file."""
        return f"p cnf {self.variables} {len(self.clauses)}\n{lines_of(self.clauses)}"


def lines_of(clauses: Iterable[Clause]) -> str:
    """A line for each clause, ended by 0: the text of a refutation, which is a list of clauses and nothing else."""
    return "".join(" ".join(map(str, (*clause, 0))) + "\n" for clause in clauses)


def clauses_of(script: str) -> Formula:
    """The clauses of an SMT-LIB script about bit-vectors alone: they have a model if, and only if, the script has."""
    context = z3.Context()
    goal = z3.Goal(ctx=context)
    goal.add(z3.parse_smt2_string(script, ctx=context))
    tactic = z3.Then(*(z3.Tactic(name, ctx=context) for name in BLASTING), ctx=context)
    (blasted,) = tactic(goal)
    return _read(blasted.dimacs(include_names=False).splitlines())


def _read(lines: Sequence[str]) -> Formula:
    """Z3's text, whose variables have gaps between their numbers."""
    words = [line.split() for line in lines if line and line[0] not in "cp"]
    numbered: dict[str, int] = {}
    clauses = []
    for literals in words:
        clause: dict[int, None] = {}
        for literal in literals[:-1]:
            number = numbered.setdefault(literal.lstrip("-"), len(numbered) + 1)
            clause[-number if literal.startswith("-") else number] = None
        clauses.append(tuple(clause))
    return Formula(len(numbered), tuple(clauses))
