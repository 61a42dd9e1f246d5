"""`limpid verify` under the parameters for tests."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from limpid import decode_key, keygen
from limpid.commands.verify import PROGRAM_ID, PROGRAM_NAMES
from reference.segments.folder import PROOF_NAME
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import decode_proof
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests.limpid.commands.invocation import FIBONACCI, SHA256, TINY_NOTE, assert_rejected, limpid, verify_file

OUTPUT_HEX = (55).to_bytes(8, "little").hex()


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


@pytest.mark.parametrize("program", ["elf", "key", "id", "prefixed id"])
def test_proof_is_accepted_for_its_program_however_named(program: str, proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(encode_key(proven.decoded.key))
    named = {"elf": FIBONACCI, "key": str(tmp_path / "key"), "id": proven.program_id}.get(
        program, f"0x{proven.program_id}"
    )
    invocation = verify_file(proven.proof, "--program", named, "--public-output-hex", OUTPUT_HEX, "--allow-insecure")
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
        verify_file(proven.proof, *statement, "--allow-insecure", "--backend", backend)
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
    assert_rejected(
        verify_file(proven.proof, "--program", proven.program_id, "--public-output-hex", OUTPUT_HEX),
        Rejection.PARAMETERS_INSECURE,
        "tiny",
        expected=["segment", "recursion", "final"],
        found="tiny",
    )


def test_wrong_output_is_rejected(proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes((56).to_bytes(8, "little"))
    arguments = ["--program", proven.program_id, "--public-output", tmp_path / "output", "--allow-insecure"]
    asked = (56).to_bytes(8, "little").hex()
    detail = f"the proof claims 8 bytes {OUTPUT_HEX}, expected 8 bytes {asked}"
    assert_rejected(verify_file(proven.proof, *arguments), Rejection.OUTPUT_DIFFERS, detail, asked, OUTPUT_HEX)


def test_long_wrong_output_is_shortened_for_people_only(proven: Proven) -> None:
    arguments = ["--any-program", "--public-output-hex", "ab" * 1000, "--allow-insecure"]
    document = verify_file(proven.proof, *arguments).document
    assert document["detail"] == f"the proof claims 8 bytes {OUTPUT_HEX}, expected 1000 bytes {'ab' * 16}..."
    assert (document["expected"], document["found"]) == ("ab" * 1000, OUTPUT_HEX)


def test_wrong_program_is_rejected(proven: Proven) -> None:
    arguments = ["--program", SHA256, "--public-output-hex", OUTPUT_HEX, "--allow-insecure"]
    asked = keygen(SHA256, parameters="tiny").program_id.hex()
    detail = f"its id is {proven.program_id}, expected {asked}"
    assert_rejected(verify_file(proven.proof, *arguments), Rejection.PROGRAM_DIFFERS, detail, asked, proven.program_id)


def test_key_of_another_parameter_set_is_rejected(proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(encode_key(keygen(FIBONACCI, parameters="segment")))
    arguments = ["--program", tmp_path / "key", "--public-output-hex", OUTPUT_HEX, "--allow-insecure"]
    assert_rejected(
        verify_file(proven.proof, *arguments),
        Rejection.PARAMETERS_DIFFER,
        "the proof has tiny, the key segment",
        expected="segment",
        found="tiny",
    )


def test_truncated_proof_is_rejected(proven: Proven, tmp_path: Path) -> None:
    content = proven.proof.read_bytes()
    (tmp_path / "proof").write_bytes(content[:-1])
    invocation = verify_file(tmp_path / "proof", "--program", FIBONACCI, "--any-output", "--allow-insecure")
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
    invocation = verify_file(proven.proof, *program, "--any-output")
    assert invocation.status == 2
    assert invocation.error["message"] == "name the program with --program, or accept any with --any-program"


@pytest.mark.parametrize(
    "output", [[], ["--any-output", "--public-output-hex", ""], ["--public-output", "x", "--public-output-hex", ""]]
)
def test_verify_without_one_output_is_misuse(output: list[str], proven: Proven) -> None:
    invocation = verify_file(proven.proof, "--any-program", *output)
    assert invocation.status == 2
    message = "give --public-output or --public-output-hex, or accept any with --any-output"
    assert invocation.error["message"] == message


def test_verify_against_a_file_that_names_no_program_fails(proven: Proven, tmp_path: Path) -> None:
    shutil.copy(proven.proof, tmp_path / "other")
    invocation = verify_file(proven.proof, "--program", tmp_path / "other", "--any-output")
    assert (invocation.status, invocation.error["kind"]) == (1, "file")
    assert invocation.error["message"] == f"{tmp_path / 'other'}: is neither an ELF file nor a verification key"
    assert invocation.error["next_step"] == PROGRAM_NAMES


@pytest.mark.parametrize("short", ["deadbeef", "0xdeadbeef", "00" * 33])
def test_hexadecimal_program_of_another_length_is_told_how_long_an_id_is(short: str, proven: Proven) -> None:
    error = verify_file(proven.proof, "--program", short, "--any-output").error
    assert error["message"] == f"{short}: no such file or directory"
    assert error["next_step"] == f"{PROGRAM_NAMES}; this has {len(short.removeprefix('0x'))}"


def test_directory_of_a_hexadecimal_name_is_no_short_id(
    proven: Proven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dead").mkdir()
    error = verify_file(proven.proof, "--program", "dead", "--any-output").error
    assert (error["message"], error["next_step"]) == ("dead: is a directory", "name a file, not a directory")


def test_verify_with_everything_from_standard_input_is_misuse() -> None:
    invocation = limpid("verify", "-", "--public-output", "-", "--any-program", "--json")
    message = "PROOF and --public-output are both the standard stream"
    assert (invocation.status, invocation.error["message"]) == (2, message)


def test_verify_reads_no_pipe_twice_by_another_name(proven: Proven) -> None:
    reading, writing = os.pipe()
    try:
        named = f"/dev/fd/{reading}"
        invocation = limpid("verify", named, "--public-output", f"/proc/self/fd/{reading}", "--any-program", "--json")
    finally:
        os.close(reading)
        os.close(writing)
    message = f"PROOF and --public-output read the same stream /proc/self/fd/{reading}, which can be read once"
    assert (invocation.status, invocation.error["message"]) == (2, message)


def test_proof_of_another_set_than_the_caller_names_is_rejected(proven: Proven) -> None:
    """Whether the program is named by its ELF, whose key follows the named set, or by its id."""
    for program, expected in ((FIBONACCI, "the key segment"), (proven.program_id, "expected segment")):
        arguments = ["--program", program, "--any-output", "--allow-insecure"]
        detail = f"the proof has tiny, {expected}"
        rejected = verify_file(proven.proof, *arguments, "--parameters", "segment")
        assert_rejected(rejected, Rejection.PARAMETERS_DIFFER, detail, "segment", "tiny")
        assert verify_file(proven.proof, *arguments, "--parameters", "tiny").status == 0


def test_run_of_fewer_bits_than_the_caller_asks_for_is_refused(proven: Proven) -> None:
    arguments = ["--program", proven.program_id, "--any-output", "--allow-insecure"]
    bits = verify_file(proven.proof, *arguments).document["whole_run_bits"]
    assert verify_file(proven.proof, *arguments, "--least-bits", bits).status == 0
    refused = verify_file(proven.proof, *arguments, "--least-bits", bits + 1)
    assert (refused.status, refused.error["kind"]) == (1, "security")
    expected = f"the whole run has {bits} bits of security, expected {bits + 1} or more"
    assert refused.error["message"] == expected
    assert (refused.error["whole_run_bits"], refused.error["least_bits"]) == (bits, bits + 1)


def test_verify_against_a_damaged_key_fails(proven: Proven, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(encode_key(proven.decoded.key)[:-1])
    invocation = verify_file(proven.proof, "--program", tmp_path / "key", "--any-output")
    error = invocation.error
    assert (invocation.status, error["kind"], error["reason"]) == (1, "key", Rejection.ENCODING_TRUNCATED.name)
    assert error["next_step"] == "make a key with: limpid keygen GUEST.elf --output KEY"


def test_verify_against_a_key_that_no_program_has_blames_the_key(proven: Proven, tmp_path: Path) -> None:
    key = replace(proven.decoded.key, start=(2**30, 0))
    (tmp_path / "key").write_bytes(encode_key(key))
    error = verify_file(proven.proof, "--program", tmp_path / "key", "--any-output", "--allow-insecure").error
    assert (error["kind"], error["reason"]) == ("key", Rejection.KEY_START.name)


def test_verify_takes_the_folder_of_a_run(proven: Proven, tmp_path: Path) -> None:
    statement = ["--any-program", "--any-output", "--allow-insecure"]
    error = verify_file(tmp_path, *statement).error
    assert error["message"] == f"{tmp_path}: holds no {PROOF_NAME} yet"
    assert error["next_step"] == f"finish it with: limpid prove GUEST.elf --out {tmp_path}"
    shutil.copy(proven.proof, tmp_path / PROOF_NAME)
    assert verify_file(tmp_path, *statement).status == 0
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
    invocation = verify_file(proven.proof, "--any-program", "--any-output", "--allow-insecure", "--exit-code", code)
    assert invocation.document["detail"] == f"it ended with 0, expected {2**64 - 1} (-1)"


@pytest.mark.parametrize("code", [f"{2**64}", f"{-(2**63) - 1}", "one"])
def test_exit_code_that_no_register_holds_is_misuse(code: str, proven: Proven) -> None:
    assert verify_file(proven.proof, "--any-program", "--any-output", "--exit-code", code).status == 2


def test_program_id_wins_over_a_file_of_its_name(
    proven: Proven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other_id = "00" * 32
    assert PROGRAM_ID.fullmatch(other_id)
    shutil.copy(FIBONACCI, other_id)
    arguments = ["--any-output", "--allow-insecure"]
    assert verify_file(proven.proof, "--program", other_id, *arguments).status == 1
    assert verify_file(proven.proof, "--program", f"./{other_id}", *arguments).status == 0


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
