"""The tables of conversations, digests, layouts and rows say what the code does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from documentation.encodings import conversation, digests, example, layouts, payloads, rows
from documentation.encodings.conversation import Absorbed, Drawn, Started
from documentation.encodings.example import ExampleError, example_bytes, example_form, example_program
from documentation.encodings.payloads import PAYLOADS, byte_absorbed, byte_challenges
from documentation.worked_example import worked_program
from spec.parameters import PARAMETER_SETS, TINY
from spec.program import Program
from spec.protocol.labels import Label
from spec.rv64im.machine import RV64IM


def test_conversation_holds_every_challenge_and_every_label() -> None:
    heard = conversation.conversation()
    assert {h.label for h in heard if isinstance(h, Drawn)} == {a for a in Label if a >= Label.PROGRAM_PINNING}
    stated = {h.label for h in heard if isinstance(h, Absorbed) and h.label < Label.PROGRAM_PINNING}
    assert stated == set(PAYLOADS)


def test_conversation_starts_one_for_each_commitment_of_the_key() -> None:
    started = [h.conversation for h in conversation.conversation() if isinstance(h, Started)]
    assert started.count("limpid program commitment") == len(example.example_proof().key.commitments)
    assert started.count("limpid segment") == 1


def test_label_that_nobody_has_a_payload_for_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PAYLOADS, Label.LEAF)
    with pytest.raises(KeyError):
        byte_absorbed()


def test_message_left_out_is_left_out_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    without = tuple(
        h for h in conversation.conversation() if isinstance(h, Started) or h.label is not Label.STACKED_VALUES
    )
    before = byte_absorbed().splitlines()
    monkeypatch.setattr(payloads, "conversation", lambda: without)
    assert [line for line in before if line not in byte_absorbed().splitlines()] == [
        "| absorbs | `stacked_values` 38 | - | 120 | the values of all stacked columns: *program*, *continuation*, "
        "*main* |"
    ]


def test_challenge_of_the_file_and_of_the_table_are_the_same() -> None:
    lines = conversation.transcript_file().splitlines()
    (line,) = (line for line in lines if line.startswith("  challenge local_alpha "))
    assert f"| `local_alpha` | - | `{line.partition(': ')[2]}` |" in byte_challenges()


def test_committed_proof_that_is_rejected_says_how_it_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed = tmp_path / "example.proof"
    changed.write_bytes(example_bytes()[:-1] + bytes([example_bytes()[-1] ^ 1]))
    monkeypatch.setattr(example, "PROOF", changed)
    monkeypatch.setattr(example, "ROOT", tmp_path)
    with pytest.raises(ExampleError, match=r"^example\.proof is rejected: .*`python -m documentation --prove`"):
        example.example_proof.__wrapped__()


def test_text_of_the_machine_has_its_digest_and_says_what_every_line_is() -> None:
    assert f"`{RV64IM.digest.hex()}`" in digests.machine_text()


def test_line_of_the_machine_s_text_that_nobody_explains_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "machine_file", lambda: "machine other\ncolour red\n")
    with pytest.raises(ValueError, match=r"^nobody says what this line of the machine's text is: colour red$"):
        digests.machine_text()


def test_parameter_changed_changes_its_text_and_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests.parameter_texts().splitlines()
    monkeypatch.setattr(digests, "PARAMETER_SETS", {**PARAMETER_SETS, "tiny": replace(TINY, cap_log2=1)})
    changed = [line for line in digests.parameter_texts().splitlines() if line not in before]
    assert len(changed) == 1
    assert "cap_log2=1" in changed[0]


def test_weights_count_every_constraint_and_every_claim() -> None:
    lines = [line.strip("| ").split(" | ") for line in layouts.byte_weights().splitlines()]
    form = example_form()
    last = {name: powers for name, powers, _ in lines[2:]}
    assert int(last["$\\chi$"].split()[-1]) == 1 + form.constraint_count
    assert int(last["$\\gamma$"].split()[-1]) == form.claim_count - 1
    assert int(last["$\\delta'$"].split()[-1]) == form.stacked_count - 1


def test_layout_has_a_line_for_every_table() -> None:
    lines = layouts.byte_layout().splitlines()
    names = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert names == [table.chip.name for table in example_form().shape.tables]


def test_program_changed_changes_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows.program_file()
    program = example_program()
    fewer: Program = replace(program, image=program.image[1:])
    monkeypatch.setattr(rows, "example_program", lambda: fewer)
    after = rows.program_file()
    address, _ = program.image[0]
    assert f"image_table {address} " in before
    assert f"image_table {address} " not in after


def test_instruction_without_a_row_in_the_worked_example_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    program = worked_program()
    monkeypatch.setattr(rows, "worked_program", lambda: replace(program, code=program.code[:3]))
    with pytest.raises(ValueError, match=r"^the worked example has no row of add, addi, "):
        rows.program_row_examples()
