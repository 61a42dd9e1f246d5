"""`limpid prove` under the parameters for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from limpid import run as run_guest
from limpid.api import proving
from limpid.api.proving import Proof
from limpid.command_line import main
from limpid.reading.inspection import ProofContent, inspect
from soundcalc.protocol.runs import RunSecurity, largest_reports
from spec.isa import encode
from spec.parameters import FINAL, PARAMETER_SETS, SEGMENT, ParameterSet
from spec.protocol.proof_encoding import decode_proof
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests.limpid.commands.invocation import (
    FIBONACCI,
    SHA256,
    TINY_NOTE,
    Invocation,
    assert_rejected,
    limpid,
    verify_file,
)
from tests.reference.elf_file import program_elf


@pytest.fixture(scope="module")
def failed_run(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A directory with the proof of a run with exit code 1, and what `limpid prove --json` said."""

    def fill(directory: Path) -> None:
        arguments = ["--output", directory / "proof", "--public-output", directory / "output"]
        invocation = limpid("prove", FIBONACCI, *arguments, "--parameters", "tiny", "--json")
        assert invocation.status == 0
        (directory / "stdout").write_text(invocation.stdout)
        (directory / "stderr").write_text(invocation.stderr)

    return once("failed_run", fill)


def test_prove_prints_every_fact(failed_run: Path) -> None:
    document = Invocation(0, (failed_run / "stdout").read_text(), "").document
    seconds, proof = document.pop("seconds"), (failed_run / "proof").read_bytes()
    assert seconds > 0
    content = inspect(proof)
    assert isinstance(content, ProofContent)
    security = content.security
    assert security is not None
    assert document.pop("security_bits") == security.security_bits
    assert document.pop("whole_run_bits") == security.whole_run_bits
    assert 0 < document.pop("whole_run_non_interactive_bits") <= document.pop("non_interactive_bits") < 10
    assert document.pop("hash_cap_bits") == 128
    assert document == {
        "proof": document["proof"],
        "proof_bytes": len(proof),
        "program_id": decode_proof(proof, RV64IM).key.program_id.hex(),
        "parameters": "tiny",
        "instructions": run_guest(FIBONACCI).instructions,
        "misaligned_accesses": 0,
        "misaligned_by_pc": {},
        "segments": 1,
        "exit_code": 1,
        "output": "",
        "unused_files": [],
    }
    assert (failed_run / "output").read_bytes() == b""
    assert (failed_run / "stderr").read_text().splitlines() == [
        TINY_NOTE,
        "Note: the parameter set tiny is insecure; verify needs --allow-insecure",
        "Note: verify accepts this proof only with --exit-code 1",
    ]


@pytest.mark.parametrize(
    ("parameters", "segments", "note"),
    [
        (FINAL, 4096, "one proof, non-interactive, 127.16; run of 4096, interactive, 118.01"),
        (FINAL, 1, None),
        (SEGMENT, 4096, None),
    ],
    ids=["final-4096", "final-1", "segment-4096"],
)
def test_prove_names_what_a_run_falls_short_of_the_goal(
    parameters: ParameterSet,
    segments: int,
    note: str | None,
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded = (tiny / "proof").read_bytes()
    report = max(largest_reports(RV64IM, parameters, 2**21).values(), key=lambda report: report.error)
    proof = Proof(
        encoded=encoded,
        key=decode_proof(encoded, RV64IM).key,
        output=b"",
        exit_code=0,
        instructions=1,
        misaligned_accesses={},
        shapes=(),
        seconds=0.0,
    )
    monkeypatch.setattr(proving, "prove", lambda *_, **__: proof)
    monkeypatch.setattr(Proof, "security", RunSecurity((report,) * segments))
    options = ["--parameters", parameters.name, "--backend", "reference"]
    invocation = limpid("prove", FIBONACCI, "--output", tmp_path / "proof", *options)
    assert invocation.status == 0
    assert ("below 128" in invocation.stderr) == (note is not None)
    assert (note or "") in invocation.stderr
    assert "\nnon-interactive      12" in invocation.stdout


def test_proof_of_a_failed_run_is_accepted_for_its_exit_code_only(failed_run: Path) -> None:
    statement = ["--program", FIBONACCI, "--public-output", failed_run / "output", "--allow-insecure"]
    assert_rejected(
        verify_file(failed_run / "proof", *statement),
        Rejection.EXIT_CODE_DIFFERS,
        "it ended with 1, expected 0",
        expected=0,
        found=1,
    )
    accepted = verify_file(failed_run / "proof", *statement, "--exit-code", "1")
    assert (accepted.status, accepted.document["exit_code"]) == (0, 1)


def test_prove_stops_at_the_limit(tmp_path: Path) -> None:
    (tmp_path / "guest.elf").write_bytes(program_elf([encode("jal")]))
    arguments = ["prove", tmp_path / "guest.elf", "--parameters", "tiny", "--limit", "1000", "--json"]
    for place in (["-o", tmp_path / "proof"], ["--out", tmp_path / "folder"], ["-o", tmp_path / "proof", "--dev"]):
        error = limpid(*arguments, *place).error
        assert (error["reason"], error["instructions"]) == ("INSTRUCTION_LIMIT", 1000)
    assert list(tmp_path.iterdir()) == [tmp_path / "guest.elf"]


def test_prove_refuses_an_endless_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "guest.elf").write_bytes(program_elf([encode("jal")]))
    monkeypatch.setattr("limpid.runs.planning.most_instructions", lambda _: 5000)
    error = limpid("prove", tmp_path / "guest.elf", "-o", tmp_path / "proof", "--parameters", "tiny", "--json").error
    assert error["kind"] == "too_long"
    assert error["message"] == "the execution has not ended after 5,000 instructions, more than 4,096 segments hold"


def test_prove_refuses_segments_that_hold_next_to_nothing(tmp_path: Path) -> None:
    arguments = ["--out", tmp_path / "folder", "--segment-cost", "4000", "--json"]
    invocation = limpid("prove", SHA256, *arguments)
    assert invocation.status == 2
    assert invocation.error["message"].startswith("segments of cost 4,000 would cut 4,870 instructions into more than")
    assert not (tmp_path / "folder").exists()


def test_proof_goes_to_standard_output_alone(tmp_path: Path) -> None:
    completed = CliRunner().invoke(main, ["prove", FIBONACCI, "-o", "-", "--parameters", "tiny"])
    assert completed.exit_code == 0
    assert decode_proof(completed.stdout_bytes, RV64IM).key.parameters.name == "tiny"
    assert "program id" in completed.stderr


def test_json_and_a_file_on_standard_output_are_misuse() -> None:
    completed = limpid("keygen", FIBONACCI, "-o", "-", "--json")
    assert completed.status == 2
    assert completed.error["message"] == "--json and a file cannot both go to standard output"


@pytest.mark.parametrize("command", ["keygen", "prove"])
def test_unknown_parameter_set_is_misuse(command: str, tmp_path: Path) -> None:
    invocation = limpid(command, FIBONACCI, "--output", tmp_path / "x", "--parameters", "huge", "--json")
    assert invocation.status == 2
    assert all(name in invocation.error["message"] for name in ("huge", *PARAMETER_SETS))
