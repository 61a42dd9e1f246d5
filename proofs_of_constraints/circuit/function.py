"""What a circuit's row does, against its chip's meaning: claims that vanish by themselves, the others by the solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import z3

from proofs_of_constraints.circuit.meanings import MEANINGS, Adds, Case, Claim, HasBits, Holds, Meaning, Vanishes
from proofs_of_constraints.circuit.view import CircuitView, circuit_view_of
from proofs_of_constraints.obligations.checked_row import CheckedRow, lookups_of
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.declared_rows import row_with_lookups
from proofs_of_constraints.translation.formulas import any_of
from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.integer_row import IntegerRow
from proofs_of_constraints.translation.interval import Interval, bits
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_facts import Implication
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.chip import Chip
from spec.air.machine import Machine
from spec.circuit.buses import LIMB_BITS, SHA256
from spec.circuit.row import FLAG

CLAIMS_OF_A_QUERY = 8
"""A sum of two words each: more at once take longer than one after the other."""


def meaning_of(chip: Chip) -> Meaning:
    """Raises LayoutError for a chip of which nothing is said."""
    if chip.name not in MEANINGS:
        raise LayoutError(f"nothing is said of what {chip.name} means")
    return MEANINGS[chip.name]


def view_of(chip: Chip) -> CircuitView:
    """The chip with the operands and results that its meaning speaks of. Raises LayoutError for one with others."""
    view, meaning = circuit_view_of(chip), meaning_of(chip)
    operands, results = (tuple(cell.bus for cell in cells) for cells in (view.operands, view.results))
    if (operands, results, len(view.parameters)) != (meaning.operands, meaning.results, meaning.parameters):
        counts = f"{len(operands)} operands, {len(results)} results and {len(view.parameters)} numbers"
        raise LayoutError(f"{chip.name} has {counts}, or of other buses than it means to have")
    said = Counter((order.bus.name, order.sign) for order in view.orders)
    # A message may come in parts, and has to be whole: that is a claim.
    if said.keys() != set(meaning.orders) or any(said[at] > 1 for at in said if at[0] != SHA256.message.name):
        raise LayoutError(f"{chip.name} says other than {len(meaning.orders)} things of an order")
    return view


def real_row(view: CircuitView, assumed: Mapping[str, int]) -> RowSystem:
    """A row that is not padding: its constraints, what its lookups and the buses say, and what the circuit ensures."""
    chip, meaning = view.chip, meaning_of(view.chip)
    system = row_with_lookups(chip, {})
    if FLAG in chip.fixed_columns:
        system.constrain("real", Polynomial.variable(FLAG) - Polynomial.constant(1))
    system.assume(assumed)
    system.propagate()
    if meaning.reads_words:
        for operand in view.operands:
            for limb in operand.parts[:2]:
                system.restrict("assumed word", limb, bits(LIMB_BITS))
    for name in view.parameters:
        if any(cell.bus.field_bits and Polynomial.variable(name) in cell.parts for cell in view.results):
            system.restrict("assumed constant", Polynomial.variable(name), bits(LIMB_BITS))
    # An inverse stands in one equation. What messages speak of is kept, though it may stand in one, too.
    system.eliminate_free_variables(kept=_spoken_of(view))
    return system


def _spoken_of(view: CircuitView) -> set[str]:
    parts = [part for cell in (*view.operands, *view.results) for part in cell.parts]
    parts += [part for order in view.orders for part in order.parts.values()]
    return {name for part in parts for name in part.variables()}


def prove_function(session: Session, chip: Chip) -> Outcome:
    """Proves every claim of the chip's meaning, and that what the row sends has the bits that receivers assume."""
    view, count = view_of(chip), 0
    wraps: dict[str, range] = {}
    for case in meaning_of(chip).cases:
        outcome, proven, wrapped = _prove_case(session, view, case)
        if outcome is not None:
            return outcome
        count += proven
        wraps |= wrapped
    told = tuple(f"{source} {multiples}" for source, multiples in wraps.items())
    return Outcome(Verdict.PROVEN, f"{count} claims", wraps=told)


