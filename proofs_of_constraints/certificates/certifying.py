"""Certificates of what has no model: another solver writes a refutation down, and the checker reads it.

Glucose works on the clauses. Queries about integers have none: the solvers' proofs of those are in formats whose
checkers no package registry has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from proofs_of_constraints.certificates.clauses import Clause, Formula, clauses_of, lines_of
from proofs_of_constraints.obligations.query_files import query_path, write_query_file
from proofs_of_constraints.obligations.second_solver import is_about_bit_vectors

SOLVER = "glucose4"
_PACKAGE = "pysat"

MOST_CONFLICTS = 2_000_000
"""The bound of one search. The hardest queries of the machines take some ten thousand."""


class CertificateSolverMissingError(Exception):
    """python-sat is not installed."""


@dataclass(frozen=True)
class Certified:
    """What became of an obligation's unsatisfiable queries. `wrong` names those whose refutation was not accepted."""

    certified: int
    rewritten: int
    """Those that Z3's rewriting alone decides: there is nothing left to refute, and nothing to check."""

    about_integers: int
    given_up: tuple[str, ...]
    wrong: tuple[str, ...]


def require_certificate_solver() -> None:
    """Raises CertificateSolverMissingError where python-sat cannot be imported."""
    if find_spec(_PACKAGE) is None:
        raise CertificateSolverMissingError("the solver that writes refutations, python-sat, is not installed")


class Certifying:
    """Reads an obligation's queries: each without a model, and about bit-vectors alone, gets a checked refutation.

    It leaves a .cnf and a .drup file for each in a folder, for checkers that others wrote.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._identity = identity
        self._certified = 0
        self._rewritten = 0
        self._about_integers = 0
        self._given_up: list[str] = []
        self._wrong: list[str] = []

    def __call__(self, name: str, text: str, answer: str) -> None:
        """Certifies one query that Z3 has answered."""
        if answer != "unsat":
            return
        if not is_about_bit_vectors(text):
            self._about_integers += 1
            return
        # numba takes a second to import, and nothing else here needs it.
        from proofs_of_constraints.certificates.checker import CertificateError, check_refutation

        formula = clauses_of(text)
        if () in formula.clauses:
            self._rewritten += 1
            return
        derived = refutation(formula)
        if derived is None:
            self._given_up.append(name)
            return
        try:
            check_refutation(formula, derived)
        except CertificateError as error:
            self._wrong.append(f"{name}: {error}")
            return
        self._write(formula, derived)
        self._certified += 1

    def outcome(self) -> Certified:
        """What became of the queries so far."""
        return Certified(
            self._certified, self._rewritten, self._about_integers, tuple(self._given_up), tuple(self._wrong)
        )

    def _write(self, formula: Formula, derived: Sequence[Clause]) -> None:
        for suffix, text in ((".cnf", formula.dimacs()), (".drup", lines_of(derived))):
            write_query_file(query_path(self._folder, self._identity, self._certified, suffix), text)


def refutation(formula: Formula) -> list[Clause] | None:
    """What Glucose derived, the empty clause last; nothing where it finds a model; None where it gives up."""
    from pysat.solvers import Solver

    with Solver(SOLVER, bootstrap_with=formula.clauses, with_proof=True) as solver:
        solver.conf_budget(MOST_CONFLICTS)
        satisfiable = solver.solve_limited()
        if satisfiable is None:
            return None
        lines = [] if satisfiable else solver.get_proof()
    # Lines with d say what may be forgotten.
    return [tuple(int(word) for word in line.split()[:-1]) for line in lines if not line.startswith("d")]
