"""The shape of FRI: how a codeword is folded down, and where lower codewords join it.

FRI runs over y with x = 3 y, so its domains are subgroups H in bit-reversed order. With arity a = 2^eta,
f(y) = sum_j y^j f_j(y^a) folds to sum_j beta^j f_j, on the domain of the a-th powers: position m of the
folded codeword comes from positions a m to a m + a - 1. Where the folded degree bound is a present height,
beta^a times the reduced codeword of that height is added.
"""

from __future__ import annotations

from collections.abc import Iterable

from spec.parameters import ParameterSet


def final_height_log2(heights_log2: Iterable[int], parameters: ParameterSet) -> int:
    """The degree bound of the final polynomial: the parameter's, or the smallest present height if lower."""
    return min(parameters.final_degree_log2, *heights_log2)


def folding_schedule(heights_log2: Iterable[int], parameters: ParameterSet) -> list[int]:
    """The arities of FRI's layers as logarithms, from the tallest height to the final polynomial.

    Folding never jumps past a present height. Raises ValueError if there is no height.
    """
    heights = sorted(set(heights_log2))
    if not heights:
        raise ValueError("FRI needs at least one codeword")
    current = heights.pop()
    final = final_height_log2([current, *heights], parameters)
    schedule: list[int] = []
    while current > final:
        stop = heights[-1] if heights else final
        arity_log2 = min(parameters.folding_arity_log2, current - stop)
        schedule.append(arity_log2)
        current -= arity_log2
        if heights and current == heights[-1]:
            heights.pop()
    return schedule
