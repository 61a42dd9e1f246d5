"""The machine read from its canonical text, whose SHA-256 is the machine's digest."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from tests.whitepaper.independent.document import P, beside
from tests.whitepaper.independent.field import ONE, ZERO, Element, base


@dataclass(frozen=True)
class Number:
    value: int


@dataclass(frozen=True)
class Name:
    text: str


@dataclass(frozen=True)
class Operation:
    sign: str
    left: Tree
    right: Tree


Tree = Number | Name | Operation
_OPERATIONS = {"+": Element.__add__, "-": Element.__sub__, "*": Element.__mul__}

_TOKEN = re.compile(r"\s*(\d+|[A-Za-z_][\w.]*|[-+*()/])")


@cache
def parse(text: str) -> Tree:
    """A polynomial: sums of products of names, numbers, fractions of numbers, and polynomials in brackets."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", ""):
        raise ValueError(f"no polynomial: {text}")
    tree, rest = _sum(tokens)
    if rest:
        raise ValueError(f"no polynomial: {text}")
    return tree


def _operation(sign: str, left: Tree, right: Tree) -> Tree:
    """Numbers are combined at once; only numbers are divided."""
    match left, right:
        case Number(a), Number(b):
            return Number({"+": a + b, "-": a - b, "*": a * b, "/": a * pow(b, -1, P) if sign == "/" else 0}[sign] % P)
    if sign == "/":
        raise ValueError("a quotient of polynomials")
    return Operation(sign, left, right)


def _sum(tokens: list[str]) -> tuple[Tree, list[str]]:
    left, tokens = _product(tokens)
    while tokens and tokens[0] in "+-":
        sign = tokens[0]
        right, tokens = _product(tokens[1:])
        left = _operation(sign, left, right)
    return left, tokens


def _product(tokens: list[str]) -> tuple[Tree, list[str]]:
    left, tokens = _factor(tokens)
    while tokens and tokens[0] in "*/":
        sign = tokens[0]
        right, tokens = _factor(tokens[1:])
        left = _operation(sign, left, right)
    return left, tokens


def _factor(tokens: list[str]) -> tuple[Tree, list[str]]:
    head, tokens = tokens[0], tokens[1:]
    if head == "-":
        inner, tokens = _factor(tokens)
        return _operation("-", Number(0), inner), tokens
    if head == "(":
        inner, tokens = _sum(tokens)
        if tokens[0] != ")":
            raise ValueError("a bracket does not close")
        return inner, tokens[1:]
    return (Number(int(head)) if head.isdigit() else Name(head)), tokens


def evaluate(tree: Tree, value_of: Callable[[str], Element]) -> Element:
    """The polynomial's value where names have these values."""
    match tree:
        case Number(number):
            return base(number)
        case Name(name):
            return value_of(name)
        case Operation("*", Number(factor), rest) | Operation("*", rest, Number(factor)):
            return evaluate(rest, value_of).scaled(factor)
        case Operation(sign, left, right):
            return _OPERATIONS[sign](evaluate(left, value_of), evaluate(right, value_of))


@dataclass(frozen=True)
class Bus:
    identity: int
    is_global: bool
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Interaction:
    sign: int
    bus: Bus
    message: tuple[Tree, ...]
    times: Tree


@dataclass
class Chip:
    name: str
    role: str
    accesses: int
    columns: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    definitions: dict[str, str] = field(default_factory=dict)
    constraint_texts: list[str] = field(default_factory=list)
    interaction_texts: list[tuple[int, Bus, str]] = field(default_factory=list)

    @cached_property
    def constraints(self) -> list[Tree]:
        return [parse(text) for text in self.constraint_texts]

    @cached_property
    def interactions(self) -> list[Interaction]:
        found = []
        for sign, bus, text in self.interaction_texts:
            message, times = re.fullmatch(r"\((.*)\) times (.*)", text).groups()  # type: ignore[union-attr]
            found.append(Interaction(sign, bus, tuple(map(parse, message.split(", "))), parse(times)))
        return found

    def scope(self, is_global: bool) -> list[Interaction]:
        return [i for i in self.interactions if i.bus.is_global is is_global]

    def row(self, cells: Mapping[str, Element], public: Mapping[str, Element]) -> Callable[[str], Element]:
        """What names mean where columns have these values."""
        known = dict(cells)

        def value_of(name: str) -> Element:
            if name.startswith("public."):
                return public[name.removeprefix("public.")]
            if name not in known:
                known[name] = evaluate(parse(self.definitions[name]), value_of)
            return known[name]

        return value_of