def _prove_case(session: Session, view: CircuitView, case: Case) -> tuple[Outcome | None, int, dict[str, range]]:
    system = real_row(view, case.assumed)
    system.simplify()
    if system.contradiction is not None:
        return Outcome(Verdict.REFUTED, f"no row satisfies {system.contradiction}"), 0, {}
    if system.lookups:
        return Outcome(Verdict.UNKNOWN, f"lookup {system.lookups[0].interaction.name} is not decided"), 0, {}
    claims = [*case.claims(view), *_ensured(view)]
    for claim in claims:
        if _speaks_of_no_column(system, claim):
            return Outcome(Verdict.REFUTED, f"{claim.name}: the row has no such column"), 0, {}
    open_claims = [claim for claim in claims if not _is_plain(system, claim)]
    for adds in (claim for claim in open_claims if isinstance(claim, Adds)):
        outcome = _prove_sum(session, view, system, adds)
        if outcome is not None:
            return outcome, 0, {}
    open_claims = [claim for claim in open_claims if not isinstance(claim, Adds)]
    for start in range(0, len(open_claims), CLAIMS_OF_A_QUERY):
        few = open_claims[start : start + CLAIMS_OF_A_QUERY]
        row = BitVectorRow(system)
        negated = [z3.Not(_formula(row, claim)) for claim in few]
        title = f"{Kind.FUNCTION.value}/{view.chip.name}/{few[0].name}"
        model = session.satisfying(title, [any_of(*negated), *row.formulas()], bit_vectors=True)
        if model is not None:
            wrong = [c.name for c, n in zip(few, negated, strict=True) if z3.is_true(model.eval(n, True))]
            cells = row.cells(model)
            found = Counterexample(cells, tuple(wrong), derived=cells)
            return Outcome(Verdict.REFUTED, f"not so: {', '.join(wrong)}", found), 0, {}
    return None, len(claims), system.wraps()


def _prove_sum(session: Session, view: CircuitView, system: RowSystem, claim: Adds) -> Outcome | None:
    """Over the integers, from the facts that speak of the claim's columns, and of those that these speak of."""
    names = {name for polynomial in _polynomials(claim) for name in system.resolve(polynomial).variables()}
    row = IntegerRow(_about(system, names))
    numbers = []
    for limbs in (claim.left, claim.right, claim.total):
        low, high = (row.value(limb) for limb in limbs)
        numbers.append(low + high * (1 << LIMB_BITS))
    left, right, total = numbers
    holds = z3.Or(left + right == total, left + right == total + (1 << 2 * LIMB_BITS))
    model = session.satisfying(f"{Kind.FUNCTION.value}/{view.chip.name}/{claim.name}", [z3.Not(holds), *row.formulas()])
    if model is None:
        return None
    cells = row.cells(model)
    return Outcome(Verdict.REFUTED, f"not so: {claim.name}", Counterexample(cells, (claim.name,), derived=cells))


def _about(system: RowSystem, names: set[str]) -> RowSystem:
    """The system with only those facts from which anything can follow about these variables."""
    about = system.copy()
    while True:
        about.facts = [f for f in system.facts if names & {n for factor in f.factors for n in factor.variables()}]
        reached = {name for fact in about.facts for factor in fact.factors for name in factor.variables()}
        if reached <= names:
            return about
        names = names | reached


def _ensured(view: CircuitView) -> Iterator[Claim]:
    """What receivers may assume of what the row sends."""
    for name, bus, parts in view.sent:
        for field, part in zip(bus.fields, parts, strict=True):
            if field in bus.field_bits:
                size = bus.field_bits[field]
                yield HasBits(f"{field} of {name} has {size} bits", part, size)


def _polynomials(claim: Claim) -> Sequence[Polynomial]:
    match claim:
        case Adds(_, left, right, total):
            return (*left, *right, *total)
        case Holds():
            return ()
        case _:
            return (claim.polynomial,)


def _speaks_of_no_column(system: RowSystem, claim: Claim) -> bool:
    names = {name for polynomial in _polynomials(claim) for name in polynomial.variables()}
    return not names <= system.ranges.keys() | system.replaced.keys()


def _is_plain(system: RowSystem, claim: Claim) -> bool:
    """Whether a claim needs no solver: what has to vanish is zero, what has bits is a column in its range."""
    match claim:
        case Vanishes(_, polynomial):
            return not system.resolve(polynomial).terms
        case HasBits(_, polynomial, size):
            resolved = system.resolve(polynomial)
            allowed = bits(size)
            if resolved.is_constant:
                return allowed.low <= resolved.constant_term <= allowed.high
            name = resolved.only_variable()
            return name is not None and system.ranges[name].meet(allowed) == system.ranges[name]
        case _:
            return False


def _formula(row: BitVectorRow, claim: Claim) -> z3.BoolRef:
    match claim:
        case Vanishes(_, polynomial):
            return row.vanishes(polynomial)
        case HasBits(_, polynomial, size):
            return row.value(polynomial) < 1 << size
        case Holds(_, formula):
            return formula(row)
        case Adds():
            raise TypeError("a sum of words is proven over the integers")


