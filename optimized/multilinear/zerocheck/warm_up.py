"""Compiling the zerocheck's functions before they are needed, or loading them from disk."""

from __future__ import annotations

import numpy as np

from optimized.multilinear.zerocheck.rounds import zerocheck
from optimized.multilinear.zerocheck.tables import SMALLEST_VARIABLES
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import ONE, X
from spec.protocol.cube import powers
from spec.protocol.gkr import bus_challenges, circuit, widest_message
from spec.protocol.shape import TableShape
from spec.protocol.zerocheck import table_weights
from spec.rv64im.machine import CHIP_BY_NAME

CHIP = "sllw"
"""Its constraints have all degrees."""


def warm_up() -> None:
    """Runs a small zerocheck."""
    chip = CHIP_BY_NAME[CHIP]
    height_log2 = SMALLEST_VARIABLES + 1
    shapes = [TableShape(chip, height_log2)]
    main = np.ones((1 << height_log2, len(chip.columns)), dtype=np.uint32)
    fixed = np.ones((1 << height_log2, len(chip.fixed_columns)), dtype=np.uint32)
    challenges = {scope: bus_challenges(X, X, widest_message([chip], scope)) for scope in Scope}
    layout = circuit(shapes)
    point = powers(ONE, X, layout.variables)
    weights = table_weights(ONE, shapes, layout, point, X)
    rounds = zerocheck([Table(chip, main, fixed)], weights, {}, challenges, point[:height_log2])
    for challenge in point[:height_log2]:
        rounds.message()
        rounds.bind(challenge)
    rounds.values()
