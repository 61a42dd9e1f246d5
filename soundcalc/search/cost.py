"""A prover's time, roughly: enough to rank parameters, not to predict seconds."""

from __future__ import annotations

from dataclasses import dataclass

from soundcalc.commitments.size import fri_trees, trees
from soundcalc.parameters import QUERIES, ProofShape


@dataclass(frozen=True)
class CostModel:
    """Nanoseconds on one core for each unit of work; the defaults are measurements of SHA-256 and AVX2 kernels."""

    hashed_element_ns: float = 2.5
    butterfly_ns: float = 0.3
    batched_element_ns: float = 2.0
    grinding_attempt_ns: float = 100.0


DEFAULT_COST_MODEL = CostModel()


def prover_seconds(shape: ProofShape, model: CostModel = DEFAULT_COST_MODEL) -> float:
    """Extending, hashing and batching every committed column, the FRI layers, and proof of work."""
    nanoseconds = 0.0
    for levels in trees(shape).values():
        for depth, columns in levels.items():
            elements = columns << depth
            butterflies = elements * depth / 2
            nanoseconds += elements * (model.hashed_element_ns + model.batched_element_ns)
            nanoseconds += butterflies * model.butterfly_ns
    for levels in fri_trees(shape):
        for depth, row_elements in levels.items():
            nanoseconds += (row_elements << depth) * (model.hashed_element_ns + model.batched_element_ns)
    labels = ("deep_batching", *shape.folding_labels, QUERIES)
    attempts = sum(1 << shape.grinding(label) for label in labels if shape.grinding(label))
    return (nanoseconds + attempts * model.grinding_attempt_ns) / 1e9
