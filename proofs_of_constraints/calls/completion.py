"""The cells of a row of bits from what it receives, constraint by constraint: every input has a row, and only one.

A received part that is a sum of bits gives these bits, since its value has no more of them. A constraint with unknown
columns that are its binary digits gives these, if what is left of it is a number of so many digits; one with a single
unknown column gives that. A constraint without unknown columns must follow from all others. In the end every column is
known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import z3

from proofs_of_constraints.calls.work_tables import RowKind, row_kinds
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.obligation import Kind, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_sum_terms import LimbArithmetic, is_exact
from proofs_of_constraints.translation.bit_sums import BitRow, BitSum
from proofs_of_constraints.translation.interval import Interval
from spec.air.chip import Chip
from spec.field import P


class CompletionError(Exception):
    """A constraint does not give the cells that it should; the message names it."""


@dataclass(frozen=True)
class Step:
    """unit * (sum of 2^i * digits[i]) = given: what a constraint or a message says of cells not known before.

    A single column with another coefficient is a step of one digit that may be any number.
    """

    source: str
    digits: tuple[str, ...]
    are_bits: bool
    given: BitSum
    """The sum of known cells; empty where it is received."""

    received_bits: int | None = None
    """For what is received, the bits that the bus promises."""


def steps_of(kind: RowKind) -> list[Step]:
    """The steps in which every cell becomes known. Raises CompletionError if a constraint does not give its cells."""
    row = kind.row
    known = set(row.known)
    steps = []
    for message in kind.messages:
        if message.sign > 0:
            continue
        for field, part in message.parts.items():
            unknown = part.names - known
            if part.is_constant or not unknown:
                continue
            source = f"{message.name}.{field}"
            digits, are_bits = _digits(source, part, unknown)
            if part.constant or part.names != unknown:
                raise CompletionError(f"{source} is received as a sum with something else")
            steps.append(Step(source, digits, are_bits, BitSum(), message.bus.field_bits.get(field)))
            known |= unknown
    for source, equation in row.equations.items():
        if equation == BitSum():
            continue
        unknown = equation.names - known
        if not unknown:
            raise CompletionError(f"{source} says something more of cells that are known")
        digits, are_bits = _digits(source, equation, unknown)
        steps.append(Step(source, digits, are_bits, _rest(equation, unknown)))
        known |= unknown
    left = [name for name in row.chip.columns if name not in known]
    if left:
        raise CompletionError(f"nothing gives {left[0]}")
    return steps


def columns_of_bits(kind: RowKind) -> list[Step]:
    """The steps in which the bits of a row give its other columns, received ones among them: each by the first equation
    that has it alone. Columns that no equation gives so are known like the bits."""
    row = kind.row
    known = {*row.known, *row.bits}
    steps = []
    for source, equation in row.equations.items():
        unknown = [name for name in equation.columns if name not in known]
        if len(unknown) == 1 and abs(equation.columns[unknown[0]]) == 1:
            steps.append(Step(source, (unknown[0],), False, _rest(equation, {*unknown})))
        known.update(unknown)
    return steps


def _digits(source: str, total: BitSum, unknown: set[str]) -> tuple[tuple[str, ...], bool]:
    """The unknown columns from the least significant digit on, and whether they are bits."""
    found: list[tuple[int, str]] = []
    for function, coefficient in total.bits.items():
        if unknown.intersection(function.names):
            if function.table != (0, 1):
                raise CompletionError(f"{source} combines {', '.join(function.names)}")
            found.append((coefficient, function.names[0]))
    columns = [(coefficient, name) for name, coefficient in total.columns.items() if name in unknown]
    if columns:
        if found or len(columns) > 1 or abs(columns[0][0]) != 1:
            raise CompletionError(f"{source} leaves {', '.join(sorted(unknown))} open")
        return (columns[0][1],), False
    found.sort(key=lambda digit: abs(digit[0]))
    unit = 1 if found[0][0] > 0 else -1
    if [coefficient for coefficient, _ in found] != [unit << position for position in range(len(found))]:
        raise CompletionError(f"{source} leaves {', '.join(sorted(unknown))} open")
    return tuple(name for _, name in found), True


def _rest(equation: BitSum, unknown: set[str]) -> BitSum:
    """What the digits add up to."""
    rest = BitSum(
        equation.constant,
        {f: c for f, c in equation.bits.items() if not unknown.intersection(f.names)},
        {n: c for n, c in equation.columns.items() if n not in unknown},
    )
    of_digits = [c for f, c in equation.bits.items() if unknown.intersection(f.names)]
    of_digits += [c for n, c in equation.columns.items() if n in unknown]
    return rest.scaled(-1 if of_digits[0] > 0 else 1)


def cells_of_row(kind: RowKind, received: Mapping[str, int]) -> dict[str, int]:
    """The cells of the row that receives these numbers, by `message.field`; 0 for others.

    Raises CompletionError if a constraint does not give its cells.
    """
    cells = dict(kind.row.known)
    for step in steps_of(kind):
        number = received.get(step.source, 0)
        if step.received_bits is None and step.given != BitSum():
            number = step.given.constant
            number += sum(c * f.value(cells) for f, c in step.given.bits.items())
            number += sum(c * cells[n] for n, c in step.given.columns.items())
        if step.are_bits:
            cells |= {name: number >> position & 1 for position, name in enumerate(step.digits)}
        else:
            cells[step.digits[0]] = number % P
    return cells


def prove_row_exists(chip: Chip) -> Outcome:
    """A row of every kind satisfies everything, checked on the declaration modulo p."""
    kinds = row_kinds(chip)
    for kind in kinds:
        try:
            row = ConcreteRow(chip, cells_of_row(kind, _some_input(kind)))
        except CompletionError as error:
            return Outcome(Verdict.UNKNOWN, f"{kind.name}: {error}")
        violations = row.violations()
        if violations:
            return Outcome(Verdict.UNKNOWN, f"{kind.name}: the row found violates {', '.join(violations[:4])}")
    names = ", ".join(kind.name for kind in kinds)
    return Outcome(Verdict.PROVEN if kinds else Verdict.REFUTED, f"rows: {names}")


def _some_input(kind: RowKind) -> dict[str, int]:
    """Numbers that fill what is received: each with another pattern of bits."""
    sources = [f"{m.name}.{field}" for m in kind.messages if m.sign < 0 for field in m.parts]
    return {source: (0x9E37 * (number + 1)) % (1 << 16) for number, source in enumerate(sources)}


Promises = Callable[[RowKind], Mapping[str, Interval]]
"""What senders ensure of received columns beyond the bits of their fields; their function obligations prove it."""


def prove_work_complete(session: Session, chip: Chip, promises: Promises) -> Outcome:
    """Whatever a row of a kind receives, its cells exist: every number has no more digits than columns."""
    count = 0
    for kind in row_kinds(chip):
        ranges = {**kind.row.ranges, **promises(kind)}
        try:
            steps = steps_of(kind)
        except CompletionError as error:
            return Outcome(Verdict.UNKNOWN, f"{kind.name}: {error}")
        for step in steps:
            fault = _fault_of_step(session, kind.row, ranges, step, f"complete/{chip.name}/{kind.name}/{step.source}")
            if fault is not None:
                return Outcome(Verdict.UNKNOWN, f"no row found for an input, {kind.name}: {fault}")
        count += len(steps)
    return Outcome(Verdict.PROVEN, f"{count} steps")


def _fault_of_step(session: Session, row: BitRow, ranges: dict[str, Interval], step: Step, title: str) -> str | None:
    if step.given == BitSum():
        if step.are_bits and (step.received_bits is None or step.received_bits > len(step.digits)):
            return f"{step.source} may be more than {len(step.digits)} bits"
        return None
    if not step.are_bits:
        ranges[step.digits[0]] = step.given.interval(ranges)
        known = row.ranges.get(step.digits[0])
        outside = known is not None and known.meet(ranges[step.digits[0]]) != ranges[step.digits[0]]
        return f"{step.digits[0]} may leave its range" if outside else None
    arithmetic = LimbArithmetic(replace(row, ranges=ranges), {})
    number = arithmetic.term(step.given)
    outside_digits = z3.Or(number < 0, number >= 1 << len(step.digits))
    if session.satisfying(title, [*arithmetic.bounds, outside_digits]) is not None:
        return f"what is left of {step.source} may have more than {len(step.digits)} digits"
    return None


def prove_work_determinism(session: Session, chip: Chip) -> Outcome:
    """What a row receives determines its cells, all of them: two rows with the same digits' sums are the same."""
    if not chip.outputs:
        return Outcome(Verdict.REFUTED, "the chip declares no outputs")
    sizes: dict[int, str] = {}
    determined: set[str] = set()
    kinds = row_kinds(chip)
    for kind in kinds:
        try:
            steps = steps_of(kind)
        except CompletionError as error:
            return Outcome(Verdict.UNKNOWN, f"{kind.name}: {error}")
        for source, equation in kind.row.equations.items():
            if not is_exact(equation, kind.row.ranges):
                return Outcome(Verdict.UNKNOWN, f"{kind.name}: {source} may wrap around p")
        found = {name for step in steps for name in step.digits}
        determined = found if kind is kinds[0] else determined & found
        sizes |= {len(step.digits): step.source for step in steps if step.are_bits}
    missing = [name for name in chip.outputs if name not in determined]
    if missing or not kinds:
        return Outcome(Verdict.UNKNOWN, f"nothing gives {', '.join(missing[:4])}")
    for size, source in sizes.items():
        first, second = ([z3.Int(f"digit {i} {copy}") for i in range(size)] for copy in ("first", "second"))
        given = [bound for digit in (*first, *second) for bound in (digit >= 0, digit <= 1)]
        # A digit decides against all that are below it together: from the highest one down, they are equal.
        given.append(_number(first) == _number(second))
        for position in reversed(range(size)):
            title = f"{Kind.DETERMINISM.value}/{chip.name}/{source}/digit {position}"
            if session.satisfying(title, [*given, first[position] != second[position]]) is not None:
                return Outcome(Verdict.UNKNOWN, f"{source} does not determine digit {position}")
            given.append(first[position] == second[position])
    return Outcome(Verdict.PROVEN, f"{len(determined)} columns, the {len(chip.outputs)} outputs among them")


def _number(digits: Sequence[z3.ArithRef]) -> z3.ArithRef:
    return z3.Sum([digit * (1 << i) for i, digit in enumerate(digits)])
