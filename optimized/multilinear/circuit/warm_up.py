"""Compiling the circuit's functions before they are needed."""

from __future__ import annotations

import numpy as np

from optimized.multilinear.circuit.values import circuit
from reference.multilinear.prover.kernels import TableCells
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.field import Extension, X
from spec.multilinear.gkr import SCOPES, bus_challenges
from spec.multilinear.gkr import circuit as circuit_layout
from spec.multilinear.shape import TableShape

HEIGHT_LOG2 = 8
"""Rows enough for chunks of all lanes, which come into a new layout."""


def _chip() -> Chip:
    builder = ChipBuilder("warm_up", Role.MACHINE_TABLE, "a table that sends what it has")
    bus = Bus("warm_up", 1, ("value",), Scope.LOCAL, receiver_assumes="nothing", sender_ensures="nothing")
    builder.send("value", bus, [builder.column("value")])
    return builder.build()


def warm_up() -> None:
    """Makes every compiled function of the circuit ready."""
    shape = TableShape(_chip(), HEIGHT_LOG2)
    cells = np.ones((shape.height, 1), dtype=np.uint32)
    table = TableCells(shape.chip, cells, cells[:, :0])
    layout = circuit_layout([shape])
    values = circuit([table], layout, {}, {scope: bus_challenges(X, X, 1) for scope in SCOPES})
    point: list[Extension] = [X]
    for number in range(1, layout.variables):
        rounds = values.layer(number, point, X)
        for _ in range(number):
            rounds.bind(X)
        point = [X] * (number + 1)
