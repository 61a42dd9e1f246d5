"""The page of a chip, one skeleton for all: purpose, facts, columns, worked row, constraints, interactions, proofs."""

from __future__ import annotations

from collections.abc import Iterable

from documentation.kinds import shown
from documentation.markdown import capitalised, code, codes, number, sentence, table
from documentation.verdicts import verdicts_in_a_line
from documentation.worked_example import RowNumbers, WorkedRow, worked_program, worked_row, worked_table, worked_trace
from spec.air.chip import Chip, Constraint, Interaction, Role
from spec.air.expression import (
    Difference,
    Expression,
    FixedColumn,
    MainColumn,
    Named,
    Product,
    Sum,
    describe,
    evaluate,
)
from spec.cost import row_cost
from spec.field import P
from spec.isa.disassembly import disassemble
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.protocol.gkr import SCOPES, pairs_of
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES


class PaddingError(ValueError):
    """A row of zeros that is no padding row; the message names chip and constraint."""


def chip_page(chip: Chip) -> str:
    """The chip's section."""
    parts = [
        f"## `{chip.name}`",
        f"**Purpose.** {capitalised(chip.purpose)}",
        _facts(chip),
        f"**Worked row.** {_occasion(chip)}",
        _columns(chip),
    ]
    if chip.definitions():
        parts += ["**Definitions.** They name polynomials and cost no column.", _definitions(chip)]
    if chip.constraints:
        said = "**Constraints.** Each polynomial vanishes on every row; its name is the claim."
        parts += [said, constraints_table(shown(chip, chip.constraints, lambda of: of.name))]
    parts += [
        "**Interactions.** With the worked row's tuples.",
        _interactions(chip),
        f"**Padding.** {_padding(chip)}",
        f"**Proof obligations.** {verdicts_in_a_line(chip.name)}; listed in Appendix C.",
    ]
    return "\n\n".join(parts)


def _facts(chip: Chip) -> str:
    rows = [
        ("role", chip.role.value),
        *([("operations", codes(chip.instructions)), ("domain", chip.domain)] if chip.instructions else []),
        *([("accesses", number(chip.accesses))] if chip.role is Role.INSTRUCTION else []),
        ("main columns", number(len(chip.columns))),
        *([("fixed columns", number(len(chip.fixed_columns)))] if chip.fixed_columns else []),
        ("constraints, interactions", f"{len(chip.constraints)}, {len(chip.interactions)}"),
        ("fractions of a row", number(sum(len(pairs_of(chip, scope)) for scope in SCOPES))),
        ("proving cost of a row", number(row_cost(chip).total)),
        ("highest degree", number(chip.maximum_degree)),
        *([("outputs that the inputs determine", codes(chip.outputs))] if chip.outputs else []),
    ]
    return table(("fact", "value"), rows, (30, 70))


def _occasion(chip: Chip) -> str:
    row = worked_row(chip)
    place = f"Row {row.number} of {worked_table(chip).height} in the honest trace of the worked example"
    if chip.role is not Role.INSTRUCTION:
        return f"{place}."
    address = INSTRUCTION_BYTES * row.column(chip, "pc")
    listing = disassemble(address, dict(worked_program().code)[address])
    return f"{place}: `{listing}` at {code(hex(address))}, clock {row.column(chip, 'clock')}."


def cell(element: int) -> str:
    """A field element as people read it: small numbers in decimal, a limb in hexadecimal, near p as negative."""
    if P - element < 2**16:
        return str(element - P)
    return str(element) if element < 2**8 else hex(element)


def _names(expression: Expression) -> set[str]:
    """The columns and definitions that an expression mentions."""
    match expression:
        case MainColumn(name, _) | FixedColumn(name, _):
            return {name}
        case Named(name, body):
            return {name} | _names(body)
        case Sum(left, right) | Difference(left, right) | Product(left, right):
            return _names(left) | _names(right)
    return set()


def _mentioned(expressions: Iterable[Expression]) -> set[str]:
    return {name for expression in expressions for name in _names(expression)}


def _columns(chip: Chip) -> str:
    """Each column with its cell in the worked row, and where it is used."""
    row = worked_row(chip)
    in_constraints = [_names(constraint.expression) for constraint in chip.constraints]
    on_buses = [(i.bus.name, _mentioned([i.multiplicity, *i.message])) for i in chip.interactions]
    cells = [*zip(chip.fixed_columns, row.fixed, strict=True), *zip(chip.columns, row.main, strict=True)]
    rows = [
        (
            code(name) + (" (fixed)" if name in chip.fixed_columns else "") + likewise(count),
            code(cell(element)),
            number(sum(name in names for names in in_constraints)),
            codes(dict.fromkeys(bus for bus, names in on_buses if name in names)),
        )
        for (name, element), count in shown(chip, cells, lambda of: of[0])
    ]
    return table(("column", "worked row", "constraints with it", "buses that carry it"), rows, (30, 14, 12, 44))


def likewise(count: int) -> str:
    """How many entries of a list one stands for, beside itself."""
    return f" and {count - 1} like it" if count > 1 else ""


def _value(chip: Chip, expression: Expression) -> str:
    return cell(evaluate(expression, RowNumbers(worked_row(chip), worked_trace().public_values)))


def _definitions(chip: Chip) -> str:
    rows = [
        (code(name) + likewise(count), code(describe(body)), code(_value(chip, body)))
        for (name, body), count in shown(chip, chip.definitions().items(), lambda of: of[0])
    ]
    return table(("name", "polynomial", "worked row"), rows, (22, 62, 16))


def constraints_table(constraints: Iterable[tuple[Constraint, int]]) -> str:
    """Constraints, each with how many it stands for: the claim, the degree, the polynomial."""
    rows = [
        (
            sentence(constraint.name) + likewise(count),
            constraint.expression.degree,
            code(describe(constraint.expression)),
        )
        for constraint, count in constraints
    ]
    return table(("claim", "degree", "polynomial that vanishes"), rows, (34, 8, 58))


def saying(interaction: Interaction) -> str:
    """What a row says on a bus, and how often."""
    verb = "sends" if interaction.sign > 0 else "receives"
    message = f"{interaction.bus.name}({', '.join(map(describe, interaction.message))})"
    return f"{verb} {code(message)} times {code(describe(interaction.multiplicity))}"


def _interactions(chip: Chip) -> str:
    rows = [
        (
            sentence(interaction.name),
            saying(interaction),
            code(f"({', '.join(_value(chip, part) for part in interaction.message)})")
            + f" times {_value(chip, interaction.multiplicity)}",
        )
        for interaction in chip.interactions
    ]
    return table(("name", "says", "worked row"), rows, (20, 50, 30))


def _padding(chip: Chip) -> str:
    """Checked here: a row of zeros satisfies all constraints, and has multiplicity 0 everywhere."""
    if chip.fixed_columns:
        return "The fixed columns repeat their last row; equal rows share its multiplicity."
    zero = WorkedRow(0, (0,) * len(chip.columns), ())
    numbers = RowNumbers(zero, dict.fromkeys(SEGMENT_PUBLIC_VALUES, 0))
    for name, expression in [
        *((constraint.name, constraint.expression) for constraint in chip.constraints),
        *((interaction.name, interaction.multiplicity) for interaction in chip.interactions),
    ]:
        if evaluate(expression, numbers) != 0:
            raise PaddingError(f"{chip.name}: {name} does not vanish on a row of zeros")
    return "A row of zeros satisfies every constraint and has multiplicity 0 everywhere: it sends and receives nothing."
