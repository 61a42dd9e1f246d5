"""Bytes to a proof, by the tables of formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.whitepaper.independent.document import DEGREE, MAGICS, PARAMETER_TEXTS, STATE_WORDS, WIDTHS, P
from tests.whitepaper.independent.field import Element
from tests.whitepaper.independent.hashing import Words, require, words_of
from tests.whitepaper.independent.layout import Layout, Parameters, Tree, read_parameters, stacked, stacked_count
from tests.whitepaper.independent.machine import Machine

Item = TypeVar("Item")
Rounds = list[list[Element]]


class Bytes:
    """A byte string that is read from its start."""

    def __init__(self, encoded: bytes) -> None:
        self.encoded, self.at = encoded, 0

    def raw(self, count: int) -> bytes:
        require(self.at + count <= len(self.encoded), "bytes missing")
        self.at += count
        return self.encoded[self.at - count : self.at]

    def number(self, kind: str) -> int:
        return int.from_bytes(self.raw(WIDTHS[kind]), "little")

    def count(self, least: int, most: int) -> int:
        found = self.number("count")
        require(least <= found <= most, "a count")
        return found

    def element(self) -> int:
        found = self.number("base element")
        require(found < P, "an element that is not below p")
        return found

    def extension(self) -> Element:
        return Element([self.element() for _ in range(DEGREE)])

    def digest(self) -> Words:
        return words_of(self.raw(WIDTHS["digest"]))

    def nonce(self) -> tuple[int, int]:
        found = self.number("nonce")
        return found >> 32, found & 0xFFFFFFFF

    def several(self, count: int, read: Callable[[], Item]) -> list[Item]:
        return [read() for _ in range(count)]

    def rounds(self, count: int, degree: int) -> Rounds:
        return [self.several(degree, self.extension) for _ in range(count)]


@dataclass(frozen=True)
class Commitment:
    root: Words
    answers: list[Element]


@dataclass(frozen=True)
class Key:
    parameters: Parameters
    heights: dict[str, int]
    start: list[int]
    commitments: dict[int, Commitment]

    def numbers(self) -> list[int]:
        return [number for height in self.heights.values() for number in (1, height)]


@dataclass(frozen=True)
class Opening:
    rows: list[list[int]]
    siblings: list[Words]
    cap: list[Words]


@dataclass(frozen=True)
class Iteration:
    rounds: Rounds
    folding_nonces: list[tuple[int, int]]
    root: Words
    answer: list[Element]
    query_nonce: list[tuple[int, int]]
    openings: list[Opening]


@dataclass
class Segment:
    public: list[int]
    layout: Layout
    continuation: Commitment
    main_root: Words
    totals: list[Element]
    layers: list[tuple[Rounds, list[Element]]]
    zerocheck: Rounds
    values: dict[str, list[Element]]
    stacking: Rounds
    stacked: list[Element]
    column_batching_nonce: list[tuple[int, int]]
    iterations: list[Iteration] = field(default_factory=list)
    final: list[Element] = field(default_factory=list)


@dataclass(frozen=True)
class Proof:
    key: Key
    output: bytes
    segments: list[Segment]


def read_proof(encoded: bytes, machine: Machine) -> Proof:
    """The proof of these bytes. Raises RefusedError at the first check that fails."""
    at = Bytes(encoded)
    _read_magic(at, "proof")
    key = read_key(at, machine)
    output = at.raw(at.count(0, 1 << 30))
    segments = [_read_segment(at, machine, key) for _ in range(at.count(1, machine.segments))]
    require(at.at == len(encoded), "bytes left over")
    return Proof(key, output, segments)


@dataclass(frozen=True)
class FinalProof:
    """The program's key and output, and the proof of the last circuit's run."""

    program: Key
    output: bytes
    circuit: Proof


def read_final(encoded: bytes, machine: Machine, circuits: Machine) -> FinalProof:
    """The final proof of these bytes. Raises RefusedError if they are none."""
    at = Bytes(encoded)
    _read_magic(at, "final proof")
    program = read_key(at, machine)
    output = at.raw(at.count(0, 1 << 30))
    key = read_key(at, circuits)
    segment = _read_segment(at, circuits, key)
    require(at.at == len(encoded), "bytes left over")
    return FinalProof(program, output, Proof(key, b"", [segment]))


def _read_magic(at: Bytes, what: str) -> None:
    magic, version = MAGICS[what]
    require(at.raw(len(magic)) == magic, f"magic of a {what}")
    require(at.number("version") == version, f"version of a {what}")


def read_key(at: Bytes, machine: Machine) -> Key:
    """A key at this place."""
    _read_magic(at, "key")
    name = at.raw(WIDTHS["name"])
    names = {text.encode("ascii").ljust(WIDTHS["name"], b"\0"): text for text in PARAMETER_TEXTS}
    require(name in names, "name of a parameter set")
    parameters = read_parameters(names[name])
    require(at.raw(WIDTHS["digest"]) == parameters.digest, "digest of the parameters")
    require(at.raw(WIDTHS["digest"]) == machine.digest, "digest of the machine")
    chips = machine.of_role("program table")
    heights = {chip.name: at.number("height") for chip in chips}
    require(all(1 <= height <= parameters.tallest for height in heights.values()), "heights of a key")
    start = at.several(len(machine.joins), at.element)
    require(all(n < join[2] for n, join in zip(start, machine.joins, strict=True)), "start of a key")
    commitments = {}
    for height in sorted(parameters.schedules):
        if height >= max(heights.values()):
            tables = [(chip, heights[chip.name]) for chip in chips]
            count = stacked_count(stacked(tables, [chip.fixed for chip in chips], height))
            commitments[height] = Commitment(at.digest(), at.several(count, at.extension))
    return Key(parameters, heights, start, commitments)


def _read_segment(at: Bytes, machine: Machine, key: Key) -> Segment:
    public = at.several(len(machine.public_values), at.element)
    heights: dict[str, tuple[int, ...]] = {}
    for chip in machine.chips:
        count = at.number("height")
        require(count <= machine.instances, "number of tables")
        heights[chip.name] = tuple(at.several(count, lambda: at.number("height")))
        require(all(1 <= height <= key.parameters.tallest for height in heights[chip.name]), "height of a table")
    layout = Layout(machine, key.parameters, heights)
    answers = layout.counts["continuation"]
    schedule = layout.schedule
    segment = Segment(
        public,
        layout,
        Commitment(_root(at, answers > 0), at.several(answers, at.extension)),
        _root(at, layout.counts["main"] > 0),
        at.several(4, at.extension),
        [(at.rounds(j, 2), at.several(4, at.extension)) for j in range(1, layout.circuit[0])],
        at.rounds(layout.tallest, 3),
        {name: at.several(len(placed), at.extension) for name, placed in layout.columns.items()},
        at.rounds(layout.height, 2),
        at.several(sum(layout.counts.values()), at.extension),
        at.several(int(schedule.column_batching > 0), at.nonce),
    )
    for i, fold in enumerate(schedule.folds):
        is_last = i == len(schedule.folds) - 1
        segment.iterations.append(
            Iteration(
                at.rounds(fold, 2),
                at.several(fold if schedule.folding[i] else 0, at.nonce),
                _root(at, not is_last),
                at.several(int(not is_last), at.extension),
                at.several(int(schedule.query[i] > 0), at.nonce),
                [_read_opening(at, tree, schedule.queries[i]) for tree in layout.trees(i)],
            )
        )
    segment.final = at.several(1 << layout.height - sum(schedule.folds), at.extension)
    return segment


def _root(at: Bytes, is_present: bool) -> Words:
    return at.digest() if is_present else ()


def _read_opening(at: Bytes, tree: Tree, queries: int) -> Opening:
    rows = [at.several(tree.width, at.element) for _ in range(at.count(1, min(queries, 1 << tree.depth)))]
    most = sum(min(queries, 1 << tree.depth - layer - 1) for layer in range(tree.depth - tree.cap))
    siblings = at.several(at.count(0, most), at.digest)
    return Opening(rows, siblings, at.several(1 << tree.cap if tree.cap else 0, at.digest))


assert WIDTHS["digest"] == 4 * STATE_WORDS
