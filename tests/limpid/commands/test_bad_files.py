"""Files that are missing, no guests, or in the way: one typed line each, and nothing half-written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from limpid.api import proving
from limpid.guest_build.build import EXAMPLES
from reference.loader import LoadRejection
from spec.isa import encode
from tests.limpid.commands.invocation import EXIT, SCRIBBLING_ELF, SHA256, TRAPPING_ELF, limpid
from tests.reference.elf_file import EXECUTE, READ, WRITE, ElfFile, ElfSegment, code_segment, program_elf

CODE = code_segment(EXIT)
CORRECT = ElfFile([CODE])
SHA256_BYTES = (EXAMPLES / "elf" / "sha256.elf").read_bytes()

NO_GUESTS = {
    LoadRejection.BAD_MAGIC: b"int main(void) { return 0; }\n",
    LoadRejection.NOT_64_BIT: CORRECT.with_header(elf_class=1).to_bytes(),
    LoadRejection.SEGMENTS_OVERLAP: ElfFile([CODE, ElfSegment(CODE.address, b"\x01" * 8)]).to_bytes(),
    LoadRejection.WRITABLE_AND_EXECUTABLE: ElfFile(
        [ElfSegment(CODE.address, CODE.content, READ | WRITE | EXECUTE)]
    ).to_bytes(),
    LoadRejection.ENTRY_NOT_EXECUTABLE: CORRECT.with_header(entry=0x9000_0000).to_bytes(),
    LoadRejection.TRUNCATED_HEADER: SHA256_BYTES[:40],
    LoadRejection.SEGMENT_OUTSIDE_FILE: SHA256_BYTES[:5000],
}


@pytest.mark.parametrize("command", ["run", "check-trace", "keygen", "prove"])
@pytest.mark.parametrize("reason", NO_GUESTS, ids=lambda reason: reason.name)
def test_guest_that_is_none_is_refused_with_its_reason(command: str, reason: LoadRejection, tmp_path: Path) -> None:
    guest = tmp_path / "guest.elf"
    guest.write_bytes(NO_GUESTS[reason])
    outputs = ["--output", tmp_path / "output"] if command in ("keygen", "prove") else []
    invocation = limpid(command, guest, *outputs, "--json")
    error = invocation.error
    assert invocation.status == 1
    assert (error["kind"], error["reason"], error["path"]) == ("program", reason.name, str(guest))
    assert error["message"].startswith(f"{guest}: {reason.value}")
    assert "\n" not in error["message"]
    assert error["next_step"] == "build a guest with: limpid build SOURCE.c --output GUEST.elf"
    assert sorted(tmp_path.iterdir()) == [guest]


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit"],
        ["inspect"],
        ["soundcalc"],
        ["verify", "--any-program", "--any-output"],
        ["prove", "--output", "output"],
        ["keygen", "--output", "output"],
        ["run"],
        ["check-trace"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_file_of_the_wrong_kind_is_a_failure_of_every_command(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("noise").write_bytes(b"\x7fELF\xff\xfe")
    assert limpid(arguments[0], "noise", *arguments[1:]).status == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "missing"],
        ["run", SHA256, "--input", "missing"],
        ["check-trace", "missing"],
        ["keygen", "missing"],
        ["prove", "missing", "--output", "output"],
        ["prove", SHA256, "--input", "missing", "--output", "output"],
        ["verify", "missing", "--any-program", "--any-output"],
        ["verify", SHA256, "--any-program", "--public-output", "missing"],
        ["verify", SHA256, "--program", "missing", "--any-output"],
        ["inspect", "missing"],
        ["demo", "--input", "missing"],
    ],
    ids=lambda arguments: " ".join(Path(argument).name for argument in arguments),
)
def test_missing_file_is_named(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    invocation = limpid(*arguments, "--json")
    assert invocation.status == 1
    assert invocation.error == {
        "kind": "file",
        "message": "missing: no such file or directory",
        "next_step": f"check the name: {tmp_path} holds no such file",
        "path": "missing",
    }
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["prove", "check-trace"])
@pytest.mark.parametrize(
    ("elf", "kind"), [(TRAPPING_ELF, "trap"), (SCRIBBLING_ELF, "unprovable")], ids=["trap", "unprovable"]
)
def test_run_without_a_proof_is_refused_before_proving(command: str, elf: bytes, kind: str, tmp_path: Path) -> None:
    guest = tmp_path / "guest.elf"
    guest.write_bytes(elf)
    outputs = ["--output", tmp_path / "proof", "--public-output", tmp_path / "out"] if command == "prove" else []
    invocation = limpid(command, guest, *outputs, "--json")
    assert (invocation.status, invocation.error["kind"]) == (1, kind)
    assert sorted(tmp_path.iterdir()) == [guest]


def test_input_beyond_the_region_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimized.execution.guest_memory.INPUT_CAPACITY_BYTES", 2)
    invocation = limpid("run", SHA256, "--input-hex", "616263", "--json")
    assert invocation.status == 1
    assert invocation.error == {
        "kind": "input",
        "message": "the input has 3 bytes, the input region holds at most 2",
        "next_step": "give a smaller input",
    }


@pytest.mark.parametrize("command", ["keygen", "prove"])
def test_output_that_cannot_be_written_is_refused_before_any_work(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, command, lambda *_, **__: pytest.fail("the work has begun"))
    output = tmp_path / "nowhere" / "file"
    invocation = limpid(command, SHA256, "--output", output, "--json")
    assert invocation.status == 1
    assert invocation.error == {
        "kind": "file",
        "message": f"{output}: the directory {output.parent} does not exist",
        "next_step": f"create it with: mkdir -p {output.parent}",
        "path": str(output),
    }


@pytest.mark.parametrize("command", ["keygen", "prove"])
def test_output_over_the_guest_is_misuse(command: str, tmp_path: Path) -> None:
    guest = tmp_path / "guest.elf"
    shutil.copy(SHA256, guest)
    invocation = limpid(command, guest, "--output", guest, "--json")
    assert invocation.status == 2
    assert invocation.error["message"] == f"GUEST.elf and --output are the same file {guest}"
    assert guest.read_bytes() == SHA256_BYTES


def test_guest_with_an_endless_loop_stops_at_the_limit(tmp_path: Path) -> None:
    (tmp_path / "guest.elf").write_bytes(program_elf([encode("jal")]))
    invocation = limpid("run", tmp_path / "guest.elf", "--limit", "1000", "--json")
    assert invocation.error["reason"] == "INSTRUCTION_LIMIT"
