"""`limpid run`."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from limpid.command_line import main
from limpid.guest_build.build import build
from limpid.guest_build.toolchain import DEFAULT_COMPILER, PICOLIBC_LIBRARIES
from spec.isa import encode
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import OUTPUT_REGION
from tests.limpid.commands.invocation import (
    FIBONACCI,
    OUTSIDE_MEMORY_ELF,
    SCRIBBLED_BYTES,
    SCRIBBLING_ELF,
    SHA256,
    TRAPPING_ELF,
    limpid,
)
from tests.reference.elf_file import program_elf

ABC = hashlib.sha256(b"abc").hexdigest()


def test_run_of_a_guest_prints_every_fact(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"abc")
    invocation = limpid("run", SHA256, "--input", tmp_path / "input", "--json")
    document = invocation.document
    assert invocation.status == 0
    assert invocation.stderr == ""
    assert 4000 < document.pop("instructions") < 6000
    assert document == {
        "exit_code": 0,
        "misaligned_accesses": 0,
        "misaligned_by_pc": {},
        "output": ABC,
        "provable": True,
        "unprovable_reason": None,
    }


def test_run_for_people_prints_aligned_lines() -> None:
    lines = limpid("run", SHA256, "--input-hex", "616263").stdout.splitlines()
    assert lines[0] == "exit code            0"
    assert lines[-1] == f"output               32 bytes: {ABC}"


@pytest.mark.parametrize("arguments", [["--input", "-"], ["--input-hex", "0x616263"]])
def test_run_takes_the_input_from_anywhere(arguments: list[str]) -> None:
    assert limpid("run", SHA256, *arguments, "--json", standard_input=b"abc").document["output"] == ABC


def test_run_without_input_has_an_empty_one() -> None:
    assert limpid("run", SHA256, "--json").document["output"] == hashlib.sha256(b"").hexdigest()


def test_run_writes_the_public_output(tmp_path: Path) -> None:
    limpid("run", SHA256, "--input-hex", "616263", "--public-output", tmp_path / "digest")
    assert (tmp_path / "digest").read_bytes().hex() == ABC


def test_run_with_another_exit_code_is_done_and_noted() -> None:
    invocation = limpid("run", FIBONACCI, "--json")
    assert (invocation.status, invocation.document["exit_code"]) == (0, 1)
    assert invocation.stderr == "Note: verify accepts a proof of this run only with --exit-code 1\n"


def test_run_that_traps_fails_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "guest").write_bytes(TRAPPING_ELF)
    invocation = limpid("run", tmp_path / "guest", "--json", "--public-output", tmp_path / "output")
    error = invocation.error
    assert invocation.status == 1
    assert (error["kind"], error["reason"], error["pc"], error["instructions"]) == ("trap", "BREAKPOINT", 0x10004, 1)
    assert error["message"].startswith("the program ended abnormally after 1 instruction: the program executed ebreak")
    assert not (tmp_path / "output").exists()


def test_run_that_leaves_memory_fails_with_the_address(tmp_path: Path) -> None:
    (tmp_path / "guest").write_bytes(OUTSIDE_MEMORY_ELF)
    error = limpid("run", tmp_path / "guest", "--json").error
    assert (error["reason"], error["address"]) == ("UNMAPPED_LOAD", 2**64 - 8)


def test_run_that_cannot_be_proven_says_so(tmp_path: Path) -> None:
    (tmp_path / "guest").write_bytes(SCRIBBLING_ELF)
    invocation = limpid("run", tmp_path / "guest", "--json")
    document = invocation.document
    reason = f"the program accessed the output region at {OUTPUT_REGION.start + SCRIBBLED_BYTES:#x}, behind the output"
    assert (invocation.status, document["provable"]) == (0, False)
    assert document["unprovable_reason"].startswith(reason)
    assert invocation.stderr.startswith(f"Note: no proof of this run can exist: {reason}")


def test_run_beyond_the_limit_fails_and_says_how_to_raise_it() -> None:
    error = limpid("run", SHA256, "--limit", "5", "--json").error
    assert (error["reason"], error["instructions"]) == ("INSTRUCTION_LIMIT", 5)
    assert error["next_step"] == "raise --limit"


def test_run_with_two_inputs_is_misuse() -> None:
    invocation = limpid("run", SHA256, "--input", "-", "--input-hex", "00", "--json")
    assert invocation.status == 2
    assert invocation.error == {
        "kind": "misuse",
        "message": "--input and --input-hex exclude each other",
        "next_step": "see: limpid run --help",
    }


@pytest.mark.parametrize("digits", ["0", "0g", "0x0"])
def test_run_with_bad_hexadecimal_is_misuse(digits: str) -> None:
    invocation = limpid("run", SHA256, "--input-hex", digits, "--json")
    assert invocation.status == 2
    assert f"{digits!r} is not an even number of hexadecimal digits" in invocation.error["message"]


@pytest.mark.parametrize(("code", "status"), [(0, 0), (7, 7), (255, 255), (256, 1), (-1, 255)])
def test_guest_status_is_what_a_shell_can_see_of_the_exit_code(code: int, status: int, tmp_path: Path) -> None:
    (tmp_path / "guest.elf").write_bytes(program_elf(_exiting(code)))
    invocation = limpid("run", tmp_path / "guest.elf", "--guest-status", "--json")
    assert (invocation.status, invocation.document["exit_code"]) == (status, code % 2**64)
    assert limpid("run", tmp_path / "guest.elf", "--json").status == 0


def _exiting(code: int) -> list[int]:
    return [
        encode("addi", CALL_NUMBER_REGISTER, immediate=HALT_CALL),
        encode("addi", CALL_ARGUMENT_REGISTER, immediate=code),
        encode("ecall"),
    ]


def test_negative_exit_code_shows_both_ways(tmp_path: Path) -> None:
    (tmp_path / "guest.elf").write_bytes(program_elf(_exiting(-1)))
    assert f"{2**64 - 1} (-1)" in limpid("run", tmp_path / "guest.elf").stdout


def test_guest_is_read_once_from_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    content = Path(SHA256).read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    assert limpid("run", tmp_path / "pipe", "--input-hex", "0X616263", "--json").document["output"] == ABC
    writer.join()
    assert limpid("run", "-", "--json", standard_input=content).status == 0


def test_public_output_goes_to_standard_output_alone() -> None:
    completed = CliRunner().invoke(main, ["run", SHA256, "--input-hex", "616263", "--public-output", "-"])
    assert completed.stdout_bytes.hex() == ABC
    assert completed.stderr.startswith("exit code            0\n")


def test_guest_and_input_from_one_standard_input_are_misuse() -> None:
    invocation = limpid("run", "-", "--input", "-", "--json")
    message = "GUEST.elf and --input are both the standard stream"
    assert (invocation.status, invocation.error["message"]) == (2, message)


@pytest.mark.parametrize("command", ["run", "check-trace"])
def test_input_without_an_end_is_refused(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limpid.commands.options.INPUT_CAPACITY_BYTES", 1 << 21)
    invocation = limpid(command, SHA256, "--input", "/dev/zero", "--json")
    assert invocation.status == 1
    assert invocation.error["message"] == "/dev/zero: holds more than the 2,097,152 bytes that there is room for"


def test_guest_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limpid.commands.options.LARGEST_ELF_BYTES", 1 << 21)
    assert limpid("run", "/dev/zero", "--json").error["kind"] == "file"


def test_trap_shows_the_chain_of_calls_with_source_lines(tmp_path: Path) -> None:
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed")
    source, elf = tmp_path / "guest.c", tmp_path / "guest.elf"
    source.write_text(
        "__attribute__((noinline)) void crash(int *place) {\n  *place = 1;\n}\n\n"
        "int main(void) {\n  crash((int *)4);\n  return 0;\n}\n"
    )
    build([source], elf, extra_flags=["-g"])
    invocation = limpid("run", elf)
    assert invocation.status == 1
    crash, main_, *_ = [line for line in invocation.stderr.splitlines() if line.startswith("  at ")]
    assert "in crash" in crash
    assert crash.endswith("(guest.c:2)")
    assert "in main" in main_
    assert main_.endswith("(guest.c:6)")
    for command in (["run"], ["check-trace"], ["prove", "-o", tmp_path / "proof", "--parameters", "tiny", "--dev"]):
        stack = limpid(command[0], elf, *command[1:], "--json").error["stack"]
        assert [frame["source"] for frame in stack][:2] == ["guest.c:2", "guest.c:6"]
    build([source], elf)
    assert [frame["source"] for frame in limpid("run", elf, "--json").error["stack"]][:2] == [None, None]


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        (
            "#include <assert.h>\nint main(int count, char **names) { (void)names; assert(count == 2); return 0; }\n",
            "an assertion failed: limpid run shows its message",
        ),
        (
            "#include <stdlib.h>\nint main(void) { void *p = malloc(8); free(p); free(p); return 0; }\n",
            "look for memory that is freed twice",
        ),
    ],
    ids=["assert", "free"],
)
def test_abort_of_the_library_is_told_by_its_cause(source: str, advice: str, tmp_path: Path) -> None:
    if shutil.which(DEFAULT_COMPILER) is None or not PICOLIBC_LIBRARIES.is_dir():
        pytest.skip(f"needs {DEFAULT_COMPILER} and picolibc")
    (tmp_path / "guest.c").write_text(source)
    build([tmp_path / "guest.c"], tmp_path / "guest.elf", extra_flags=["-fno-builtin"])
    assert f"\nNext: {advice}" in limpid("run", tmp_path / "guest.elf").stderr


def test_profile_below_a_file_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    error = limpid("run", tmp_path / "missing", "--profile", tmp_path / "file" / "inside", "--json").error
    assert (
        error["message"]
        == f"{tmp_path / 'file' / 'inside'}: cannot be a directory: {tmp_path / 'file'} is no directory"
    )
    assert (error["kind"], error["next_step"]) == ("file", "name another directory")


def test_profile_of_a_guest_whose_name_is_no_text_is_written(tmp_path: Path) -> None:
    guest = os.fsdecode(os.fsencode(tmp_path) + b"/g\xff.elf")
    Path(guest).write_bytes(Path(SHA256).read_bytes())
    assert limpid("run", guest, "--profile", tmp_path / "profile").status == 0
    assert r"g\udcff.elf: 4,870 instructions" in (tmp_path / "profile" / "flame_graph.html").read_text()
