"""Step 6 of Section 4.5: WHIR, with the openings of trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.whitepaper.independent.document import DEGREE, GENERATOR, P
from tests.whitepaper.independent.field import (
    ONE,
    ZERO,
    Element,
    base,
    equal,
    extension,
    horner,
    powers,
    root_of_unity,
    weighted,
)
from tests.whitepaper.independent.hashing import Transcript, Words, opened_root, require
from tests.whitepaper.independent.proof import Iteration, Segment
from tests.whitepaper.independent.sumcheck import HALF, follow_rounds


@dataclass
class Weight:
    """scale times eq(point, .), or times the powers of z."""

    scale: Element
    point: list[Element]
    z: Element | None = None

    def bind_last(self, challenge: Element) -> None:
        if self.z is None:
            self.scale = self.scale * equal(self.point.pop(), challenge)
        else:
            self.scale = self.scale * (ONE - challenge + challenge * self.z)
            self.z = self.z * self.z

    def product(self, vector: Sequence[Element]) -> Element:
        return self.scale * (extension(vector, self.point) if self.z is None else horner(vector, self.z))


def verify_whir(segment: Segment, transcript: Transcript, roots: list[Words], u: Sequence[Element]) -> None:
    """Raises RefusedError unless the stacked columns have the stated values at u."""
    layout, schedule = segment.layout, segment.layout.schedule
    _grind(transcript, "column_batching", schedule.column_batching, segment.column_batching_nonce)
    batching = powers(transcript.sample("column_batching"), len(segment.stacked))
    claim = weighted(batching, segment.stacked)
    weights = [Weight(ONE, list(u))]
    for number, (iteration, fold) in enumerate(zip(segment.iterations, schedule.folds, strict=True)):
        is_last = number == len(schedule.folds) - 1
        claim, challenges = _fold(segment, transcript, number, iteration, claim)
        for weight in weights:
            for challenge in challenges:
                weight.bind_last(challenge)
        if is_last:
            transcript.absorb_elements("final_vector", segment.final)
        else:
            transcript.absorb("folded_root", iteration.root, number)
            outside = transcript.sample("out_of_domain", number)
            transcript.absorb_elements("out_of_domain_answer", iteration.answer, number)
        _grind(transcript, "queries", schedule.query[number], iteration.query_nonce, number)
        domain = layout.height + layout.parameters.rate - number
        positions = transcript.positions("queries", schedule.queries[number], domain - fold, number)
        rows = _opened_rows(segment, number, iteration, roots, positions)
        points, values = [], []
        for position in positions:
            x = GENERATOR * pow(root_of_unity(domain), position, P) % P
            fibre = _fibre(rows[position], batching, fold, is_first=number == 0)
            points.append(pow(x, 1 << fold, P))
            values.append(_folded(fibre, x, challenges))
        if is_last:
            for point, value in zip(points, values, strict=True):
                require(horner(segment.final, base(point)) == value, "last vector at a query")
            total = ZERO
            for weight in weights:
                total = total + weight.product(segment.final)
            require(total == claim, "sum of the last vector")
        else:
            epsilon = powers(transcript.sample("query_batching", number), len(points) + 2)[1:]
            asked = [outside, *map(base, points)]
            weights += [Weight(scale, [], z) for scale, z in zip(epsilon, asked, strict=True)]
            claim = claim + weighted(epsilon, [*iteration.answer, *values])
            roots = [iteration.root]


def _grind(transcript: Transcript, label: str, bits: int, nonces: Sequence[tuple[int, int]], *indices: int) -> None:
    transcript.grind(label, bits, nonces[0] if bits else (), *indices)


def _fold(
    segment: Segment, transcript: Transcript, number: int, iteration: Iteration, claim: Element
) -> tuple[Element, list[Element]]:
    """The claim that is left, and the challenges in the order in which they bind."""
    bits = segment.layout.schedule.folding[number]

    def grind(round_number: int) -> None:
        nonces = iteration.folding_nonces[round_number : round_number + 1]
        _grind(transcript, "folding", bits, nonces, number, round_number)

    said = "folding_round_polynomial"
    claim, point = follow_rounds(transcript, iteration.rounds, claim, "folding", (number,), said=said, before=grind)
    return claim, point[::-1]


def _opened_rows(
    segment: Segment, number: int, iteration: Iteration, roots: Sequence[Words], positions: Sequence[int]
) -> dict[int, list[int]]:
    """The leaf at every position, the rows of all trees one after the other."""
    distinct = sorted(set(positions))
    found: dict[int, list[int]] = {position: [] for position in distinct}
    for tree, opening, root in zip(segment.layout.trees(number), iteration.openings, roots, strict=True):
        require(len(opening.rows) == len(distinct), "rows of an opening")
        rows = dict(zip(distinct, opening.rows, strict=True))
        require(opened_root(rows, opening.siblings, opening.cap, tree.depth, tree.cap) == root, "root of an opening")
        for position, row in rows.items():
            found[position] += row
    return found


def _fibre(row: Sequence[int], batching: Sequence[Element], fold: int, *, is_first: bool) -> list[Element]:
    if not is_first:
        return [Element(row[i : i + DEGREE]) for i in range(0, len(row), DEGREE)]
    size = 1 << fold
    values = []
    for point in range(size):
        total = ZERO
        for power, cell in zip(batching, row[point::size], strict=True):
            total = total + power.scaled(cell)
        values.append(total)
    return values


def _folded(fibre: Sequence[Element], x: int, challenges: Sequence[Element]) -> Element:
    """The fold's value at x^(2^k) from those at x times the roots of unity of order 2^k."""
    current = list(fibre)
    for challenge in challenges:
        half = len(current) // 2
        root = root_of_unity(len(current).bit_length() - 1)
        folded = []
        for j in range(half):
            at = x * pow(root, j, P) % P
            plus, minus = current[j], current[j + half]
            even, odd = (plus + minus).scaled(HALF), (plus - minus).scaled(HALF * pow(at, -1, P))
            folded.append(even + challenge * (odd - even))
        current, x = folded, x * x % P
    return current[0]
