"""What follows from a segment's heights: stacking, circuit, WHIR's iterations and trees (Sections 3.3, 4.3, 4.5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from tests.whitepaper.independent.document import DEGREE, MOST_MAIN_COLUMNS, PARAMETER_TEXTS, P
from tests.whitepaper.independent.hashing import byte_hash, require
from tests.whitepaper.independent.machine import Chip, Interaction, Machine


@dataclass(frozen=True)
class Schedule:
    height: int
    folds: tuple[int, ...]
    queries: tuple[int, ...]
    column_batching: int
    folding: tuple[int, ...]
    query: tuple[int, ...]


@dataclass(frozen=True)
class Parameters:
    name: str
    digest: bytes
    rate: int
    listed: bool
    cap: int
    schedules: dict[int, Schedule]

    @property
    def tallest(self) -> int:
        return max(self.schedules)


def read_parameters(name: str) -> Parameters:
    """The parameter set from its canonical text."""
    text = PARAMETER_TEXTS[name]
    first, _, rate, listed, cap, *schedules = text.split(";")
    numbers = {}
    for schedule in schedules:
        of = {key: tuple(map(int, value.split("."))) for key, value in (p.split("=") for p in schedule.split(","))}
        height, batching = of["height_log2"][0], of["column_batching"][0]
        numbers[height] = Schedule(height, of["folds"], of["queries"], batching, of["folding"], of["query"])
    after = (int(part.partition("=")[2]) for part in (rate, listed, cap))
    rate_log2, is_listed, cap_log2 = after
    return Parameters(
        first, byte_hash("parameters", text.encode("ascii")), rate_log2, bool(is_listed), cap_log2, numbers
    )


@dataclass(frozen=True)
class Tree:
    depth: int
    width: int
    cap: int


@dataclass(frozen=True)
class Placed:
    table: int
    column: str
    height: int
    stacked: int
    prefix: int


@dataclass(frozen=True)
class Block:
    table: int
    pair: tuple[Interaction, ...]
    height: int
    prefix: int


def stacked(tables: list[tuple[Chip, int]], columns: list[tuple[str, ...]], height: int) -> list[Placed]:
    """Columns by descending height of their tables, end to end."""
    placed, offset = [], 0
    for number in sorted(range(len(tables)), key=lambda n: -tables[n][1]):
        of = tables[number][1]
        for column in columns[number]:
            placed.append(Placed(number, column, of, offset >> height, (offset & (1 << height) - 1) >> of))
            offset += 1 << of
    return placed


def stacked_count(placed: list[Placed]) -> int:
    return placed[-1].stacked + 1 if placed else 0


class Layout:
    """A segment's layout. Raises RefusedError where no listed height holds its tables."""

    def __init__(self, machine: Machine, parameters: Parameters, heights: dict[str, tuple[int, ...]]) -> None:
        self.machine, self.parameters, self.heights = machine, parameters, heights
        self.tables = [(chip, height) for chip in machine.chips for height in heights[chip.name]]
        require(bool(self.tables), "a segment without tables")
        self.tallest = max(height for _, height in self.tables)
        require(self.tallest <= parameters.tallest, "height of a table")
        cells = sum(len(chip.columns) << height for chip, height in self.tables if chip.role != "continuation")
        fitting = [h for h in sorted(parameters.schedules) if self.tallest <= h and cells <= MOST_MAIN_COLUMNS << h]
        self.height = min(fitting, default=parameters.tallest)
        self.schedule = parameters.schedules[self.height]

    @cached_property
    def columns(self) -> dict[str, list[Placed]]:
        """The columns of each commitment, in the order of the protocol."""
        tables = self.tables
        held = {
            "program": [chip.fixed if chip.role == "program table" else () for chip, _ in tables],
            "continuation": [chip.columns if chip.role == "continuation" else () for chip, _ in tables],
            "main": [chip.columns if chip.role != "continuation" else () for chip, _ in tables],
        }
        return {name: stacked(tables, columns, self.height) for name, columns in held.items()}

    @cached_property
    def counts(self) -> dict[str, int]:
        """The stacked columns of each commitment."""
        return {name: stacked_count(placed) for name, placed in self.columns.items()}

    @cached_property
    def circuit(self) -> tuple[int, list[Block], dict[bool, int]]:
        """N, the blocks, and the fractions of each scope."""
        order = sorted(range(len(self.tables)), key=lambda n: -self.tables[n][1])
        entries: dict[bool, list[tuple[int, tuple[Interaction, ...]]]] = {False: [], True: []}
        for number in order:
            for scope in (False, True):
                said = self.tables[number][0].scope(scope)
                entries[scope] += [(number, tuple(said[i : i + 2])) for i in range(0, len(said), 2)]
        sizes = {scope: sum(1 << self.tables[n][1] for n, _ in found) for scope, found in entries.items()}
        half = max(1, (max(sizes.values()) - 1).bit_length())
        blocks = []
        for scope, offset in ((False, 0), (True, 1 << half)):
            for number, pair in entries[scope]:
                height = self.tables[number][1]
                blocks.append(Block(number, pair, height, offset >> height))
                offset += 1 << height
        return half + 1, blocks, sizes

    def commitment_tree(self, name: str) -> Tree:
        fold = self.schedule.folds[0]
        return self._tree(self.height + self.parameters.rate - fold, self.counts[name] << fold)

    def folded_tree(self, iteration: int) -> Tree:
        fold = self.schedule.folds[iteration]
        return self._tree(self.height + self.parameters.rate - iteration - fold, DEGREE << fold)

    def trees(self, iteration: int) -> list[Tree]:
        if iteration:
            return [self.folded_tree(iteration)]
        return [self.commitment_tree(name) for name, count in self.counts.items() if count]

    def _tree(self, depth: int, width: int) -> Tree:
        return Tree(depth, width, min(depth, self.parameters.cap))

    def is_listed(self) -> bool:
        """Whether the heights are those of a shape and a program that the machine lists."""
        found = {name: heights for name, heights in self.heights.items() if heights}
        own = {name: heights for name, heights in self.machine.own_heights(found).items() if heights}
        return any(shape | program | own == found for shape in self.machine.shapes for program in self.machine.programs)

    def check(self, program_heights: dict[str, int]) -> None:
        """Raises RefusedError unless the heights are as Section 2.2 asks."""
        fixed = self.machine.own_heights(self.heights) | {name: (height,) for name, height in program_heights.items()}
        require(not self.parameters.listed or self.is_listed(), "heights of a listed shape")
        for chip in self.machine.chips:
            heights = self.heights[chip.name]
            if chip.name in fixed:
                require(heights == fixed[chip.name], "height of a fixed table")
                continue
            several = chip.role in ("instruction", "work table")
            most = self.machine.instances if several else 1
            require((chip.name in self.machine.required) <= len(heights) <= most, "number of tables")
            require(list(heights) == sorted(set(heights), reverse=True), "order of tables")
        accesses = 1 + sum(chip.accesses << height for chip, height in self.tables)
        require(accesses <= 1 << self.machine.clock_bits, "clocks")
        messages: Counter[int] = Counter()
        for chip, height in self.tables:
            if chip.role not in ("machine table", "program table"):
                for interaction in chip.interactions:
                    messages[interaction.bus.identity] += 1 << height
        require(all(count < P for count in messages.values()), "messages of a bus")
