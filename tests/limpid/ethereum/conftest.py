"""What tests of blocks share: the guests, where they can be built, and the public blocks, where they are at hand."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from limpid.guest_build.rust import CARGO_PACKAGE, RUST_PACKAGES, cargo_is_available
from limpid.guest_build.toolchain import DEFAULT_COMPILER

ROOT = Path(__file__).resolve().parents[3]
BLOCKS = "LIMPID_ETHEREUM_BLOCKS"


@pytest.fixture(scope="session")
def guests() -> None:
    """Skips where the guests cannot be built. They are built once and kept in the user's cache directory."""
    if shutil.which(DEFAULT_COMPILER) is None or not cargo_is_available():
        packages = " ".join([CARGO_PACKAGE, *RUST_PACKAGES])
        pytest.skip(f"cargo, rustc or its library source is not installed (Debian packages {packages})")


@pytest.fixture(scope="session")
def public_blocks() -> list[Path]:
    """The files of public block tests, in order of name; skips where there are none."""
    named = os.environ.get(BLOCKS)
    places = [Path(named)] if named else [parent / "shared" / "ethereum-blocks" for parent in ROOT.parents]
    found = [file for place in places for file in sorted(place.glob("*.json"))]
    if not found:
        pytest.skip(f"{BLOCKS} names no directory with block tests")
    return found
