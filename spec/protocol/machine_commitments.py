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
    1: "3a65d32eb78e39599e16b6c1932a95880433e2d8e1e45946ed22d84cfa621ea4",
    2: "4c65b57f25aef003b7453883b33f1522c8e2dbdd0c557b593c817281015c2679",
    4: "6e9593ad8f15eb03fabca1d93ec05781311c217cd7c078b01b55d9a3b0279127",
}

MACHINE_COMMITMENTS: Mapping[int, MachineCommitment] = MappingProxyType(
    {rate: MachineCommitment(bytes.fromhex(root), MACHINE_HEIGHTS_LOG2) for rate, root in _ROOTS.items()}
)
"""By the rate's negative logarithm."""
