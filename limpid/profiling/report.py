"""A profile as numbers: for programs as one mapping, for people as a text of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from limpid.profiling.weights import Weight, instructions_by_name, weight_by_function
from limpid.reading.places import place
from reference.cost import PcRows, RunCost
from reference.execution import Execution
from reference.executor.profiling import Profile
from spec.cost import COST_VERSION, row_cost
from spec.isa import instruction_of
from spec.memory_map import DOUBLEWORD_BYTES
from spec.program import Program
from spec.rv64im.machine import CHIP_BY_NAME


@dataclass(frozen=True)
class Report:
    """What a run did and what proving it costs, by function, instruction, chip, region and program counter."""

    profile: Profile
    cost: RunCost
    functions: Mapping[str, Weight]
    """By descending cost, callees apart."""

    opcodes: Counter[str]

    def facts(self) -> dict[str, object]:
        """For programs."""
        return {
            "functions": [
                {"name": name, "instructions": weight.instructions, "cost": weight.cost}
                for name, weight in self.functions.items()
            ],
            "spans": [
                {"name": span.name, "entries": span.entries, "instructions": span.instructions}
                for span in self.profile.spans
            ],
            "opcodes": dict(self.opcodes.most_common()),
            "chips": [
                {"chip": name, "rows": rows, "cost": rows * _cost(name)} for name, rows in self.cost.rows.items()
            ],
            "touched": [
                {"kind": kind, "start": start, "end": end, "doublewords": count}
                for kind, start, end, count in self._touched()
            ],
            **cost_facts(self.cost),
        }

    def text(self) -> str:
        """For people."""
        execution = self.profile.execution
        sections = [
            f"{execution.instructions:,} instructions, {len(self.profile.touched):,} doublewords of memory touched, "
            f"{execution.misaligned_access_count:,} misaligned accesses.",
            _section("Functions, callees apart, with the cost of their rows before padding", self._functions()),
            _section("Spans that the program marks, with callees", self._spans()),
            _section("Instructions", _counted(self.opcodes)),
            _section("Chips", self._chips()),
            _section("Proving cost at padded heights", cost_table(self.cost)),
            _section("Touched memory", self._touched_table()),
            _section("Misaligned accesses", misaligned_table(self.profile.program, execution)),
        ]
        return "\n\n".join(sections) + "\n"

    def _functions(self) -> list[Sequence[object]]:
        total = max(1, sum(weight.cost for weight in self.functions.values()))
        rows: list[Sequence[object]] = [("cost", "", "instructions", "function")]
        rows += [(w.cost, f"{w.cost / total:.1%}", w.instructions, name) for name, w in self.functions.items()]
        return rows

    def _spans(self) -> list[Sequence[object]]:
        rows: list[Sequence[object]] = [("instructions", "entries", "span")]
        return rows + [(span.instructions, span.entries, span.name) for span in self.profile.spans]

    def _chips(self) -> list[Sequence[object]]:
        rows: list[Sequence[object]] = [("rows", "cost each", "cost", "chip")]
        by_cost = sorted(self.cost.rows.items(), key=lambda item: -item[1] * _cost(item[0]))
        rows += [(count, _cost(name), count * _cost(name), name) for name, count in by_cost]
        return rows

    def _touched(self) -> list[tuple[str, int, int, int]]:
        return [
            (region.kind.name.lower(), region.start * DOUBLEWORD_BYTES, region.end * DOUBLEWORD_BYTES, count)
            for region, count in self.profile.touched_by_region().items()
        ]

    def _touched_table(self) -> list[Sequence[object]]:
        rows: list[Sequence[object]] = [("doublewords", "region")]
        return rows + [(count, f"{kind}, {start:#x} to {end:#x}") for kind, start, end, count in self._touched()]


def report(profile: Profile, cost: RunCost, rows: dict[int, PcRows]) -> Report:
    """The report of a profile; `rows` are its rows by program counter."""
    names = {}
    for pc, word in profile.program.code:
        instruction = instruction_of(word)
        if instruction is not None:
            names[pc] = instruction.name
    return Report(profile, cost, weight_by_function(profile, rows), instructions_by_name(profile, names))


def cost_facts(cost: RunCost) -> dict[str, object]:
    """The proving cost for programs."""
    return {
        "cost_version": COST_VERSION,
        "cost": cost.cost.total,
        "cost_by_chip": dict(cost.cost.by_chip),
        "segments": cost.segments,
        "last_segment_fraction": round(cost.last_segment_fraction, 4),
    }


def cost_table(cost: RunCost) -> list[Sequence[object]]:
    """The proving cost by chip, the most expensive first."""
    rows: list[Sequence[object]] = [("cost", "", "table")]
    costs = sorted(cost.cost.by_chip.items(), key=lambda item: (-item[1], item[0]))
    for name, count in [*costs, ("total", cost.cost.total)]:
        rows.append((count, f"{count / cost.cost.total:.1%}", name))
    return rows


def misaligned_table(program: Program, execution: Execution) -> list[Sequence[object]]:
    """The misaligned accesses by program counter, the most frequent first."""
    rows: list[Sequence[object]] = [("accesses", "instruction at")]
    for pc, count in sorted(execution.misaligned_accesses.items(), key=lambda item: (-item[1], item[0])):
        rows.append((count, place(program, pc)))
    return rows


def _cost(chip: str) -> int:
    return row_cost(CHIP_BY_NAME[chip]).total


def _counted(counts: Counter[str]) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = [("executed", "instruction")]
    return rows + [(count, name) for name, count in counts.most_common()]


def _section(heading: str, rows: Sequence[Sequence[object]]) -> str:
    if len(rows) == 1:
        return f"{heading}\n  none"
    return f"{heading}\n" + "\n".join(_aligned(rows))


def _aligned(rows: Sequence[Sequence[object]]) -> Iterable[str]:
    """Numbers to the right, the last column to the left."""
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]) - 1)]
    for row in texts:
        yield "  " + "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
