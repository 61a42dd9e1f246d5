"""Every operand in a chip's domain has a row: with columns that equations, or the meaning's own seeds, give."""

from __future__ import annotations

import z3

from proofs_of_constraints.circuit.function import meaning_of, real_row, view_of
from proofs_of_constraints.circuit.meanings import Case, Meaning
from proofs_of_constraints.circuit.view import CircuitView
from proofs_of_constraints.obligations.incompleteness import outcome_without_row
from proofs_of_constraints.obligations.obligation import Outcome, Session, Verdict
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.interval import ELEMENT, Interval, bits
from proofs_of_constraints.translation.ladder import Ladder
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.chip import Chip
from spec.circuit.buses import LIMB_BITS

Part = tuple[str, Polynomial, Interval]
"""What a row is given: a name, the polynomial in its place, and what it may be."""


def prove_complete(session: Session, chip: Chip) -> Outcome:
    """Proves that a row exists for any operands and answers in the chip's domain; for hints, for any result.

    Operands are of the form that the function obligation says they have: elements with zeros behind, words, equal.
    """
    view, meaning = view_of(chip), meaning_of(chip)
    # A case that fixes columns is one of several into which the domain falls.
    cases = [case for case in meaning.cases if case.assumed] or list(meaning.cases)
    hows = []
    for case in cases:
        outcome, how = _prove_case(session, view, meaning, case)
        if outcome is not None:
            return outcome
        hows.append(how)
    return Outcome(Verdict.PROVEN, "; ".join(hows))


def _prove_case(session: Session, view: CircuitView, meaning: Meaning, case: Case) -> tuple[Outcome | None, str]:
    given = _given(view, meaning)
    system = real_row(view, case.assumed)
    system.simplify()
    if system.contradiction is not None:
        return Outcome(Verdict.REFUTED, f"no row satisfies {system.contradiction}"), ""
    if _may_be_anything(system, given, case):
        return None, f"{len(given)} cells may be anything in their range"
    return _climb(session, view, meaning, given)


def _given(view: CircuitView, meaning: Meaning) -> list[Part]:
    """What operands hold, or what a hint writes, and the answers of work tables; each cell once."""
    found: list[Part] = []
    cells = [("operand", cell) for cell in view.operands] or [("result", cell) for cell in view.results]
    known: list[Polynomial] = []
    for number, (what, cell) in enumerate(cells):
        promised = [cell.bus.field_bits.get(name) for name in cell.bus.fields[1:]]
        for i, (part, size) in enumerate(zip(cell.parts, promised, strict=True)):
            name = part.only_variable() or ""
            if name in view.parameters or part.is_constant or (part in known and what == "operand"):
                continue
            known.append(part)
            label = f"{what} {number} part {i}"
            asked = meaning.domain.get(name, meaning.domain.get(label, LIMB_BITS if meaning.reads_words else size))
            found.append((label, part, ELEMENT if asked is None else bits(asked)))
    for order in view.orders:
        if order.sign < 0:
            found += [(name, part, bits(LIMB_BITS)) for name, part in order.parts.items() if name != "key"]
    return found


def _may_be_anything(system: RowSystem, given: list[Part], case: Case) -> bool:
    """Whether nothing is left to satisfy, and what is given are variables of their own with the whole range."""
    if system.facts or system.lookups or system.implications:
        return False
    names = set()
    for _, part, interval in given:
        resolved = system.resolve(part)
        name = resolved.only_variable()
        if resolved.is_constant and part.only_variable() in case.assumed:
            continue
        if name is None or name in names or system.ranges[name].meet(interval) != interval:
            return False
        names.add(name)
    return True


def _climb(session: Session, view: CircuitView, meaning: Meaning, given: list[Part]) -> tuple[Outcome | None, str]:
    system = real_row(view, {})
    system.eliminate_free_variables()
    ladder = Ladder(system, "")
    bounds: list[z3.BoolRef] = []
    named: dict[str, z3.ArithRef] = {}
    for name, part, interval in given:
        value = z3.Int(name)
        named[name] = value
        bounds += [value >= interval.low, value <= interval.high]
        if part.only_variable() is not None:
            named[part.only_variable() or ""] = value
        ladder.receive(name, part, value)
    for parameter in view.parameters:
        value = z3.Int(parameter)
        named[parameter] = value
        bounds += [value >= 0, value <= ELEMENT.high]
        ladder.receive(parameter, Polynomial.variable(parameter), value)
    ladder.climb(meaning.seeds(named))
    claims = {**ladder.ranges, **ladder.claims}
    formulas = [*bounds, *ladder.definitions, z3.Not(all_of(*claims.values()))]
    model = session.satisfying(f"complete/{view.chip.name}", formulas)
    if model is None:
        return None, f"{len(claims)} claims"
    missing = [name for name, claim in claims.items() if not z3.is_true(model.eval(claim, model_completion=True))]
    return outcome_without_row(session, f"complete/{view.chip.name}", [ladder], [model], missing), ""
