"""The tables of a circuit that has been recorded on the very proof: its memory is known already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from optimized.recursion.memory import LIMB_BITS, Memory, Memory64
from optimized.recursion.program import circuit_program
from optimized.recursion.trace import Heights, circuit_trace
from reference.tables import Trace
from spec.air.chips.sha256 import Sha256Layout
from spec.air.machine import Machine
from spec.circuit.buses import OCTET_LIMBS
from spec.circuit.circuit import Circuit, Row
from spec.field import EXTENSION_DEGREE


class Recorded(Protocol):
    """What a recorder has: the circuit, all rows that it comes from, and what every address holds."""

    publics: Sequence[int]
    rows: list[Row]
    values: dict[int, tuple[int, ...]]
    octets: dict[int, tuple[int, ...]]

    @property
    def circuit(self) -> Circuit: ...


def recorded_trace(machine: Machine, recorder: Recorded, heights: Heights, layout: Sha256Layout) -> Trace:
    """All tables of a recorded circuit. Raises ValueError if a table has more rows than its height."""
    limbs = _matrix(recorder.octets, OCTET_LIMBS)
    memory = Memory(_matrix(recorder.values, EXTENSION_DEGREE), limbs[:, ::2] | limbs[:, 1::2] << LIMB_BITS)
    program = circuit_program(recorder.circuit, recorder.rows)
    return circuit_trace(machine, program, memory, recorder.publics, heights, layout)


def _matrix(cells: Mapping[int, Sequence[int]], width: int) -> Memory64:
    """(addresses, width): addresses count from 0 without gaps."""
    return np.array([cells[at] for at in range(len(cells))], dtype=np.uint64).reshape(len(cells), width)
