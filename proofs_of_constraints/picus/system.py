"""One module with the modules that it calls written out: conditions over variables of one level."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from proofs_of_constraints.picus.program import (
    Comparison,
    Condition,
    Connective,
    Determined,
    Expression,
    Module,
    Name,
    Number,
    Operation,
    Program,
    variables_of,
)

Renaming = Callable[[str], Expression]


@dataclass(frozen=True)
class Use:
    """A call written out: its outputs depend on these inputs, under the called module's assumptions, alone."""

    module: str
    inputs: tuple[Expression, ...]
    outputs: tuple[str, ...]
    assumed: tuple[Condition, ...]


@dataclass
class System:
    """What one row of a module satisfies: `asserted` holds, `assumed` is given, `promised` is to be shown."""

    prime: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    asserted: list[Condition] = field(default_factory=list)
    assumed: list[Condition] = field(default_factory=list)
    promised: list[Condition] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    def variables(self) -> list[str]:
        """Every variable, inputs first, then in the order in which conditions speak of them."""
        parts = [*self.asserted, *self.assumed, *self.promised]
        parts += [Comparison("=", i, i) for use in self.uses for i in use.inputs]
        named = [name for part in parts for name in variables_of(part)]
        return list(dict.fromkeys([*self.inputs, *self.outputs, *named]))


def system_of(program: Program, module: Module) -> System:
    """A module's system."""
    system = System(program.prime, tuple(module.inputs), tuple(module.outputs))
    system.assumed += module.assumed
    system.promised += module.promised
    _write_out(program, module, {}, "", system)
    return system


def _write_out(program: Program, module: Module, known: Mapping[str, Expression], prefix: str, system: System) -> None:
    """Adds what a module asserts, its variables replaced as known, its own ones named behind the prefix."""

    def renamed(name: str) -> Expression:
        return known.get(name) or Name(f"{prefix}{name}")

    system.asserted += [_replaced_condition(condition, renamed) for condition in module.asserted]
    for position, call in enumerate(module.calls, start=1):
        called = program.modules[call.module]
        inputs = tuple(_replaced(part, renamed) for part in call.inputs)
        outputs = tuple(renamed(name.text) for name in call.outputs)
        bound = dict(zip((*called.inputs, *called.outputs), (*inputs, *outputs), strict=True))

        def inside(name: str, bound: Mapping[str, Expression] = bound) -> Expression:
            return bound[name]

        inner = f"{prefix}{call.module}#{position}."
        assumed = tuple(_replaced_condition(c, inside) for c in called.assumed if set(variables_of(c)) <= bound.keys())
        names = tuple(name for output in outputs for name in variables_of(output))
        if len(assumed) == len(called.assumed):
            system.uses.append(Use(call.module, inputs, names, assumed))
        _write_out(program, called, bound, inner, system)


def _replaced(expression: Expression, renamed: Renaming) -> Expression:
    match expression:
        case Name(text):
            return renamed(text)
        case Operation(operator, arguments):
            return Operation(operator, tuple(_replaced(argument, renamed) for argument in arguments))
        case Number():
            return expression


def _replaced_condition(condition: Condition, renamed: Renaming) -> Condition:
    match condition:
        case Comparison(operator, left, right):
            return Comparison(operator, _replaced(left, renamed), _replaced(right, renamed))
        case Connective(operator, arguments):
            return Connective(operator, tuple(_replaced_condition(argument, renamed) for argument in arguments))
        case Determined(expression):
            return Determined(_replaced(expression, renamed))


def conjuncts(conditions: list[Condition]) -> Iterator[Condition]:
    """The conditions with their conjunctions taken apart."""
    for condition in conditions:
        if isinstance(condition, Connective) and condition.operator == "&&":
            yield from conjuncts(list(condition.arguments))
        else:
            yield condition


def holds(condition: Condition, cells: Mapping[str, int], prime: int) -> bool:
    """Whether a condition holds of numbers modulo the prime; what is determined is no matter of one row."""
    match condition:
        case Comparison(operator, left, right):
            one, other = value_of(left, cells, prime), value_of(right, cells, prime)
            return {
                "=": one == other,
                "!=": one != other,
                "<": one < other,
                "<=": one <= other,
                ">": one > other,
                ">=": one >= other,
            }[operator]
        case Connective(operator, arguments):
            truths = [holds(argument, cells, prime) for argument in arguments]
            match operator:
                case "&&":
                    return all(truths)
                case "||":
                    return any(truths)
                case "=>":
                    return not truths[0] or truths[1]
                case "<=>":
                    return truths[0] == truths[1]
                case _:
                    return not truths[0]
        case Determined():
            return True


def value_of(expression: Expression, cells: Mapping[str, int], prime: int) -> int:
    """An expression's value in [0, p)."""
    match expression:
        case Number(value):
            return value % prime
        case Name(text):
            return cells[text]
        case Operation(operator, arguments):
            first, *others = (value_of(argument, cells, prime) for argument in arguments)
            if operator == "-" and not others:
                return -first % prime
            for other in others:
                first = {"+": first + other, "-": first - other, "*": first * other}[operator] % prime
            return first
