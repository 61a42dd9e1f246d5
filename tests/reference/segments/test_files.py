"""Labelled files: what was written is read, and nothing else."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from reference.segments.files import (
    FileFault,
    FileKind,
    Label,
    UnusableFileError,
    read_labelled,
    write_labelled,
    write_whole,
)

LABEL = Label(FileKind.LEAF, 3, bytes(range(32)))


def test_write_that_fails_leaves_the_old_file_and_no_scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "file", b"old")
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        write(path, content[:1])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device"):
        write_whole(tmp_path / "file", b"new")
    monkeypatch.undo()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def _fault(path: Path, label: Label = LABEL) -> FileFault:
    with pytest.raises(UnusableFileError) as caught:
        read_labelled(path, label)
    assert caught.value.path == path
    return caught.value.fault


def test_payload_comes_back_and_nothing_stays_beside(tmp_path: Path) -> None:
    write_labelled(tmp_path / "leaf", LABEL, b"payload")
    assert read_labelled(tmp_path / "leaf", LABEL) == b"payload"
    assert [path.name for path in tmp_path.iterdir()] == ["leaf"]


def test_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_labelled(tmp_path / "leaf", LABEL) is None


def test_every_damaged_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "leaf"
    write_labelled(path, LABEL, b"payload")
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert _fault(path) is FileFault.DAMAGED
    for size_bytes in range(len(whole)):
        path.write_bytes(whole[:size_bytes])
        assert _fault(path) is FileFault.DAMAGED


@pytest.mark.parametrize(
    "label",
    [replace(LABEL, kind=FileKind.SEGMENT_PROOF), replace(LABEL, index=2), replace(LABEL, binding=bytes(32))],
    ids=["kind", "index", "binding"],
)
def test_file_of_something_else_is_foreign(tmp_path: Path, label: Label) -> None:
    write_labelled(tmp_path / "leaf", LABEL, b"payload")
    assert _fault(tmp_path / "leaf", label) is FileFault.FOREIGN


def test_file_of_another_version_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_labelled(tmp_path / "leaf", LABEL, b"payload")
    monkeypatch.setattr("reference.segments.files._VERSION", 1)
    assert _fault(tmp_path / "leaf") is FileFault.VERSION


@pytest.mark.parametrize(("start", "end"), [(0, 8), (54, 62)], ids=["magic", "length"])
def test_file_whose_head_is_wrong_under_a_good_checksum_is_damaged(tmp_path: Path, start: int, end: int) -> None:
    path = tmp_path / "leaf"
    write_labelled(path, LABEL, b"payload")
    body = bytearray(path.read_bytes()[:-32])
    body[start:end] = bytes(end - start)
    path.write_bytes(bytes(body) + hashlib.sha256(body).digest())
    assert _fault(path) is FileFault.DAMAGED


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leaf"
    write_whole(path, b"old")
    monkeypatch.setattr("reference.segments.files.os.replace", _fail)
    with pytest.raises(OSError, match="no rename"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def _fail(*_: object) -> None:
    raise OSError("no rename")


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one begins and ends while the first has written and not renamed."""
    replace, path = os.replace, tmp_path / "file"

    def late(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        write_whole(path, b"second")
        replace(source, target)

    monkeypatch.setattr(os, "replace", late)
    write_whole(path, b"first")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"file": b"first"}


def test_interrupted_writer_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []
