"""Cells of the call of Keccak-f[1600] and of its work table: the reference's, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.trace.calls import CallRows, call_cells
from optimized.trace.rows import Cells, limb_array
from spec.air.chip import Chip
from spec.keccak import (
    CONSTANT_POSITIONS,
    LANE_BITS,
    LANES,
    MOVED_FROM,
    ROTATIONS,
    ROUND_CONSTANTS,
    ROUNDS,
    SIDE,
)

Lanes = NDArray[np.uint64]
"""(lanes, count): some lanes of many states."""

ONE = np.uint64(1)


def call(rows: CallRows) -> Cells:
    """The call's own row."""
    before, after = rows.calls.before[:, :LANES].T, rows.calls.after[:, :LANES].T
    return call_cells(rows) | _state("before", before) | _state("after", after)


def work(chip: Chip, rows: CallRows, first: int, stop: int) -> Cells:
    """Rows of the work table from one number to before another; rows of the calls, in their order, are given."""
    del chip  # There is one.
    calls = slice(first // ROUNDS, -(-stop // ROUNDS))
    numbers = np.arange(first, stop)
    place, number = numbers // ROUNDS - calls.start, numbers % ROUNDS
    states = _states(rows.calls.before[calls, :LANES])
    before, after = states[number, :, place].T, states[number + 1, :, place].T
    parity, mixed = _theta(before)
    plain = _chi(_rho_and_pi(mixed))
    cells: Cells = {"key": rows.events.clock[calls][place]}
    cells |= {f"is_round_{i}": number == i for i in range(ROUNDS)}
    cells |= _state("before", before) | _state("after", after)
    for x in range(SIDE):
        cells |= _bits(f"parity_{x}", parity[x])
        carried, carried_next = _pairs(mixed[x::SIDE])
        for z in range(LANE_BITS):
            cells[f"pairs_{x}_{z}"] = (carried >> np.uint64(z) & ONE) + (carried_next >> np.uint64(z) & ONE)
    for lane in range(LANES):
        cells |= _bits(f"mixed_{lane}", mixed[lane])
    return cells | {f"plain_{z}": plain[0] >> np.uint64(z) & ONE for z in CONSTANT_POSITIONS}


def _state(name: str, lanes: Lanes) -> Cells:
    cells: Cells = {}
    for lane, words in enumerate(lanes):
        limbs = limb_array("limb", words)
        cells |= {f"{name}_{4 * lane + i}": limbs[f"limb_{i}"] for i in range(len(limbs))}
    return cells


def _bits(name: str, lane: NDArray[np.uint64]) -> Cells:
    return {f"{name}_{z}": lane >> np.uint64(z) & ONE for z in range(LANE_BITS)}


def _pairs(column: Lanes) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Words whose bits add up to the number of pairs of ones among five lanes: the carries of two full adders."""
    a, b, c, d, e = column
    odd = a ^ b ^ c
    return a & b | c & (a | b), odd & d | e & (odd | d)


def _states(held: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(rounds + 1, lanes, count): the states before each round and after the last, from (count, lanes)."""
    states = np.empty((ROUNDS + 1, LANES, len(held)), dtype=np.uint64)
    states[0] = held.T
    for number in range(ROUNDS):
        states[number + 1] = _chi(_rho_and_pi(_theta(states[number])[1]))
        states[number + 1, 0] ^= np.uint64(ROUND_CONSTANTS[number])
    return states


def _rotated(lane: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """The lanes rotated towards higher weights."""
    return lane << np.uint64(count) | lane >> np.uint64(63 - count) >> ONE


def _theta(lanes: Lanes) -> tuple[Lanes, Lanes]:
    """The parities before theta, and the lanes after it."""
    parity = np.bitwise_xor.reduce(lanes.reshape(SIDE, SIDE, -1), axis=0)
    effect = np.roll(parity, 1, axis=0) ^ _rotated(np.roll(parity, -1, axis=0), 1)
    return parity, lanes ^ np.tile(effect, (SIDE, 1))


def _rho_and_pi(lanes: Lanes) -> Lanes:
    return np.stack([_rotated(lanes[source], ROTATIONS[source]) for source in MOVED_FROM])


def _chi(lanes: Lanes) -> Lanes:
    planes = lanes.reshape(SIDE, SIDE, -1)
    return (planes ^ (~np.roll(planes, -1, axis=1) & np.roll(planes, -2, axis=1))).reshape(lanes.shape)
