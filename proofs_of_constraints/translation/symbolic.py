"""Running the declaration's Python on all numbers at once: symbolic integers, and every path through the branches.

The functions of the declaration compute with integers. Called with a `SymbolicInteger` they compute a formula; where
they ask for a truth value, the path divides, and the function runs again for the other answer. So a statement about
the results of all paths is a statement about the function itself, not about another text of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import z3

SYMBOLIC_BITS = 96
"""Room for every intermediate number of a function of 64-bit numbers, as two's complement."""


@dataclass
class _Path:
    """The answers given so far to the truth values asked for, and the conditions that they stand for."""

    answers: list[bool]
    conditions: list[z3.BoolRef] = field(default_factory=list)

    def decide(self, condition: z3.BoolRef) -> bool:
        position = len(self.conditions)
        if position == len(self.answers):
            self.answers.append(True)
        answer = self.answers[position]
        self.conditions.append(condition if answer else z3.Not(condition))
        return answer


class SymbolicInteger:
    """A number that may have any value, as a bit-vector of 96 bits, on one path of a function."""

    def __init__(self, term: z3.BitVecRef, path: _Path) -> None:
        self.term = term
        self._path = path

    def _with(self, term: z3.BitVecRef) -> SymbolicInteger:
        return SymbolicInteger(term, self._path)

    def __add__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._with(self.term + _term(other))

    __radd__ = __add__

    def __sub__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._with(self.term - _term(other))

    def __rsub__(self, other: int) -> SymbolicInteger:
        return self._with(_term(other) - self.term)

    def __mul__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._with(self.term * _term(other))

    __rmul__ = __mul__

    def __and__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._with(self.term & _term(other))

    __rand__ = __and__

    def __or__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._with(self.term | _term(other))

    __ror__ = __or__

    def __lshift__(self, amount: int) -> SymbolicInteger:
        return self._with(self.term << amount)

    def __rshift__(self, amount: int) -> SymbolicInteger:
        return self._with(self.term >> amount)

    def __mod__(self, modulus: int) -> SymbolicInteger:
        return self._with(self.term & (_exponent(modulus)[0] - 1))

    def __floordiv__(self, divisor: int) -> SymbolicInteger:
        return self._with(self.term >> _exponent(divisor)[1])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SymbolicInteger | int):
            return NotImplemented
        return self._path.decide(self.term == _term(other))

    def __ge__(self, other: SymbolicInteger | int) -> bool:
        return self._path.decide(self.term >= _term(other))

    def __bool__(self) -> bool:
        return self._path.decide(self.term != 0)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class PathResult:
    """What the function returns where all conditions hold."""

    conditions: tuple[z3.BoolRef, ...]
    value: Any


def all_paths(
    function: Callable[[SymbolicInteger], Any],
    variable: z3.BitVecRef,
    number_type: type[SymbolicInteger] = SymbolicInteger,
) -> Iterator[PathResult]:
    """Every path of a function of one symbolic number. Ends if the function asks finitely many questions."""
    answers: list[bool] = []
    while True:
        path = _Path(list(answers))
        value = function(number_type(variable, path))
        yield PathResult(tuple(path.conditions), value)
        answers = path.answers
        while answers and not answers[-1]:
            answers.pop()
        if not answers:
            return
        answers[-1] = False


def term_of(number: SymbolicInteger | int) -> z3.BitVecRef:
    """A result as a bit-vector, symbolic or not."""
    return _term(number)


def _term(number: SymbolicInteger | int) -> z3.BitVecRef:
    if isinstance(number, SymbolicInteger):
        return number.term
    return z3.BitVecVal(number, SYMBOLIC_BITS)


def _exponent(power: int) -> tuple[int, int]:
    """A power of two and its exponent. Raises ValueError for another number."""
    if power <= 0 or power & (power - 1):
        raise ValueError(f"{power} is not a power of two")
    return power, power.bit_length() - 1
