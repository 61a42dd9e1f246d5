"""Any operands of a modular call with a result have a row.

All but the division is proven as for other calls, the division by its numbers: carries with their ranges, and a limb
that decides that the result is below the modulus.
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from proofs_of_constraints.calls.call_completeness import prove_call_complete
from proofs_of_constraints.calls.modular_division import (
    LIMB_BASE,
    Division,
    bounds_of,
    comparison,
    leave_out_division,
    linear,
    prove_division,
    scaled,
    sum_of,
)
from proofs_of_constraints.obligations.obligation import Outcome, Session, Verdict
from proofs_of_constraints.translation.cells import cells_of
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.interval import BOOLEAN, Interval, bits
from spec.air.expression import Expression
from spec.rv64im.buses import LIMB_BITS
from spec.word import BYTE_BITS


def prove_modular_complete(session: Session, division: Division) -> Outcome:
    """Any operands with a result have a row: all but the division as for other calls, the division by its numbers."""
    generic = prove_call_complete(session, division.view, lambda system: leave_out_division(system, division))
    if generic.verdict is not Verdict.PROVEN:
        return generic
    _prove_nothing_else(division)
    _prove_carries(session, division)
    _prove_comparable(session, division)
    return Outcome(Verdict.PROVEN, f"{generic.detail}, {division.claims} of the division")


def _prove_nothing_else(division: Division) -> None:
    """The division's own columns stand in its constraints and ranges alone; each may be all that it has to be."""
    count, known = division.size // 2, dict[Expression, frozenset[str]]()
    expected = {f"limb_{i}_of_the_division" for i in range(division.size)}
    expected |= {f"decides_{i}_is_boolean" for i in range(1, count)}
    expected |= {f"undecided_limb_{i}_is_equal" for i in range(1, count)}
    expected |= {"one_limb_decides", "margin_is_of_the_deciding_limb"}
    found = {c.name for c in division.view.chip.constraints if cells_of(c.expression, known) & division.own}
    division.claim(f"only {', '.join(sorted(found ^ expected)[:3])} may be missing", found == expected)
    own = {f.source for f in division.system.facts if any(p.variables() & division.own for p in f.factors)}
    division.claim(
        "no lookup says more than a range", own <= found | {"definition of decides_0"} | _multiples(division)
    )
    division.claim("no lookup is undecided", not division.system.lookups)
    ranges = {f"quotient_{i}": bits(BYTE_BITS) for i in range(division.size)}
    ranges |= {f"result_{i}": bits(LIMB_BITS) for i in range(count)}
    ranges |= {"margin": Interval(1, LIMB_BASE)} | {f"decides_{i}": BOOLEAN for i in range(1, count)}
    for name, needed in ranges.items():
        division.claim(f"{name} may be any number it has to be", needed.meet(division.range_of(name)) == needed)


def _multiples(division: Division) -> set[str]:
    return {f"definition of multiple_{i}" for i in range(division.size)}


def _prove_carries(session: Session, division: Division) -> None:
    """Where the division holds over the integers, there are carries, and each has its range.

    Without carries, the equations are numbers d_i with sum of 2^(16 i) d_i = 0. The carry out of limb i is minus the
    sum of those above it, with their weights: so the equation of every limb holds, that of the first as the whole sum.
    """
    prove_division(division)
    carries = [f"carry_{i}" for i in range(division.size - 1)]
    numbers = []
    for i, equation in enumerate(division.equations):
        of_carries = {name: c for (name, *_), c in equation.items() if name in carries}
        expected = {carries[i]: -LIMB_BASE} if i < len(carries) else {}
        expected |= {carries[i - 1]: 1} if i else {}
        alone = all(len(m) == 1 for m in equation if {*m} & {*carries})
        division.claim(f"limb {i} carries from the limb below to the one above", of_carries == expected and alone)
        numbers.append({m: c for m, c in equation.items() if not {*m} & {*carries}})
    given = [z3.Int(f"d_{i}") for i in range(division.size)]
    whole = z3.Sum([number * (1 << LIMB_BITS * i) for i, number in enumerate(given)]) == 0
    above = [
        -z3.Sum([z3.IntVal(0), *(d * (1 << LIMB_BITS * (j - i - 1)) for j, d in enumerate(given) if j > i)])
        for i in range(division.size)
    ]
    limbs = [
        d + (above[i - 1] if i else 0) - (LIMB_BASE * above[i] if i < len(carries) else 0) for i, d in enumerate(given)
    ]
    division.refute(session, "every limb's equation holds", [whole, z3.Not(all_of(*(limb == 0 for limb in limbs)))])
    known = Interval(0, 0)
    number, carry, carried = z3.Ints("number carry carried")
    for i, name in enumerate(carries):
        interval, allowed = division.interval(numbers[i]), division.range_of(name)
        within = [number >= interval.low, number <= interval.high, carry >= known.low, carry <= known.high]
        outside = z3.Or(carried < allowed.low, carried > allowed.high)
        division.refute(session, f"{name} has its range", [*within, number + carry == LIMB_BASE * carried, outside])
        known = allowed


def _prove_comparable(session: Session, division: Division) -> None:
    """A result below the modulus has a limb that decides, and the margin there."""
    count = division.size // 2
    result, modulus = ([z3.Int(f"{name} {i}") for i in range(count)] for name in ("result", "modulus"))
    limbs = [bound for limb in (*result, *modulus) for bound in (limb >= 0, limb < LIMB_BASE)]
    below = _number(result) < _number(modulus)
    decides = [
        z3.And(result[j] < modulus[j], *(result[i] == modulus[i] for i in range(j + 1, count))) for j in range(count)
    ]
    division.refute(session, "some limb decides", [below, *limbs, z3.Not(z3.Or(*decides))])
    parts = [
        (division.integers(r), division.integers(m)) for r, m in zip(division.result, division.modulus, strict=True)
    ]
    for j in range(count):
        equations = comparison(division, j)
        margin = sum_of([parts[j][1], scaled(parts[j][0], -1)])
        given = [linear(parts[i][0]) == linear(parts[i][1]) for i in range(j + 1, count)]
        given += [z3.Int("margin") == linear(margin), linear(margin) >= 1]
        wrong = z3.Or(z3.Int("margin") > LIMB_BASE, *(linear(equation) != 0 for equation in equations))
        bounds = bounds_of(division, *(part for pair in parts for part in pair))
        division.refute(session, f"limb {j} may decide", [*given, *bounds, wrong])


def _number(limbs: Sequence[z3.ArithRef]) -> z3.ArithRef:
    return z3.Sum([limb * (1 << LIMB_BITS * i) for i, limb in enumerate(limbs)])
