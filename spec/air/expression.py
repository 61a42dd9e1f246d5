"""Polynomials over one row of a chip, as data that every reader interprets in its own way.

An expression is built with +, - and * from constants, columns and public values. Readers (the trace checker,
the prover, the verifier, the Z3 translation, the code generator) implement `Interpretation` and call
`evaluate`; nothing else gives an expression meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Protocol, TypeVar

from spec.field import P, inverse


class Expression:
    """A polynomial in the columns of one row. Compared by identity, shared freely, never changed.

    Machines have a hundred thousand of them, made at every start, so their classes are as plain as can be.
    """

    __slots__ = ("degree",)

    degree: int
    """The total degree in the columns; public values and constants have degree 0."""

    def __add__(self, other: Expression | int) -> Expression:
        right = lift(other)
        if _is_constant(self, 0):
            return right
        return self if _is_constant(right, 0) else Sum(self, right)

    def __radd__(self, other: int) -> Expression:
        return lift(other) + self

    def __sub__(self, other: Expression | int) -> Expression:
        right = lift(other)
        return self if _is_constant(right, 0) else Difference(self, right)

    def __rsub__(self, other: int) -> Expression:
        return lift(other) - self

    def __neg__(self) -> Expression:
        return Difference(Constant(0), self)

    def __mul__(self, other: Expression | int) -> Expression:
        right = lift(other)
        for factor, rest in ((self, right), (right, self)):
            if type(factor) is Constant and factor.value < 2:
                return rest if factor.value else factor
        return Product(self, right)

    __rmul__ = __mul__

    def divided_by(self, divisor: int) -> Expression:
        """This expression times the inverse of a nonzero constant."""
        return self * inverse(divisor)


class Constant(Expression):
    """A base-field constant, canonical in [0, p)."""

    __match_args__ = ("value",)
    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value
        self.degree = 0


class MainColumn(Expression):
    """The row's cell of a committed witness column of the chip."""

    __match_args__ = ("name", "index")
    __slots__ = ("index", "name")

    def __init__(self, name: str, index: int) -> None:
        self.name = name
        self.index = index
        self.degree = 1


class FixedColumn(Expression):
    """The row's cell of a fixed column: the machine's or the program's."""

    __match_args__ = ("name", "index")
    __slots__ = ("index", "name")

    def __init__(self, name: str, index: int) -> None:
        self.name = name
        self.index = index
        self.degree = 1


class Public(Expression):
    """A public value of the segment: the same on every row."""

    __match_args__ = ("name",)
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name
        self.degree = 0


class Sum(Expression):
    __match_args__ = ("left", "right")
    __slots__ = ("left", "right")

    def __init__(self, left: Expression, right: Expression) -> None:
        self.left = left
        self.right = right
        self.degree = max(left.degree, right.degree)


class Difference(Expression):
    __match_args__ = ("left", "right")
    __slots__ = ("left", "right")

    def __init__(self, left: Expression, right: Expression) -> None:
        self.left = left
        self.right = right
        self.degree = max(left.degree, right.degree)


class Product(Expression):
    __match_args__ = ("left", "right")
    __slots__ = ("left", "right")

    def __init__(self, left: Expression, right: Expression) -> None:
        self.left = left
        self.right = right
        self.degree = left.degree + right.degree


class Named(Expression):
    """An expression with a name (a carry, a flag), so that readers can speak of it; it commits no column."""

    __match_args__ = ("name", "definition")
    __slots__ = ("definition", "name")

    def __init__(self, name: str, definition: Expression) -> None:
        self.name = name
        self.definition = definition
        self.degree = definition.degree


_OPERATIONS = (Sum, Difference, Product)

Value = TypeVar("Value")


class Interpretation(Protocol[Value]):
    """What a reader says the leaves and the three operations are."""

    def constant(self, element: int) -> Value: ...
    def main(self, index: int) -> Value: ...
    def fixed(self, index: int) -> Value: ...
    def public(self, name: str) -> Value: ...
    def add(self, left: Value, right: Value) -> Value: ...
    def subtract(self, left: Value, right: Value) -> Value: ...
    def multiply(self, left: Value, right: Value) -> Value: ...


