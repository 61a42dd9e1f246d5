"""The commitments to the machine's fixed tables, by rate.

They follow from the declarations, and a test computes them anew; they stand here so that a verifier knows them
without committing to tables of 2^18 rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from spec.air.chip import Role
from spec.rv64im.machine import chips_of


@dataclass(frozen=True)
class MachineCommitment:
    """A Merkle root, and the heights of the tables under it in machine order as base-2 logarithms."""

    root: bytes
    heights_log2: tuple[int, ...]


MACHINE_HEIGHTS_LOG2 = (17, 16, 18, 6)

MACHINE_HEIGHTS_BY_CHIP: Mapping[str, int] = MappingProxyType(
    dict(zip((chip.name for chip in chips_of(Role.MACHINE_TABLE)), MACHINE_HEIGHTS_LOG2, strict=True))
)
"""The same by table."""

_ROOTS = {
    1: "36b7669c177fc24ca67d562bf130451e1fdb12fef4cbbb29f852de50da9328ed",
    2: "abf4d7645c2236f779d4e3cea483e550655c76c588b23aee53f5c3796a8f420b",
    4: "741e7963399c99d7ff5aba4ef3cbe6dee04258831b59f10dccbd1e40e3898add",
}

MACHINE_COMMITMENTS: Mapping[int, MachineCommitment] = MappingProxyType(
    {rate: MachineCommitment(bytes.fromhex(root), MACHINE_HEIGHTS_LOG2) for rate, root in _ROOTS.items()}
)
"""By the rate's negative logarithm."""
