"""Files are written whole or not at all, and every refusal names the file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from limpid.errors import FileError
from limpid.terminal.files import (
    filled_directory,
    read_file,
    require_fillable,
    require_writable,
    write_bytes,
    write_text,
)


def test_written_file_has_the_content_and_ordinary_permissions(tmp_path: Path) -> None:
    path, ordinary = tmp_path / "file", tmp_path / "ordinary"
    ordinary.touch()
    write_bytes(str(path), b"content")
    assert path.read_bytes() == b"content"
    assert path.stat().st_mode == ordinary.stat().st_mode
    assert set(tmp_path.iterdir()) == {path, ordinary}


def test_written_file_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a longer content than the next")
    write_bytes(str(path), b"content")
    assert path.read_bytes() == b"content"


def test_directory_made_to_be_filled_goes_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError), filled_directory(tmp_path / "new" / "inner"):
        (tmp_path / "new" / "inner").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_directory_that_was_there_keeps_what_it_holds_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ZeroDivisionError), filled_directory(tmp_path):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_failure_while_writing_leaves_the_old_file_and_no_scratch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("limpid.terminal.files.os.replace", fail)
    with pytest.raises(FileError) as caught:
        write_bytes(str(path), b"new")
    monkeypatch.undo()
    assert str(caught.value) == f"{path}: no space left on device"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["directory", "pipe"])
def test_place_that_is_no_regular_file_is_refused(place: str, tmp_path: Path) -> None:
    path = tmp_path / place
    if place == "directory":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(FileError) as caught:
        write_bytes(str(path), b"content")
    assert str(caught.value) == f"{path}: exists and is no regular file"
    assert not stat.S_ISREG(path.stat().st_mode)


def test_directory_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limpid.terminal.files.os.access", lambda *_: False)
    with pytest.raises(FileError) as caught:
        require_writable(str(tmp_path / "file"))
    assert str(caught.value) == f"{tmp_path / 'file'}: the directory {tmp_path} cannot be written to"


@pytest.mark.parametrize(
    ("name", "cause"),
    [("missing", "no such file or directory"), (".", "is a directory"), ("a\0b", "embedded null byte")],
)
def test_file_that_cannot_be_read_is_named(
    name: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError) as caught:
        read_file(name)
    assert str(caught.value) == f"{name}: {cause}"
    assert caught.value.details == {"path": name}


def test_directory_to_fill_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FileError, match=f"^{tmp_path}/a/b: the directory {tmp_path} cannot be written to$"):
        require_fillable(str(tmp_path / "a" / "b"))


def test_text_with_what_is_no_text_is_written_escaped(tmp_path: Path) -> None:
    write_text(str(tmp_path / "page"), "a\udcff\u00e9")
    assert (tmp_path / "page").read_bytes() == b"a\\udcff\xc3\xa9"
