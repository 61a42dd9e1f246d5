"""All tests here make many small proofs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spec.parameters import PARAMETER_SETS
from spec.protocol import key_encoding
from tests.compiled_arithmetic import compiled_arithmetic
from tests.small_runs import TEST_SETS


@pytest.fixture(autouse=True, scope="module")
def _arithmetic() -> Iterator[None]:
    with compiled_arithmetic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_encoding, "PARAMETER_SETS", {**PARAMETER_SETS, **TEST_SETS})
        yield
