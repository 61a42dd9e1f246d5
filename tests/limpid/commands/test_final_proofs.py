"""`limpid prove --final`, `limpid aggregate`, and what the other commands do with a final proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from limpid.api import aggregating, final_proving, verifying
from limpid.commands import prove
from limpid.errors import OutOfMemoryError
from limpid.guest_build.build import build
from limpid.runs import tree_memory
from limpid.runs.long_runs import Place
from reference.segments.folder import FINAL_NAME, in_use
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.parameters import RECURSION
from spec.protocol.final_encoding import FINAL_MAGIC
from spec.protocol.key import VerificationKey
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.protocol.recursion import most_segments
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from tests.final_size import FINAL_BYTES
from tests.guest.accelerator_cases import keccak256
from tests.limpid.commands.invocation import FIBONACCI, limpid

INPUT = (10).to_bytes(8, "little").hex()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof under parameters that no circuit verifies."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.proof"
    done = limpid("prove", FIBONACCI, "--input-hex", INPUT, "--parameters", "tiny", "--output", path)
    assert done.status == 0
    return path


def test_run_under_another_parameter_set_is_not_folded(tiny: Path, tmp_path: Path) -> None:
    final = tmp_path / "final"
    failed = limpid("aggregate", tiny, "--output", final, "--json")
    assert failed.status == 1
    error = failed.document["error"]
    assert error["kind"] == "unfoldable"
    assert error["message"] == "the segments are proven under tiny, and circuits verify recursion only"
    assert error["next_step"] == "prove the run with --parameters recursion"
    assert not final.exists()


@pytest.mark.parametrize("content", [b"", b"no proof", b"LIMPIDPF"])
def test_file_that_is_no_proof_of_a_run_is_not_folded(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    failed = limpid("aggregate", tmp_path / "file", "--output", tmp_path / "final", "--json")
    assert failed.status == 1
    assert failed.document["error"]["message"].startswith(f"{tmp_path / 'file'}: is no proof that can be folded: ")
    assert not (tmp_path / "final").exists()


def test_final_proof_is_not_folded_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(FINAL_MAGIC)
    failed = limpid("aggregate", tmp_path / "file", "--output", tmp_path / "final", "--json")
    assert failed.status == 1
    assert failed.document["error"]["message"] == f"{tmp_path / 'file'}: is a final proof already"


def test_folder_without_a_proof_says_how_to_finish_it(tmp_path: Path) -> None:
    failed = limpid("aggregate", tmp_path)
    assert failed.status == 1
    assert f"{tmp_path}: holds no proof.limpid yet\nNext: finish it with: limpid prove" in failed.stderr


def test_path_that_is_missing_is_named_before_an_output_is_asked_for(tmp_path: Path) -> None:
    failed = limpid("aggregate", tmp_path / "run", "--json")
    assert (failed.status, failed.error["kind"]) == (1, "file")
    assert failed.error["message"] == f"{tmp_path / 'run'}: no such file or directory"
    assert failed.error["next_step"] == f"check the name: {tmp_path} holds no such file"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["aggregate", "-"], "name the final proof's file with --output, or a folder for the tree with --out"),
        (["aggregate", "run", "-o", "run"], "PROOF and --output are the same file run"),
        (["aggregate", "run", "-o", "x", "--workers", "2"], "--workers and --scheduler need a folder"),
        (
            ["aggregate", "run", "--out", "x", "--workers", "2", "--scheduler", "tcp://x"],
            "--workers and --scheduler exclude each other",
        ),
        (
            ["prove", FIBONACCI, "-o", "x", "--final", "--parameters", "segment"],
            "--final folds segments under recursion: leave out --parameters",
        ),
        (["prove", FIBONACCI, "-o", "x", "--final", "--dev"], "--final proves, and with the backend optimized only"),
        (
            ["prove", FIBONACCI, "-o", "x", "--final", "--backend", "reference"],
            "--final proves, and with the backend optimized only",
        ),
    ],
)
def test_misuse_is_told_before_anything_is_done(arguments: list[str], message: str) -> None:
    misused = limpid(*arguments)
    assert misused.status == 2
    assert message in misused.stderr


def test_bytes_that_begin_like_a_final_proof_are_rejected_for_what_they_are(tmp_path: Path) -> None:
    file = tmp_path / "final"
    file.write_bytes(FINAL_MAGIC + b"\1\0")
    rejected = limpid("verify", file, "--any-program", "--any-output", "--json")
    assert rejected.status == 1
    assert rejected.document["reason"] == Rejection.ENCODING_TRUNCATED.name
    file.write_bytes(FINAL_MAGIC + b"\2\0")
    rejected = limpid("verify", file, "--any-program", "--any-output", "--json")
    assert rejected.document["reason"] == Rejection.PROOF_VERSION.name
    assert limpid("inspect", file).status == 1


def test_name_that_no_file_can_have_is_told_as_it_was_given() -> None:
    name = 300 * "a"
    failed = limpid("verify", name, "--any-program", "--any-output")
    assert failed.status == 1
    assert failed.stderr.startswith(f"Error: {name}: file name too long\n")


@pytest.mark.slow
def test_run_of_one_segment_with_a_chosen_exit_code_has_a_small_final_proof(tmp_path: Path) -> None:
    """With the real parameters: some minutes, and six gigabytes."""
    source, guest, final = tmp_path / "guest.c", tmp_path / "guest.elf", tmp_path / "final"
    source.write_text('#include "zkvm_io.h"\nint main(void) { write_output((const uint8_t *)"seven", 5); return 7; }\n')
    build([source], guest)
    run = tmp_path / "run"
    done = limpid("prove", guest, "--final", "--out", run, "--output", final, "--json")
    assert (done.status, done.document["segments"], done.document["exit_code"]) == (0, 1, 7)
    encoded = final.read_bytes()
    assert encoded == (run / FINAL_NAME).read_bytes()
    assert len(encoded) <= FINAL_BYTES

    asked = ["--program", guest, "--public-output-hex", b"seven".hex(), "--exit-code", "7", "--json"]
    for proof in (final, run):
        accepted = limpid("verify", proof, *asked)
        assert (accepted.status, accepted.document["segments"]) == (0, 1)
        assert accepted.document["whole_run_bits"] >= 128
    for change, reason in (
        (["--exit-code", "8"], "EXIT_CODE_DIFFERS"),
        (["--program", FIBONACCI], "PROGRAM_DIFFERS"),
        (["--public-output-hex", "00"], "OUTPUT_DIFFERS"),
    ):
        rejected = limpid("verify", final, *asked, *change)
        assert (rejected.status, rejected.document["reason"]) == (1, reason)
    shown = limpid("inspect", final, "--json").document
    assert (shown["kind"], shown["segments"], shown["exit_code"]) == ("final proof", 1, 7)

    (run / FINAL_NAME).unlink()
    with in_use(run):
        busy = limpid("aggregate", run, "--json")
    assert (busy.status, busy.document["error"]["kind"]) == (1, "folder")
    again = limpid("aggregate", run, "--json")
    assert again.document["unused_files"] == []
    assert (run / FINAL_NAME).read_bytes() == encoded


@pytest.mark.parametrize(("workers", "said"), [(None, "1 node"), (2, "2 nodes")])
def test_tree_that_does_not_fit_in_memory_is_refused(
    workers: int | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_memory, "available_memory_bytes", lambda: 2**32)
    with pytest.raises(OutOfMemoryError, match=f"{said} at a time take about"):
        aggregating.require_memory(None if workers is None else Place(Path("run"), workers))
    monkeypatch.setattr(tree_memory, "available_memory_bytes", lambda: 2**36)
    aggregating.require_memory(Place(Path("run"), workers))


class _Segment:
    def public(self, name: str) -> int:
        return int(name == "exit_code_0")


@dataclass(frozen=True)
class _Run:
    """As much of a proof under the parameters that circuits verify as is looked at before it is folded."""

    segments: Sequence[_Segment]
    key: VerificationKey
    output: bytes = b""


@pytest.fixture
def folding(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Folds runs of so many segments in no time."""

    def prepare(segments: int) -> None:
        key = VerificationKey(RV64IM, RECURSION, (), (), {})
        monkeypatch.setattr(aggregating, "decode_proof", lambda *_: _Run([_Segment()] * segments, key))
        monkeypatch.setattr(aggregating, "require_memory", lambda _: None)
        monkeypatch.setattr(aggregating, "_made", lambda *_: SimpleNamespace(program=key, output=b""))
        monkeypatch.setattr(aggregating, "encode_final", lambda _: b"final")

    return prepare


