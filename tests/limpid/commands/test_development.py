"""`limpid prove --dev`: a receipt that proves nothing, says so everywhere, and is admitted only by name."""

from __future__ import annotations

from pathlib import Path

import pytest

import limpid as api
from limpid.errors import TrapError
from spec.protocol.development import decode_development_receipt
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from tests.limpid.commands.invocation import FIBONACCI, SCRIBBLING_ELF, SHA256, TRAPPING_ELF, limpid

TEN = (10).to_bytes(8, "little")
OUTPUT = (55).to_bytes(8, "little")
WARNING = "this is a development receipt: it PROVES NOTHING"


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("development") / "receipt"
    run = api.prove_dev(FIBONACCI, TEN, parameters="tiny")
    assert run.encoded == run.receipt.encoded()
    path.write_bytes(run.encoded)
    return path


def test_prove_dev_writes_a_receipt_and_says_that_it_proves_nothing(receipt: Path, tmp_path: Path) -> None:
    arguments = ["--input-hex", TEN.hex(), "--parameters", "tiny", "--dev", "--json"]
    files = ["--output", tmp_path / "receipt", "--public-output", tmp_path / "output"]
    invocation = limpid("prove", FIBONACCI, *files, *arguments)
    written = (tmp_path / "receipt").read_bytes()
    assert written == receipt.read_bytes()
    assert (tmp_path / "output").read_bytes() == OUTPUT
    assert invocation.stderr == f"Note: {WARNING}, and verify rejects it without --allow-dev\n"
    document = invocation.document
    assert document.pop("seconds") > 0
    assert document == {
        "receipt": str(tmp_path / "receipt"),
        "receipt_bytes": len(written),
        "proven": False,
        "program_id": decode_development_receipt(written, RV64IM).key.program_id.hex(),
        "parameters": "tiny",
        "instructions": api.run(FIBONACCI, TEN).instructions,
        "exit_code": 0,
        "output": OUTPUT.hex(),
    }


def test_receipt_has_the_program_id_of_a_proof(receipt: Path, tiny: Path) -> None:
    proven = api.verify((tiny / "proof").read_bytes(), program=None, output=None, allow_insecure=True)
    assert decode_development_receipt(receipt.read_bytes(), RV64IM).key.program_id == proven.program_id


@pytest.mark.parametrize("backend", ["optimized", "reference"])
@pytest.mark.parametrize("program", [["--any-program"], ["--program", FIBONACCI]])
def test_verify_rejects_a_receipt_by_default(program: list[str], backend: str, receipt: Path) -> None:
    arguments = ["--any-output", "--allow-insecure", "--backend", backend, "--json"]
    invocation = limpid("verify", receipt, *program, *arguments)
    assert invocation.status == 1
    document = invocation.document
    assert (document["accepted"], document["reason"]) == (False, Rejection.DEVELOPMENT_RECEIPT.name)


def test_api_rejects_a_receipt(receipt: Path) -> None:
    with pytest.raises(Rejected) as caught:
        api.verify(receipt.read_bytes(), program=None, output=None, allow_insecure=True)
    assert caught.value.reason is Rejection.DEVELOPMENT_RECEIPT


@pytest.mark.parametrize("program", [["--any-program"], ["--program", FIBONACCI]])
def test_verify_that_allows_receipts_says_that_nothing_is_proven(program: list[str], receipt: Path) -> None:
    statement = [*program, "--public-output-hex", OUTPUT.hex(), "--allow-insecure", "--allow-dev"]
    invocation = limpid("verify", receipt, *statement, "--json")
    assert (invocation.status, invocation.stderr) == (0, f"Note: {WARNING}\n")
    assert invocation.document == {
        "accepted": True,
        "proven": False,
        "reason": None,
        "security_bits": 0,
        "program_id": decode_development_receipt(receipt.read_bytes(), RV64IM).key.program_id.hex(),
        "parameters": "tiny",
        "exit_code": 0,
        "output": OUTPUT.hex(),
    }
    assert limpid("verify", receipt, *statement).stdout.startswith("verdict     NOT PROVEN, allowed by --allow-dev\n")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (["--program", SHA256, "--any-output", "--allow-insecure"], Rejection.PROGRAM_DIFFERS),
        (["--program", "00" * 32, "--any-output", "--allow-insecure"], Rejection.PROGRAM_DIFFERS),
        (["--any-program", "--public-output-hex", "00", "--allow-insecure"], Rejection.OUTPUT_DIFFERS),
        (["--any-program", "--any-output", "--exit-code", "1", "--allow-insecure"], Rejection.EXIT_CODE_DIFFERS),
        (["--any-program", "--any-output"], Rejection.PARAMETERS_INSECURE),
    ],
)
def test_receipt_of_another_statement_is_rejected(changed: list[str], reason: Rejection, receipt: Path) -> None:
    invocation = limpid("verify", receipt, *changed, "--allow-dev", "--json")
    assert (invocation.status, invocation.document["reason"]) == (1, reason.name)


@pytest.mark.parametrize("option", ["--exit-code=-1", "--exit-code=18446744073709551615"])
def test_receipt_with_another_exit_code_shows_both_readings_of_those(option: str, receipt: Path) -> None:
    arguments = ["--any-program", "--any-output", option, "--allow-insecure", "--allow-dev", "--json"]
    document = limpid("verify", receipt, *arguments).document
    assert document["detail"] == "it ended with 0, expected 18446744073709551615 (-1)"
    assert (document["expected"], document["found"]) == (2**64 - 1, 0)


def test_proof_is_accepted_as_proven_where_receipts_are_allowed(tiny: Path) -> None:
    arguments = ["--program", FIBONACCI, "--any-output", "--allow-insecure", "--allow-dev", "--json"]
    document = limpid("verify", tiny / "proof", *arguments).document
    assert (document["accepted"], document["proven"]) == (True, True)


def test_inspect_shows_that_a_receipt_proves_nothing(receipt: Path) -> None:
    document = limpid("inspect", receipt, "--json").document
    assert (document["kind"], document["proven"], document["output"]) == ("development receipt", False, OUTPUT.hex())
    size = len(receipt.read_bytes())
    assert f"development receipt, {size} bytes, PROVES NOTHING" in limpid("inspect", receipt).stdout


@pytest.mark.parametrize("arguments", [["--out", "folder"], ["--out", "folder", "--output", "x"], []])
def test_prove_dev_without_a_file_of_its_own_is_misuse(arguments: list[str]) -> None:
    assert limpid("prove", FIBONACCI, "--dev", *arguments, "--json").status == 2


def test_run_that_could_not_be_proven_has_no_receipt(tmp_path: Path) -> None:
    with pytest.raises(TrapError):
        api.prove_dev(TRAPPING_ELF, parameters="tiny")
    (tmp_path / "guest.elf").write_bytes(SCRIBBLING_ELF)
    invocation = limpid("prove", tmp_path / "guest.elf", "--dev", "--output", tmp_path / "receipt", "--json")
    assert (invocation.status, invocation.error["kind"]) == (1, "unprovable")
    assert not (tmp_path / "receipt").exists()
