"""A second opinion: another solver answers the queries that Z3 has answered, from the same SMT-LIB text as exported.

Bitwuzla, where it is installed, answers those about bit-vectors alone, cvc5 all others. A defect of one solver would
have to be shared by the other. What stays common to both is the translation.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec

SECOND_SOLVER = "cvc5"

BIT_VECTOR_SOLVER = "bitwuzla"

DEFAULT_SECOND_SOLVER_SECONDS = 10
"""For one obligation: with it the second solver answers most, and the whole audit takes minutes more."""

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Strategy:
    """How cvc5 decides, and the logic set for queries about integers alone, whose text names none."""

    decision: str
    integer_logic: str


ANY_LOGIC = "ALL"

STRATEGIES = (
    Strategy("internal", ANY_LOGIC),
    Strategy("stoponly", "QF_LIA"),
    Strategy("stoponly", "QF_NIA"),
    Strategy("justification", ANY_LOGIC),
)
"""A query with products is an error under linear logic, and no answer."""

FIRST_TURN_SECONDS = 0.5
"""The first turn of one strategy; most questions that it ever answers it answers in this time."""

_UNBOUNDED = re.compile(r"\b(Int|Real|Array)\b")
"""Sorts that a query about bit-vectors alone does not have."""

_STATUS = re.compile(r"\(set-info :status \w+\)")
"""What Z3 says about a query; cvc5 would take another answer than this for an error of its own."""


class Agreement(Enum):
    """What the second solver says of all queries of an obligation together."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class SecondOpinion:
    """The agreement, the queries that are not agreed on, and the seconds that the second solver took."""

    agreement: Agreement
    detail: str
    seconds: float


class SecondSolverMissingError(Exception):
    """cvc5 is not installed."""


def require_second_solver() -> None:
    """Raises SecondSolverMissingError where cvc5 cannot be imported."""
    if find_spec(SECOND_SOLVER) is None:
        raise SecondSolverMissingError(f"the second solver {SECOND_SOLVER} is not installed")


class SecondSolver:
    """Answers one obligation's queries again, in `seconds` for all of them together."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self.seconds = 0.0
        self._queries = 0
        self._undecided: list[str] = []
        self._contradicted: list[str] = []

    def __call__(self, name: str, text: str, answer: str) -> None:
        """Compares the answer that Z3 gave to a query, `sat`, `unsat` or `unknown`."""
        self._queries += 1
        started = time.perf_counter()
        own = answer_of(text, self._left) if self._left > 0 else UNKNOWN
        taken = time.perf_counter() - started
        self.seconds += taken
        self._left -= taken
        if UNKNOWN in (own, answer):
            self._undecided.append(name)
        elif own != answer:
            self._contradicted.append(f"{name}: {solver_for(text)} says {own}, Z3 says {answer}")

    def opinion(self) -> SecondOpinion | None:
        """None if there was no query: what is decided by enumeration or by looking at the declaration needs none."""
        if not self._queries:
            return None
        if self._contradicted:
            return SecondOpinion(Agreement.DISAGREES, "; ".join(self._contradicted), self.seconds)
        if self._undecided:
            return SecondOpinion(Agreement.UNDECIDED, "; ".join(self._undecided), self.seconds)
        return SecondOpinion(Agreement.AGREES, f"{self._queries} queries", self.seconds)


def solver_for(text: str) -> str:
    """The name of the solver that answers a script."""
    installed = find_spec(BIT_VECTOR_SOLVER) is not None
    return BIT_VECTOR_SOLVER if installed and is_about_bit_vectors(text) else SECOND_SOLVER


def is_about_bit_vectors(text: str) -> bool:
    """Whether a script speaks of bit-vectors alone."""
    return "(_ BitVec " in text and _UNBOUNDED.search(text) is None


def answer_of(text: str, seconds: float) -> str:
    """The answer to an SMT-LIB script with one check: `sat`, `unsat` or `unknown`."""
    if solver_for(text) == BIT_VECTOR_SOLVER:
        return _answer_by_bitwuzla(_STATUS.sub("", text), seconds)
    return _answer_by_strategies(text, seconds)


def _answer_by_bitwuzla(script: str, seconds: float) -> str:
    import bitwuzla

    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, max(1, int(seconds * 1000)))
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse(script, parse_only=True, parse_file=False)
    return str(parser.bitwuzla().check_sat())


def _answer_by_strategies(text: str, seconds: float) -> str:
    """cvc5's answer. Strategies take turns, each time for twice as long: what one of them never finds another may find
    at once."""
    deadline = time.perf_counter() + seconds
    turn_seconds = FIRST_TURN_SECONDS
    while True:
        for strategy in STRATEGIES:
            left = deadline - time.perf_counter()
            if left <= 0:
                return UNKNOWN
            answer = _answer_by(strategy, _STATUS.sub("", text), min(turn_seconds, left))
            if answer != UNKNOWN:
                return answer
        turn_seconds *= 2


def _answer_by(strategy: Strategy, script: str, seconds: float) -> str:
    import cvc5

    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(max(1, int(seconds * 1000))))
    solver.setOption("decision", strategy.decision)
    parser = cvc5.InputParser(solver)
    if "(set-logic" not in script:
        logic = ANY_LOGIC if "(_ " in script else strategy.integer_logic
        script = f"(set-logic {logic})\n{script}"
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "query")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        answer = str(command.invoke(solver, symbols)).strip()
        if answer in ("sat", "unsat"):
            return answer
    return UNKNOWN
