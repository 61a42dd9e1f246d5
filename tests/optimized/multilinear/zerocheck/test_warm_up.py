"""Whoever has warmed up waits for no compiler."""

from __future__ import annotations

from typing import Any

from optimized.multilinear.zerocheck import cells, column_values, equality, first_rounds, later_rounds, points, sums
from optimized.multilinear.zerocheck.rounds import zerocheck
from optimized.multilinear.zerocheck.warm_up import warm_up
from tests.reference.multilinear.zerocheck_example import small_example

MODULES: list[Any] = [cells, column_values, equality, first_rounds, later_rounds, points, sums]


def compiled_signatures() -> dict[str, list[Any]]:
    """Of every compiled function the types that it is compiled for."""
    return {
        f"{module.__name__}.{name}": list(function.signatures)
        for module in MODULES
        for name, function in vars(module).items()
        if hasattr(function, "signatures")
    }


def test_a_zerocheck_after_warming_up_compiles_nothing() -> None:
    warm_up()
    before = compiled_signatures()
    example = small_example(1)
    rounds = zerocheck(example.tables, example.weights, example.public_values, example.challenges, example.point)
    for challenge in example.round_challenges:
        rounds.message()
        rounds.bind(challenge)
    rounds.values()
    assert compiled_signatures() == before
    assert [name for name, signatures in before.items() if not signatures] == []
