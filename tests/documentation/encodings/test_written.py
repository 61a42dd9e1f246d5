"""Writes are recorded with their place in the encoders' source."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from documentation.encodings import fields, listing
from documentation.encodings.example import ROOT, example_proof
from documentation.encodings.fields import FIELDS, Field, byte_key, byte_segment, byte_widths
from documentation.encodings.written import Step, recorded
from spec.parameters import TINY
from spec.protocol import key_encoding, proof_encoding
from spec.protocol.canonical import Writer
from spec.protocol.key import key_heights
from spec.protocol.key_encoding import encode_key


def _changed(function: Callable[..., Any], module: Any, before: str, after: str, tmp: Any) -> Callable[..., Any]:
    """An encoder with one line of its source exchanged, in a file of its own so that its lines can be read."""
    source = inspect.getsource(function)
    assert before in source
    path = tmp / "changed.py"
    path.write_text("from __future__ import annotations\n" + source.replace(before, after))
    names = dict(vars(module))
    exec(compile(path.read_text(), str(path), "exec"), names)
    found: Callable[..., Any] = names[function.__name__]
    return found


def test_writes_of_a_key_are_its_bytes_with_the_encoder_s_words() -> None:
    key = example_proof().key
    writes = recorded(lambda: encode_key(key))
    assert b"".join(written.encoded for written in writes) == encode_key(key)
    assert writes[0].path == (Step("key", 0), Step("KEY_MAGIC", 0))
    turns = [w.path[-1].turn for w in writes if w.path[-1].expression == "commitment.answers"]
    assert turns == list(range(len(key_heights(TINY, key.program_heights_log2))))


def test_rounds_of_a_proof_are_counted_within_their_layer() -> None:
    places = [w.path[1:] for w in fields.example_writes() if w.place[1:] == ("layer.rounds", "sent")]
    expected = [(Step("layer.rounds", layer), Step("sent", sent)) for layer in range(18) for sent in range(layer + 1)]
    assert places == expected


def test_encoding_that_no_writer_wrote_is_refused() -> None:
    def encode() -> bytes:
        writer = Writer()
        writer.count(1)
        return writer.encoded() + b"more"

    with pytest.raises(ValueError, match=r"^no writer wrote what the encoder returned$"):
        recorded(encode)


def test_field_moved_in_the_encoder_moves_in_the_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    before = byte_key()
    moved = "    writer.raw(key.machine.digest)\n"
    anchor = "    writer.raw(parameters_digest(key.parameters))\n"
    changed = _changed(key_encoding.write_key, key_encoding, anchor + moved, moved + anchor, tmp_path)
    monkeypatch.setattr(key_encoding, "write_key", changed)
    lines = byte_key().splitlines()
    assert sorted(lines) == sorted(before.splitlines())
    assert lines != before.splitlines()


def test_field_that_nobody_has_a_word_for_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    anchor = "    writer.raw(key.machine.digest)\n"
    added = _changed(key_encoding.write_key, key_encoding, anchor, anchor + "    writer.unsigned(7, 1)\n", tmp_path)
    monkeypatch.setattr(key_encoding, "write_key", added)
    with pytest.raises(KeyError, match="7"):
        byte_key()


def test_every_word_is_of_a_field_that_is_written() -> None:
    written = {step.expression for of in fields.FORMATS.values() for w in of.fields() for step in w.path}
    assert set(FIELDS) == written


def test_word_changed_changes_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    before = byte_segment()
    monkeypatch.setitem(fields.FIELDS, "segment.bus_totals", Field("sums", "as they come"))
    assert byte_segment() == before.replace("| totals |", "| sums |").replace("$p_L, q_L, p_G, q_G$", "as they come")


def test_encoder_that_gives_other_bytes_than_the_committed_proof_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proof_encoding, "PROOF_VERSION", 3)
    fields.example_writes.cache_clear()
    with pytest.raises(ValueError, match=r"^the encoder does not give the bytes of the committed proof$"):
        fields.example_writes()


def test_widths_are_those_of_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    before = byte_widths()
    monkeypatch.setattr(Writer, "count", lambda self, count: self.unsigned(count, 8))
    assert [line for line in byte_widths().splitlines() if line not in before] == [
        "| count | 8 | `0100000000000000` | 1; little-endian |"
    ]


def test_items_of_the_listing_have_names_and_follow_each_other() -> None:
    lines = listing.lines()
    assert lines[0] == f"000000  {'magic':60}  4c494d5049445046"
    names = [line[8:68].strip() for line in lines]
    assert "main, addi, real" in names
    assert "program, region_table, kind" in names
    assert "key, stacking height 17, root" in names


def test_python_without_positions_is_refused() -> None:
    script = "from documentation.encodings.fields import byte_key; byte_key()"
    command = [sys.executable, "-B", "-X", "no_debug_ranges", "-c", script]
    cache = {"PYTHONPYCACHEPREFIX": os.devnull}
    ran = subprocess.run(command, cwd=ROOT, env={**os.environ, **cache}, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "ValueError: Python runs without positions in its code: start it without -X no_debug_ranges" in ran.stderr
