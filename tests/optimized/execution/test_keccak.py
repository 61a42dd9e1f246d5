"""The compiled permutation against the specification's, which hashlib agrees with."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimized.execution.keccak import permute
from spec.keccak import LANES, keccak_f

SOURCE = Random(11)
STATES = [[0] * LANES, [2**64 - 1] * LANES, *([SOURCE.getrandbits(64) for _ in range(LANES)] for _ in range(5))]


@pytest.mark.parametrize("lanes", STATES, ids=["zeros", "ones", *(f"random {i}" for i in range(5))])
def test_compiled_permutation_is_the_specifications(lanes: list[int]) -> None:
    state = np.array(lanes, dtype=np.uint64)
    permute(state)
    assert tuple(state.tolist()) == keccak_f(lanes)
