"""Sums, conjunctions and disjunctions of any number of terms, in the form that every SMT-LIB solver reads."""

from __future__ import annotations

from collections.abc import Sequence

import z3


def all_of(*formulas: z3.BoolRef) -> z3.BoolRef:
    """That all hold."""
    if len(formulas) < 2:
        return formulas[0] if formulas else z3.BoolVal(True)
    return z3.And(*formulas)


def any_of(*formulas: z3.BoolRef) -> z3.BoolRef:
    """That at least one holds."""
    if len(formulas) < 2:
        return formulas[0] if formulas else z3.BoolVal(False)
    return z3.Or(*formulas)


def sum_of_terms(terms: Sequence[z3.ArithRef]) -> z3.ArithRef:
    """The sum of integers."""
    if len(terms) < 2:
        return terms[0] if terms else z3.IntVal(0)
    return z3.Sum(terms)
