"""Refusals that only the plain kernels can explain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from spec.rejection import Rejected


class UnexplainedRejected(Rejected):
    """A refusal whose reason and detail may be others than the reference's: faults were met in another order."""


@contextmanager
def unexplained() -> Iterator[None]:
    """Refusals inside are right, but not their reasons. Raises UnexplainedRejected in place of Rejected."""
    try:
        yield
    except Rejected as rejected:
        raise UnexplainedRejected(rejected.reason, rejected.detail) from rejected
