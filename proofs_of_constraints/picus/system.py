"""One module with the modules that it calls written out: conditions over variables of one level."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

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
from proofs_of_constraints.picus.syntax import MAXIMUM_WORDS, PicusError

Renaming = Callable[[str], Expression]


@dataclass(frozen=True)
class Use:
    """A call written out: its outputs depend on these inputs, under the called module's assumptions, alone.

    That its outputs are determined is no assumption about the caller: it stands in the called module, and is said of
    modules that are given without their constraints.
    """

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
    used: list[str] = field(default_factory=list)
    """The named assumptions from outside of the file that are among the assumed conditions."""

    def variables(self) -> list[str]:
        """Every variable, inputs first, then in the order in which conditions speak of them."""
        parts = [*self.asserted, *self.assumed, *self.promised]
        parts += [Comparison("=", i, i) for use in self.uses for i in use.inputs]
        named = [name for part in parts for name in variables_of(part)]
        return list(dict.fromkeys([*self.inputs, *self.outputs, *named]))


class WrittenOut:
    """How many variables stand in what has been written out so far: a short file can stand for an endless one."""

    def __init__(self) -> None:
        self._variables = 0

    def taken(self, module: Module, part: Expression | Condition, sizes: Mapping[str, int]) -> int:
        """How many variables a part has, with so many in place of each; they are counted. Raises
        PicusError if there are too many."""
        before = self._variables
        for name in variables_of(part):
            self._variables += sizes.get(name, 1)
            if self._variables > MAXIMUM_WORDS:
                cause = f"with calls and powers written out, there are more than {MAXIMUM_WORDS:,} variables"
                raise PicusError(module.place, cause)
        return self._variables - before


def system_of(
    program: Program,
    module: Module,
    assumptions: Mapping[str, Condition] | None = None,
    written: WrittenOut | None = None,
) -> System:
    """A module's system, with those of the named assumptions of which it has all variables.

    `written` counts what all systems of a program have together. Raises PicusError for too much.
    """
    system = System(program.prime, tuple(module.inputs), tuple(module.outputs))
    written = written or WrittenOut()
    for condition in (*module.assumed, *module.promised):
        written.taken(module, condition, {})
    system.assumed += module.assumed
    system.promised += module.promised
    _write_out(program, module, _Known({}, {}), "", system, written)
    known = set(system.variables())
    for title, condition in (assumptions or {}).items():
        if known.issuperset(variables_of(condition)):
            system.assumed.append(condition)
            system.used.append(title)
    _without_quotients(system)
    return system


def _without_quotients(system: System) -> None:
    """Puts a variable of its own in the place of every quotient, which times the divisor is the dividend.

    A constant divisor that is not zero multiplies by its inverse.
    """
    named: dict[Expression, Name] = {}
    defining: list[Condition] = []

    def divided(expression: Expression) -> Expression:
        if not isinstance(expression, Operation):
            return expression
        arguments = tuple(map(divided, expression.arguments))
        if expression.operator != "/":
            return Operation(expression.operator, arguments)
        dividend, divisor = arguments
        if not any(variables_of(divisor)):
            number = value_of(divisor, {}, system.prime)
            if number:
                return Operation("*", (dividend, Number(pow(number, -1, system.prime))))
        quotient = Operation("/", arguments)
        if quotient not in named:
            named[quotient] = Name(f"quotient#{len(named) + 1}")
            defining.append(Comparison("=", Operation("*", (named[quotient], divisor)), dividend))
        return named[quotient]

    for conditions in (system.asserted, system.assumed, system.promised):
        conditions[:] = [_mapped(condition, divided) for condition in conditions]
    system.uses[:] = [
        replace(
            use,
            inputs=tuple(map(divided, use.inputs)),
            assumed=tuple(_mapped(condition, divided) for condition in use.assumed),
        )
        for use in system.uses
    ]
    system.asserted += defining


@dataclass(frozen=True)
class _Known:
    """What stands in place of a called module's variables."""

    expressions: Mapping[str, Expression]
    sizes: Mapping[str, int]
    """By variable, how many variables stand in its place."""


