"""The Python API: typed results, one root of all errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import limpid
from limpid.api import proving, verifying
from limpid.api.executing import profile
from limpid.errors import (
    EmptyProgramError,
    FileError,
    MisuseError,
    ParametersError,
    ProgramError,
    SecurityError,
    TooLargeError,
    TooLongError,
)
from limpid.guest_build.build import EXAMPLES
from limpid.reading.inspection import ProofContent
from limpid.reading.programs import Elf
from limpid.runs import optimized_runs
from limpid.runs.long_runs import Place, prove_in_folder
from reference.loader import LoadRejection
from reference.prover.progress import Stage
from reference.segments.in_memory import PlanStore, PlanStoreError
from reference.trace.errors import TraceTooLongError
from reference.verifier.program import Verified
from spec.parameters import TINY
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.protocol.shape import SegmentShape, is_listed
from spec.rv64im import recursion_shapes
from spec.rv64im.machine import RV64IM
from tests.reference.elf_file import program_elf

FIBONACCI = EXAMPLES / "elf" / "fibonacci.elf"


def _mistaken(function: Any, *arguments: Any, **options: Any) -> Callable[[], object]:
    return partial(function, *arguments, **options)


def test_exported_names_exist_and_are_sorted() -> None:
    assert limpid.__all__ == sorted(limpid.__all__)
    assert all(hasattr(limpid, name) for name in limpid.__all__)


@pytest.mark.parametrize("elf", [FIBONACCI, str(FIBONACCI), FIBONACCI.read_bytes()], ids=["path", "name", "bytes"])
def test_run_takes_a_guest_in_any_form(elf: Elf) -> None:
    execution = limpid.run(elf, (10).to_bytes(8, "little"))
    assert execution.output == (55).to_bytes(8, "little")


def test_run_of_other_bytes_raises_a_program_error() -> None:
    with pytest.raises(ProgramError) as caught:
        limpid.run(b"no ELF")
    assert caught.value.details["reason"] == LoadRejection.BAD_MAGIC.name
    assert isinstance(caught.value, limpid.LimpidError)


def test_run_of_a_missing_file_raises_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        limpid.run(tmp_path / "missing")


@pytest.mark.parametrize("function", [limpid.keygen, limpid.prove])
def test_unknown_parameter_set_raises_before_any_work(function: object, tmp_path: Path) -> None:
    assert callable(function)
    with pytest.raises(ParametersError) as caught:
        function(tmp_path / "missing", parameters="huge")
    assert str(caught.value) == "there is no parameter set huge"
    assert caught.value.exit_status == 2


def test_run_too_long_for_a_segment_raises_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_: object, **__: object) -> None:
        raise TraceTooLongError("the clock would pass its limit")

    monkeypatch.setattr(optimized_runs, "plan_compiled_run", too_long)
    with pytest.raises(TooLongError) as caught:
        limpid.prove(FIBONACCI, parameters="tiny")
    assert str(caught.value) == "the clock would pass its limit"


def test_check_trace_lists_every_table() -> None:
    check = limpid.check_trace(FIBONACCI, (3).to_bytes(8, "little"))
    assert check.violations == ()
    assert check.instructions == limpid.run(FIBONACCI, (3).to_bytes(8, "little")).instructions
    (tables,) = check.table_heights
    assert dict(tables)["halt"] == 2


def test_prove_passes_its_observer_on_and_times_itself(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored, heard = decode_proof((tiny / "proof").read_bytes(), RV64IM), []

    def prove_planned(*arguments: object) -> object:
        observer = arguments[-1]
        assert callable(observer)
        observer(Stage.PIN, 0.0)
        return encode_proof(stored), tuple(segment.shape for segment in stored.segments)

    monkeypatch.setattr(proving, "prove_planned", prove_planned)
    ten = (10).to_bytes(8, "little")
    proof = limpid.prove(FIBONACCI, ten, parameters="tiny", observer=lambda *said: heard.append(said))
    assert heard == [(Stage.PLAN, 0.0), (Stage.PIN, 0.0)]
    assert proof.seconds > 0
    assert (proof.encoded, proof.key, proof.output) == (encode_proof(stored), stored.key, (55).to_bytes(8, "little"))
    assert (proof.exit_code, proof.segments) == (0, 1)
    content = limpid.inspect(proof.encoded)
    assert isinstance(content, ProofContent)
    assert proof.security == content.security
    assert proof.instructions == limpid.run(FIBONACCI, ten).instructions


def test_program_that_no_listed_shape_holds_raises_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = ({"program_table": 2, "image_table": 2, "region_table": 5},)
    monkeypatch.setattr(recursion_shapes, "LISTED_PROGRAMS", sizes)
    for function in (limpid.keygen, limpid.prove):
        with pytest.raises(TooLargeError, match=r"program_table needs \d+ rows, the largest listed size has 2\^2"):
            function(FIBONACCI, parameters="recursion")


@pytest.mark.slow
def test_proof_under_the_recursion_parameters_has_a_listed_shape() -> None:
    proof = limpid.prove(FIBONACCI, (1000).to_bytes(8, "little"), parameters="recursion")
    accepted = limpid.verify(proof.encoded, program=proof.key, output=proof.output)
    (shape,) = accepted.verified.shapes
    assert is_listed(shape)
    assert accepted.security_bits >= 140


def _verified_segments(count: int, parameters: str) -> Verified:
    """What the verifier says of a run of so many small segments under a set."""
    proof = limpid.prove(FIBONACCI, bytes(8), parameters="tiny")
    accepted = limpid.verify(proof.encoded, program=None, output=None, allow_insecure=True).verified
    key = limpid.keygen(FIBONACCI, parameters=parameters)
    (shape,) = accepted.shapes
    return replace(accepted, key=key, segments=count, shapes=(SegmentShape(RV64IM, shape.heights_log2),) * count)


@pytest.mark.parametrize(("parameters", "segments", "is_enough"), [("final", 4096, False), ("segment", 4096, True)])
def test_run_below_128_bits_is_refused_unless_fewer_are_asked_for(
    parameters: str, segments: int, is_enough: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = _verified_segments(segments, parameters)
    stub = SimpleNamespace(verifier=lambda: lambda *_arguments, **_options: verified)
    monkeypatch.setattr(verifying, "backend_named", lambda _name: stub)
    bits = limpid.verify(b"", program=None, output=None, least_bits=0).security.whole_run_bits
    assert (bits >= 128) == is_enough
    if is_enough:
        assert limpid.verify(b"", program=None, output=None).verified == verified
        return
    with pytest.raises(SecurityError) as refused:
        limpid.verify(b"", program=None, output=None)
    assert refused.value.details == {"whole_run_bits": bits, "least_bits": 128}


def test_full_temporary_folder_raises_a_file_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise PlanStoreError("no space left on device")

    monkeypatch.setattr(PlanStore, "keep", full)
    with pytest.raises(FileError) as caught:
        limpid.prove(FIBONACCI, bytes(8), parameters="tiny")
    assert str(caught.value) == "the temporary file of the plans: no space left on device"
    assert caught.value.next_step == "let TMPDIR name a folder with room, or prove in a folder with --out"


@pytest.mark.parametrize("backend", ["optimized", "reference"])
@pytest.mark.parametrize("exit_code", [2**64, -(2**64), None, 0.0, False])
def test_exit_code_that_is_none_accepts_no_proof_and_no_receipt(exit_code: Any, backend: str, tiny: Path) -> None:
    proof = (tiny / "proof").read_bytes()
    receipt = limpid.prove_dev(FIBONACCI, bytes(8), parameters="tiny").encoded
    asked: dict[str, Any] = {"program": None, "output": None, "allow_insecure": True, "exit_code": exit_code}
    with pytest.raises(MisuseError, match=r"^the exit code has to be "):
        limpid.verify(proof, **asked, backend=backend)
    with pytest.raises(MisuseError, match=r"^the exit code has to be "):
        limpid.check_dev_receipt(receipt, **asked)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (_mistaken(limpid.run, bytearray(4)), "elf has to be of type str or Path or bytes or Program, not bytearray"),
        (_mistaken(limpid.run, FIBONACCI, "00"), "private_input has to be of type bytes, not str"),
        (
            _mistaken(limpid.run, FIBONACCI, maximum_instructions=1.5),
            "maximum_instructions has to be of type int, not float",
        ),
        (_mistaken(profile, FIBONACCI, bytearray()), "private_input has to be of type bytes, not bytearray"),
        (_mistaken(limpid.check_trace, FIBONACCI, None), "private_input has to be of type bytes, not NoneType"),
        (_mistaken(limpid.keygen, FIBONACCI, parameters=TINY), "parameters has to be of type str, not ParameterSet"),
        (_mistaken(limpid.keygen, FIBONACCI, backend=None), "backend has to be of type str, not NoneType"),
        (_mistaken(limpid.prove, FIBONACCI, Path("input")), "private_input has to be of type bytes, not PosixPath"),
        (_mistaken(limpid.prove_dev, FIBONACCI, []), "private_input has to be of type bytes, not list"),
        (
            _mistaken(prove_in_folder, Place(Path("missing")), FIBONACCI, "00"),
            "private_input has to be of type bytes, not str",
        ),
        (_mistaken(limpid.inspect, Path("proof")), "encoded has to be of type bytes, not PosixPath"),
        (_mistaken(limpid.decode_key, "key"), "encoded has to be of type bytes, not str"),
        (
            _mistaken(limpid.verify, Path("proof"), program=None, output=None),
            "the proof has to be bytes, not of type PosixPath",
        ),
        (
            _mistaken(limpid.verify, b"", program=None, output=None, least_bits=True),
            "least_bits has to be of type int, not bool",
        ),
        (
            _mistaken(limpid.verify, b"", program=None, output=None, least_bits=-1),
            "least_bits has to be 0 or more, not -1",
        ),
        (
            _mistaken(limpid.check_dev_receipt, b"", program=None, output="00"),
            "the output has to be bytes, not of type str",
        ),
    ],
)
def test_argument_of_another_type_is_misuse(call: Callable[[], object], message: str) -> None:
    with pytest.raises(MisuseError) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("word", "what"),
    [(0x0010_0073, "1 words that decode"), (0, "0 words that decode")],
    ids=["ebreak", "no instruction"],
)
def test_program_of_which_no_word_can_execute_has_no_key(word: int, what: str) -> None:
    with pytest.raises(EmptyProgramError, match=f"program_table has no row: the program holds {what}"):
        limpid.keygen(program_elf([word]))


def test_empty_path_of_a_guest_is_misuse() -> None:
    with pytest.raises(MisuseError) as caught:
        limpid.run("")
    assert (caught.value.message, caught.value.next_step) == ("elf is an empty path", "give the path of an ELF file")
