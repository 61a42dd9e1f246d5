from __future__ import annotations

from dataclasses import replace

import pytest

from soundcalc.parameters import ProofShape, TableShape
from soundcalc.search.cost import CostModel, prover_seconds


def test_prover_seconds_by_hand(segment_shape: ProofShape) -> None:
    shape = replace(
        segment_shape,
        tables=(TableShape("only", 10, {"main": 3}, {"z": 3}, 1, 3),),
        folding=(),
        grinding_bits={"queries": 4},
        global_argument=None,
    )
    model = CostModel(hashed_element_ns=2, butterfly_ns=10, batched_element_ns=1, grinding_attempt_ns=1000)
    elements = 3 * 2048
    nanoseconds = elements * (2 + 1) + elements * 11 / 2 * 10 + 16 * 1000
    assert prover_seconds(shape, model) == pytest.approx(nanoseconds / 1e9)


def test_layers_add_to_prover_seconds(segment_shape: ProofShape) -> None:
    model = CostModel(hashed_element_ns=1, butterfly_ns=0, batched_element_ns=0, grinding_attempt_ns=0)
    columns = sum(402 << height + 1 for height in range(4, 23))
    # A layer's rows are the cosets of one fold: 6 coefficients for each point of its domain.
    cosets = sum(6 << height + 1 for height in range(5, 23))
    assert prover_seconds(segment_shape, model) == pytest.approx((columns + cosets) / 1e9)
