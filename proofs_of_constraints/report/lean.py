"""A chip as text for Lean 4 with Mathlib: a row, what its constraints say, and the messages that it sends and receives.

What the messages mean is left to whoever proves something: buses are names. The text is not checked by Lean here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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

_PLAIN = re.compile(r"[A-Za-z]\w*")

_RESERVED: tuple[str, ...] = (
    "and",
    "at",
    "by",
    "def",
    "do",
    "else",
    "end",
    "fun",
    "have",
    "if",
    "import",
    "in",
    "instance",
    "let",
    "match",
)
_RESERVED += (
    "namespace",
    "not",
    "open",
    "or",
    "section",
    "show",
    "structure",
    "then",
    "theorem",
    "where",
    "with",
    "xor",
)
"""Words that stand in guillemets as names."""


def lean_text(chip: Chip) -> str:
    """The file."""
    return "\n".join(_lines(chip)) + "\n"


def _lines(chip: Chip) -> Iterator[str]:
    name = _name(chip.name)
    yield "import Mathlib.Data.ZMod.Basic"
    yield ""
    yield f"/-! {chip.purpose} -/"
    yield ""
    yield f"namespace Limpid.{name}"
    yield ""
    yield f"abbrev F := ZMod {P}"
    yield ""
    yield "/-- The cells of one row, and the public values. -/"
    yield "structure Row where"
    yield from (f"  {_name(field)} : F" for field in (*chip.columns, *chip.fixed_columns, *_publics(chip)))
    yield ""
    for definition, expression in chip.definitions().items():
        yield f"def {_definition(definition)} (row : Row) : F := {_text(expression)}"
    yield ""
    yield "/-- What every row satisfies. -/"
    yield "structure Satisfies (row : Row) : Prop where"
    yield from (f"  {_name(constraint.name)} : {_text(constraint.expression)} = 0" for constraint in chip.constraints)
    yield ""
    yield "/-- A tuple on a bus, and how often it stands there. -/"
    yield "structure Message where"
    yield "  bus : String"
    yield "  multiplicity : F"
    yield "  fields : List F"
    for title, sign in (("received", -1), ("sent", 1)):
        messages = [_message(interaction) for interaction in chip.interactions if interaction.sign == sign]
        yield ""
        yield f"def {title} (row : Row) : List Message := [{','.join(f'{chr(10)}  {message}' for message in messages)}]"
    yield ""
    yield f"end Limpid.{name}"


def _message(interaction: Interaction) -> str:
    fields = ", ".join(map(_text, interaction.message))
    return f'⟨"{interaction.bus.name}", {_text(interaction.multiplicity)}, [{fields}]⟩'


def _publics(chip: Chip) -> list[str]:
    """The fields of public values."""
    return [_public(name) for name in sorted(public_names(*expressions_of(chip)))]


def _text(expression: Expression) -> str:
    match expression:
        case Constant(value):
            return str(value)
        case MainColumn(name, _) | FixedColumn(name, _):
            return f"row.{_name(name)}"
        case Named(name, _):
            return f"({_definition(name)} row)"
        case Public(name):
            return f"row.{_name(_public(name))}"
        case Sum(left, right):
            return f"({_text(left)} + {_text(right)})"
        case Difference(left, right):
            return f"({_text(left)} - {_text(right)})"
        case Product(left, right):
            return f"({_text(left)} * {_text(right)})"
    raise TypeError(f"{type(expression).__name__} is not a kind of expression")


def _public(name: str) -> str:
    return f"public_{name}"


def _definition(name: str) -> str:
    """Definitions stand in the namespace beside what every file has: a prefix keeps them apart."""
    return _name(f"value_{name}")


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and name not in _RESERVED else f"«{name}»"
