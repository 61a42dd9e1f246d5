"""The figures of the theorem follow from the table before them: computed again from the document's text alone.

Nothing of soundcalc is used; the formulas are those of the lemmas, in floating point with many digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from mpmath import mp, mpf

CHAPTER = (Path(__file__).resolve().parents[2] / "spec" / "whitepaper" / "08-security.md").read_text()
CONSTANTS = (Path(__file__).resolve().parents[2] / "spec" / "whitepaper" / "A-symbols.md").read_text()

P = 2**31 - 2**24 + 1
HASH_BITS = 256
mp.prec = 400


def block(name: str) -> str:
    found = re.search(rf"<!-- generated: {name} -->(.*?)<!-- end of generated -->", CHAPTER, flags=re.DOTALL)
    assert found is not None
    return found.group(1)


def tables(text: str) -> list[list[list[str]]]:
    """The cells of each table of a block, its header first and its line of dashes left out."""
    found: list[list[list[str]]] = []
    for part in text.split("\n\n"):
        lines = [line for line in part.strip().splitlines() if line.startswith("|")]
        if lines:
            rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
            found.append([rows[0], *rows[2:]])
    return found


def value(cell: str) -> int:
    """A number as the document writes it."""
    power = re.fullmatch(r"\$2\^\{(\d+)\}([+-]\d+)?\$", cell)
    return 2 ** int(power[1]) + int(power[2] or 0) if power else int(cell.replace(" ", ""))


@dataclass(frozen=True)
class Iteration:
    vector_log2: int
    rate: mpf
    points: int
    folds: int
    multiplicity: int
    list_size: int
    queries: int
    fold_work: int
    query_work: int

    @property
    def agreement(self) -> mpf:
        return mp.sqrt(self.rate) * (1 + mpf(1) / (2 * self.multiplicity))

    def gap(self, points: mpf) -> mpf:
        """Theorem 4.6 of 2025/2055 for a line, with its corrected m."""
        shifted, below = mpf(self.multiplicity) + mpf(1) / 2, self.rate - 1 / points
        theta = 1 - self.agreement
        first = (2 * shifted**5 + 3 * shifted * theta * below) * points / (3 * below ** (mpf(3) / 2))
        return first + shifted / mp.sqrt(below)


COUNTS, ITERATIONS = tables(block("theorem_inputs"))
SETS = [re.findall(r"`(\w+)`", head)[0] for head in COUNTS[0][1:]]


def counts_of(name: str) -> list[int]:
    column = 1 + SETS.index(name)
    return [value(row[column]) for row in COUNTS[1:]]


def iterations_of(name: str) -> list[Iteration]:
    found = []
    for cells in ITERATIONS[1:]:
        if cells[0] == f"`{name}`":
            rate = 1 / mpf(2) ** int(re.findall(r"-(\d+)", cells[3])[0])
            found.append(Iteration(int(cells[2]), rate, value(cells[4]), *map(value, cells[5:])))
    return found


def error_of_a_proof(name: str) -> tuple[mpf, mpf]:
    """The error that each proof of a run pays, and the one that the run pays once."""
    program, continuation, main, depth, local, everywhere, _, _, wide, wide_everywhere, *rest = counts_of(name)
    constraints, claims, rounds, _ = rest
    steps = iterations_of(name)
    first = steps[0]
    height, length = first.vector_log2, first.list_size
    column_work = int(re.findall(rf"`{name}` (\d+)", block("theorem_inputs").rsplit("Work before", 1)[1])[0])

    bad = mpf(0)
    bad += 2 * mpf(length) ** 2 / 2 * 2**height
    bad += length * local * (1 + wide)
    bad += length
    for layer in range(1, depth):
        is_last = layer == depth - 1
        bad += length + layer * length * (3 if is_last else 2) + length * (2 if is_last else 1)
    bad += length * (1 + constraints) + rounds * 3 * length
    bad += length * (claims + program + continuation - 1) + height * 2 * length
    bad += (program + continuation + main - 1) * (first.gap(mpf(first.points)) + length) / 2**column_work
    queries = mpf(0)
    for i, step in enumerate(steps):
        if i:
            bad += mpf(step.list_size) ** 2 / 2 * 2**step.vector_log2
            bad += step.list_size * (steps[i - 1].queries + 1)
        for fold in range(step.folds):
            bad += (2 * step.list_size + step.gap(mpf(step.points) / 2 ** (fold + 1))) / 2**step.fold_work
        queries += step.agreement**step.queries / 2**step.query_work
    bits = int(re.findall(r"a number of (\d+) bits modulo", block("theorem_inputs"))[0])
    likeliest = (mpf(-(-(2**bits) // P)) / 2**bits) ** 6
    return bad * likeliest + queries, everywhere * (1 + wide_everywhere) * likeliest


def hundredths(quantity: mpf) -> float:
    """The base-2 logarithm, rounded down to the places that the document prints."""
    return float(mp.floor(mp.log(quantity, 2) * 100) / 100)


@pytest.mark.parametrize("name", SETS)
def test_figures_follow_from_the_table(name: str) -> None:
    (figures,) = tables(block("theorem_figures"))
    (row,) = (cells for cells in figures[1:] if cells[0] == f"`{name}`")
    of_proof, once = error_of_a_proof(name)
    segments = value(row[2])
    run = segments * of_proof + once
    assert float(row[1]) == pytest.approx(hundredths(1 / (of_proof + once)))
    assert float(row[3]) == pytest.approx(hundredths(1 / run))
    factor = int(re.findall(r"\+ (\d+) \(t\^2 \+ 1\) / 2\^\{\\lambda_H\}", block("theorem_inputs"))[0])
    collisions = factor / mpf(2) ** HASH_BITS
    root = (-run + mp.sqrt(run**2 + 4 * collisions)) / (2 * collisions)
    assert float(row[4]) == pytest.approx(hundredths(root))


@pytest.mark.parametrize("name", SETS)
def test_lists_are_those_of_johnsons_bound(name: str) -> None:
    for step in iterations_of(name):
        bound = (step.agreement - step.rate) / (step.agreement**2 - step.rate)
        assert step.list_size == int(mp.floor(bound))


def test_constants_are_those_of_the_document() -> None:
    assert f"= {P}$" in CONSTANTS
    assert f"| $\\lambda_H$ | ${HASH_BITS}$ |" in CONSTANTS
