"""What to do about a file that cannot be read or written, by its cause."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from limpid.advice.file_advice import reading_step, scratch_step, writing_step


def _system_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("guest.ef", "perhaps guest.elf is meant"),
        ("zzz", "check the name: {here} holds no such file"),
        ("nowhere/guest.elf", "check the path: there is no directory nowhere"),
        ("{here}/quest.elf", "perhaps {here}/guest.elf is meant"),
    ],
)
def test_missing_file_is_looked_for_beside_its_name(
    name: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "guest.elf").touch()
    monkeypatch.chdir(tmp_path)
    found = reading_step(name.format(here=tmp_path), _system_error(errno.ENOENT))
    assert found == advice.format(here=tmp_path)


def test_missing_file_in_a_directory_that_cannot_be_listed_has_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise _system_error(errno.EACCES)

    monkeypatch.setattr("limpid.advice.file_advice.os.scandir", refuse)
    found = reading_step(str(tmp_path / "name"), _system_error(errno.ENOENT))
    assert found == f"check the name: {tmp_path} holds no such file"


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (_system_error(errno.EISDIR), "name a file, not a directory"),
        (_system_error(errno.EACCES), "see who may read it with: ls -ld 'a name'"),
        (ValueError("embedded null byte"), "name another file"),
        (_system_error(errno.EIO), "name another file"),
    ],
)
def test_cause_decides_what_a_reader_does(error: OSError | ValueError, advice: str) -> None:
    assert reading_step("a name", error) == advice


@pytest.mark.parametrize(
    ("path", "error", "advice"),
    [
        ("file", _system_error(errno.ENOSPC), "make room in {here}, or write elsewhere"),
        ("file", _system_error(errno.EDQUOT), "make room in {here}, or write elsewhere"),
        ("file", _system_error(errno.EACCES), "write elsewhere, or see who may write there with: ls -ld {here}"),
        ("file", _system_error(errno.EPERM), "write elsewhere, or see who may write there with: ls -ld {here}"),
        ("no where/file", _system_error(errno.ENOENT), "create it with: mkdir -p 'no where'"),
        ("file", _system_error(errno.ENOENT), "write elsewhere"),
        ("file", _system_error(errno.EROFS), "write elsewhere"),
        ("file", ValueError("embedded null byte"), "write elsewhere"),
    ],
)
def test_cause_decides_what_a_writer_does(
    path: str, error: OSError | ValueError, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert writing_step(Path(path), error) == advice.format(here=tmp_path)


def test_temporary_file_without_room_points_to_the_place_of_such_files() -> None:
    step = "make room for temporary files, or let TMPDIR name a folder with room"
    assert scratch_step(_system_error(errno.ENOSPC)) == step
    assert scratch_step(_system_error(errno.EIO)) == "see which file it is with --debug"
