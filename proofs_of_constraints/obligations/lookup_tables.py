"""The machine's fixed tables hold what receivers assume, row by row: all rows are looked at."""

from __future__ import annotations

from itertools import product

from proofs_of_constraints.calls.keccak_lookups import keccak_relations
from proofs_of_constraints.obligations.obligation import Outcome, Verdict
from proofs_of_constraints.obligations.table_cells import table_cells
from spec.air.bus import Bus
from spec.air.chip import Chip
from spec.air.expression import FixedColumn
from spec.rv64im.buses import AND, BYTE_PAIR, LIMB_BITS, RANGE, SHIFT
from spec.rv64im.chips.keccak import TABLE as KECCAK
from spec.rv64im.machine import MACHINE_TABLES


def _expected_rows() -> dict[str, set[tuple[int, ...]]]:
    """By bus, every tuple that its receivers' assumption allows, written from the assumption's words."""
    amounts = set()
    for amount in range(64):
        flags = (1 if i == amount // 16 else 0 for i in (1, 2, 3))
        amounts.add((amount, *flags, amount // 8 % 2, 2 ** (amount % 8)))
    return {
        RANGE.name: {(value, width) for width in range(LIMB_BITS + 1) for value in range(2**width)},
        AND.name: {(left, right, left & right) for left, right in product(range(256), repeat=2)},
        BYTE_PAIR.name: set(product(range(256), repeat=2)),
        SHIFT.name: amounts,
    }


def prove_rows(chip: Chip) -> Outcome:
    """By enumeration: the rows are exactly the tuples that receivers assume, none missing, none else."""
    table = MACHINE_TABLES[chip.name]
    relations = keccak_relations(KECCAK)
    expected = _expected_rows()
    for bus, columns in _sent_columns(chip):
        rows = table_cells(table)[:, columns]
        if bus.name in relations:
            fault = relations[bus.name].fault(rows)
            if fault is not None:
                return Outcome(Verdict.REFUTED, f"the rows are not what receivers on {bus.name} assume: {fault}")
        elif set(map(tuple, rows.tolist())) != expected.get(bus.name):
            return Outcome(Verdict.REFUTED, f"the rows are not what receivers on {bus.name} assume")
    return Outcome(Verdict.PROVEN, f"{1 << table.height_log2} rows")


def _sent_columns(chip: Chip) -> list[tuple[Bus, list[int]]]:
    """By bus, the fixed columns that a lookup table sends there."""
    return [(i.bus, [part.index for part in i.message if isinstance(part, FixedColumn)]) for i in chip.interactions]
