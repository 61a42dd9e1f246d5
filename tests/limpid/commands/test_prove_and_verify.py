"""`limpid prove` and `limpid verify` under the parameters for tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from limpid import decode_key, keygen
from limpid import run as run_guest
from limpid.api import proving
from limpid.api.proving import Proof
from limpid.command_line import main
from limpid.commands.verify import PROGRAM_ID, PROGRAM_NAMES
from limpid.reading.inspection import ProofContent, inspect
from reference.segments.folder import PROOF_NAME
from soundcalc.protocol.runs import RunSecurity, largest_reports
from spec.isa import encode
from spec.parameters import FINAL, PARAMETER_SETS, SEGMENT, ParameterSet
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import decode_proof
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests.limpid.commands.invocation import FIBONACCI, SHA256, Invocation, limpid
from tests.reference.elf_file import program_elf

TINY_NOTE = (
    "Note: bits of security below 128: one proof, round by round, 4.99; one proof, non-interactive, 4.95; "
    "run of 1, interactive, 4.31; run of 1, non-interactive, 4.24"
)

OUTPUT_HEX = (55).to_bytes(8, "little").hex()

ProofAndKey = tuple[Path, RunProof]


@dataclass(frozen=True)
class Proven:
    """The shared proof of the tenth Fibonacci number, as files and as an object."""

    proof: Path
    decoded: RunProof

    @property
    def program_id(self) -> str:
        return self.decoded.key.program_id.hex()


@pytest.fixture(scope="module")
def proven(tiny: Path) -> Proven:
    proof = tiny / "proof"
    return Proven(proof, decode_proof(proof.read_bytes(), RV64IM))


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


def _verify(proof: Path, *arguments: object) -> Invocation:
    return limpid("verify", proof, *arguments, "--json")


def _assert_rejected(
    invocation: Invocation, reason: Rejection, detail: str, expected: object = None, found: object = None
) -> None:
    assert invocation.status == 1
    assert invocation.document == {
        "accepted": False,
        "reason": reason.name,
        "message": reason.value,
        "detail": detail,
        "expected": expected,
        "found": found,
        "security_bits": None,
        "program_id": None,
    }


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
    proven: Proven,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = max(largest_reports(RV64IM, parameters, 2**21).values(), key=lambda report: report.error)
    proof = Proof(
        encoded=proven.proof.read_bytes(),
        key=proven.decoded.key,
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
    _assert_rejected(
        _verify(failed_run / "proof", *statement),
        Rejection.EXIT_CODE_DIFFERS,
        "it ended with 1, expected 0",
        expected="0",
        found="1",
    )
    accepted = _verify(failed_run / "proof", *statement, "--exit-code", "1")
    assert (accepted.status, accepted.document["exit_code"]) == (0, 1)


@pytest.mark.parametrize("program", ["elf", "key", "id", "prefixed id"])
def test_proof_is_accepted_for_its_program_however_named(program: str, proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(encode_key(proven.decoded.key))
    named = {"elf": FIBONACCI, "key": str(tmp_path / "key"), "id": proven.program_id}.get(
        program, f"0x{proven.program_id}"
    )
    invocation = _verify(proven.proof, "--program", named, "--public-output-hex", OUTPUT_HEX, "--allow-insecure")
    document = invocation.document
    assert invocation.status == 0
    assert invocation.stderr == f"{TINY_NOTE}\nNote: the parameter set tiny proves nothing\n"
    assert document.pop("hash_cap_bits") == 128.0
    assert 0 < document.pop("whole_run_non_interactive_bits") <= document.pop("non_interactive_bits") < 10
    assert 0 < document.pop("whole_run_bits") <= document["security_bits"] < 10
    assert document == {
        "accepted": True,
        "proven": True,
        "reason": None,
        "security_bits": document["security_bits"],
        "program_id": proven.program_id,
        "parameters": "tiny",
        "exit_code": 0,
        "output": OUTPUT_HEX,
        "segments": 1,
    }


@pytest.mark.parametrize(
    "statement", [["--any-program", "--any-output"], ["--any-program", "--public-output-hex", "00"]]
)
def test_backends_say_the_same_of_a_proof(statement: list[str], proven: Proven) -> None:
    fast, readable = (
        _verify(proven.proof, *statement, "--allow-insecure", "--backend", backend)
        for backend in ("optimized", "reference")
    )
    assert (fast.status, fast.document) == (readable.status, readable.document)


def test_verify_of_anything_prints_what_the_proof_claims(proven: Proven) -> None:
    invocation = limpid("verify", proven.proof, "--any-program", "--any-output", "--allow-insecure")
    assert invocation.status == 0
    lines = dict(line.split("  ", 1) for line in invocation.stdout.splitlines())
    assert lines["verdict"].strip() == "ACCEPTED"
    assert lines["program id"].strip() == proven.program_id
    assert lines["output"].strip() == f"8 bytes: {OUTPUT_HEX}"


def test_insecure_proof_is_rejected_by_default(proven: Proven) -> None:
    _assert_rejected(
        _verify(proven.proof, "--program", proven.program_id, "--public-output-hex", OUTPUT_HEX),
        Rejection.PARAMETERS_INSECURE,
        "tiny",
    )


def test_wrong_output_is_rejected(proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes((56).to_bytes(8, "little"))
    arguments = ["--program", proven.program_id, "--public-output", tmp_path / "output", "--allow-insecure"]
    asked = (56).to_bytes(8, "little").hex()
    detail = f"the proof claims 8 bytes {OUTPUT_HEX}, expected 8 bytes {asked}"
    _assert_rejected(_verify(proven.proof, *arguments), Rejection.OUTPUT_DIFFERS, detail, asked, OUTPUT_HEX)


def test_long_wrong_output_is_shortened_for_people_only(proven: Proven) -> None:
    arguments = ["--any-program", "--public-output-hex", "ab" * 1000, "--allow-insecure"]
    document = _verify(proven.proof, *arguments).document
    assert document["detail"] == f"the proof claims 8 bytes {OUTPUT_HEX}, expected 1000 bytes {'ab' * 16}..."
    assert (document["expected"], document["found"]) == ("ab" * 1000, OUTPUT_HEX)


def test_wrong_program_is_rejected(proven: Proven) -> None:
    arguments = ["--program", SHA256, "--public-output-hex", OUTPUT_HEX, "--allow-insecure"]
    asked = keygen(SHA256, parameters="tiny").program_id.hex()
    detail = f"its id is {proven.program_id}, expected {asked}"
    _assert_rejected(_verify(proven.proof, *arguments), Rejection.PROGRAM_DIFFERS, detail, asked, proven.program_id)


def test_key_of_another_parameter_set_is_rejected(proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(encode_key(keygen(FIBONACCI, parameters="segment")))
    arguments = ["--program", tmp_path / "key", "--public-output-hex", OUTPUT_HEX, "--allow-insecure"]
    _assert_rejected(
        _verify(proven.proof, *arguments),
        Rejection.PARAMETERS_DIFFER,
        "the proof has tiny, the key segment",
        expected="segment",
        found="tiny",
    )


def test_truncated_proof_is_rejected(proven: Proven, tmp_path: Path) -> None:
    content = proven.proof.read_bytes()
    (tmp_path / "proof").write_bytes(content[:-1])
    invocation = _verify(tmp_path / "proof", "--program", FIBONACCI, "--any-output", "--allow-insecure")
    assert invocation.document["reason"] == Rejection.ENCODING_TRUNCATED.name


def test_rejection_for_people_names_the_reason(proven: Proven) -> None:
    invocation = limpid("verify", proven.proof, "--program", "00" * 32, "--any-output", "--allow-insecure")
    assert invocation.status == 1
    assert invocation.stdout.splitlines() == [
        "verdict  REJECTED",
        f"reason   PROGRAM_DIFFERS: {Rejection.PROGRAM_DIFFERS.value}",
        f"detail   its id is {proven.program_id}, expected {'00' * 32}",
    ]


@pytest.mark.parametrize("program", [[], ["--any-program", "--program", "key"]])
def test_verify_without_one_program_is_misuse(program: list[str], proven: Proven) -> None:
    invocation = _verify(proven.proof, *program, "--any-output")
    assert invocation.status == 2
    assert invocation.error["message"] == "name the program with --program, or accept any with --any-program"


@pytest.mark.parametrize(
    "output", [[], ["--any-output", "--public-output-hex", ""], ["--public-output", "x", "--public-output-hex", ""]]
)
def test_verify_without_one_output_is_misuse(output: list[str], proven: Proven) -> None:
    invocation = _verify(proven.proof, "--any-program", *output)
    assert invocation.status == 2
    message = "give --public-output or --public-output-hex, or accept any with --any-output"
    assert invocation.error["message"] == message


def test_verify_against_a_file_that_names_no_program_fails(proven: Proven, tmp_path: Path) -> None:
    shutil.copy(proven.proof, tmp_path / "other")
    invocation = _verify(proven.proof, "--program", tmp_path / "other", "--any-output")
    assert (invocation.status, invocation.error["kind"]) == (1, "file")
    assert invocation.error["message"] == f"{tmp_path / 'other'}: is neither an ELF file nor a verification key"
    assert invocation.error["next_step"] == PROGRAM_NAMES


@pytest.mark.parametrize("short", ["deadbeef", "0xdeadbeef", "00" * 33])
def test_hexadecimal_program_of_another_length_is_told_how_long_an_id_is(short: str, proven: Proven) -> None:
    error = _verify(proven.proof, "--program", short, "--any-output").error
    assert error["message"] == f"{short}: no such file or directory"
    assert error["next_step"] == f"{PROGRAM_NAMES}; this has {len(short.removeprefix('0x'))}"


def test_verify_with_everything_from_standard_input_is_misuse() -> None:
    invocation = limpid("verify", "-", "--public-output", "-", "--any-program", "--json")
    message = "only one of PROOF, --program and --public-output can be standard input"
    assert (invocation.status, invocation.error["message"]) == (2, message)


def test_verify_against_a_damaged_key_fails(proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(encode_key(proven.decoded.key)[:-1])
    invocation = _verify(proven.proof, "--program", tmp_path / "key", "--any-output")
    error = invocation.error
    assert (invocation.status, error["kind"], error["reason"]) == (1, "key", Rejection.ENCODING_TRUNCATED.name)
    assert error["next_step"] == "make a key with: limpid keygen GUEST.elf --output KEY"


def test_verify_against_a_key_that_no_program_has_blames_the_key(proven: Proven, tmp_path: Path) -> None:
    key = replace(proven.decoded.key, start=(2**30, 0))
    (tmp_path / "key").write_bytes(encode_key(key))
    error = _verify(proven.proof, "--program", tmp_path / "key", "--any-output", "--allow-insecure").error
    assert (error["kind"], error["reason"]) == ("key", Rejection.KEY_START.name)


def test_verify_takes_the_folder_of_a_run(proven: Proven, tmp_path: Path) -> None:
    statement = ["--any-program", "--any-output", "--allow-insecure"]
    error = _verify(tmp_path, *statement).error
    assert error["message"] == f"{tmp_path}: holds no {PROOF_NAME} yet"
    assert error["next_step"] == f"finish it with: limpid prove GUEST.elf --out {tmp_path}"
    shutil.copy(proven.proof, tmp_path / PROOF_NAME)
    assert _verify(tmp_path, *statement).status == 0
    assert limpid("inspect", tmp_path, "--json").document["program_id"] == proven.program_id


def test_verify_takes_program_and_proof_from_pipes(proven: Proven) -> None:
    elf = Path(FIBONACCI).read_bytes()
    statement = ["--public-output-hex", OUTPUT_HEX, "--allow-insecure", "--json"]
    invocation = limpid("verify", proven.proof, "--program", "-", *statement, standard_input=elf)
    assert invocation.status == 0
    statement += ["--program", proven.program_id]
    assert limpid("verify", "-", *statement, standard_input=proven.proof.read_bytes()).status == 0


@pytest.mark.parametrize("code", ["-1", f"{2**64 - 1}", "0xffffffffffffffff"])
def test_exit_code_of_a_register_may_be_negative(code: str, proven: Proven) -> None:
    invocation = _verify(proven.proof, "--any-program", "--any-output", "--allow-insecure", "--exit-code", code)
    assert invocation.document["detail"] == f"it ended with 0, expected {2**64 - 1}"


@pytest.mark.parametrize("code", [f"{2**64}", f"{-(2**63) - 1}", "one"])
def test_exit_code_that_no_register_holds_is_misuse(code: str, proven: Proven) -> None:
    assert _verify(proven.proof, "--any-program", "--any-output", "--exit-code", code).status == 2


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


def test_program_id_wins_over_a_file_of_its_name(
    proven: Proven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other_id = "00" * 32
    assert PROGRAM_ID.fullmatch(other_id)
    shutil.copy(FIBONACCI, other_id)
    arguments = ["--any-output", "--allow-insecure"]
    assert _verify(proven.proof, "--program", other_id, *arguments).status == 1
    assert _verify(proven.proof, "--program", f"./{other_id}", *arguments).status == 0


def test_keygen_writes_the_key_whose_id_it_prints(proven: Proven, tmp_path: Path) -> None:
    invocation = limpid("keygen", FIBONACCI, "--output", tmp_path / "key", "--parameters", "tiny", "--json")
    key = decode_key((tmp_path / "key").read_bytes())
    assert key == proven.decoded.key
    assert invocation.document == {
        "program_id": proven.program_id,
        "parameters": "tiny",
        "key": str(tmp_path / "key"),
        "key_bytes": len(encode_key(key)),
    }


@pytest.mark.parametrize("command", ["keygen", "prove"])
def test_unknown_parameter_set_is_misuse(command: str, tmp_path: Path) -> None:
    invocation = limpid(command, FIBONACCI, "--output", tmp_path / "x", "--parameters", "huge", "--json")
    assert invocation.status == 2
    assert all(name in invocation.error["message"] for name in ("huge", *PARAMETER_SETS))
