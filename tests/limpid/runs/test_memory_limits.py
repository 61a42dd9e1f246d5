"""Runs whose proof does not fit in memory are refused with the figure, before any segment is proven."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import limpid as api
from limpid.errors import OutOfMemoryError
from limpid.guest_build.build import EXAMPLES
from limpid.runs import memory_limits, workbench
from limpid.runs.long_runs import Place, prove_in_folder
from limpid.runs.memory_limits import FREE_MEMORY, fitting_cost
from limpid.runs.tree_memory import tree_process_bytes
from optimized.memory.prediction import INTERPRETER_BYTES, predicted_peak_bytes
from reference.prover.progress import Stage
from spec.protocol.form import SegmentForm
from spec.protocol.key import VerificationKey
from spec.protocol.shape import SegmentShape
from spec.rv64im.machine import CHIPS, RV64IM
from tests.limpid.commands.invocation import FIBONACCI, limpid

ROOT = Path(__file__).resolve().parents[3]
LITTLE_MEBIBYTES = 720
INPUT = (200_000).to_bytes(8, "little")
"""A million instructions, which take more than that to prove."""

MEASURED = """
import re, sys
from pathlib import Path
import limpid
from optimized.memory import arrays
from optimized.memory.prediction import predicted_peak_bytes
from spec.parameters import TINY
from spec.protocol.form import SegmentForm
proof = limpid.prove(sys.argv[1], bytes.fromhex(sys.argv[2]), parameters="tiny")
# The peak that getrusage tells would count the process that started this one.
peak = 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
shapes = limpid.verify(proof.encoded, program=None, output=None, allow_insecure=True).verified.shapes
print(peak, arrays.taken_bytes(), max(predicted_peak_bytes(SegmentForm(shape, TINY)) for shape in shapes))
"""
"""A proof in a process of its own: what it took at most, with all arrays, what these took, and what was predicted."""


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_limits, "available_memory_bytes", lambda: LITTLE_MEBIBYTES << 20)
    monkeypatch.setattr(memory_limits, "resident_bytes", lambda: 0)
    # A workbench knows how much memory there was when it was made, and the last one is kept.
    monkeypatch.setattr(workbench, "_workbench", workbench._workbench.__wrapped__)


@pytest.mark.usefixtures("little_memory")
def test_run_that_does_not_fit_is_refused_before_it_is_proven() -> None:
    heard: list[Stage] = []
    with pytest.raises(OutOfMemoryError) as caught:
        api.prove(FIBONACCI, INPUT, parameters="segment", observer=lambda stage, _: heard.append(stage))
    assert set(heard) <= {Stage.PLAN, Stage.PIN}
    assert f"MiB of memory, {LITTLE_MEBIBYTES} MiB are available" in caught.value.message
    assert caught.value.next_step is not None
    assert caught.value.next_step.startswith("prove in smaller segments: --out DIRECTORY --segment-cost ")


@pytest.mark.usefixtures("little_memory")
def test_next_step_of_the_refusal_leads_to_segments_that_fit(tmp_path: Path) -> None:
    invocation = limpid(
        "prove", FIBONACCI, "--input-hex", INPUT.hex(), "--parameters", "segment", "--output", tmp_path / "x", "--json"
    )
    assert (invocation.status, invocation.error["kind"]) == (1, "memory")
    assert list(tmp_path.iterdir()) == []
    cost = int(invocation.error["next_step"].rpartition(" ")[2])
    with pytest.raises(_PinnedAll):
        prove_in_folder(
            Place(tmp_path / "folder", segment_cost=cost),
            FIBONACCI,
            INPUT,
            parameters="segment",
            observer=_stop_at_main,
        )


class _PinnedAll(Exception):  # noqa: N818 - it tells how far the run has come
    """All segments were pinned, so there was room for each of them."""


def _stop_at_main(stage: Stage, fraction: float) -> None:
    del fraction
    if stage is Stage.MAIN:
        raise _PinnedAll


@pytest.mark.usefixtures("little_memory")
def test_segment_in_a_folder_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutOfMemoryError):
        prove_in_folder(Place(tmp_path / "folder"), FIBONACCI, INPUT, parameters="segment")


def test_processes_of_one_machine_share_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    key = api.keygen(FIBONACCI, parameters="tiny")
    shape = _shape(key)
    needed = predicted_peak_bytes(SegmentForm(shape, key.parameters))
    monkeypatch.setattr(memory_limits, "available_memory_bytes", lambda: 2 * needed)
    monkeypatch.setattr(memory_limits, "resident_bytes", lambda: 0)
    monkeypatch.setattr(memory_limits, "planned_shape", lambda *_: shape)

    class Key:
        verification = key

    for processes, fits in ((1, True), (2, True), (3, False)):
        traces = memory_limits.FittingTraces(_Nothing(), Key(), processes)  # type: ignore[arg-type]
        try:
            traces.segment(None)  # type: ignore[arg-type]
        except OutOfMemoryError:
            assert not fits
        else:
            assert fits


def test_processes_that_make_nodes_in_between_need_room_for_these_too(monkeypatch: pytest.MonkeyPatch) -> None:
    key = api.keygen(FIBONACCI, parameters="tiny")
    shape = _shape(key)
    needed = tree_process_bytes(SegmentForm(shape, key.parameters))
    assert needed > predicted_peak_bytes(SegmentForm(shape, key.parameters))
    monkeypatch.setattr(memory_limits, "resident_bytes", lambda: 0)
    monkeypatch.setattr(memory_limits, "planned_shape", lambda *_: shape)

    class Key:
        verification = key

    def traces(available: int) -> memory_limits.FittingTraces:
        monkeypatch.setattr(memory_limits, "available_memory_bytes", lambda: available)
        return memory_limits.FittingTraces(_Nothing(), Key(), 2, with_nodes=True)  # type: ignore[arg-type]

    traces(2 * needed).continuation(None)  # type: ignore[arg-type]
    said = f"segments and nodes in turn take about {needed >> 20:,} MiB in each of 2 processes"
    with pytest.raises(OutOfMemoryError, match=said) as refused:
        traces(2 * needed - 2).continuation(None)  # type: ignore[arg-type]
    assert refused.value.details["needed_bytes"] == 2 * needed


def test_segments_of_listed_shapes_are_not_told_to_be_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    key = api.keygen(FIBONACCI, parameters="tiny")
    shape = _shape(key)
    monkeypatch.setattr(memory_limits, "resident_bytes", lambda: 0)
    monkeypatch.setattr(memory_limits, "planned_shape", lambda *_: shape)
    needed = predicted_peak_bytes(SegmentForm(shape, key.parameters))
    monkeypatch.setattr(memory_limits, "available_memory_bytes", lambda: needed - 1)
    for listed, step in ((False, "prove in smaller segments: "), (True, FREE_MEMORY)):

        class Key:
            verification = replace(key, parameters=replace(key.parameters, listed_shapes=listed))

        with pytest.raises(OutOfMemoryError) as refused:
            memory_limits.FittingTraces(_Nothing(), Key()).segment(None)  # type: ignore[arg-type]
        assert (refused.value.next_step or "").startswith(step)


def _shape(key: VerificationKey) -> SegmentShape:
    """A segment whose additions fill the tallest table that the parameters hold."""
    fixed = {name: (table.height_log2,) for name, table in RV64IM.tables.items()}
    fixed |= {name: (height,) for name, height in key.heights_by_chip().items()}
    heights = {chip.name: fixed.get(chip.name, ()) for chip in CHIPS}
    return SegmentShape(RV64IM, heights | {"boundary": (4,), "add": (17,)})


class _Nothing:
    def segment(self, segment: object) -> None:
        del segment

    continuation = segment


def test_machine_too_small_for_any_segment_is_told_so() -> None:
    key = api.keygen(FIBONACCI, parameters="tiny")
    shape = _shape(key)
    assert fitting_cost(shape, key, 2**20) == 0
    assert fitting_cost(shape, key, predicted_peak_bytes(SegmentForm(shape, key.parameters))) > 0
    assert FREE_MEMORY.startswith("free memory")


def _measured(guest: str, private_input: bytes) -> tuple[int, int, int]:
    elf = str(EXAMPLES / "elf" / f"{guest}.elf")
    command = [sys.executable, "-c", MEASURED, elf, private_input.hex()]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    peak, taken, predicted = map(int, completed.stdout.split())
    return peak, taken, predicted


def test_measured_peak_is_at_most_the_predicted_one() -> None:
    """Three hundred thousand instructions."""
    peak, _, predicted = _measured("fibonacci", (60_000).to_bytes(8, "little"))
    assert peak <= predicted < 2 * peak


def test_arrays_of_wide_tables_take_at_most_what_is_predicted() -> None:
    """Two hundred permutations in a table of some 900 columns, and little else; compiling has no part in this."""
    _, taken, predicted = _measured("keccak256", bytes(27_000))
    assert taken <= predicted - INTERPRETER_BYTES < 2 * taken
