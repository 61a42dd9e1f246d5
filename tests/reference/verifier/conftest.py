"""The tests of the verifier make small proofs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compiled_arithmetic import compiled_arithmetic


@pytest.fixture(autouse=True, scope="module")
def _arithmetic() -> Iterator[None]:
    with compiled_arithmetic():
        yield
