"""Compiling the verifier's functions before they are needed, or loading them from disk."""

from __future__ import annotations

import numpy as np

from optimized.hashing.sha256 import DIGEST_WORDS
from optimized.lanes.vectors import LANES
from optimized.steps import Report, run_steps
from optimized.verifier.query_algebra import QueryAlgebra
from optimized.verifier.values import Values
from spec.field import X
from spec.rejection import Rejection


def warm_up(report: Report) -> None:
    """Makes every compiled function of the verifier ready."""
    algebra = QueryAlgebra(LANES)
    value, row = Values.uniform(X), np.ones((1, LANES), dtype=np.uint32)
    digests = np.zeros((LANES, DIGEST_WORDS), dtype=np.uint32)
    run_steps(
        report,
        [
            ("Merkle paths", lambda: (algebra.leaf_digest(list(row)), algebra.compress(digests, digests))),
            ("products", lambda: algebra.scale(value * value, algebra.constant(1))),
            ("sums of products", lambda: algebra.linear_combination([value], list(row))),
            ("inverses", lambda: algebra.inverses([value], Rejection.POINT_IN_DOMAIN, "")),
        ],
    )
