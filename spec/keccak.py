"""The permutation Keccak-f[1600] [FIPS 202, 3.2 and 3.3], with constants derived from their definition.

A state is 25 lanes of 64 bits; lane x + 5 y stands at column x of plane y, and bit z of it is the one of weight 2^z.
"""

from __future__ import annotations

from collections.abc import Sequence

LANE_BITS = 64
SIDE = 5
LANES = SIDE * SIDE
ROUNDS = 24
LANE_MASK = (1 << LANE_BITS) - 1
"""The width, side and rounds of keccak-f[1600] [FIPS 202, section 3]."""

State = tuple[int, ...]
"""25 lanes."""


def lane_at(x: int, y: int) -> int:
    """The number of a lane; coordinates count modulo 5."""
    return x % SIDE + SIDE * (y % SIDE)


def _rotations() -> tuple[int, ...]:
    """By lane [FIPS 202, algorithm 2]."""
    rotations = [0] * LANES
    x, y = 1, 0
    for t in range(LANES - 1):
        rotations[lane_at(x, y)] = (t + 1) * (t + 2) // 2 % LANE_BITS
        x, y = y, (2 * x + 3 * y) % SIDE
    return tuple(rotations)


ROTATIONS = _rotations()
"""By lane, how far rho rotates it towards higher weights."""

MOVED_FROM = tuple(lane_at(x + 3 * y, x) for y in range(SIDE) for x in range(SIDE))
"""By lane after pi, the lane that it was before [FIPS 202, algorithm 3]."""


def _constants() -> tuple[int, ...]:
    """By round [FIPS 202, algorithms 5 and 6]."""
    register, constants = 1, []
    for _ in range(ROUNDS):
        constant = 0
        for j in range(LANE_BITS.bit_length()):
            constant |= (register & 1) << (1 << j) - 1
            # The feedback of x^8 + x^6 + x^5 + x^4 + 1.
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


ROUND_CONSTANTS = _constants()

CONSTANT_POSITIONS = tuple((1 << j) - 1 for j in range(LANE_BITS.bit_length()))
"""The bits of lane 0 that a round constant can change."""


def rotated(lane: int, count: int) -> int:
    """The lane rotated towards higher weights, by less than 64."""
    return (lane << count | lane >> LANE_BITS - count) & LANE_MASK


def parities(lanes: Sequence[int]) -> list[int]:
    """By x, the exclusive or of the lanes of column x in all planes."""
    return [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(SIDE)]


def theta(lanes: Sequence[int]) -> list[int]:
    """Every lane with the parity of the column before, and of the one after, rotated by one."""
    parity = parities(lanes)
    effect = [parity[x - 1] ^ rotated(parity[(x + 1) % SIDE], 1) for x in range(SIDE)]
    return [lane ^ effect[i % SIDE] for i, lane in enumerate(lanes)]


def rho_and_pi(lanes: Sequence[int]) -> list[int]:
    """Every lane rotated, and moved to its new place."""
    return [rotated(lanes[source], ROTATIONS[source]) for source in MOVED_FROM]


def chi(lanes: Sequence[int]) -> list[int]:
    """Every lane with what the two lanes to its right in the plane say."""
    return [
        lanes[lane_at(x, y)] ^ (~lanes[lane_at(x + 1, y)] & lanes[lane_at(x + 2, y)])
        for y in range(SIDE)
        for x in range(SIDE)
    ]


def keccak_round(lanes: Sequence[int], number: int) -> State:
    """A round of the permutation."""
    first, *others = chi(rho_and_pi(theta(lanes)))
    return (first ^ ROUND_CONSTANTS[number], *others)


def keccak_f(lanes: Sequence[int]) -> State:
    """The permutation: 25 lanes to 25 lanes."""
    state = tuple(lanes)
    for number in range(ROUNDS):
        state = keccak_round(state, number)
    return state
