"""Cells of the call of Keccak-f[1600], and of the rows of its work table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference.trace.cells import Cells, Filler, WorkFiller, array, limbs, parts, pointer_cells
from reference.trace.clock import Row
from spec.air.chips.keccak import (
    ADDENDS,
    CHANGED_BYTES,
    CUTS,
    LANE_BYTES,
    MIXED_BASE,
    PARITY_CUT,
    STATE_BASE,
    spread,
)
from spec.isa.calls import KECCAK_F
from spec.keccak import (
    LANES,
    ROUND_CONSTANTS,
    ROUNDS,
    SIDE,
    chi,
    keccak_round,
    parities,
    rho_and_pi,
    theta,
)
from spec.rv64im.chips.keccak import TABLE
from spec.word import BYTE_BITS


def _call(row: Row) -> Cells:
    accesses = [row.accesses[f"state_{i}"] for i in range(LANES)]
    before, after = [access.before for access in accesses], [access.after for access in accesses]
    cells = pointer_cells(row) | _limbs("before", before) | _limbs("after", after)
    return cells | _state("sent", before) | _state("received", after)


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
    of_three = parities([lane if i < ADDENDS * SIDE else 0 for i, lane in enumerate(lanes)])
    for x, (three, parity) in enumerate(zip(of_three, parities(lanes), strict=True)):
        cells |= array(f"three_{x}", _digits([three]))
        cells |= _cut("parity", x, parity, PARITY_CUT, STATE_BASE)
    for lane, bits in enumerate(mixed):
        cells |= _cut("mixed", lane, bits, CUTS[lane], MIXED_BASE)
    of_first_lane = _digits(plain[:1])
    return cells | {f"plain_{i}": of_first_lane[i] for i in CHANGED_BYTES}


def _limbs(name: str, lanes: Sequence[int]) -> Cells:
    return array(name, [limb for lane in lanes for limb in limbs(lane)])


def _state(name: str, lanes: Sequence[int]) -> Cells:
    return array(name, _digits(lanes))


def _digits(lanes: Iterable[int]) -> list[int]:
    return [spread(byte, STATE_BASE) for lane in lanes for byte in parts(lane, BYTE_BITS, LANE_BYTES)]


def _cut(name: str, number: int, lane: int, cut: int, base: int) -> Cells:
    """The lower and the upper part of every byte; there are no columns for upper parts without bits."""
    whole = parts(lane, BYTE_BITS, LANE_BYTES)
    cells = array(f"{name}_low_{number}", [spread(byte & (1 << cut) - 1, base) for byte in whole])
    if cut == BYTE_BITS:
        return cells
    return cells | array(f"{name}_high_{number}", [spread(byte >> cut, base) for byte in whole])


FILLERS: dict[str, Filler] = {KECCAK_F.name: _call}
WORK_FILLERS: dict[str, WorkFiller] = {KECCAK_F.name: _work}
