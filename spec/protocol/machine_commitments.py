"""The commitments to the machine's fixed tables, by rate.

They follow from the declarations, and a test computes them anew; they stand here so that a verifier knows them
without committing to tables of 2^18 rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class MachineCommitment:
    """A Merkle root, and the heights of the tables under it in machine order as base-2 logarithms."""

    root: bytes
    heights_log2: tuple[int, ...]


MACHINE_HEIGHTS_LOG2 = (17, 16, 18, 6)

MACHINE_COMMITMENTS: Mapping[int, MachineCommitment] = MappingProxyType(
    {
        1: MachineCommitment(
            bytes.fromhex("36b7669c177fc24ca67d562bf130451e1fdb12fef4cbbb29f852de50da9328ed"), MACHINE_HEIGHTS_LOG2
        ),
    }
)
"""By the rate's negative logarithm."""
