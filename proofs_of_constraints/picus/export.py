"""A chip of ours as a file of Picus, for other tools that ask whether inputs determine outputs.

A definition is a variable that its polynomial is asserted for. The tokens that a row takes, and what it fetches, are
assumed to be determined. What buses ensure is assumed: ranges as comparisons, and of each lookup that is a function,
such as a shift, that a module without constraints determines the answer. The rows are those on which the chip's column
`real`, if it has one, is 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_of_constraints.translation.contracts import Conjoined, Contracts, NothingAssumed, RowOfKey, ValueOfWidth
from spec.air.chip import Chip, Interaction, expressions_of
from spec.air.expression import (
    Constant,
    Difference,
    Expression,
    FixedColumn,
    MainColumn,
    Named,
    Product,
    Public,
    Sum,
)
from spec.air.machine import public_names
from spec.field import P

ACTIVE = "real"
"""The column that says of a row that it is no padding."""

LOOKUP = "lookup_"
"""Before a bus's name, the module that stands for its table: chips may have names of buses."""


def picus_text(chip: Chip, contracts: Contracts) -> str:
    """The file, of which the last module is the chip."""
    return (
        "\n".join([f"; {chip.purpose}", f"(prime-number {P})", *_helpers(chip, contracts), *_module(chip, contracts)])
        + "\n"
    )


def _functions(chip: Chip, contracts: Contracts) -> Iterator[tuple[Interaction, int]]:
    """The lookups whose first fields determine the others, with the number of the first ones."""
    for interaction in _received(chip):
        match contracts.get(interaction.bus.name):
            case Conjoined():
                yield interaction, 2
            case RowOfKey():
                yield interaction, 1


def _received(chip: Chip) -> list[Interaction]:
    return [interaction for interaction in chip.interactions if interaction.sign < 0]


def _helpers(chip: Chip, contracts: Contracts) -> Iterator[str]:
    """For each such bus a module without constraints: what it answers, times the multiplicity, is determined."""
    buses = {interaction.bus: count for interaction, count in _functions(chip, contracts)}
    for bus, count in buses.items():
        yield f"(begin-module {LOOKUP}{bus.name})"
        yield from (f"(input {name})" for name in ("times", *bus.fields[:count]))
        for name in bus.fields[count:]:
            yield f"(output {name})"
            yield f"(assume-deterministic {name})"
        yield "(end-module)"


def _module(chip: Chip, contracts: Contracts) -> Iterator[str]:
    given = [
        *chip.fixed_columns,
        *(f"public.{name}" for name in sorted(public_names(*expressions_of(chip)))),
        *([ACTIVE] if ACTIVE in chip.columns else []),
    ]
    yield f"(begin-module {chip.name})"
    yield from (f"(input {name})" for name in given)
    yield from (f"(output {name})" for name in chip.outputs if name not in given)
    if ACTIVE in given:
        yield f"(assume (= {ACTIVE} 1))"
    for name, definition in chip.definitions().items():
        yield f"(assert (= {name} {_text(definition)}))"
    for constraint in chip.constraints:
        yield f"; {constraint.name}"
        yield f"(assert (= {_text(constraint.expression)} 0))"
    functions = dict(_functions(chip, contracts))
    # A token that the row puts back, or is fetched, has one value; what is looked up in a table of ranges has not.
    sent = {interaction.bus.name for interaction in chip.interactions if interaction.sign > 0}
    for interaction in _received(chip):
        yield f"; {interaction.name}"
        yield from _ensured(interaction, contracts)
        if interaction in functions:
            count = functions[interaction]
            answers = " ".join(_weighted(interaction, part) for part in interaction.message[count:])
            asked = " ".join(map(_text, (interaction.multiplicity, *interaction.message[:count])))
            yield f"(call [{answers}] {LOOKUP}{interaction.bus.name} [{asked}])"
        elif interaction.bus.name in sent or isinstance(contracts.get(interaction.bus.name), NothingAssumed):
            yield from (f"(assume (det {_weighted(interaction, p)}))" for p in interaction.message if not _is_known(p))
    yield "(end-module)"


def _ensured(interaction: Interaction, contracts: Contracts) -> Iterator[str]:
    """The ranges of what is received."""
    bounds: list[tuple[Expression, int]] = []
    match contracts.get(interaction.bus.name), interaction.message:
        case ValueOfWidth(), (value, Constant(width)):
            bounds.append((value, width))
        case _:
            named = zip(interaction.bus.fields, interaction.message, strict=True)
            bits = interaction.bus.field_bits
            bounds += [(part, bits[name]) for name, part in named if name in bits and not _is_known(part)]
    for value, width in bounds:
        below = f"(<= {_text(value)} {2**width - 1})"
        always = _is_active(interaction)
        yield f"(assume {below})" if always else f"(assume (|| (= {_text(interaction.multiplicity)} 0) {below}))"


def _is_active(interaction: Interaction) -> bool:
    match interaction.multiplicity:
        case MainColumn(name, _):
            return name == ACTIVE
        case Constant(value):
            return value != 0
    return False


def _is_known(part: Expression) -> bool:
    return isinstance(part, Constant)


def _weighted(interaction: Interaction, part: Expression) -> str:
    return _text(part) if _is_active(interaction) else f"(* {_text(interaction.multiplicity)} {_text(part)})"


def _text(expression: Expression) -> str:
    match expression:
        case Constant(value):
            return str(value)
        case MainColumn(name, _) | FixedColumn(name, _) | Named(name, _):
            return name
        case Public(name):
            return f"public.{name}"
        case Sum(left, right):
            return f"(+ {_text(left)} {_text(right)})"
        case Difference(left, right):
            return f"(- {_text(left)} {_text(right)})"
        case Product(left, right):
            return f"(* {_text(left)} {_text(right)})"
    raise TypeError(f"{type(expression).__name__} is not a kind of expression")
