"""What has to be proven, and what became of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import z3

from proofs_of_constraints.certificates.certifying import Certified
from proofs_of_constraints.obligations.asking import asked
from proofs_of_constraints.obligations.second_solver import SecondOpinion
from spec.air.chip import Chip
from spec.air.machine import Machine

DEFAULT_TIMEOUT_SECONDS = 60
"""For one question. The hardest of the machines takes a few seconds."""

TURNS = (1 / 24, 1 / 24, 11 / 12)
"""The shares of the limit that one question gets, each under a seed of its own: of the questions about integers that
take milliseconds, one seed in a hundred never comes to an answer."""


class Verdict(Enum):
    """`UNKNOWN` counts as a failure everywhere."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


class Kind(Enum):
    """What an obligation claims."""

    NOT_VACUOUS = "not vacuous"
    """Some row of the instruction satisfies everything, checked on the declaration modulo p."""

    FUNCTION = "function"
    """Constraints and the buses' contracts imply the instruction's meaning."""

    DETERMINISM = "determinism"
    """What the row receives determines the declared outputs."""

    SELECTED = "selected"
    """The satisfied branch is the fetched opcode's."""

    PADDING = "padding"
    """A row that is not real sends and receives nothing."""

    MULTIPLICITIES = "multiplicities"
    """Every multiplicity is 0 or 1 on every row."""

    CLOCK_ORDER = "clock order"
    """Every access has its own sub-clock, later than the token's, and the row's end is later than all."""

    DISCIPLINE = "bus discipline"
    """Messages have the shape that both ends of their bus agree on."""

    COMPLETE = "complete"
    """Every input in the chip's domain has a row."""

    COVERED = "covered"
    """The chips of an opcode have disjoint domains that together hold every normal execution."""

    DECODE = "decode"
    """The program table's row of a word says what the instruction set says."""

    MEMORY = "memory argument"
    """A row takes the token that is held and puts back the next: a step of the chains that memory rests on."""

    ORDER = "order of work"
    """What a call orders is done once, under its key, and the call gets that answer."""

    MACHINE = "machine"
    """A property of all chips and buses together."""

    @property
    def is_about_the_machine(self) -> bool:
        """Whether such an obligation is about no instruction: what stands in its place names the property."""
        return self is Kind.MACHINE


@dataclass(frozen=True)
class Counterexample:
    """A row, or an input, on which the claim fails."""

    columns: Mapping[str, int]
    failed: tuple[str, ...] = ()
    expected: Mapping[str, int] = field(default_factory=dict)
    actual: Mapping[str, int] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    satisfies_declaration: bool | None = None
    """Whether the row was found to satisfy every constraint and lookup modulo p; None if not checked."""
    is_input: bool = False
    """Whether the columns are no row's, but what a row is asked to receive."""
    derived: Mapping[str, int] = field(default_factory=dict)
    """Where the columns are those of which the claim speaks: every variable of the row that follows from them."""


@dataclass(frozen=True)
class Outcome:
    """What proving an obligation gave. `wraps` names the equations that are not exact over the integers."""

    verdict: Verdict
    detail: str = ""
    counterexample: Counterexample | None = None
    wraps: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeclaredChip:
    """A chip, and the machine whose public values and lookup tables its rows speak of."""

    machine: Machine
    chip: Chip


@dataclass(frozen=True)
class Obligation:
    """One claim about one instruction of one chip, or about a table, with the way to prove it."""

    kind: Kind
    chip: str
    instruction: str
    assumptions: tuple[str, ...]
    prove: Callable[[Session], Outcome]
    declaration: DeclaredChip | None = None
    """The chip that is spoken of, for a counterexample to be shown as a row of it."""

    @property
    def identity(self) -> str:
        return "/".join(part for part in (self.kind.value.replace(" ", "-"), self.chip, self.instruction) if part)


@dataclass(frozen=True)
class Result:
    """An obligation's outcome with what it took."""

    identity: str
    kind: Kind
    chip: str
    instruction: str
    assumptions: tuple[str, ...]
    outcome: Outcome
    seconds: float
    queries: int
    """How often the solver was asked."""

    second: SecondOpinion | None = None
    """What the second solver says; None if it was not asked."""

    certified: Certified | None = None
    """What became of the queries without a model; None if no certificates were wanted."""


NO_TIME_LEFT = "the time for the whole audit is over"


class UndecidedError(Exception):
    """The solver gave no answer in time; the message names the query."""


class Session:
    """Asks the solver. Every query is exported, if asked for, so that a second solver can check it again.

    With a resource limit, in the solver's own count of steps, whether it answers does not depend on the time it takes.
    With a deadline, in seconds of `time.time`, no question begins or goes on after it.
    """

    def __init__(
        self,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        export: Callable[[str, str, str], None] | None = None,
        resource_limit: int | None = None,
        deadline: float | None = None,
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self.resource_limit = resource_limit
        self.deadline = deadline
        self.queries = 0
        self._export = export

    def satisfying(self, name: str, formulas: Sequence[z3.BoolRef], *, bit_vectors: bool = False) -> z3.ModelRef | None:
        """A model of the formulas, or None if they have none.

        Raises UndecidedError if the solver gives no answer in time.
        """
        self.queries += 1
        for seed, share in enumerate(TURNS):
            left = math.inf if self.deadline is None else self.deadline - time.time()
            if left <= 0:
                raise UndecidedError(f"{name}: {NO_TIME_LEFT}")
            solver = z3.SolverFor("QF_BV") if bit_vectors else z3.Solver()
            solver.set("random_seed", seed)
            if self.resource_limit is None:
                solver.set("timeout", max(1, int(min(self.timeout_seconds * share, left) * 1000)))
            else:
                solver.set("rlimit", max(1, int(self.resource_limit * share)))
            solver.add(*formulas)
            answer = asked(solver)
            if answer != z3.unknown:
                break
        if self._export is not None:
            self._export(name, solver.to_smt2(), str(answer))
        if answer == z3.unknown:
            raise UndecidedError(f"{name}: {solver.reason_unknown()}")
        return solver.model() if answer == z3.sat else None