def _write_out(
    program: Program, module: Module, known: _Known, prefix: str, system: System, written: WrittenOut
) -> None:
    """Adds what a module asserts, its variables replaced as known, its own ones named behind the prefix."""

    def renamed(name: str) -> Expression:
        return known.expressions.get(name) or Name(f"{prefix}{name}")

    for condition in module.asserted:
        written.taken(module, condition, known.sizes)
    system.asserted += [_replaced_condition(condition, renamed) for condition in module.asserted]
    for position, call in enumerate(module.calls, start=1):
        called = program.modules[call.module]
        sizes = [max(1, written.taken(module, part, known.sizes)) for part in (*call.inputs, *call.outputs)]
        for condition in called.assumed:
            written.taken(called, condition, dict(zip(called.inputs, sizes, strict=False)))
        inputs = tuple(_replaced(part, renamed) for part in call.inputs)
        inner = f"{prefix}{call.module}#{position}."
        outputs = []
        for name, expression in zip(called.outputs, call.outputs, strict=True):
            output = _replaced(expression, renamed)
            if not isinstance(output, Name):
                # That a sum is determined says nothing of its parts: it gets a name of its own.
                inside_name = Name(f"{inner}{name}")
                system.asserted.append(Comparison("=", inside_name, output))
                output = inside_name
            outputs.append(output)
        bound = dict(zip((*called.inputs, *called.outputs), (*inputs, *outputs), strict=True))

        def inside(name: str, bound: Mapping[str, Expression] = bound) -> Expression:
            return bound[name]

        demanded = [c for c in called.assumed if not _is_about_outputs(c, called)]
        assumed = tuple(_replaced_condition(c, inside) for c in demanded if set(variables_of(c)) <= bound.keys())
        names = tuple(output.text for output in outputs)
        if len(assumed) == len(demanded):
            system.uses.append(Use(call.module, inputs, names, assumed))
        # What stands in place of an output is a name.
        inside_sizes = dict(zip(called.inputs, sizes, strict=False))
        _write_out(program, called, _Known(bound, inside_sizes), inner, system, written)


def _is_about_outputs(condition: Condition, called: Module) -> bool:
    """Whether it says that the module's own outputs or inner variables are determined."""
    return isinstance(condition, Determined) and not set(variables_of(condition)) & set(called.inputs)


def _replaced(expression: Expression, renamed: Renaming) -> Expression:
    match expression:
        case Name(text):
            return renamed(text)
        case Operation(operator, arguments):
            return Operation(operator, tuple(_replaced(argument, renamed) for argument in arguments))
        case Number():
            return expression


def _replaced_condition(condition: Condition, renamed: Renaming) -> Condition:
    return _mapped(condition, lambda expression: _replaced(expression, renamed))


def _mapped(condition: Condition, change: Callable[[Expression], Expression]) -> Condition:
    """The condition with its outermost expressions changed."""
    match condition:
        case Comparison(operator, left, right):
            return Comparison(operator, change(left), change(right))
        case Connective(operator, arguments):
            return Connective(operator, tuple(_mapped(argument, change) for argument in arguments))
        case Determined(expression):
            return Determined(change(expression))


def conjuncts(conditions: list[Condition]) -> Iterator[Condition]:
    """The conditions with their conjunctions taken apart."""
    for condition in conditions:
        if isinstance(condition, Connective) and condition.operator == "&&":
            yield from conjuncts(list(condition.arguments))
        else:
            yield condition


def holds(condition: Condition, cells: Mapping[str, int], prime: int) -> bool:
    """Whether a condition holds of numbers modulo the prime; one row does not say what is determined."""
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
            if not arguments:
                return 1
            first, *others = (value_of(argument, cells, prime) for argument in arguments)
            if operator == "-" and not others:
                return -first % prime
            for other in others:
                first = {"+": first + other, "-": first - other, "*": first * other}[operator] % prime
            return first
