"""An input for which no row exists: a proof that the ladder's row is none leaves open whether there is another one.

With the numbers of one input nearly every cell of a row is known, so that the solver decides whether any row is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import z3

from proofs_of_constraints.obligations.obligation import Counterexample, Outcome, Session, UndecidedError, Verdict
from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.cases import cases, cases_of_factors
from proofs_of_constraints.translation.interval import WrapError
from proofs_of_constraints.translation.ladder import Ladder
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_system import RowSystem

MOST_NAMED = 4
"""So many constraints that a row does not satisfy are named."""

NO_ROW = "no row has this input"
LIMB = " limb "
"""In the name of an input that is one limb of a word."""


def outcome_without_row(
    session: Session,
    title: str,
    ladders: Sequence[Ladder],
    models: Iterable[z3.ModelRef],
    missing: Sequence[str],
) -> Outcome:
    """What follows where the ladders, all cases of a row together, may give none: refuted with the first of the models'
    inputs that has none at all, else unknown. `missing` says what the ladders' row does not satisfy."""
    text = "; ".join(missing[:MOST_NAMED])
    for model in models:
        values = {
            source: model.eval(value, model_completion=True).as_long()
            for ladder in ladders
            for source, _, value in ladder.received
        }
        try:
            if not any(_has_row(session, f"{title}/any row", system) for system in _at_input(ladders, values)):
                found = Counterexample(_input(values), is_input=True)
                return Outcome(Verdict.REFUTED, f"{NO_ROW}; it would violate {text}", found)
        except (UndecidedError, WrapError):
            break
    return Outcome(Verdict.UNKNOWN, f"no row found for an input: {text}")


def _at_input(ladders: Sequence[Ladder], values: Mapping[str, int]) -> Iterator[RowSystem]:
    """Every case of the row that receives these numbers and is not contradictory."""
    for ladder in ladders:
        system = ladder.declared.copy()
        for source, polynomial, _ in ladder.received:
            system.constrain(source, polynomial - Polynomial.constant(values[source]))
        system.simplify()
        if system.contradiction is None:
            for _, case in cases(system):
                yield from (each for _, each in cases_of_factors(case))


def _has_row(session: Session, title: str, system: RowSystem) -> bool:
    """Whether the case has a row.

    Raises UndecidedError if the solver gives no answer in time, and WrapError if a polynomial wraps around p too often
    to be encoded.
    """
    try:
        formulas = BitVectorRow(system).formulas()
    except WrapError:
        formulas = BitVectorRow(system, wide=True).formulas()
    return session.satisfying(title, formulas, bit_vectors=True) is not None


def _input(values: Mapping[str, int]) -> dict[str, int]:
    """The input as it is read: words in the place of their limbs."""
    found: dict[str, int] = {}
    for source, value in values.items():
        name, limb, position = source.partition(LIMB)
        if limb and position.isdigit():
            found[name] = found.get(name, 0) + (value << 16 * int(position))
        else:
            found[source] = value
    return found
