from __future__ import annotations

from dataclasses import replace

import pytest

from soundcalc.protocol.openings import Opening
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.shape import ArgumentSize, ProofShape, shape_under
from spec.parameters import FINAL, SEGMENT

ELEMENT, DIGEST, NONCE = 24, 32, 8


def test_parts_of_a_small_proof_are_its_messages(small_shape: ProofShape) -> None:
    first = Opening((16, 32, 80), 7, 1).expected_bytes(9)
    second = Opening((192,), 5, 1).expected_bytes(5)
    assert proof_bytes(small_shape).parts == {
        "roots": 2 * DIGEST,
        "pinned answers": 2 * ELEMENT,
        # Outputs, layers 1 to 4 with as many rounds of two values each, four values after each.
        "circuit": (4 + 2 * (1 + 2 + 3 + 4) + 4 * 4) * ELEMENT,
        "zerocheck": 3 * 6 * ELEMENT,
        "column values": 15 * ELEMENT,
        "stacking": 2 * 7 * ELEMENT,
        "stacked values": 8 * ELEMENT,
        "column batching nonce": NONCE,
        "iteration 0": first + 2 * (2 * ELEMENT + NONCE) + NONCE,
        # Without bits of work before its folds this iteration has no nonce there.
        "iteration 1": second + 3 * 2 * ELEMENT + NONCE + DIGEST + ELEMENT,
        "last vector": 4 * ELEMENT,
    }


def test_commitments_that_are_absent_cost_nothing(small_shape: ProofShape) -> None:
    argument = replace(small_shape.argument, program_columns=0, continuation_columns=0, global_messages=0)
    parts = proof_bytes(replace(small_shape, argument=argument)).parts
    assert (parts["roots"], parts["pinned answers"], parts["stacked values"]) == (DIGEST, 0, 5 * ELEMENT)


def test_total_is_the_sum_of_the_parts(large_shape: ProofShape) -> None:
    size = proof_bytes(large_shape)
    assert size.total_bytes == pytest.approx(sum(size.parts.values()))
    assert all(part >= 0 for part in size.parts.values())


@pytest.mark.parametrize(
    ("height_log2", "cells", "circuit_depth", "columns", "kilobytes"),
    [
        (17, 0.34e6, 22, 1000, 276),
        (17, 1e6, 23, 1000, 327),
        (20, 3e6, 24, 1000, 384),
        (20, 10e6, 25, 1000, 449),
        (22, 37e6, 26, 1000, 511),
        (23, 145e6, 28, 1000, 605),
    ],
)
def test_whole_segment_proofs_have_the_computed_sizes(
    height_log2: int, cells: float, circuit_depth: int, columns: int, kilobytes: int
) -> None:
    """The sizes by cells of main that the protocol was designed for, within a few percent."""
    main_columns = -(-int(cells) >> height_log2)
    assert SEGMENT.stacking_height(17, int(cells)) == height_log2
    argument = _argument(main_columns, circuit_depth, columns, height_log2)
    total = proof_bytes(shape_under(argument, SEGMENT, height_log2)).total_bytes
    assert total / 1000 == pytest.approx(kilobytes, rel=0.04)


@pytest.mark.parametrize("height_log2", [18, 19, 20])
def test_final_proof_is_below_300_kibibytes(height_log2: int) -> None:
    """76 million cells at the largest height, of them 16 columns of the circuit's key; half and a quarter below."""
    argument = replace(
        _argument(72, 27, 1800, height_log2), program_columns=16, continuation_columns=0, global_messages=0
    )
    assert 200_000 < proof_bytes(shape_under(argument, FINAL, height_log2)).total_bytes < 300 * 1024


def _argument(main_columns: int, circuit_depth: int, columns: int, height_log2: int) -> ArgumentSize:
    return ArgumentSize(
        program_columns=1,
        continuation_columns=1,
        main_columns=main_columns,
        circuit_depth=circuit_depth,
        local_messages=2**26,
        global_messages=2**20,
        busiest_local_bus=2**25,
        busiest_global_bus=2**20,
        widest_local_message=10,
        widest_global_message=7,
        constraints=500,
        column_claims=columns,
        zerocheck_rounds=min(height_log2, 20),
        segments=1,
    )
