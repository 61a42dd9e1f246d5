"""Long runs through the public interface: a folder, one proof that verifies, and typed errors."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

import limpid as api
from limpid.errors import FileError, InputError, TrapError, UnprovableError
from limpid.runs import long_runs
from limpid.runs.long_runs import FolderUseError, Place, prove_in_folder
from optimized.kernels import OptimizedKernels
from reference.loader import load
from reference.machine_memory import InputTooLongError
from reference.program_keys import proving_key
from reference.prover.run import prove_run
from reference.trace.build import build_traces
from reference.trace.limits import SegmentLimits
from spec.parameters import TINY
from spec.protocol.proof_encoding import encode_proof
from spec.rv64im.machine import CLOCK_LIMIT
from tests.limpid.commands.invocation import EXIT, FIBONACCI, SCRIBBLING_ELF, TRAPPING_ELF, limpid
from tests.reference.elf_file import program_elf

INPUT_HEX = "0a00000000000000"
CUT = ("--segment-cost", "12000", "--parameters", "tiny")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of two segments or more, and what the command said."""
    path = tmp_path_factory.mktemp("long") / "run"
    invocation = limpid("prove", FIBONACCI, "--input-hex", INPUT_HEX, "--out", path, *CUT, "--json")
    assert invocation.status == 0
    path.with_suffix(".json").write_text(invocation.stdout)
    return path


def test_long_run_verifies_and_says_where_its_proof_is(folder: Path) -> None:
    document = json.loads(folder.with_suffix(".json").read_text())
    assert document["segments"] >= 2
    assert (document["proof"], document["unused_files"]) == (str(folder / "proof.limpid"), [])
    accepted = api.verify(
        (folder / "proof.limpid").read_bytes(),
        program=bytes.fromhex(document["program_id"]),
        output=(55).to_bytes(8, "little"),
        allow_insecure=True,
    )
    assert len(accepted.verified.shapes) == document["segments"]


def test_long_run_has_the_bytes_of_the_reference(folder: Path) -> None:
    program = load(FIBONACCI)
    traces = build_traces(program, bytes.fromhex(INPUT_HEX), SegmentLimits(cost=12000))
    expected = prove_run(OptimizedKernels(), proving_key(OptimizedKernels(), program, TINY), traces)
    assert (folder / "proof.limpid").read_bytes() == encode_proof(expected)


def test_changed_proof_of_a_segment_is_made_anew(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "run")
    path = tmp_path / "run" / "0000.proof"
    body = bytearray(path.read_bytes()[:-32])
    body[-100] ^= 1
    path.write_bytes(bytes(body) + hashlib.sha256(body).digest())
    invocation = limpid("prove", FIBONACCI, "--input-hex", INPUT_HEX, "--out", tmp_path / "run", *CUT)
    assert invocation.status == 0
    assert f"Note: {path}: " in invocation.stderr
    assert path.read_bytes() == (folder / "0000.proof").read_bytes()


def test_manifest_describes_the_run(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["format"], manifest["version"], manifest["parameters"]) == ("limpid run", 1, "tiny")
    assert manifest["limits"]["cost"] == 12000
    assert manifest["output"] == (55).to_bytes(8, "little").hex()
    names = {segment[key] for segment in manifest["segments"] for key in ("plan", "leaf", "proof")}
    assert names | {"manifest.json", manifest["proof"]} == {path.name for path in folder.iterdir()}


def test_second_call_reports_a_damaged_file_and_writes_the_proof_where_asked(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "proof.limpid").read_bytes()
    (folder / "0000.leaf").write_bytes(b"damaged")
    arguments = ["--input-hex", INPUT_HEX, "--out", folder, "--output", tmp_path / "proof", *CUT]
    invocation = limpid("prove", FIBONACCI, *arguments)
    assert invocation.status == 0
    assert f"Note: {folder / '0000.leaf'}: it is damaged; it is made anew" in invocation.stderr
    assert (tmp_path / "proof").read_bytes() == whole