def evaluate(
    expression: Expression, interpretation: Interpretation[Value], evaluated: dict[Expression, Value] | None = None
) -> Value:
    """The expression's value. `evaluated` holds shared subexpressions, by identity, within one evaluation.

    A caller that evaluates many expressions over the same row passes one dictionary to all calls.
    """
    known: dict[Expression, Value] = {} if evaluated is None else evaluated

    def walk(node: Expression) -> Value:
        if node in known:
            return known[node]
        match node:
            case Constant(value):
                result = interpretation.constant(value)
            case MainColumn(_, index):
                result = interpretation.main(index)
            case FixedColumn(_, index):
                result = interpretation.fixed(index)
            case Public(name):
                result = interpretation.public(name)
            case Sum(left, right):
                result = interpretation.add(walk(left), walk(right))
            case Difference(left, right):
                result = interpretation.subtract(walk(left), walk(right))
            case Product(left, right):
                result = interpretation.multiply(walk(left), walk(right))
            case Named(_, definition):
                result = walk(definition)
            case _:
                raise TypeError(f"{type(node).__name__} is not a kind of expression")
        known[node] = result
        return result

    return walk(expression)


def lift(value: Expression | int) -> Expression:
    """An integer as the constant expression of its residue; an expression as it is."""
    return value if isinstance(value, Expression) else Constant(value % P)


def total(parts: Iterable[Expression]) -> Expression:
    """The sum of expressions; the constant 0 for none."""
    result: Expression = lift(0)
    for part in parts:
        result = result + part
    return result


def number_of(bits: Iterable[Expression]) -> Expression:
    """The number with these bits, lowest first."""
    return total(bit * (1 << i) for i, bit in enumerate(bits))


def operands(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is directly made of."""
    if isinstance(expression, _OPERATIONS):
        return (expression.left, expression.right)
    return (expression.definition,) if isinstance(expression, Named) else ()


def describe(expression: Expression, *, inside_product: bool = False) -> str:
    """The expression as canonical text: names for columns, definitions by their name.

    Raises TypeError for what is no expression.
    """
    match expression:
        case Constant(value):
            return describe_constant(value)
        case MainColumn(name, _) | FixedColumn(name, _) | Named(name, _):
            return name
        case Public(name):
            return f"public.{name}"
        case Product(left, right):
            return f"{describe(left, inside_product=True)}*{describe(right, inside_product=True)}"
        case Sum(left, right):
            text = f"{describe(left)} + {describe(right)}"
        case Difference(left, right):
            if _is_constant(left, 0):
                text = f"-{describe(right, inside_product=True)}"
            else:
                separated = isinstance(right, Sum | Difference)
                text = f"{describe(left)} - {describe(right, inside_product=separated)}"
        case _:
            raise TypeError(f"{type(expression).__name__} is not a kind of expression")
    return f"({text})" if inside_product else text


@cache
def describe_constant(element: int) -> str:
    """A field element as the small signed integer or binary fraction that it stands for, if it is one.

    Where it could be both, as 1/65536 = -32512, the one with the fewer bits, a denominator's counting half.
    """
    readings = []
    for shift in range(17):
        scaled = element * 2**shift % P
        numerator = scaled if scaled <= P // 2 else scaled - P
        is_power = shift == 0 and abs(numerator) & (abs(numerator) - 1) == 0
        if is_power or abs(numerator) < 2**20:
            readings.append((2 * numerator.bit_length() + shift, shift, numerator))
    if not readings:
        return str(element)
    _, shift, numerator = min(readings)
    return str(numerator) if shift == 0 else f"({numerator}/{2**shift})"


def definitions(*expressions: Expression) -> dict[str, Expression]:
    """The named subexpressions reachable from these, inner ones first. Raises ValueError for a name used twice."""
    found: dict[str, Named] = {}

    def walk(node: Expression) -> None:
        match node:
            case Sum(left, right) | Difference(left, right) | Product(left, right):
                walk(left)
                walk(right)
            case Named(name, definition):
                if name in found:
                    if found[name] is not node:
                        raise ValueError(f"two definitions are named {name}")
                    return
                walk(definition)
                found[name] = node

    for expression in expressions:
        walk(expression)
    return {name: node.definition for name, node in found.items()}


def _is_constant(expression: Expression, value: int) -> bool:
    return type(expression) is Constant and expression.value == value
