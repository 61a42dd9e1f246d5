"""A Picus program: modules over one prime field, with what each asserts of its variables.

The language is that of the Picus documentation (Picus Constraint Language): `(prime-number p)`, then modules from
`(begin-module name)` to `(end-module)`, in which `input`, `output`, `assert`, `assume`, `post-condition` and `call`
stand. A variable that is not declared is one of the module's own. As extractors print them, `assume-deterministic` is
`assume` of `det`, a call's outputs may be expressions, and numbers may be divided and raised to constant powers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sympy import isprime

from proofs_of_constraints.picus.syntax import Form, Node, PicusError, Place, Word, forms_of

ARITHMETIC = {"+": (1, None), "-": (1, 2), "*": (1, None), "/": (2, 2), "pow": (2, 2)}
MAXIMUM_POWER = 64
"""Powers are written out as products: what circuits multiply stays far below."""

MAXIMUM_DIGITS = 1000
"""Far above every prime in use; whether a number is prime takes the cube of its digits."""

MAXIMUM_CALL_DEPTH = 100
"""Calls are written out by functions that call themselves."""

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
CONNECTIVES = {"&&": (1, None), "||": (1, None), "=>": (2, 2), "<=>": (2, 2), "!": (1, 1)}
DETERMINED = "det"


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: int


@dataclass(frozen=True)
class Name:
    """A variable."""

    text: str


@dataclass(frozen=True)
class Operation:
    """A sum, difference, negation, product or quotient: a number that times the divisor is the dividend."""

    operator: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Operation


@dataclass(frozen=True)
class Comparison:
    """A comparison of the values in [0, p) of two expressions."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Connective:
    """Conditions joined."""

    operator: str
    arguments: tuple[Condition, ...]


@dataclass(frozen=True)
class Determined:
    """That an expression has one value for given inputs. Only to be assumed."""

    expression: Expression


Condition = Comparison | Connective | Determined


@dataclass(frozen=True)
class Call:
    """Another module with these inputs has these outputs."""

    outputs: tuple[Expression, ...]
    module: str
    inputs: tuple[Expression, ...]
    place: Place


@dataclass
class Module:
    """A module as declared; lists are in the order of the file."""

    name: str
    place: Place
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    asserted: list[Condition] = field(default_factory=list)
    assumed: list[Condition] = field(default_factory=list)
    promised: list[Condition] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    """Its inputs and outputs."""


@dataclass(frozen=True)
class Program:
    """The prime and the modules by name."""

    prime: int
    modules: Mapping[str, Module]


def read_program(text: str) -> Program:
    """The program of a file. Raises PicusError if the text is not in the format."""
    forms = forms_of(text)
    if not forms:
        raise PicusError(Place(1, 1), "there is nothing")
    modules: dict[str, Module] = {}
    current: Module | None = None
    prime = _prime(forms[0])
    for form in forms[1:]:
        head, arguments = _head(form)
        if head == "begin-module":
            if current is not None:
                raise PicusError(form.place, f"module {current.name} is not ended")
            current = Module(_word(form, arguments, "a module's name"), form.place)
            if current.name in modules:
                raise PicusError(form.place, f"module {current.name} stands twice")
            modules[current.name] = current
        elif current is None:
            raise PicusError(form.place, f"{head} stands outside of a module")
        elif head == "end-module":
            current = None
        else:
            _read_statement(current, form, head, arguments)
    if current is not None:
        raise PicusError(current.place, f"module {current.name} is not ended")
    program = Program(prime, modules)
    checked: dict[str, int] = {}
    for module in modules.values():
        _check_calls(program, module, (), checked)
    return program


def read_condition(text: str) -> Condition:
    """One condition. Raises PicusError if the text is not in the format."""
    forms = forms_of(text)
    if len(forms) != 1:
        raise PicusError(Place(1, 1), f"{len(forms)} conditions stand where one is expected")
    return _condition(forms[0])


def variables_of(part: Expression | Condition) -> Iterator[str]:
    """The names of the variables in it, repeated as they are."""
    match part:
        case Name(text):
            yield text
        case Operation(_, arguments) | Connective(_, arguments):
            for argument in arguments:
                yield from variables_of(argument)
        case Comparison(_, left, right):
            yield from variables_of(left)
            yield from variables_of(right)
        case Determined(expression):
            yield from variables_of(expression)


def _prime(form: Form) -> int:
    head, arguments = _head(form)
    if head != "prime-number":
        raise PicusError(form.place, "the file does not begin with (prime-number p)")
    text = _word(form, arguments, "the prime")
    _check_digits(form, text)
    if not text.isdecimal() or not isprime(int(text)):
        raise PicusError(form.place, f"{text} is no prime number")
    return int(text)


def _head(form: Form) -> tuple[str, tuple[Node, ...]]:
    if form.bracket != "(" or not form.parts or not isinstance(form.parts[0], Word):
        raise PicusError(form.place, "a list that begins with a word is expected here")
    return form.parts[0].text, form.parts[1:]


def _word(form: Form, arguments: Sequence[Node], what: str) -> str:
    if len(arguments) != 1 or not isinstance(arguments[0], Word):
        raise PicusError(form.place, f"{what} is expected here, and nothing else")
    return arguments[0].text


