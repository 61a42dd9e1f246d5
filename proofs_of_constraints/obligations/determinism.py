"""What a row receives determines its declared outputs.

The function obligation makes everything that a row sends a function of what it receives. So two rows with the same
inputs send the same messages, and it remains to be seen that the messages determine the outputs.
"""

from __future__ import annotations

import z3

from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Outcome, Session, Verdict
from proofs_of_constraints.translation.cases import cases
from proofs_of_constraints.translation.declared_rows import Prepare, prepare_nothing
from proofs_of_constraints.translation.execution import executed_row
from proofs_of_constraints.translation.formulas import any_of
from proofs_of_constraints.translation.instruction_view import InstructionView
from proofs_of_constraints.translation.integer_row import IntegerRow
from proofs_of_constraints.translation.interval import ELEMENT, Interval, centered_form
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.program_layout import Executed
from proofs_of_constraints.translation.row_system import RowSystem
from spec.isa import Family

COPIES = ("first", "second")


def prove_determinism(
    session: Session, view: InstructionView, executed: Executed, prepare: Prepare = prepare_nothing
) -> Outcome:
    """Proves that two rows with equal messages have equal outputs, from the constraints that `prepare` leaves."""
    outputs = view.chip.outputs
    if not outputs:
        return Outcome(Verdict.REFUTED, "the chip declares no outputs")
    parts = _shared(view)
    names = {name for part in parts for name in part.variables()} | set(outputs)
    ranges = _ranges(view, executed, names, prepare)
    both = RowSystem()
    for copy in COPIES:
        both.ranges |= {f"{name} {copy}": interval for name, interval in ranges.items()}
    for part in parts:
        first, second = (
            part.substituted({name: Polynomial.variable(f"{name} {copy}") for name in names}) for copy in COPIES
        )
        both.constrain("equal messages", first - second)
    row = IntegerRow(both)
    differ = any_of(
        *(z3.Not(row.vanishes(Polynomial.variable(f"{o} first") - Polynomial.variable(f"{o} second"))) for o in outputs)
    )
    title = f"{Kind.DETERMINISM.value}/{view.chip.name}/{executed.name}"
    model = session.satisfying(title, [*row.formulas(), differ, *row.bounds()])
    if model is None:
        return Outcome(Verdict.PROVEN, f"{len(outputs)} outputs")
    cells = {str(name): model[name].as_long() for name in model.decls() if z3.is_int_value(model[name])}
    return Outcome(Verdict.UNKNOWN, "messages do not determine the outputs by themselves", Counterexample(cells))


def _shared(view: InstructionView) -> list[Polynomial]:
    """The parts of all messages: received ones are inputs, sent ones are functions of them."""
    parts = [*view.constants, *view.arrival, *view.departure, view.opcode]
    for access in view.accesses:
        parts += [*access.before, *access.after]
    return parts + list(view.exit_code or ())


def _ranges(view: InstructionView, executed: Executed, names: set[str], prepare: Prepare) -> dict[str, Interval]:
    """By variable, an interval that holds its value in every case of the row."""
    whole = executed_row(view, executed)
    prepare(whole)
    if executed.instruction.family is Family.MULTIPLY_DIVIDE:
        whole.simplify()
        systems = [whole]
    else:
        systems = [system for _, system in cases(whole)]
    hulls: dict[str, Interval] = {}
    for system in systems:
        for name in names:
            known = centered_form(system.variable(name), system.ranges).interval
            if known.low < 0 or known.high > ELEMENT.high:
                known = ELEMENT
            old = hulls.get(name, known)
            hulls[name] = Interval(min(old.low, known.low), max(old.high, known.high))
    return hulls
