"""After warming up nothing is left to be compiled."""

from __future__ import annotations

import importlib
import pkgutil

from numba.core.dispatcher import Dispatcher

from optimized.multilinear import commitment, openings
from optimized.multilinear.commitment.columns import commit
from optimized.multilinear.commitment.grinding import grind
from optimized.multilinear.openings.folded_vector import batched_vector
from optimized.multilinear.openings.stacking_rounds import stacking
from optimized.multilinear.openings.warm_up import warm_up_openings
from spec.multilinear.merkle import tree_shape
from spec.multilinear.whir import Iteration
from tests.optimized.multilinear.layouts import MANY, narrow_cells
from tests.reference.multilinear.prover.stacking_example import Example, random_value, random_values


def signatures() -> set[str]:
    """Every compiled function of these packages with the types that it is compiled for."""
    found = set()
    for package in (commitment, openings):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Dispatcher):
                    found |= {f"{value.__module__}.{name}{signature}" for signature in value.signatures}
    return found


def test_opening_after_the_warm_up_compiles_nothing_more() -> None:
    warm_up_openings()
    before = signatures()
    example = Example(MANY, 14, narrow_cells)
    committed = example.committed(commit)
    rounds = stacking(committed, example.claims)
    folded = batched_vector(list(committed.values()), random_value(1), random_values(2, 14))
    for some in (rounds, folded):
        for challenge in random_values(3, 5):
            some.message()
            some.bind(challenge)
    vector = folded.commit(Iteration(1, 9, 14, 2, 3, 0, 0, False), tree_shape(12, 24, 2))
    for one in (*committed.values(), vector):
        one.answers(random_value(4))
        one.open([1, 9])
    folded.add_powers([random_value(5), 7], random_values(6, 2))
    folded.message()
    grind([7] * 16, 3)
    assert signatures() - before == set()