def test_folder_of_another_input_is_refused(folder: Path) -> None:
    invocation = limpid("prove", FIBONACCI, "--out", folder, *CUT, "--json")
    assert invocation.status == 1
    assert invocation.document["error"]["kind"] == "folder"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the proof's file with --output, or a folder for a long run with --out"),
        (["--output", "proof", "--workers", "2"], "--workers, --scheduler and --segment-cost need --out"),
        (["--out", "d", "--workers", "2", "--scheduler", "tcp://a:1"], "--workers and --scheduler exclude each other"),
    ],
)
def test_options_that_make_no_sense_are_misuse(arguments: list[str], message: str) -> None:
    invocation = limpid("prove", FIBONACCI, *arguments)
    assert invocation.status == 2
    assert message in invocation.stderr


def _prove(elf: bytes | str, path: Path, segment_cost: int | None = None) -> None:
    prove_in_folder(Place(path, segment_cost=segment_cost), elf, parameters="tiny")


def test_runs_without_a_proof_raise_typed_errors(tmp_path: Path) -> None:
    with pytest.raises(TrapError) as trapped:
        _prove(TRAPPING_ELF, tmp_path / "trapping")
    assert trapped.value.details["reason"] == "BREAKPOINT"
    with pytest.raises(UnprovableError):
        _prove(SCRIBBLING_ELF, tmp_path / "scribbling")


def test_segment_without_room_for_an_instruction_names_the_least_cost_that_has_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    guest = tmp_path / "guest.elf"
    guest.write_bytes(program_elf(EXIT))
    arguments = ["prove", guest, "--parameters", "tiny", "--out", tmp_path / "run"]
    refused = limpid(*arguments, "--segment-cost", "1", "--json")
    assert (refused.status, refused.error["message"]) == (
        1,
        f"the limits of a segment have no room for one instruction: a cost of 1 and clocks below {CLOCK_LIMIT}",
    )
    assert list(tmp_path.iterdir()) == [guest]
    next_step = re.fullmatch(r"give --segment-cost (\d+) or more", refused.error["next_step"])
    assert next_step is not None
    assert limpid(*arguments, "--segment-cost", next_step[1]).status == 0


def test_input_that_is_too_long_raises_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise InputTooLongError("too long")

    monkeypatch.setattr(long_runs, "plan_compiled_run", refused)
    with pytest.raises(InputError, match="too long"):
        _prove(FIBONACCI, tmp_path / "run")


def test_folder_that_cannot_be_made_raises_a_file_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(FileError) as caught:
            _prove(FIBONACCI, path)
        assert str(caught.value) == f"{path}: cannot be a folder: a file is in the way"
        assert caught.value.next_step == "choose another with --out"


@pytest.mark.parametrize("name", ["0001.proof", "0000.plan", "manifest.json"])
def test_directory_in_place_of_a_file_is_named(name: str, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "run")
    (tmp_path / "run" / name).unlink()
    (tmp_path / "run" / name).mkdir()
    invocation = limpid("prove", FIBONACCI, "--input-hex", INPUT_HEX, "--out", tmp_path / "run", *CUT, "--json")
    assert (invocation.status, invocation.error["kind"]) == (1, "file")
    assert invocation.error["message"] == f"{tmp_path / 'run' / name}: is a directory"


def test_folder_in_another_form_raises_a_folder_error(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": "limpid run", "version": 2, "run": ""}')
    with pytest.raises(FolderUseError, match="the folder is in the format limpid run 2, not limpid run 1"):
        _prove(FIBONACCI, tmp_path)


def test_cells_of_a_segment_under_listed_shapes_are_misuse(tmp_path: Path) -> None:
    arguments = ["--out", tmp_path / "run", "--segment-cost", "12000", "--parameters", "recursion"]
    invocation = limpid("prove", FIBONACCI, "--input-hex", INPUT_HEX, *arguments, "--json")
    assert (invocation.status, invocation.error["message"]) == (2, "segments under recursion have listed shapes")
    assert not (tmp_path / "run").exists()
