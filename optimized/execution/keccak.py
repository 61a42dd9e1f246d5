"""The permutation Keccak-f[1600] [FIPS 202, 3.3], one at a time, on doublewords as they lie in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from spec import keccak

LANES, SIDE, ROUNDS = keccak.LANES, keccak.SIDE, keccak.ROUNDS
MOVED_FROM = np.array(keccak.MOVED_FROM, dtype=np.int64)
ROTATIONS = np.array([keccak.ROTATIONS[source] for source in keccak.MOVED_FROM], dtype=np.uint64)
"""By lane after pi."""

CONSTANTS = np.array(keccak.ROUND_CONSTANTS, dtype=np.uint64)

U64 = np.uint64


@compiled
def _rotated(lane: np.uint64, count: np.uint64) -> np.uint64:
    # A shift by 64 is out of range.
    return lane << count | lane >> (U64(63) - count) >> U64(1)


@compiled
def mix_columns(lanes: NDArray[np.uint64], parity: NDArray[np.uint64]) -> None:
    """Theta, in place; also says the parities of the columns before it."""
    for x in range(SIDE):
        parity[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
    for x in range(SIDE):
        effect = parity[(x + 4) % SIDE] ^ _rotated(parity[(x + 1) % SIDE], U64(1))
        for y in range(SIDE):
            lanes[x + SIDE * y] ^= effect


@compiled
def move_and_mix_rows(lanes: NDArray[np.uint64], moved: NDArray[np.uint64]) -> None:
    """Rho, pi and chi, in place; `moved` has room for a state."""
    for lane in range(LANES):
        moved[lane] = _rotated(lanes[MOVED_FROM[lane]], ROTATIONS[lane])
    for y in range(SIDE):
        plane = SIDE * y
        for x in range(SIDE):
            lanes[plane + x] = moved[plane + x] ^ (~moved[plane + (x + 1) % SIDE] & moved[plane + (x + 2) % SIDE])


@compiled
def permute(lanes: NDArray[np.uint64]) -> None:
    """Replaces a state by its permutation."""
    moved = np.empty(LANES, dtype=np.uint64)
    parity = np.empty(SIDE, dtype=np.uint64)
    for number in range(ROUNDS):
        mix_columns(lanes, parity)
        move_and_mix_rows(lanes, moved)
        lanes[0] ^= CONSTANTS[number]
