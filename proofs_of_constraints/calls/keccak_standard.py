"""Keccak-f[1600] from the text of its standard, over lanes of 64 bits as bit-vectors: what the work table is held
against.

Nothing here is taken from `spec.keccak`: the executor and the chip rest on that. [FIPS 202]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

LANE_BITS = 64
LANE_BITS_LOG2 = 6
"""The standard's l."""

SIDE = 5
LANES = SIDE * SIDE
ROUNDS = 12 + 2 * LANE_BITS_LOG2
"""[3.4]"""

State = Mapping[tuple[int, int], z3.BitVecRef]
"""A[x, y], a lane whose bit z has the weight 2^z [3.1.2, and B.1 for the order of bits in bytes]."""


def state_of(lanes: Sequence[z3.BitVecRef]) -> State:
    """The lanes in the order in which strings hold them: plane after plane [3.1.2]."""
    return {(x, y): lanes[SIDE * y + x] for y in range(SIDE) for x in range(SIDE)}


def lanes_of(state: State) -> list[z3.BitVecRef]:
    """The same back [3.1.3]."""
    return [state[x, y] for y in range(SIDE) for x in range(SIDE)]


def _rotated(lane: z3.BitVecRef, offset: int) -> z3.BitVecRef:
    """Bit z becomes what bit z - offset was."""
    return z3.RotateLeft(lane, offset % LANE_BITS)


def parity(state: State) -> list[z3.BitVecRef]:
    """C[x] [3.2.1, step 1]."""
    return [state[x, 0] ^ state[x, 1] ^ state[x, 2] ^ state[x, 3] ^ state[x, 4] for x in range(SIDE)]


def effect(parities: Sequence[z3.BitVecRef]) -> list[z3.BitVecRef]:
    """D[x] [3.2.1, step 2]."""
    return [parities[(x - 1) % SIDE] ^ _rotated(parities[(x + 1) % SIDE], 1) for x in range(SIDE)]


def theta(state: State) -> State:
    """[3.2.1, step 3]"""
    put_in = effect(parity(state))
    return {(x, y): lane ^ put_in[x] for (x, y), lane in state.items()}


def rho(state: State) -> State:
    """[3.2.2]"""
    moved = {(0, 0): state[0, 0]}
    x, y = 1, 0
    for t in range(LANES - 1):
        moved[x, y] = _rotated(state[x, y], (t + 1) * (t + 2) // 2)
        x, y = y, (2 * x + 3 * y) % SIDE
    return moved


def pi(state: State) -> State:
    """[3.2.3]"""
    return {(x, y): state[(x + 3 * y) % SIDE, x] for x in range(SIDE) for y in range(SIDE)}


def chi(state: State) -> State:
    """[3.2.4]"""
    return {(x, y): lane ^ (~state[(x + 1) % SIDE, y] & state[(x + 2) % SIDE, y]) for (x, y), lane in state.items()}


def _constant_bit(t: int) -> int:
    """rc(t) [3.2.5, algorithm 5]: R is a string of bits, R[0] is its first."""
    string = [1, 0, 0, 0, 0, 0, 0, 0]
    for _ in range(t % 255):
        string = [0, *string]
        for i in (0, 4, 5, 6):
            string[i] ^= string[8]
        string = string[:8]
    return string[0]


def constant(number: int) -> int:
    """RC of a round [3.2.5, algorithm 6]."""
    return sum(_constant_bit(j + 7 * number) << (1 << j) - 1 for j in range(LANE_BITS_LOG2 + 1))


def iota(state: State, number: int) -> State:
    """[3.2.5]"""
    return {**state, (0, 0): state[0, 0] ^ constant(number)}


def after_theta(state: State, number: int) -> State:
    """What the other steps of a round make of a state [3.3]."""
    return iota(chi(pi(rho(state))), number)


def permuted(state: State) -> State:
    """Keccak-f[1600] [3.3, 3.4]."""
    for number in range(ROUNDS):
        state = after_theta(theta(state), number)
    return state
