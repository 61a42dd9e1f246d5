"""Fixtures that say why a test of the guest SDK cannot run here."""

from __future__ import annotations

import shutil

import pytest

from limpid.guest_build.build import COMPILER_PACKAGE, DEFAULT_COMPILER
from tests.guest.emulation import QEMU


@pytest.fixture(scope="session")
def compiler() -> str:
    """The cross compiler; skips where it is not installed."""
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed (Debian package {COMPILER_PACKAGE})")
    return DEFAULT_COMPILER


@pytest.fixture(scope="session")
def qemu() -> str:
    """User-mode QEMU; skips where it is not installed."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed (Debian package qemu-user)")
    return QEMU
