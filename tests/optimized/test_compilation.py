"""Where compiled code is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

import platformdirs
import pytest

from optimized import compilation


def test_cache_folder_lies_in_the_users_and_is_writable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    folder = compilation.cache_folder()
    assert folder.parent == tmp_path / "limpid" / "numba"
    assert list(folder.iterdir()) == []


def test_cache_folder_that_cannot_be_written_is_replaced_by_a_temporary_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A file where a folder should be stops every user, the superuser too.
    (tmp_path / "limpid").write_text("")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = compilation.cache_folder()
    assert folder.parent == tmp_path
    assert folder.name.startswith("limpid-numba-")


def test_cache_folder_changes_with_any_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    (tmp_path / "compilation.py").write_text("")
    monkeypatch.setattr(compilation, "__file__", str(tmp_path / "compilation.py"))
    before = compilation.cache_folder().name
    (tmp_path / "lanes.py").write_text("LANES = 8\n")
    between = compilation.cache_folder().name
    (tmp_path / "lanes.py").write_text("LANES = 4\n")
    assert len({before, between, compilation.cache_folder().name}) == 3
