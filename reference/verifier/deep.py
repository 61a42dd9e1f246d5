"""The reduced codewords at a query: what FRI must be about, from opened rows and claimed values.

At each height the reduced codeword is the sum of lambda^k (f_k(x) - v_k) / (x - z_k) over its (column, point)
pairs in canonical order: commitment, matrix, point, column; powers start at 1 at each height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.algebra import Algebra, Bit, Digest, Element, Value
from reference.verifier.claims import CommitmentClaim
from reference.verifier.domain import subgroup_point
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.merkle import tree_levels
from spec.rejection import Rejection


@dataclass(frozen=True)
class Pole(Generic[Value]):
    """A point at which columns of one height are opened."""

    height_log2: int
    point: Value


@dataclass(frozen=True)
class PointTerm(Generic[Value]):
    """A matrix at one of its points: the power of lambda before its columns, and sum_c lambda^c v_c."""

    pole: int
    power: Value
    combined_value: Value


@dataclass(frozen=True)
class MatrixTerm(Generic[Value]):
    """Where a matrix stands in the opened rows (commitment, level of its tree, columns), and its points."""

    commitment: int
    level: int
    start: int
    width: int
    points: tuple[PointTerm[Value], ...]


@dataclass(frozen=True)
class DeepBatching(Generic[Value]):
    """Everything about the reduced codewords that does not depend on the query."""

    powers: Sequence[Value]
    poles: Sequence[Pole[Value]]
    matrices: Sequence[MatrixTerm[Value]]


def deep_batching(
    claims: Sequence[CommitmentClaim[Value, Digest]], challenge: Value, one: Value, rate_log2: int
) -> DeepBatching[Value]:
    """The batching under the challenge lambda. Matrices that share a point object share its inverses."""
    powers = [one]
    for _ in range(max(matrix.shape.width for claim in claims for matrix in claim.matrices)):
        powers.append(powers[-1] * challenge)
    next_power: dict[int, Value] = {}
    poles: list[Pole[Value]] = []
    pole_numbers: dict[tuple[int, int], int] = {}
    matrix_terms = []
    for commitment, claim in enumerate(claims):
        levels = tree_levels((matrix.shape for matrix in claim.matrices), rate_log2)
        level_at = {level.depth - rate_log2: number for number, level in enumerate(levels)}
        next_start = dict.fromkeys(level_at, 0)
        for matrix in claim.matrices:
            height_log2, width = matrix.shape.height_log2, matrix.shape.width
            point_terms = []
            for point, values in zip(matrix.points, matrix.values, strict=True):
                key = (height_log2, id(point))
                if key not in pole_numbers:
                    pole_numbers[key] = len(poles)
                    poles.append(Pole(height_log2, point))
                power = next_power.get(height_log2, one)
                combined = values[0]
                for column in range(1, width):
                    combined = combined + powers[column] * values[column]
                point_terms.append(PointTerm(pole_numbers[key], power, combined))
                next_power[height_log2] = power * powers[width]
            start = next_start[height_log2]
            matrix_terms.append(MatrixTerm(commitment, level_at[height_log2], start, width, tuple(point_terms)))
            next_start[height_log2] += width
    return DeepBatching(powers, poles, matrix_terms)


def reduced_at_query(
    algebra: Algebra[Element, Value, Digest, Bit],
    batching: DeepBatching[Value],
    rows: Sequence[Sequence[Sequence[Element]]],
    bits: Sequence[Bit],
    rate_log2: int,
) -> dict[int, Value]:
    """The reduced codeword of each height at a query, from the opened rows by commitment and level.

    `bits` are those of the query's index into the tallest evaluation domain, lowest first.
    """
    numerators: dict[int, Value] = {}
    for matrix in batching.matrices:
        row = rows[matrix.commitment][matrix.level][matrix.start : matrix.start + matrix.width]
        combined = algebra.linear_combination(batching.powers, row)
        for term in matrix.points:
            numerator = term.power * (combined - term.combined_value)
            if term.pole in numerators:
                numerator = numerators[term.pole] + numerator
            numerators[term.pole] = numerator

    points_of_domains: dict[int, Value] = {}
    for height_log2 in {pole.height_log2 for pole in batching.poles}:
        y = subgroup_point(algebra, bits[len(bits) - height_log2 - rate_log2 :])
        x = algebra.multiply_elements(y, algebra.constant(COSET_SHIFT))
        points_of_domains[height_log2] = algebra.embed(x)
    differences = [points_of_domains[pole.height_log2] - pole.point for pole in batching.poles]
    inverses = algebra.inverses(differences, Rejection.POINT_IN_DOMAIN, "a queried point is an opening point")

    reduced: dict[int, Value] = {}
    for number, pole in enumerate(batching.poles):
        quotient = numerators[number] * inverses[number]
        if pole.height_log2 in reduced:
            quotient = reduced[pole.height_log2] + quotient
        reduced[pole.height_log2] = quotient
    return reduced