def prove_row_exists(session: Session, machine: Machine, chip: Chip) -> Outcome:
    """Some row that is not padding satisfies everything, checked on the declaration modulo p."""
    view = view_of(chip)
    for case in meaning_of(chip).cases:
        system = real_row(view, case.assumed)
        system.simplify()
        if system.contradiction is not None:
            return Outcome(Verdict.REFUTED, f"no row satisfies {system.contradiction}")
        row = BitVectorRow(system)
        model = session.satisfying(f"not-vacuous/{chip.name}", row.formulas(), bit_vectors=True)
        if model is None:
            return Outcome(Verdict.REFUTED, "no row satisfies the constraints")
        violations = CheckedRow(chip, row.cells(model), lookups_of(machine)).violations()
        if violations:
            return Outcome(Verdict.UNKNOWN, f"the row found violates {', '.join(violations)}")
    return Outcome(Verdict.PROVEN, "a row exists")


COPIES = ("first", "second")


def prove_determinism(session: Session, chip: Chip) -> Outcome:
    """Two rows that read the same and get the same answers write and order the same, and have the same outputs."""
    view = view_of(chip)
    if not view.operands:
        # A constant's cells are the circuit's; a hint is what the prover likes.
        free = [part for cell in view.results for part in cell.parts if not _is_of(part, view)]
        fault = "" if not chip.outputs else f"{chip.name} reads nothing, and declares outputs"
        return Outcome(Verdict.REFUTED, fault) if fault else Outcome(Verdict.PROVEN, f"{len(free)} free cells")
    system = real_row(view, {})
    system.simplify()
    received = [part for cell in view.operands for part in cell.parts]
    received += [part for order in view.orders if order.sign < 0 for part in order.parts.values()]
    told = [part for cell in view.results for part in cell.parts]
    told += [part for order in view.orders if order.sign > 0 for part in order.parts.values()]
    told += [Polynomial.variable(name) for name in chip.outputs]
    known = set(chip.fixed_columns)
    for part in map(system.resolve, received):
        name = part.only_variable()
        if name is not None:
            known.add(name)
    both = _two_rows(system, known)
    for part in map(system.resolve, received):
        one, other = (_renamed(part, known, copy) for copy in COPIES)
        if one != other:
            both.constrain("the same is received", one - other)
    # What is made of received cells alone is the same in both.
    unknown = [part for part in map(system.resolve, told) if not part.variables() <= known]
    differences = [_renamed(p, known, COPIES[0]) - _renamed(p, known, COPIES[1]) for p in unknown]
    fault = "what is read does not determine the results"
    title = f"{Kind.DETERMINISM.value}/{chip.name}"
    if not meaning_of(chip).is_arithmetic:
        row = BitVectorRow(both)
        differ = [z3.Not(row.vanishes(difference)) for difference in differences]
        formulas = [any_of(*differ), *row.formulas()]
        model = session.satisfying(title, formulas, bit_vectors=True) if differ else None
        if model is not None:
            return Outcome(Verdict.REFUTED, fault, Counterexample(row.cells(model)))
    else:
        for difference in differences:
            sums = IntegerRow(_about(both, difference.variables()))
            differs = z3.Not(sums.vanishes(difference))
            formulas = [differs, *map(partial(_follows, sums), both.implications), *sums.formulas()]
            model = session.satisfying(title, formulas)
            if model is not None:
                return Outcome(Verdict.REFUTED, fault, Counterexample(sums.cells(model)))
    return Outcome(Verdict.PROVEN, f"{len(told)} cells")


def _follows(row: IntegerRow, implication: Implication) -> z3.BoolRef:
    """An implication over the integers: a premise that does not vanish is one that is not zero exactly."""
    premises = [z3.Not(row.vanishes(premise)) for premise in implication.premises]
    return z3.Or(row.vanishes(implication.conclusion), *premises)


def _is_of(part: Polynomial, view: CircuitView) -> bool:
    return part.variables() <= set(view.chip.fixed_columns)


def _renamed(polynomial: Polynomial, known: set[str], copy: str) -> Polynomial:
    names = polynomial.variables() - known
    return polynomial.substituted({name: Polynomial.variable(f"{name} {copy}") for name in names})


def _two_rows(system: RowSystem, known: set[str]) -> RowSystem:
    """The system twice: known columns are the same, the others have names of their own."""
    both = RowSystem()
    for name, interval in system.ranges.items():
        for variable in (name,) if name in known else tuple(f"{name} {copy}" for copy in COPIES):
            both.ranges[variable] = Interval(interval.low, interval.high)
    for copy in COPIES:
        for fact in system.facts:
            both.constrain(fact.source, *(_renamed(factor, known, copy) for factor in fact.factors))
        for implication in system.implications:
            both.implications.append(
                Implication(
                    implication.source,
                    tuple(f"{name} {copy}" for name in implication.free),
                    tuple(_renamed(premise, known, copy) for premise in implication.premises),
                    _renamed(implication.conclusion, known, copy),
                )
            )
    return both
