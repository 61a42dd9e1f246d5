"""The accelerators, compiled once a session."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from limpid.guest_build.build import build
from tests.guest.accelerators.native import NATIVE_COMPILER, Library, build_native_library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """For this machine; skips where it has no C compiler."""
    if shutil.which(NATIVE_COMPILER) is None:
        pytest.skip(f"{NATIVE_COMPILER} is not installed (Debian package {NATIVE_COMPILER})")
    path = tmp_path_factory.mktemp("accelerators") / "accelerators.so"
    build_native_library(path)
    return Library(path)


@pytest.fixture(scope="session")
def dispatcher(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guest program that calls one accelerator."""
    path = tmp_path_factory.mktemp("dispatcher") / "dispatcher.elf"
    build([Path(__file__).parent / "dispatcher.c"], path, compiler=compiler)
    return path
