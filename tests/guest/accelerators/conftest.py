"""The accelerators, compiled once a session."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from limpid.guest_build.build import build
from tests.guest.accelerators.guest import SOURCE, GuestLibrary
from tests.guest.accelerators.library import Library
from tests.guest.accelerators.native import NATIVE_COMPILER, NativeLibrary, build_native_library


@pytest.fixture(scope="session")
def native_library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """For this machine; skips where it has no C compiler."""
    if shutil.which(NATIVE_COMPILER) is None:
        pytest.skip(f"{NATIVE_COMPILER} is not installed (Debian package {NATIVE_COMPILER})")
    path = tmp_path_factory.mktemp("accelerators") / "accelerators.so"
    build_native_library(path)
    return NativeLibrary(path)


@pytest.fixture(scope="session")
def guest_library(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """For guests, run by the compiled executor."""
    path = tmp_path_factory.mktemp("any_function") / "any_function.elf"
    build([SOURCE], path, compiler=compiler)
    return GuestLibrary(path)


@pytest.fixture(scope="session", params=["native_library", "guest_library"])
def library(request: pytest.FixtureRequest) -> Library:
    """Either of them."""
    library = request.getfixturevalue(request.param)
    assert isinstance(library, Library)
    return library


@pytest.fixture(scope="session")
def dispatcher(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guest program that calls one accelerator."""
    path = tmp_path_factory.mktemp("dispatcher") / "dispatcher.elf"
    build([Path(__file__).parent / "dispatcher.c"], path, compiler=compiler)
    return path
