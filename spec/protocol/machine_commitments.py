"""The commitments to the machine's fixed tables, by rate.

They follow from the declarations, and a test computes them anew; they stand here so that a verifier knows them
without committing to tables of 2^17 rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from spec.air.chip import Role
from spec.air.machine import chips_of


@dataclass(frozen=True)
class MachineCommitment:
    """A Merkle root, and the heights of the tables under it in machine order as base-2 logarithms."""

    root: bytes
    heights_log2: tuple[int, ...]


MACHINE_HEIGHTS_LOG2 = (17, 16, 6)

MACHINE_HEIGHTS_BY_CHIP: Mapping[str, int] = MappingProxyType(
    dict(zip((chip.name for chip in chips_of(Role.MACHINE_TABLE)), MACHINE_HEIGHTS_LOG2, strict=True))
)
"""The same by table."""

_ROOTS = {
    1: "c9a7b4b3e5e33f5ce9e3962ddf2b6c0e6198c257f9ced7a5f403c4bb6feec335",
    2: "22f09c0fcbf6d6e29119f81683a27c23eaf91b44765b26670513da73d17d55f5",
    4: "f41726312c4556f3714cf7ecd56dc6b78e1f61a451c7e453f3beafd24e0c9307",
}

MACHINE_COMMITMENTS: Mapping[int, MachineCommitment] = MappingProxyType(
    {rate: MachineCommitment(bytes.fromhex(root), MACHINE_HEIGHTS_LOG2) for rate, root in _ROOTS.items()}
)
"""By the rate's negative logarithm."""
