"""Refusals: they keep what they say wherever they travel."""

from __future__ import annotations

import pickle

from reference.segments.checking import AnotherProofError
from spec.rejection import Rejected, Rejection


def test_refusal_that_travels_to_another_process_says_there_what_it_said_here() -> None:
    for kind in (Rejected, AnotherProofError):
        refused = kind(Rejection.NODE_DEPTH, "combine", expected=[1, 2], found=None)
        travelled = pickle.loads(pickle.dumps(refused))
        assert type(travelled) is kind
        assert (str(travelled), vars(travelled)) == (str(refused), vars(refused))
