"""Warming up leaves nothing of the circuit to compile."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimized.multilinear.circuit import leaves, nodes, relayout, tiles, weights
from optimized.multilinear.circuit.values import circuit
from optimized.multilinear.circuit.warm_up import warm_up
from tests.reference.multilinear.prover.circuit_example import SHAPES, circuit_inputs, random_elements


def _signatures() -> dict[str, int]:
    """How often each compiled function has been compiled, for types of its own each time."""
    found: dict[str, int] = {}
    for module in (leaves, nodes, relayout, tiles, weights):
        for name, value in vars(module).items():
            compiled: Any = value
            if hasattr(compiled, "overloads"):
                found[f"{module.__name__}.{name}"] = len(compiled.overloads)
    return found


def test_circuit_after_warming_up_compiles_nothing() -> None:
    warm_up()
    before = _signatures()
    inputs = circuit_inputs(SHAPES, seed=12)
    values = circuit(inputs.tables, inputs.layout, inputs.public_values, inputs.challenges)
    random = np.random.default_rng(13)
    for number in range(1, inputs.layout.variables):
        rounds = values.layer(number, random_elements(random, number), random_elements(random, 1)[0])
        for challenge in random_elements(random, number):
            rounds.bind(challenge)
    assert _signatures() == before
