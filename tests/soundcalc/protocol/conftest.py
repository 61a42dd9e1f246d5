"""A proof like that of a large segment, and one of a machine of a few rows."""

from __future__ import annotations

import pytest

from soundcalc.protocol.shape import ArgumentSize, ProofShape
from spec.parameters import Schedule


@pytest.fixture(scope="session")
def large_argument() -> ArgumentSize:
    return ArgumentSize(
        program_columns=19,
        continuation_columns=37,
        main_columns=48,
        circuit_depth=29,
        local_messages=428146746,
        global_messages=2**32,
        busiest_local_bus=2**30,
        busiest_global_bus=2**30,
        widest_local_message=10,
        widest_global_message=7,
        constraints=1443,
        column_claims=5140,
        zerocheck_rounds=23,
        segments=4096,
    )


@pytest.fixture(scope="session")
def large_shape(large_argument: ArgumentSize) -> ProofShape:
    schedule = Schedule(23, (2, 3, 3, 4, 3), (251, 125, 64, 43, 29), 16, (13, 14, 12, 0, 12), (20, 19, 18, 17, 0))
    return ProofShape(large_argument, schedule, rate_log2=1)


@pytest.fixture(scope="session")
def small_argument() -> ArgumentSize:
    return ArgumentSize(
        program_columns=1,
        continuation_columns=2,
        main_columns=5,
        circuit_depth=5,
        local_messages=70,
        global_messages=20,
        busiest_local_bus=32,
        busiest_global_bus=16,
        widest_local_message=3,
        widest_global_message=4,
        constraints=9,
        column_claims=15,
        zerocheck_rounds=6,
        segments=3,
    )


@pytest.fixture(scope="session")
def small_shape(small_argument: ArgumentSize) -> ProofShape:
    return ProofShape(small_argument, Schedule(7, (2, 3), (9, 5), 3, (1, 0), (4, 2)), rate_log2=2, cap_log2=1)
