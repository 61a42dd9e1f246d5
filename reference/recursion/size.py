"""How large a circuit is, by what it does for the verifier, and from which line of the verifier each part comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reference.recursion.origins import Origin
from reference.recursion.recorder import Recorder
from spec.air.chip import Chip
from spec.air.chips.sha256 import Sha256Layout
from spec.circuit.buses import SHA256
from spec.circuit.circuit import Row
from spec.circuit.machine import circuit_chips

ROOT = Path(__file__).resolve().parents[2]

PARTS: tuple[tuple[str, str, str], ...] = (
    ("leaves", "reference/verifier/openings.py", "leaf_digest"),
    ("paths", "reference/verifier/openings.py", "_led_up"),
    ("caps", "reference/verifier/openings.py", "_selected"),
    ("caps", "reference/verifier/openings.py", "opened_leaves"),
    ("transcript", "spec/protocol/transcript.py", ""),
    ("constraints", "reference/verifier/constraints.py", ""),
    ("constraints", "spec/protocol/zerocheck.py", ""),
    ("bus circuit", "reference/verifier/buses.py", ""),
    ("bus circuit", "spec/protocol/gkr.py", ""),
    ("columns to stacked columns", "spec/protocol/columns.py", ""),
    ("columns to stacked columns", "reference/verifier/segment.py", "_follow_stacking"),
    ("folded vectors", "reference/verifier/queries.py", ""),
    ("folded vectors", "reference/verifier/whir.py", ""),
    ("folded vectors", "spec/protocol/whir.py", ""),
    ("sumchecks", "reference/verifier/sumcheck.py", ""),
    ("program and run", "spec/protocol/key.py", ""),
    ("program and run", "spec/protocol/run.py", ""),
)
"""What the verifier does in a file, or in a function of it: of the functions that a row is recorded in, the innermost
that stands here decides."""

OTHER = "statement"
"""What stands nowhere above: public values, and how they join."""


@dataclass(frozen=True)
class Place:
    """A line of the verifier."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}"


@dataclass(frozen=True)
class PartSize:
    """What a part of the verifier costs: rows of every chip, and committed cells before padding."""

    rows: Mapping[str, int]
    cells: int
    places: Mapping[Place, int]
    """Cells by line of the verifier, the most first."""

    @property
    def compressions(self) -> int:
        return self.rows.get("compress", 0)


def part_sizes(recorder: Recorder, layout: Sha256Layout = SHA256) -> dict[str, PartSize]:
    """The size of a recorded circuit by part, the largest first; rows that nothing needs are left out."""
    widths = {chip.name: _cells_of_row(chip, layout) for chip in circuit_chips(layout)}
    rows: dict[str, Counter[str]] = {}
    places: dict[str, Counter[Place]] = {}
    for row, origin in _kept(recorder):
        part = part_of(origin)
        rows.setdefault(part, Counter())[row.chip] += 1
        place = Place(_relative(origin.file), origin.line, origin.function)
        places.setdefault(part, Counter())[place] += widths[row.chip]
    sizes = {
        part: PartSize(dict(counts.most_common()), places[part].total(), dict(places[part].most_common()))
        for part, counts in rows.items()
    }
    return dict(sorted(sizes.items(), key=lambda item: -item[1].cells))


@cache
def part_of(origin: Origin) -> str:
    """The part of the verifier that a row is recorded for."""
    for file, function in ((origin.file, origin.function), *origin.callers):
        relative = _relative(file)
        for part, of_file, of_function in PARTS:
            if relative == of_file and of_function in ("", function):
                return part
    return OTHER


def _kept(recorder: Recorder) -> Iterable[tuple[Row, Origin]]:
    kept = {id(row) for row in recorder.circuit.rows}
    return ((row, at) for row, at in zip(recorder.rows, recorder.origins, strict=True) if id(row) in kept)


def _cells_of_row(chip: Chip, layout: Sha256Layout) -> int:
    """Committed cells of a row, with those of the work that it orders."""
    work = (len(of.columns) * layout.work_rows[of.name] for of in (layout.first, layout.rest))
    return len(chip.columns) + (sum(work) if chip.name == "compress" else 0)


@cache
def _relative(file: str) -> str:
    path = Path(file)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else file
