"""A circuit's size by part of the verifier."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from reference.recursion.recorder import Recorder
from reference.recursion.size import ROOT, PartSize, part_sizes
from soundcalc.protocol.segment_cost import segment_compressions
from tests.recorded_verification import Recording
from tests.small_runs import CAPPED, ONE_SEGMENT

EXAMPLE = replace(ONE_SEGMENT, parameters=CAPPED)


@cache
def _recorded() -> Recorder:
    recorder: Any = Recording(EXAMPLE.proof, Recorder).algebra  # type: ignore[arg-type]
    assert isinstance(recorder, Recorder)
    return recorder


@cache
def _sizes() -> dict[str, PartSize]:
    return part_sizes(_recorded())


def test_parts_are_the_whole_circuit() -> None:
    counted: dict[str, int] = {}
    for size in _sizes().values():
        for chip, count in size.rows.items():
            counted[chip] = counted.get(chip, 0) + count
    assert counted == {chip: len(rows) for chip, rows in _recorded().circuit.rows_by_chip.items() if rows}
    assert list(_sizes()) == sorted(_sizes(), key=lambda part: -_sizes()[part].cells)


def test_compressions_by_part_are_those_that_soundcalc_counts() -> None:
    counted = segment_compressions(EXAMPLE.segments[0].shape, CAPPED)
    found = {part: size.compressions for part, size in _sizes().items()}
    assert (found["leaves"], found["paths"], found["caps"]) == (counted.leaves, counted.paths, counted.caps)
    assert sum(found.values()) == counted.total


def test_places_are_lines_of_the_verifier() -> None:
    for size in _sizes().values():
        assert sum(size.places.values()) == size.cells
        for place in size.places:
            assert place.file.startswith(("reference/verifier/", "spec/protocol/", "tests/")), place
            assert 0 < place.line <= len(Path(ROOT / place.file).read_text().splitlines())
    digests = {place.function for place in _sizes()["paths"].places}
    assert digests >= {"node_digest", "_led_up"}
