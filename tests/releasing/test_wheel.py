"""The wheel: the same bytes wherever and whenever it is built, by whoever."""

from __future__ import annotations

import os
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from releasing.wheel import SOURCE_DATE, ReleaseError, build_wheel
from tests.conftest import ROOT

SETUPTOOLS_LEAST = 77


@pytest.mark.skipif(
    int(version("setuptools").partition(".")[0]) < SETUPTOOLS_LEAST, reason="needs the setuptools of requirements.lock"
)
def test_wheel_built_twice_at_other_times_and_places_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SOURCE_DATE, "1700000000")
    first = build_wheel(ROOT, tmp_path / "first")
    before = os.umask(0o077)
    try:
        second = build_wheel(ROOT, tmp_path / "second")
    finally:
        os.umask(before)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as wheel:
        names = set(wheel.namelist())
        assert {"limpid/__main__.py", "spec/parameters.py", "guest/examples/fibonacci.c"} <= names
        assert not [name for name in names if name.startswith(("tests/", "releasing/", "benchmarks/"))]
        assert {entry.date_time[0] for entry in wheel.infolist()} == {2023}


def test_wheel_of_a_folder_without_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="a release is made from a git checkout"):
        build_wheel(tmp_path, tmp_path / "out")
