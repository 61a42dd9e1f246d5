"""A proof shape like that of one segment: tables of every height from 2^4 to 2^22, about 8000 batched functions."""

from __future__ import annotations

import pytest

from soundcalc.parameters import BusInteractions, GlobalArgument, ProofShape, TableShape, uniform_folding
from spec.field import EXTENSION_DEGREE, TWO_ADICITY, P

HEIGHTS_LOG2 = tuple(range(22, 3, -1))


@pytest.fixture(scope="session")
def segment_shape() -> ProofShape:
    tables = tuple(
        TableShape(
            name=f"table of 2^{height_log2}",
            height_log2=height_log2,
            columns={"main": 270, "logup": 120, "quotient": 12},
            openings={"out_of_domain": 402, "next row": 19},
            constraints=300,
            maximum_degree=3,
        )
        for height_log2 in HEIGHTS_LOG2
    )
    return ProofShape(
        blowup_log2=1,
        base_field_size=P,
        extension_degree=EXTENSION_DEGREE,
        two_adicity=TWO_ADICITY,
        tables=tables,
        local_interactions=(
            BusInteractions("memory", width=7, count=2**27),
            BusInteractions("range", width=2, count=2**28),
            BusInteractions("range", width=2, count=2**18, counted=True),
        ),
        global_argument=GlobalArgument(2**28, (BusInteractions("global memory", width=7, count=2**29),)),
        folding=uniform_folding(HEIGHTS_LOG2, 3, 4),
        queries=247,
        digest_bits=256,
        grinding_bits={"deep_batching": 20, "fri_folding": 20, "queries": 20},
    )
