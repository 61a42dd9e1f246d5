"""Profiles of a guest, written by the command line: numbers that add up, in every file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from limpid.profiling.weights import weighed_calls, weight_by_function
from reference.cost import rows_by_pc
from reference.executor.profiling import profile
from reference.loader import load
from spec.cost import COST_VERSION
from tests.limpid.commands.invocation import SHA256, TRAPPING_ELF, limpid

KECCAK256 = SHA256.replace("sha256.elf", "keccak256.elf")


@pytest.mark.parametrize(
    ("elf", "largest"),
    # The second makes calls of the machine, whose rows are others than those of its instructions.
    [(SHA256, "compress"), (KECCAK256, "zkvm_keccak256")],
)
def test_weights_of_calls_and_of_functions_add_up_to_the_same(elf: str, largest: str) -> None:
    counted = profile(load(elf), b"abc")
    rows = rows_by_pc(counted)
    root = weighed_calls(counted, rows)
    functions = weight_by_function(counted, rows)
    cost = sum(of_pc.cost for of_pc in rows.values())
    assert root.total.instructions == counted.execution.instructions
    assert sum(weight.instructions for weight in functions.values()) == counted.execution.instructions
    assert sum(weight.cost for weight in functions.values()) == cost
    assert root.total.cost == cost
    assert next(iter(functions)) == largest


def test_run_with_profile_writes_three_files_and_every_fact(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "profile"
    invocation = limpid("run", SHA256, "--input-hex", "616263", "--profile", directory, "--json")
    document = invocation.document
    told = document["profile"]
    assert invocation.status == 0
    assert document["output"] == hashlib.sha256(b"abc").hexdigest()
    assert sorted(path.name for path in directory.iterdir()) == ["flame_graph.html", "profile.pb.gz", "report.txt"]
    assert sum(told["opcodes"].values()) == document["instructions"]
    assert sum(function["instructions"] for function in told["functions"]) == document["instructions"]
    assert sum(chip["rows"] for chip in told["chips"]) == document["instructions"]
    assert sum(chip["cost"] for chip in told["chips"]) == sum(function["cost"] for function in told["functions"])
    assert told["cost"] == sum(told["cost_by_chip"].values())
    assert told["cost_version"] == COST_VERSION
    assert {part["kind"] for part in told["touched"]} == {"image", "zero", "input", "output"}
    text = (directory / "report.txt").read_text()
    assert text.startswith(f"{document['instructions']:,} instructions, ")
    assert "Misaligned accesses\n  none\n" in text
    assert "compress" in (directory / "flame_graph.html").read_text()


def test_report_names_the_places_of_misaligned_accesses(tmp_path: Path) -> None:
    records = SHA256.replace("sha256.elf", "records.elf")
    arguments = ["run", records, "--input-hex", (b"\x01" + bytes(12)).hex() * 4, "--profile", tmp_path]
    document = limpid(*arguments, "--json").document
    places = document["misaligned_by_pc"]
    # A record has 13 bytes: of four counts and four prices the last count is aligned.
    assert (document["misaligned_accesses"], sorted(places.values())) == (7, [3, 4])
    text = (tmp_path / "report.txt").read_text()
    lines = limpid(*arguments).stdout.splitlines()
    (line,) = [line for line in lines if line.startswith("misaligned accesses")]
    assert line.split("  ", 1)[1].strip().startswith("7: 4 at 0x")
    for pc, count in places.items():
        assert f"{count} at {pc} (main+" in line
        assert f"{count}  {pc} (main+" in text


def test_profile_into_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = limpid("run", SHA256, "--profile", tmp_path / "file", "--json").error
    assert error["kind"] == "file"


def test_estimate_is_the_cost_times_the_measured_constants() -> None:
    told = limpid("run", SHA256, "--estimate", "--json").document["estimate"]
    assert told["segments"] == 1
    assert told["cost"] == sum(told["cost_by_chip"].values())
    assert told["proof_bytes"] > 100_000
    assert told["seconds"] > 0
    assert told["memory_bytes"] > 2**20


def test_estimate_for_people_has_the_cost_and_the_prediction() -> None:
    lines = limpid("run", SHA256, "--estimate").stdout
    for label in ("proving cost", "of which", "segments", "predicted proof", "predicted by"):
        assert f"\n{label}  " in lines


@pytest.mark.parametrize("option", [["--estimate"], ["--profile", "nowhere"]])
def test_counting_a_trapping_guest_tells_the_trap(option: list[str], tmp_path: Path) -> None:
    guest = tmp_path / "guest.elf"
    guest.write_bytes(TRAPPING_ELF)
    assert limpid("run", guest, *option, "--json").error["kind"] == "trap"
