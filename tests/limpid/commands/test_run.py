"""`limpid run`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from spec.memory_map import OUTPUT
from tests.limpid.commands.invocation import (
    FIBONACCI,
    OUTSIDE_MEMORY_ELF,
    SCRIBBLED_BYTES,
    SCRIBBLING_ELF,
    SHA256,
    TRAPPING_ELF,
    limpid,
)

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
    reason = f"the program accessed the output region at {OUTPUT.start + SCRIBBLED_BYTES:#x}, behind the output"
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
