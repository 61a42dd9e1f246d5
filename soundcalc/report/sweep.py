"""How the figures move when parameters do: one point for each combination of values, and tables of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from soundcalc.commitments.size import proof_size
from soundcalc.composition.security import SecurityReport, security
from soundcalc.errors import NoSolutionError, ParameterError
from soundcalc.parameters import QUERIES, ProofShape, uniform_folding
from soundcalc.report.text import markdown_table

MAXIMUM_PARAMETERS = 2
"""A plot has one axis and one family of curves."""


@dataclass(frozen=True)
class Sweepable:
    """A parameter that can be swept: its values as they are shown, and the shape that has one of them."""

    values: Callable[[ProofShape], Sequence[Fraction]]
    changed: Callable[[ProofShape, Fraction], ProofShape]


def _with_rate(shape: ProofShape, rate: Fraction) -> ProofShape:
    return replace(shape, blowup_log2=rate.denominator.bit_length() - 1)


def _with_arity(shape: ProofShape, arity: Fraction) -> ProofShape:
    arity_log2 = arity.numerator.bit_length() - 1
    return replace(shape, folding=uniform_folding(shape.heights_log2, arity_log2, shape.final_height_log2))


def _with_grinding(shape: ProofShape, bits: Fraction) -> ProofShape:
    return replace(shape, grinding_bits={**shape.grinding_bits, QUERIES: int(bits)})


def _queries_around(shape: ProofShape) -> list[Fraction]:
    """From an eighth of the shape's number, enough at the lowest rates, to five quarters."""
    return sorted({Fraction(max(1, shape.queries * eighths // 8)) for eighths in range(1, 11)})


SWEEPABLE: Mapping[str, Sweepable] = {
    "rate": Sweepable(lambda shape: [Fraction(1, 1 << log2) for log2 in range(1, 7)], _with_rate),
    "queries": Sweepable(_queries_around, lambda shape, count: replace(shape, queries=int(count))),
    "arity": Sweepable(lambda shape: [Fraction(1 << log2) for log2 in range(1, 5)], _with_arity),
    "grinding": Sweepable(lambda shape: [Fraction(bits) for bits in range(0, 25, 4)], _with_grinding),
}
"""By name; `grinding` is that before the queries, in bits, `arity` the largest of a fold."""


@dataclass(frozen=True)
class SweepPoint:
    """The figures at one value of each parameter."""

    values: Mapping[str, Fraction]
    report: SecurityReport
    size_bytes: float


def sweep(
    shape: ProofShape, parameters: Sequence[str], values: Mapping[str, Sequence[Fraction]] | None = None
) -> list[SweepPoint]:
    """The figures at each combination of values, the last parameter running fastest.

    Parameters without given `values` take those of SWEEPABLE. A combination that no proof can have is left out,
    such as a rate whose domain exceeds the two-adicity. Raises ParameterError for a parameter that cannot be
    swept, and NoSolutionError where every combination is left out.
    """
    for parameter in parameters:
        if parameter not in SWEEPABLE:
            raise ParameterError("sweep", f"{parameter!r} is none of {', '.join(SWEEPABLE)}")
    if not 1 <= len(parameters) <= MAXIMUM_PARAMETERS or len(set(parameters)) < len(parameters):
        raise ParameterError("sweep", f"takes one parameter or two different ones, not {len(parameters)}")
    chosen = [(values or {}).get(parameter) or SWEEPABLE[parameter].values(shape) for parameter in parameters]
    points = []
    for combination in itertools.product(*chosen):
        changed = shape
        try:
            for parameter, value in zip(parameters, combination, strict=True):
                changed = SWEEPABLE[parameter].changed(changed, value)
        except ParameterError:
            continue
        size_bytes = proof_size(changed).total_bytes
        points.append(SweepPoint(dict(zip(parameters, combination, strict=True)), security(changed), size_bytes))
    if not points:
        raise NoSolutionError(f"no value of {', '.join(parameters)} makes a proof of these tables")
    return points


def sweep_markdown(points: Sequence[SweepPoint]) -> str:
    """One row for each point."""
    return markdown_table(
        (*points[0].values, "bits", "regime", "weakest round", "proof size, KiB"),
        (
            (
                *map(str, point.values.values()),
                f"{point.report.security_bits_float:.2f}",
                point.report.regime.name,
                point.report.weakest_round,
                f"{point.size_bytes / 1024:.0f}",
            )
            for point in points
        ),
    )


def sweep_facts(points: Iterable[SweepPoint]) -> list[dict[str, object]]:
    """One object for each point; the bits are floors, a rate is text such as "1/4"."""
    return [
        {
            **{name: int(value) if value.denominator == 1 else str(value) for name, value in point.values.items()},
            "security_bits": point.report.security_bits,
            "regime": point.report.regime.name,
            "weakest_round": point.report.weakest_round,
            "size_bytes": round(point.size_bytes),
        }
        for point in points
    ]


def sweep_json(points: Iterable[SweepPoint]) -> str:
    """The same as a JSON array."""
    return json.dumps(sweep_facts(points), indent=2)
