"""The benchmark of proving: what it measures, prints and draws."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import measurement as measuring
from benchmarks.guests import ALL_GUESTS, BY_CALL, GUESTS, SERIES, UNROLLED, Guest
from benchmarks.measurement import Measurement, measure
from benchmarks.plots import plot
from benchmarks.stages import StageWatch
from benchmarks.tables import print_measurement, print_overview, verdicts
from limpid import prove, verify
from limpid.guest_build.build import EXAMPLES
from reference.prover.progress import Stage
from spec.cost import segment_cost

FIBONACCI = EXAMPLES / "elf" / "fibonacci.elf"
INPUT = (1000).to_bytes(8, "little")


@pytest.fixture(scope="module")
def measured() -> Measurement:
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setitem(ALL_GUESTS, "small", Guest("small", EXAMPLES / "fibonacci.c", INPUT))
        return measure("small", FIBONACCI, "tiny")


def test_measurement_tells_what_the_proof_is(measured: Measurement) -> None:
    proof = prove(FIBONACCI, INPUT, parameters="tiny")
    (shape,) = verify(proof.encoded, program=None, output=None, allow_insecure=True).verified.shapes
    cost = segment_cost(shape)
    assert (measured.instructions, measured.segments) == (proof.instructions, 1)
    assert measured.cost_by_chip == cost.by_chip
    cells = sum(table.height * len(table.chip.columns) for table in shape.tables)
    assert measured.cells_per_instruction == cells / proof.instructions
    assert cells <= measured.stacked_cells < 3 * cells
    stages = measured.stages
    assert list(stages) == [stage.value for stage in Stage]
    assert 0 < sum(stage.seconds for stage in stages.values()) < measured.seconds * 1.5
    assert 0 < max(stage.peak_bytes for stage in stages.values()) <= measured.peak_bytes
    assert measured.kilohertz == pytest.approx(measured.instructions / measured.seconds / 1000)


def test_tables_show_every_stage_and_every_figure(measured: Measurement) -> None:
    console = Console(file=StringIO(), width=140)
    print_measurement(console, measured)
    print_overview(console, [measured])
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    for stage in Stage:
        assert stage.value in printed
    for figure in ("cells of tables", "stacked cells", "range_table", f"{measured.instructions:,}", "kHz", "verify ms"):
        assert figure in printed


def test_verdicts_hold_growth_cells_and_memory_against_their_bounds(measured: Measurement) -> None:
    good = replace(measured, instructions=10**6, seconds=1.0, processor_seconds=2.0, cells=36 * 10**6, peak_bytes=1)
    judged = {
        "sha256": good,
        "sort": replace(good, cells=37 * 10**6),
        "memory": replace(good, peak_bytes=good.predicted_peak_bytes + 1),
        "arithmetic-1M": good,
        "arithmetic-4M": replace(good, seconds=4.2, processor_seconds=8.0),
    }
    missed = [statement.split(":")[0] for statement, holds in verdicts(judged) if not holds]
    assert missed == ["sort", "four times the instructions take 4.20 times the seconds, at most 4.1", "memory"]
    held = verdicts(judged | {"arithmetic-4M": replace(good, seconds=4.0, processor_seconds=9.0)})
    assert [statement.split(":")[0] for statement, holds in held if not holds] == [
        "sort",
        "four times the instructions take 4.50 times the processor seconds, at most 4.1",
        "memory",
    ]
    call, unrolled = replace(good, processor_seconds=2.0), replace(good, processor_seconds=7.0)
    assert verdicts({BY_CALL: call, UNROLLED: unrolled})[0] == (
        "keccak256-1MB: 3.5 times less processor time than unrolled, at least 8",
        False,
    )


def test_plots_are_written_as_their_suffixes_say(measured: Measurement, tmp_path: Path) -> None:
    paths = [tmp_path / "plot.svg", tmp_path / "plot.png"]
    plot({"sha256": measured} | dict.fromkeys(SERIES, measured), paths)
    assert paths[0].read_text().startswith("<?xml")
    assert paths[1].read_bytes().startswith(b"\x89PNG")


def test_guests_have_sources_and_the_series_grows_fourfold() -> None:
    assert all(guest.source.is_file() for guest in ALL_GUESTS.values())
    iterations = [int.from_bytes(GUESTS[name].private_input, "little") for name in SERIES]
    assert iterations[1] == pytest.approx(4 * iterations[0], rel=1e-4)
    assert iterations[2] == pytest.approx(4 * iterations[1], rel=1e-4)


def test_process_that_fails_is_told_with_its_message() -> None:
    with pytest.raises(RuntimeError, match=r"sort was not measured:(.|\n)*no-such-file"):
        measuring.measure_in_process_of_its_own("sort", Path("no-such-file"), "tiny")


def test_watch_adds_up_stages_that_come_again() -> None:
    with StageWatch() as watch:
        for stage in (Stage.MAIN, Stage.BUSES, Stage.MAIN):
            watch(stage, 0.0)
    assert list(watch.records) == [Stage.MAIN.value, Stage.BUSES.value]
    assert all(record.peak_bytes > 0 for record in watch.records.values())