def test_run_of_more_segments_than_a_tree_takes_is_not_folded(folding: Callable[[int], None]) -> None:
    folding(most_segments(RV64IM) + 1)
    with pytest.raises(aggregating.UnfoldableRunError, match="the run has 1,025 segments, and a tree takes 1,024"):
        aggregating.aggregate(b"")


def test_folder_is_made_and_holds_no_final_proof_that_is_not_accepted(
    folding: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folding(1)
    folder = tmp_path / "new" / "run"
    with pytest.raises(Rejected):
        aggregating.aggregate(b"", Place(folder))
    assert not folder.parent.exists()
    asked: list[int] = []
    monkeypatch.setattr(aggregating, "verify", lambda *_, exit_code: asked.append(exit_code))
    assert aggregating.aggregate(b"", Place(folder)).encoded == b"final"
    assert ((folder / FINAL_NAME).read_bytes(), asked) == (b"final", [1])


def test_too_little_memory_is_told_before_the_segments_are_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("segments were proven")

    monkeypatch.setattr(tree_memory, "available_memory_bytes", lambda: 2**32)
    monkeypatch.setattr(final_proving, "prove_final", refuse)
    failed = limpid("prove", FIBONACCI, "--final", "--output", "final", "--json")
    assert (failed.status, failed.document["error"]["kind"]) == (1, "memory")


def test_public_output_on_standard_output_stands_there_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Backend:
        def compile(self, *_: object) -> tuple[str, ...]:
            return ("said once",)

    monkeypatch.setattr(prove, "backend_named", lambda _: Backend())
    final = aggregating.Final(b"final", VerificationKey(RV64IM, RECURSION, (), (), {}), b"seven", 0, 1, 0.0, 9)
    monkeypatch.setattr(aggregating, "require_memory", lambda _: None)
    monkeypatch.setattr(final_proving, "prove_final", lambda *_, **__: final)
    done = limpid("prove", FIBONACCI, "--final", "--output", tmp_path / "final", "--public-output", "-")
    assert (done.status, done.stdout) == (0, "seven")
    assert done.stderr.count("Note: said once") == 1
    assert (tmp_path / "final").read_bytes() == b"final"


def test_claimed_output_that_no_run_has_is_shown_without_figures(tiny: Path, tmp_path: Path) -> None:
    proof = decode_proof(tiny.read_bytes(), RV64IM)
    (tmp_path / "long").write_bytes(encode_proof(replace(proof, output=bytes(OUTPUT_CAPACITY_BYTES + 1))))
    shown = limpid("inspect", tmp_path / "long", "--json")
    assert (shown.status, shown.document["security_bits"]) == (0, None)


@pytest.mark.parametrize(
    ("reason", "told"),
    [(Rejection.KEY_LIST_DIFFERS, True), (Rejection.FINAL_KEY_DIFFERS, True), (Rejection.RUN_DIFFERS, False)],
)
def test_final_proof_of_another_version_is_told_from_a_false_one(
    reason: Rejection, told: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Rejected(reason)

    monkeypatch.setattr(verifying, "verify", refuse)
    (tmp_path / "final").write_bytes(FINAL_MAGIC)
    rejected = limpid("verify", tmp_path / "final", "--any-program", "--any-output")
    assert rejected.status == 1
    note = "Note: another version of Limpid made this final proof: verify it with that one, or fold the run anew"
    assert (note in rejected.stderr) is told


@pytest.mark.slow
def test_run_that_calls_accelerators_has_a_final_proof_of_the_same_size(tmp_path: Path) -> None:
    """With the real parameters: some minutes, and six gigabytes."""
    guest, final = FIBONACCI.replace("fibonacci", "keccak256"), tmp_path / "final"
    done = limpid("prove", guest, "--input-hex", "00", "--final", "--output", final, "--json")
    assert (done.status, done.document["segments"]) == (0, 1)
    assert len(final.read_bytes()) <= FINAL_BYTES
    output = ["--public-output-hex", keccak256(b"\0").hex()]
    accepted = limpid("verify", final, "--program", guest, *output, "--json")
    assert (accepted.status, accepted.document["whole_run_bits"] >= 128) == (0, True)
    rejected = limpid("verify", final, "--program", guest, "--public-output-hex", keccak256(b"\1").hex(), "--json")
    assert (rejected.status, rejected.document["reason"]) == (1, "OUTPUT_DIFFERS")