def _read_statement(module: Module, form: Form, head: str, arguments: tuple[Node, ...]) -> None:
    match head:
        case "input" | "output":
            name = _variable(form, _word(form, arguments, "a variable")).text
            if name in module.declared:
                raise PicusError(form.place, f"{name} is declared twice")
            module.declared.add(name)
            (module.inputs if head == "input" else module.outputs).append(name)
        case "assert" | "assume" | "post-condition":
            if len(arguments) != 1:
                raise PicusError(form.place, f"{head} has {len(arguments)} conditions, not one")
            condition = _condition(arguments[0])
            if head != "assume" and _speaks_of_determinism(condition):
                raise PicusError(form.place, f"{DETERMINED} may only be assumed")
            {"assert": module.asserted, "assume": module.assumed}.get(head, module.promised).append(condition)
        case "assume-deterministic":
            module.assumed.append(Determined(_variable(form, _word(form, arguments, "a variable"))))
        case "call":
            if len(arguments) != 3 or not isinstance(arguments[1], Word):
                raise PicusError(form.place, "a call has outputs in brackets, a module and inputs in brackets")
            outputs, called, inputs = arguments[0], arguments[1], arguments[2]
            if not isinstance(outputs, Form) or not isinstance(inputs, Form):
                raise PicusError(form.place, "a call has outputs in brackets, a module and inputs in brackets")
            taken = tuple(map(_expression, outputs.parts))
            module.calls.append(Call(taken, called.text, tuple(map(_expression, inputs.parts)), form.place))
        case _:
            raise PicusError(form.place, f"{head} is not understood")


def _speaks_of_determinism(condition: Condition) -> bool:
    match condition:
        case Connective(_, arguments):
            return any(map(_speaks_of_determinism, arguments))
        case _:
            return isinstance(condition, Determined)


def _variable(form: Form, text: str) -> Name:
    if _is_number(text):
        raise PicusError(form.place, f"{text} is no variable")
    return Name(text)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+", text) is not None


def _expression(node: Node) -> Expression:
    if isinstance(node, Word):
        if not _is_number(node.text):
            return Name(node.text)
        _check_digits(node, node.text)
        return Number(int(node.text))
    operator, arguments = _head(node)
    if operator not in ARITHMETIC:
        raise PicusError(node.place, f"{operator} is no operation on numbers")
    _check_count(node, operator, len(arguments), ARITHMETIC[operator])
    if operator == "pow":
        return Operation("*", (_expression(arguments[0]),) * _power(node, arguments[1]))
    return Operation(operator, tuple(map(_expression, arguments)))


def _check_digits(node: Node, text: str) -> None:
    if len(text) > MAXIMUM_DIGITS:
        raise PicusError(node.place, f"a number has {len(text)} digits, more than {MAXIMUM_DIGITS}")


def _power(node: Node, exponent: Node) -> int:
    """The exponent as an integer; an empty product has the value 1."""
    text = exponent.text if isinstance(exponent, Word) else ""
    if not text.isdecimal() or len(text) > MAXIMUM_DIGITS or int(text) > MAXIMUM_POWER:
        raise PicusError(node.place, f"the exponent of pow is no number from 0 to {MAXIMUM_POWER}")
    return int(text)


def _condition(node: Node) -> Condition:
    if isinstance(node, Word):
        raise PicusError(node.place, f"{node.text} is no condition")
    operator, arguments = _head(node)
    if operator in COMPARISONS:
        _check_count(node, operator, len(arguments), (2, 2))
        return Comparison(operator, *map(_expression, arguments))
    if operator in CONNECTIVES:
        _check_count(node, operator, len(arguments), CONNECTIVES[operator])
        return Connective(operator, tuple(map(_condition, arguments)))
    if operator == DETERMINED:
        _check_count(node, operator, len(arguments), (1, 1))
        return Determined(_expression(arguments[0]))
    raise PicusError(node.place, f"{operator} is no condition")


def _check_count(node: Form, operator: str, count: int, limits: tuple[int, int | None]) -> None:
    least, most = limits
    if count < least or (most is not None and count > most):
        raise PicusError(node.place, f"{operator} has {count} arguments")


def _check_calls(program: Program, module: Module, callers: tuple[str, ...], checked: dict[str, int]) -> int:
    """How deep the calls below a module are nested; `checked` knows it of modules that are done with.

    Raises PicusError for a call of no module, of other numbers of variables, in a circle, or nested too deep.
    """
    if module.name in checked:
        return checked[module.name]
    depth = 0
    for call in module.calls:
        called = program.modules.get(call.module)
        if called is None:
            raise PicusError(call.place, f"there is no module {call.module}")
        if (len(call.outputs), len(call.inputs)) != (len(called.outputs), len(called.inputs)):
            counts = f"{len(called.outputs)} outputs and {len(called.inputs)} inputs"
            raise PicusError(call.place, f"module {call.module} has {counts}")
        if call.module in (*callers, module.name):
            raise PicusError(call.place, f"module {call.module} calls itself")
        if len(callers) < MAXIMUM_CALL_DEPTH:
            depth = max(depth, 1 + _check_calls(program, called, (*callers, module.name), checked))
        if depth > MAXIMUM_CALL_DEPTH or len(callers) == MAXIMUM_CALL_DEPTH:
            raise PicusError(call.place, f"calls are nested deeper than {MAXIMUM_CALL_DEPTH}")
    checked[module.name] = depth
    return depth
