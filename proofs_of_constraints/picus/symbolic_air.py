"""An AIR's symbolic constraints as JSON, as a module of a Picus program.

Expressions are what serde makes of Plonky3's `SymbolicExpression`: `{"Constant": 5}`,
`{"Variable": {"entry": {"Main": {"offset": 1}}, "index": 0}}`, `{"Add": {"x": ..., "y": ...}}`, `"IsFirstRow"`. Around
them stand names and roles: docs/foreign-circuits.md has the whole schema. A row is asked about together with the next.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import isprime

from proofs_of_constraints.picus.program import (
    MAXIMUM_DIGITS,
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
)
from proofs_of_constraints.picus.syntax import MAXIMUM_DEPTH, Place
from spec.nested_json import NestedTooDeepError, loads

NEXT = "next."
"""Before the name of a column in the next row."""

SELECTORS = {"IsFirstRow": "is_first_row", "IsLastRow": "is_last_row", "IsTransition": "is_transition"}

MAXIMUM_NESTING = 2 * MAXIMUM_DEPTH + 16
"""An expression in an expression is two objects deeper; the rest is what stands around them."""

OPERATIONS = {"Add": ("+", "x", "y"), "Sub": ("-", "x", "y"), "Mul": ("*", "x", "y"), "Neg": ("-", "x")}

REQUIRED = ("name", "prime", "columns", "inputs", "outputs", "constraints")
KEYS = (*REQUIRED, "preprocessed", "public_values", "buses", "interactions")


class AirError(ValueError):
    """A file that is no symbolic AIR; the message says where, as a path of keys and positions, and what is wrong."""

    def __init__(self, where: str, cause: str) -> None:
        super().__init__(f"{where}: {cause}" if where else cause)
        self.where = where


@dataclass(frozen=True)
class SymbolicAir:
    """The program of one module, and by name what the buses' contracts ensure of the module's variables."""

    program: Program
    ensured: Mapping[str, Condition]


def read_air(text: str) -> SymbolicAir:
    """The AIR of a file. Raises AirError if the file is no symbolic AIR."""
    try:
        document = loads(text, MAXIMUM_NESTING)
    except json.JSONDecodeError as error:
        raise AirError(f"line {error.lineno}, column {error.colno}", error.msg) from error
    except NestedTooDeepError:
        raise AirError("", f"expressions are nested deeper than {MAXIMUM_DEPTH}") from None
    if not isinstance(document, dict):
        raise AirError("", "an object is expected")
    for key in REQUIRED:
        if key not in document:
            raise AirError("", f"{key} is missing")
    for key in document:
        if key not in KEYS:
            raise AirError(key, f"is not understood; known are {', '.join(KEYS)}")
    return _Reader(document).air()


class _Reader:
    """Reads one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._main = self._names("columns")
        self._preprocessed = self._names("preprocessed")
        self._public = self._names("public_values")
        self._prime = document["prime"]
        if type(self._prime) is int and self._prime >= 10**MAXIMUM_DIGITS:
            raise AirError("prime", f"has more than {MAXIMUM_DIGITS} digits")
        if type(self._prime) is not int or not isprime(self._prime):
            raise AirError("prime", f"{self._prime} is no prime number")
        if not isinstance(document["name"], str) or not document["name"]:
            raise AirError("name", "a text is expected")
        own = [*self._main, *self._preprocessed]
        self._known = [*own, *(f"{NEXT}{name}" for name in own), *self._public, *SELECTORS.values()]
        if len(set(self._known)) < len(self._known):
            twice = next(name for name in self._known if self._known.count(name) > 1)
            raise AirError("", f"{twice} is the name of two values")

    def air(self) -> SymbolicAir:
        """The module: what others decide are inputs, as selectors and fixed columns are; what is sent is an output."""
        module = Module(self._document["name"], Place(1, 1))
        fixed = [*self._preprocessed, *(f"{NEXT}{name}" for name in self._preprocessed)]
        given = [*self._names("inputs", self._known), *fixed, *self._public, *SELECTORS.values()]
        module.inputs = list(dict.fromkeys(given))
        module.outputs = self._names("outputs", self._known)
        inputs = set(module.inputs)
        for name in module.outputs:
            if name in inputs:
                raise AirError("outputs", f"{name} is an input, too")
        constraints = self._list(self._document, "constraints", "")
        module.asserted = [
            Comparison("=", self._expression(tree, f"constraints[{i}]"), Number(0))
            for i, tree in enumerate(constraints)
        ]
        first, last, transition = (Name(name) for name in SELECTORS.values())
        for flag in (first, last):
            module.asserted.append(
                Comparison("=", Operation("*", (flag, Operation("-", (flag, Number(1))))), Number(0))
            )
        module.asserted.append(Comparison("=", transition, Operation("-", (Number(1), last))))
        ensured: dict[str, Condition] = {}
        for i, interaction in enumerate(self._list(self._document, "interactions", "")):
            self._take_interaction(module, ensured, interaction, f"interactions[{i}]")
        return SymbolicAir(Program(self._prime, {module.name: module}), ensured)

    def _take_interaction(self, module: Module, ensured: dict[str, Condition], found: Any, where: str) -> None:
        """What is received is determined, and what is sent has to be, both times their multiplicity."""
        if not isinstance(found, dict) or set(found) != {"bus", "direction", "multiplicity", "values"}:
            raise AirError(where, "has not the keys bus, direction, multiplicity and values")
        if found["direction"] not in ("send", "receive"):
            raise AirError(f"{where}.direction", "is neither send nor receive")
        multiplicity = self._expression(found["multiplicity"], f"{where}.multiplicity")
        trees = self._list(found, "values", where)
        values = [self._expression(tree, f"{where}.values[{i}]") for i, tree in enumerate(trees)]
        for position, value in enumerate(values):
            weighted = value if multiplicity == Number(1) else Operation("*", (multiplicity, value))
            if found["direction"] == "receive":
                module.assumed.append(Determined(weighted))
            else:
                output = f"{where}.{position}"
                module.outputs.append(output)
                module.asserted.append(Comparison("=", Name(output), weighted))
        for position, (value, bound) in enumerate(
            zip(values, self._bounds(found["bus"], len(values), where), strict=True)
        ):
            if bound is not None:
                below = Comparison("<", value, Number(bound))
                absent = Comparison("=", multiplicity, Number(0))
                name = f"{found['bus']}: field {position} of {where} is below {bound}"
                ensured[name] = below if isinstance(multiplicity, Number) else Connective("||", (absent, below))

    def _bounds(self, bus: Any, count: int, where: str) -> Sequence[int | None]:
        buses = self._document.get("buses", {})
        if not isinstance(buses, dict) or not isinstance(bus, str) or bus not in buses:
            raise AirError(f"{where}.bus", f"{bus} is not among the buses")
        bounds: Any = buses[bus]
        if not isinstance(bounds, list) or len(bounds) != count:
            raise AirError(f"{where}.values", f"bus {bus} has not {count} fields")
        for bound in bounds:
            if bound is not None and (type(bound) is not int or not 0 < bound <= self._prime):
                raise AirError(f"buses.{bus}", f"{bound} is neither null nor a bound from 1 to the prime")
        return bounds

    def _expression(self, tree: Any, where: str, depth: int = 0) -> Expression:
        if depth > MAXIMUM_DEPTH:
            raise AirError(where, f"expressions are nested deeper than {MAXIMUM_DEPTH}")
        if isinstance(tree, str) and tree in SELECTORS:
            return Name(SELECTORS[tree])
        if not isinstance(tree, dict) or len(tree) != 1:
            raise AirError(where, "no expression")
        ((kind, content),) = tree.items()
        if kind == "Constant":
            if type(content) is not int or not 0 <= content < self._prime:
                raise AirError(where, f"{content} is no number from 0 to the prime less 1")
            return Number(content)
        if kind == "Variable":
            return self._variable(content, where)
        if kind not in OPERATIONS:
            raise AirError(where, f"{kind} is no kind of expression")
        operator, *parts = OPERATIONS[kind]
        if not isinstance(content, dict) or any(part not in content for part in parts):
            raise AirError(where, f"{kind} has not the parts {' and '.join(parts)}")
        # Whole paths of deep trees would be long as the trees: the constraint is named.
        return Operation(operator, tuple(self._expression(content[part], where, depth + 1) for part in parts))

    def _variable(self, content: Any, where: str) -> Name:
        match content:
            case {"entry": {"Main": {"offset": 0 | 1 as offset}}, "index": int(index)}:
                names = self._main
            case {"entry": {"Preprocessed": {"offset": 0 | 1 as offset}}, "index": int(index)}:
                names = self._preprocessed
            case {"entry": "Public", "index": int(index)}:
                names, offset = self._public, 0
            case _:
                raise AirError(
                    where, "no variable of the main or preprocessed trace, in this row or the next, or public"
                )
        if not 0 <= index < len(names):
            raise AirError(where, f"there are {len(names)} such variables, and none has index {index}")
        return Name(f"{NEXT}{names[index]}" if offset else names[index])

    def _names(self, key: str, among: Sequence[str] | None = None) -> list[str]:
        names = self._list(self._document, key, "")
        known = None if among is None else set(among)
        for name in names:
            if not isinstance(name, str) or not name or any(c in name for c in " ()[],;"):
                raise AirError(key, f"{name!r} is no name")
            if known is not None and name not in known:
                raise AirError(key, f"there is no {name}")
        if len(set(names)) < len(names):
            raise AirError(key, "a name stands twice")
        return names

    def _list(self, holder: Mapping[str, Any], key: str, where: str) -> list[Any]:
        found = holder.get(key, [])
        if not isinstance(found, list):
            raise AirError(f"{where}.{key}" if where else key, "a list is expected")
        return found
