"""Every published vector of go-ethereum's precompiles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.guest.accelerators.library import Library
from tests.guest.accelerators.precompiles import PRECOMPILES

_PLACES = [above / "shared" / "precompile-vectors" for above in Path(__file__).resolve().parents[4:]]
VECTORS = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
"""Beside the checkout, or above it."""

LONG_FILES = {"blsG1MultiExp": 12, "blsG2MultiExp": 12, "blsPairing": 4}
"""Long files, and the step from one vector that quick tests take to the next."""


def _failures(library: Library, name: str, step: int = 1) -> list[str]:
    """The names of those vectors of a file, every `step`-th, that the accelerators do not meet."""
    path = VECTORS / f"{name}.json"
    if not path.is_file():
        pytest.skip("the precompiles' vectors are not beside this checkout")
    failures = []
    for vector in json.loads(path.read_text())[::step]:
        expected = bytes.fromhex(vector["Expected"]) if "Expected" in vector else None
        if PRECOMPILES[name](library, bytes.fromhex(vector["Input"])) != expected:
            failures.append(vector["Name"])
    return failures


@pytest.mark.parametrize("name", PRECOMPILES)
def test_accelerators_on_published_vectors_give_the_published_output(library: Library, name: str) -> None:
    assert _failures(library, name, LONG_FILES.get(name, 1) * library.stride) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PRECOMPILES)
def test_accelerators_on_all_published_vectors_give_the_published_output(library: Library, name: str) -> None:
    assert _failures(library, name) == []


def test_published_vectors_are_all_known() -> None:
    if not VECTORS.is_dir():
        pytest.skip("the precompiles' vectors are not beside this checkout")
    assert {path.stem for path in VECTORS.glob("*.json")} == set(PRECOMPILES)
