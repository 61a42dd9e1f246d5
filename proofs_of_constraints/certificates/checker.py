"""Whether clauses refute a formula: each must follow from those before by unit propagation, and one is empty.

This is the reverse unit propagation of Goldberg and Novikov (DATE 2003), forwards and without deletions: deleting
clauses saves time, and what follows from fewer clauses follows from more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit

from proofs_of_constraints.certificates.clauses import Clause, Formula

REFUTED = -1
"""What the kernel answers where the empty clause was derived."""

_Numbers = np.ndarray[tuple[int], np.dtype[np.int32]]


class CertificateError(ValueError):
    """A list of clauses that refutes nothing; the message names the first that does not follow."""


def check_refutation(formula: Formula, derived: Sequence[Clause]) -> None:
    """That the derived clauses refute the formula. Raises CertificateError where one does not follow, where none is
    empty, or where a literal is of no variable of the formula."""
    # A literal that stands twice in a clause could be watched twice.
    clauses = [tuple(dict.fromkeys(clause)) for clause in (*formula.clauses, *derived)]
    for number, clause in enumerate(clauses):
        if any(not 1 <= abs(literal) <= formula.variables for literal in clause):
            raise CertificateError(f"clause {number} has a literal of no variable from 1 to {formula.variables}")
    starts = np.zeros(len(clauses) + 1, dtype=np.int32)
    np.cumsum([len(clause) for clause in clauses], out=starts[1:])
    literals = np.array([literal for clause in clauses for literal in clause], dtype=np.int32)
    end = int(_first_that_does_not_follow(formula.variables, literals, starts, len(formula.clauses)))
    if end == len(clauses):
        raise CertificateError("the empty clause is not derived")
    if end != REFUTED:
        raise CertificateError(f"derived clause {end - len(formula.clauses)} does not follow")


@njit(cache=True)
def _first_that_does_not_follow(variables: int, literals: _Numbers, starts: _Numbers, given: int) -> int:
    """The number of the first derived clause that does not follow; REFUTED where the empty one does; else the count.

    `values` is 1 for a true literal, -1 for a false one. Every clause of two or more literals is watched at its first
    two, which are exchanged with later ones so that a watched literal is false only where the other is true.
    """
    count = len(starts) - 1
    values = np.zeros(2 * variables + 2, dtype=np.int8)
    heads = np.full(2 * variables + 2, -1, dtype=np.int32)
    following = np.full(2 * count, -1, dtype=np.int32)
    trail = np.empty(variables + 1, dtype=np.int32)
    assigned = 0
    propagated = 0
    for clause in range(count):
        start, end = starts[clause], starts[clause + 1]
        if clause >= given:
            kept = assigned
            conflict = False
            for position in range(start, end):
                literal = literals[position]
                if _value(values, literal) == 1:
                    conflict = True
                    break
                if _value(values, literal) == 0:
                    _assign(values, -literal)
                    trail[assigned] = -literal
                    assigned += 1
            if not conflict:
                conflict, assigned = _propagate(values, trail, kept, assigned, literals, starts, heads, following)
            for position in range(kept, assigned):
                _forget(values, trail[position])
            assigned = kept
            if not conflict:
                return clause
        # A clause that what is known already decides needs the literals that are not false in front.
        front = start
        for position in range(start, end):
            if front < start + 2 and _value(values, literals[position]) >= 0:
                literals[front], literals[position] = literals[position], literals[front]
                front += 1
        if end - start >= 2:
            for side in range(2):
                slot = 2 * clause + side
                index = _index(literals[start + side])
                following[slot] = heads[index]
                heads[index] = slot
        if front == start:
            return REFUTED
        if front == start + 1 and _value(values, literals[start]) == 0:
            _assign(values, literals[start])
            trail[assigned] = literals[start]
            assigned += 1
            conflict, assigned = _propagate(values, trail, propagated, assigned, literals, starts, heads, following)
            propagated = assigned
            if conflict:
                return REFUTED
    return count


@njit(cache=True, inline="always")
def _index(literal: int) -> int:
    return 2 * literal if literal > 0 else -2 * literal + 1


@njit(cache=True, inline="always")
def _value(values: np.ndarray[tuple[int], np.dtype[np.int8]], literal: int) -> int:
    return int(values[_index(literal)])


@njit(cache=True, inline="always")
def _assign(values: np.ndarray[tuple[int], np.dtype[np.int8]], literal: int) -> None:
    values[_index(literal)] = 1
    values[_index(-literal)] = -1


@njit(cache=True, inline="always")
def _forget(values: np.ndarray[tuple[int], np.dtype[np.int8]], literal: int) -> None:
    values[_index(literal)] = 0
    values[_index(-literal)] = 0


@njit(cache=True)
def _propagate(
    values: np.ndarray[tuple[int], np.dtype[np.int8]],
    trail: _Numbers,
    begin: int,
    assigned: int,
    literals: _Numbers,
    starts: _Numbers,
    heads: _Numbers,
    following: _Numbers,
) -> tuple[bool, int]:
    """Whether a clause is false after all that follows from the trail from `begin` on, and the trail's new length."""
    while begin < assigned:
        false = -trail[begin]
        begin += 1
        index = _index(false)
        slot = heads[index]
        before = -1
        while slot >= 0:
            after = following[slot]
            clause = slot >> 1
            start, end = starts[clause], starts[clause + 1]
            own = start + (slot & 1)
            other = start + 1 - (slot & 1)
            moved = False
            if _value(values, literals[other]) != 1:
                for position in range(start + 2, end):
                    if _value(values, literals[position]) >= 0:
                        literals[own], literals[position] = literals[position], literals[own]
                        target = _index(literals[own])
                        following[slot] = heads[target]
                        heads[target] = slot
                        moved = True
                        break
                if not moved:
                    if _value(values, literals[other]) == -1:
                        return True, assigned
                    _assign(values, literals[other])
                    trail[assigned] = literals[other]
                    assigned += 1
            if moved:
                if before < 0:
                    heads[index] = after
                else:
                    following[before] = after
            else:
                before = slot
            slot = after
    return False, assigned
