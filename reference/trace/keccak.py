"""Cells of the call of Keccak-f[1600], and of the rows of its work table."""

from __future__ import annotations

from collections.abc import Sequence

from reference.trace.cells import Cells, Filler, WorkFiller, array, limbs, parts, pointer_cells
from reference.trace.clock import Row
from spec.isa.calls import KECCAK_F
from spec.keccak import (
    CONSTANT_POSITIONS,
    LANE_BITS,
    LANES,
    ROUND_CONSTANTS,
    ROUNDS,
    SIDE,
    chi,
    keccak_round,
    lane_at,
    parities,
    rho_and_pi,
    theta,
)
from spec.rv64im.chips.keccak import TABLE


def _call(row: Row) -> Cells:
    accesses = [row.accesses[f"state_{i}"] for i in range(LANES)]
    before, after = [access.before for access in accesses], [access.after for access in accesses]
    return pointer_cells(row) | _state("before", before) | _state("after", after)


def _work(row: Row) -> list[tuple[str, Cells]]:
    return permutation_cells(row.clock, [row.accesses[f"state_{i}"].before for i in range(LANES)])


def permutation_cells(key: int, state: Sequence[int]) -> list[tuple[str, Cells]]:
    """The rows of the work table for one permutation, as cells by column name, in the order of the rounds."""
    rows, lanes = [], tuple(state)
    for number in range(ROUNDS):
        rows.append((TABLE.chip.name, {"key": key} | round_cells(lanes, theta(lanes), number)))
        lanes = keccak_round(lanes, number)
    return rows


def round_cells(lanes: Sequence[int], mixed: Sequence[int], number: int) -> Cells:
    """All cells but the key of a row that takes these lanes, and has these after theta."""
    plain = chi(rho_and_pi(mixed))
    left = [plain[0] ^ ROUND_CONSTANTS[number], *plain[1:]]
    cells = array("is_round", [int(i == number) for i in range(ROUNDS)])
    cells |= _state("before", lanes) | _state("after", left)
    for x, parity in enumerate(parities(lanes)):
        cells |= array(f"parity_{x}", parts(parity, 1, LANE_BITS))
        columns = zip(*(parts(mixed[lane_at(x, y)], 1, LANE_BITS) for y in range(SIDE)), strict=True)
        cells |= array(f"pairs_{x}", [sum(column) // 2 for column in columns])
    for lane, bits in enumerate(mixed):
        cells |= array(f"mixed_{lane}", parts(bits, 1, LANE_BITS))
    return cells | {f"plain_{z}": plain[0] >> z & 1 for z in CONSTANT_POSITIONS}


def _state(name: str, lanes: Sequence[int]) -> Cells:
    return array(name, [limb for lane in lanes for limb in limbs(lane)])


FILLERS: dict[str, Filler] = {KECCAK_F.name: _call}
WORK_FILLERS: dict[str, WorkFiller] = {KECCAK_F.name: _work}