@dataclass
class Machine:
    digest: bytes
    chips: list[Chip] = field(default_factory=list)
    buses: dict[str, Bus] = field(default_factory=dict)
    public_values: tuple[str, ...] = ()
    segment: str = ""
    halted: tuple[str, int] = ("", 0)
    exit_values: tuple[str, ...] = ()
    clock_bits: int = 0
    instances: int = 0
    segments: int = 0
    required: tuple[str, ...] = ()
    joins: list[tuple[str, str, int, str | None]] = field(default_factory=list)
    tokens: list[tuple[str, int, tuple[object, ...], tuple[str, int] | None]] = field(default_factory=list)
    table_heights: dict[str, int] = field(default_factory=dict)
    only_for: dict[str, list[str]] = field(default_factory=dict)
    shapes: list[dict[str, tuple[int, ...]]] = field(default_factory=list)
    programs: list[dict[str, tuple[int, ...]]] = field(default_factory=list)

    def of_role(self, role: str) -> list[Chip]:
        return [chip for chip in self.chips if chip.role == role]

    def own_heights(self, others: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
        """The heights of the machine's fixed tables beside other tables of these heights (Section 2.2)."""
        absent = {name for name, chips in self.only_for.items() if not any(others.get(chip) for chip in chips)}
        return {name: () if name in absent else (height,) for name, height in self.table_heights.items()}


_CHIP = re.compile(r"(\w+) (instruction|work table|machine table|program table|continuation) accesses (\d+)")


def read_machine(name: str = "machine.txt", other_lines: Sequence[str] = ()) -> Machine:
    """The machine of a file that the chapter names; other lines stand for those that begin with the same word."""
    encoded = beside(name).read_bytes()
    for line in other_lines:
        first = line.partition(" ")[0]
        encoded, count = re.subn(rb"^%s .*$" % first.encode(), line.encode(), encoded, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{name}: {count} lines begin with {first}")
    machine = Machine(hashlib.sha256(encoded).digest())
    for line in encoded.decode("ascii").splitlines():
        _read_line(machine, line)
    return machine


def _read_line(machine: Machine, line: str) -> None:
    kind, _, rest = line.partition(" ")
    if kind == "public":
        machine.public_values = tuple(rest.split()[1:])
    elif kind in ("shape", "program"):
        heights = {name: tuple(map(int, text.split(","))) for name, text in re.findall(r"(\w+) ([\d,]+)", rest)}
        (machine.shapes if kind == "shape" else machine.programs).append(heights)
    elif kind == "segment":
        name, halted, values = re.fullmatch(r"(\w+) halted (\(.*\)) exit (\(.*\))", rest).groups()  # type: ignore[union-attr]
        machine.segment, machine.halted, machine.exit_values = name, ast.literal_eval(halted), ast.literal_eval(values)
    elif kind == "clock":
        machine.clock_bits, machine.instances, machine.segments = map(int, rest.split()[1::2])
    elif kind == "required":
        machine.required = tuple(rest.split())
    elif kind == "join":
        enters, leaves, limit, moved_by = rest.split()
        machine.joins.append((enters, leaves, int(limit), None if moved_by == "None" else moved_by))
    elif kind == "token":
        bus, sign, message, times = re.fullmatch(r"(\w+) (-?1) (\(.*?\)) (\(.*\)|None)", rest).groups()  # type: ignore[union-attr]
        machine.tokens.append((bus, int(sign), ast.literal_eval(message), ast.literal_eval(times)))
    elif kind == "bus":
        name, identity, scope, *fields = rest.split()
        machine.buses[name] = Bus(int(identity), scope == "global", tuple(fields))
    elif kind == "machine" and rest.startswith("table "):
        name, height, chips = re.match(r"table (\w+) (\d+)(?: only for ([\w,]+))? ", rest).groups()  # type: ignore[union-attr]
        machine.table_heights[name] = int(height)
        if chips is not None:
            machine.only_for[name] = chips.split(",")
    elif kind == "chip":
        name, role, accesses = _CHIP.fullmatch(rest).groups()  # type: ignore[union-attr]
        machine.chips.append(Chip(name, role, int(accesses)))
    elif kind == "columns":
        main, _, fixed = f"{rest} ".partition("fixed ")
        machine.chips[-1].columns, machine.chips[-1].fixed = tuple(main.split()), tuple(fixed.split())
    elif kind == "definition":
        name, _, body = rest.partition(" ")
        machine.chips[-1].definitions[name] = body
    elif kind == "constraint":
        machine.chips[-1].constraint_texts.append(rest)
    elif kind in ("+1", "-1"):
        bus, _, said = rest.partition(" ")
        machine.chips[-1].interaction_texts.append((int(kind), machine.buses[bus], said))


def _digits(of: Sequence[Element], radix: int) -> Element:
    """The number with these digits, lowest first."""
    total = ZERO
    for i, digit in enumerate(of):
        total = total + digit.scaled(radix**i)
    return total


def _weights(x: Sequence[Element]) -> list[Element]:
    """By number, the product of x_j where it has a one, highest bit first, and 1 - x_j where it has a zero."""
    weights = [ONE]
    for bit in x:
        weights = [part for weight in weights for part in (weight - weight * bit, weight * bit)]
    return weights


def closed_form(name: str, x: Sequence[Element]) -> list[Element]:
    """The fixed columns of a table of the machine at a point, by the formulas of Section 6.9."""

    def number(bits: Sequence[Element]) -> Element:
        total = ZERO
        for bit in bits:
            total = total + total + bit
        return total

    if name == "range_table":
        value, width, none_before = ZERO, ZERO, ONE
        for i, bit in enumerate(x):
            highest = none_before * bit
            value = value + highest * number(x[i + 1 :])
            width = width + highest.scaled(16 - i)
            none_before = none_before - highest
        return [value, width]
    if name == "byte_table":
        left, right = x[:8], x[8:]
        return [number(left), number(right), number([a * b for a, b in zip(left, right, strict=True)])]
    if name == "limb_table":
        return [number(x)]
    if name == "shift_table":
        power = (ONE + x[3].scaled(15)) * (ONE + x[4].scaled(3)) * (ONE + x[5])
        return [number(x), (ONE - x[0]) * x[1], x[0] * (ONE - x[1]), x[0] * x[1], x[2], power]
    if name == "keccak_digits":
        v = list(reversed(x))
        o = v[::2]
        forms = [_digits(v, 2), _digits(v[:8], 4), _digits(v[8:], 4), _digits(o, 4), _digits(o[:7], 4), o[7]]
        for cut in range(1, 8):
            forms += [_digits(o[:cut], 5), _digits(o[cut:], 5)]
        return [*forms, _digits(o, 5)]
    if name == "keccak_chi":
        digits, result, first = ZERO, ZERO, 0
        for group, (bits, count) in enumerate(((7, 3), (7, 3), (5, 2))):
            for k, weight in enumerate(_weights(x[first : first + bits])):
                n = min(k, 5**count - 1)
                told = sum((0, 1, 1, 0, 0)[n // 5**i % 5] * 4**i for i in range(count))
                digits = digits + weight.scaled(5 ** (3 * group) * n)
                result = result + weight.scaled(4 ** (3 * group) * told)
            first += bits
        return [digits, result]
    raise ValueError(f"the document has no closed form of {name}")
