"""`limpid build`, `check-trace`, `inspect`, `doctor` and `demo`."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from limpid import run, verify
from limpid.advice.machine_checks import Check
from limpid.api import checking, proving
from limpid.api.proving import Proof
from limpid.commands import demo
from limpid.guest_build.build import DEFAULT_COMPILER
from limpid.reading.inspection import ProofContent, inspect
from limpid.reading.programs import Elf
from limpid.terminal.security_lines import security_facts
from reference.checker import ConstraintViolation
from reference.program_keys import entry_address
from spec.protocol.hash import digest_bytes
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests.limpid.commands.invocation import FIBONACCI, SHA256, limpid


@pytest.fixture(scope="module")
def proof(tiny: Path) -> RunProof:
    return decode_proof((tiny / "proof").read_bytes(), RV64IM)


def _stored_proof(proof: RunProof, output: bytes) -> Proof:
    """What `prove` would return for the shared proof."""
    shapes = tuple(segment.shape for segment in proof.segments)
    return Proof(encode_proof(proof), proof.key, output, 0, 1234, {}, shapes, 5.0)


def test_build_makes_a_guest_that_runs(tmp_path: Path) -> None:
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed")
    source, guest = tmp_path / "guest.c", tmp_path / "guest.elf"
    source.write_text("int main(void) { return CODE; }\n")
    document = limpid("build", source, "--output", guest, "--flag", "-DCODE=7", "--json").document
    assert document == {"elf": str(guest), "elf_bytes": guest.stat().st_size}
    assert limpid("run", guest, "--json").document["exit_code"] == 7


def test_build_without_a_compiler_fails_with_the_next_step(tmp_path: Path) -> None:
    source = tmp_path / "guest.c"
    source.write_text("int main(void) { return 0; }\n")
    output = tmp_path / "guest.elf"
    invocation = limpid("build", source, "--output", output, "--compiler", "no-such-compiler", "--json")
    assert invocation.status == 1
    assert invocation.error == {
        "kind": "build",
        "message": "the compiler no-such-compiler does not exist or is not executable",
        "next_step": "see which tools are missing with: limpid doctor",
    }
    assert list(tmp_path.iterdir()) == [source]


BAD_BUILDS = {
    "missing": ("quest.c", "guest.elf", (), "perhaps {here}/guest.c is meant"),
    "missing, of no kind": ("absent.foo", "guest.elf", (), "check the name: {here} holds no such file"),
    "kind": (
        "guest.zig",
        "guest.elf",
        (),
        "give it the ending of its language, or compile it to an object (.o) and name that",
    ),
    "header": (
        "guest.h",
        "guest.elf",
        (),
        "leave it out: sources include headers, which are found with --flag=-I{here}",
    ),
    "directory": (".", "guest.elf", (), "name the files in it"),
    "directory of a kind": ("folder.c", "guest.elf", (), "name the files in it"),
    "package": ("crate", "guest.elf", (), "name the manifest of this cargo package: {here}/crate/Cargo.toml"),
    "syntax": ("syntax.c", "guest.elf", (), "mend the source at {here}/syntax.c:1"),
    "undefined": (
        "undefined.c",
        "guest.elf",
        (),
        "define absent, or name the source or library that defines it as one more SOURCE",
    ),
    "flag": ("guest.c", "guest.elf", ("--flag=--nonsense",), "leave out or mend --flag=--nonsense"),
    "no directory": ("guest.c", "absent/guest.elf", (), "create it with: mkdir -p {here}/absent"),
    "to a directory": ("guest.c", ".", (), "name a file in it: {here}/guest.elf"),
    "to a pipe": ("guest.c", "pipe", (), "name another file"),
    "over the source": ("guest.c", "guest.c", (), "name another file"),
}
"""By what is wrong: source, output, flags, and what to do about it."""


@pytest.mark.parametrize("wrong", BAD_BUILDS)
def test_build_that_fails_says_what_to_do_and_blames_no_tool(wrong: str, tmp_path: Path) -> None:
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"needs {DEFAULT_COMPILER}")
    name, output, flags, next_step = BAD_BUILDS[wrong]
    for source in ("guest.c", "guest.zig", "guest.h"):
        (tmp_path / source).write_text("int main(void) { return 0; }")
    (tmp_path / "syntax.c").write_text("int main( {")
    (tmp_path / "undefined.c").write_text("int absent(void); int main(void) { return absent(); }")
    (tmp_path / "folder.c").mkdir()
    (tmp_path / "crate").mkdir()
    (tmp_path / "crate" / "Cargo.toml").touch()
    os.mkfifo(tmp_path / "pipe")
    invocation = limpid("build", tmp_path / name, "--output", tmp_path / output, *flags, "--json")
    assert (invocation.status, invocation.error["kind"]) == (1, "build")
    assert invocation.error["next_step"] == next_step.format(here=tmp_path)
    assert "Errno" not in invocation.stderr


def test_check_trace_of_an_honest_run_finds_nothing() -> None:
    invocation = limpid("check-trace", FIBONACCI, "--input-hex", "0a00000000000000", "--json")
    document = invocation.document
    (segment,) = document.pop("segments")
    tables = {table["chip"]: table["rows"] for table in segment}
    instructions = document.pop("instructions")
    assert invocation.status == 0
    assert document == {"valid": True, "violations": []}
    assert instructions == run(FIBONACCI, (10).to_bytes(8, "little")).instructions
    assert tables["halt"] == 2
    assert "mul" not in tables


def test_check_trace_that_finds_something_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    violation = ConstraintViolation("add", 0, 3, "limb_0_adds", 5)
    monkeypatch.setattr(checking, "check_run", lambda *_: [violation])
    invocation = limpid("check-trace", FIBONACCI, "--json")
    assert invocation.status == 1
    assert invocation.document["violations"] == ["add[0] row 3: limb_0_adds is 5"]
    lines = limpid("check-trace", FIBONACCI).stdout.splitlines()
    assert lines[0] == "trace         INVALID"
    assert lines[-1] == "violation 1   add[0] row 3: limb_0_adds is 5"


def test_inspect_of_a_proof_prints_what_it_states(proof: RunProof, tiny: Path) -> None:
    document = limpid("inspect", tiny / "proof", "--json").document
    segment = proof.segments[0]
    assert document.pop("segments") == [
        {
            "pc_in": entry_address(proof.key),
            "pc_out": None,
            "tables": [{"chip": table.chip.name, "rows": table.height} for table in segment.shape.tables],
        }
    ]
    accepted = verify(encode_proof(proof), program=proof.key, output=proof.output, allow_insecure=True)
    assert document == {
        "kind": "proof",
        "bytes": len(encode_proof(proof)),
        "program_id": proof.key.program_id.hex(),
        "parameters": "tiny",
        "secure": False,
        "entry": entry_address(proof.key),
        "machine_digest": proof.key.machine.digest.hex(),
        "program_roots": {str(h): digest_bytes(c.root).hex() for h, c in proof.key.commitments.items()},
        "fixed_tables": {chip: 2**height for chip, height in proof.key.heights_by_chip().items()},
        "exit_code": 0,
        "output": proof.output.hex(),
        "security_bits": accepted.security_bits,
        "whole_run_bits": accepted.security.whole_run_bits,
        "non_interactive_bits": 4.95,
        "whole_run_non_interactive_bits": 4.24,
        "hash_cap_bits": 128,
    }


def test_inspect_of_a_proofs_circuit_has_its_parts(tiny: Path) -> None:
    document = limpid("inspect", tiny / "proof", "--circuit", "--json").document
    parts = document["parts"]
    assert {"leaves", "paths", "transcript", "constraints"} <= set(parts)
    assert document["compressions"] == sum(part["compressions"] for part in parts.values())
    assert any(line.endswith(" leaf_digest") for line in parts["leaves"]["cells_by_line"])


def test_inspect_of_a_proof_for_people_says_that_nothing_is_verified(tiny: Path) -> None:
    lines = limpid("inspect", tiny / "proof").stdout.splitlines()
    assert lines[0].endswith("not verified")
    (non_interactive,) = (line for line in lines if line.startswith("non-interactive, if it verifies"))
    assert non_interactive.endswith("  4.95 bits, the whole run 4.24")
    assert any(line.startswith("segment 0 halt ") and line.endswith(" 2^1") for line in lines)


def test_inspect_of_a_key_prints_what_is_in_it(proof: RunProof, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(encode_key(proof.key))
    document = limpid("inspect", tmp_path / "key", "--json").document
    assert document["kind"] == "key"
    assert document["bytes"] == len(encode_key(proof.key))
    assert document["program_id"] == proof.key.program_id.hex()


@pytest.mark.parametrize("command", ["inspect", "soundcalc"])
def test_key_of_another_machine_is_refused_with_the_way_to_a_new_one(
    command: str, proof: RunProof, tmp_path: Path
) -> None:
    encoded = encode_key(proof.key)
    (tmp_path / "key").write_bytes(encoded.replace(RV64IM.digest, bytes(len(RV64IM.digest))))
    invocation = limpid(command, tmp_path / "key", "--json")
    error = invocation.error
    assert (invocation.status, error["kind"], error["reason"]) == (1, "key", Rejection.MACHINE_DIFFERS.name)
    assert error["next_step"] == "make a key with: limpid keygen GUEST.elf --output KEY"


def test_inspect_of_something_else_fails() -> None:
    invocation = limpid("inspect", SHA256, "--json")
    assert invocation.status == 1
    assert invocation.error == {
        "kind": "content",
        "message": f"{SHA256}: the bytes are neither a proof nor a verification key",
        "next_step": "make a key with: limpid keygen GUEST.elf --output KEY, "
        "a proof with: limpid prove GUEST.elf --output PROOF",
        "path": SHA256,
    }


def test_inspect_of_a_damaged_proof_fails_with_the_reason(proof: RunProof, tmp_path: Path) -> None:
    path = tmp_path / "proof"
    path.write_bytes(encode_proof(proof) + b"\0")
    invocation = limpid("inspect", path, "--json")
    assert (invocation.status, invocation.error["reason"]) == (1, Rejection.ENCODING_TRAILING_BYTES.name)
    assert invocation.error["message"].startswith(f"{path}: ENCODING_TRAILING_BYTES: ")


def test_doctor_prints_each_fix_and_fails_where_something_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [
        Check("Python", True, "3.11.7", "everything", "install Python"),
        Check("emulator", False, "no emulator", "tests", "sudo apt-get install emulator"),
    ]
    monkeypatch.setattr("limpid.commands.doctor.all_checks", lambda: checks)
    invocation = limpid("doctor", "--json")
    assert invocation.status == 1
    assert invocation.document == {
        "healthy": False,
        "checks": [
            {
                "name": "Python",
                "passed": True,
                "optional": False,
                "found": "3.11.7",
                "needed_for": "everything",
                "fix": None,
            },
            {
                "name": "emulator",
                "passed": False,
                "optional": False,
                "found": "no emulator",
                "needed_for": "tests",
                "fix": "sudo apt-get install emulator",
            },
        ],
    }
    assert limpid("doctor").stdout.splitlines() == [
        "Python                ok: 3.11.7",
        "emulator              MISSING: no emulator",
        "emulator, needed for  tests",
        "emulator, fix         sudo apt-get install emulator",
    ]


def test_doctor_where_nothing_is_missing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [Check("Python", True, "3.11.7", "", ""), Check("Rust", False, "no rustc", "guests", "fix", optional=True)]
    monkeypatch.setattr("limpid.commands.doctor.all_checks", lambda: checks)
    assert limpid("doctor").stdout.splitlines()[1].split() == ["Rust", "absent:", "no", "rustc"]
    invocation = limpid("doctor", "--json")
    assert (invocation.status, invocation.document["healthy"]) == (0, True)


def test_demo_proves_verifies_and_shows_a_rejection(
    quickstart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = (quickstart / "build" / "sha256.proof").read_bytes()
    proof = decode_proof(encoded, RV64IM)
    asked: list[tuple[object, ...]] = []

    def prove(elf: Elf, content: bytes, *, parameters: str, observer: object, executed: object) -> Proof:
        asked.append((elf, content, parameters))
        return _stored_proof(proof, proof.output)

    monkeypatch.setattr(proving, "prove", prove)
    invocation = limpid("demo", "--input", quickstart / "LICENSE-MIT", "--output", tmp_path / "proof", "--json")
    document = invocation.document
    assert asked == [(demo.GUEST, (quickstart / "LICENSE-MIT").read_bytes(), "segment")]
    content = inspect(encoded)
    assert isinstance(content, ProofContent)
    assert content.security is not None
    claimed = security_facts(content.security)
    assert {"security_bits", "whole_run_non_interactive_bits"} <= claimed.keys()
    assert 128 <= document["security_bits"] < 150
    assert document == {
        **claimed,
        "instructions": 1234,
        "segments": 1,
        "seconds": 5.0,
        "proof_bytes": len(encoded),
        "program_id": proof.key.program_id.hex(),
        "output": proof.output.hex(),
        "accepted": True,
        "rejected_with_another_output": Rejection.OUTPUT_DIFFERS.name,
    }
    assert (tmp_path / "proof").read_bytes() == encoded


def test_demo_with_an_output_that_is_no_digest_fails(proof: RunProof, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(_stored_proof(proof, proof.output), output=hashlib.sha256(b"other").digest())
    monkeypatch.setattr(proving, "prove", lambda *_, **__: wrong)
    invocation = limpid("demo", "--json")
    assert invocation.status == 1
    assert invocation.error["message"] == "the guest's output is not the SHA-256 of its input"
