"""Provers that weigh by other powers of chi than the protocol's, and what a verifier that does so accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from reference.prover import segment as prover
from reference.verifier import constraints as verifier
from spec.field import Extension
from spec.protocol.gkr import Circuit
from spec.protocol.shape import TableShape
from spec.protocol.zerocheck import FIRST_CONSTRAINT_POWER, TableWeights, table_weights
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.changed_traces import Cell, plus_cells, split
from tests.forging.lies import HONEST
from tests.forging.verdicts import refusal
from tests.small_machine import Move
from tests.small_runs import Example, encoded

ZEROCHECK = Refusal(Rejection.ZEROCHECK_MISMATCH, "segment 0")


def _anew_for_each_table(
    tables: Sequence[TableShape], layout: Circuit, rho: Sequence[Extension], powers: Sequence[Extension]
) -> list[TableWeights[Extension]]:
    """The constraints of every table, and of every instance, start with chi^2."""
    return [
        replace(
            of_table,
            constraints=powers[FIRST_CONSTRAINT_POWER:][: len(of_table.constraints)],
        )
        for of_table in table_weights(tables, layout, rho, powers)
    ]


def _from_one(
    tables: Sequence[TableShape], layout: Circuit, rho: Sequence[Extension], powers: Sequence[Extension]
) -> list[TableWeights[Extension]]:
    """The first constraints share 1 and chi with numerators and denominators."""
    honest = table_weights(tables, layout, rho, powers)
    left = iter(powers)
    return [replace(of_table, constraints=[next(left) for _ in of_table.constraints]) for of_table in honest]


WEIGHTS = {"anew for each table": _anew_for_each_table, "from one": _from_one}


@contextmanager
def weighing(name: str, *modules: object) -> Iterator[None]:
    """Within it, these modules weigh in another way."""
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "table_weights", WEIGHTS[name])
        yield


@pytest.mark.parametrize("name", WEIGHTS)
def test_prover_that_weighs_constraints_otherwise_is_refused(name: str) -> None:
    with weighing(name, prover):
        proof = HONEST.proof()
    assert refusal(proof) == ZEROCHECK


def test_violations_that_cancel_between_instances_are_refused() -> None:
    """Four moves put back one too much, in one instance of their table, and two one too little, in the other.

    A verifier whose powers start anew for each instance adds +1 and -1 under the same weight.
    """
    example = Example(tuple(Move(account, 10) for account in range(1, 7)))
    off_by = {row: 1 if row < 4 else -1 for row in range(6)}
    changes: dict[Cell, int] = {}
    for row, difference in off_by.items():
        changes |= {("move", row, "after"): difference, ("boundary", row, "balance_out"): difference}
    cells = split(plus_cells(example.segments[0], changes), "move", (2, 1))
    output = encoded([(row + 1, 10 + difference, 1) for row, difference in off_by.items()])
    assert refusal(example.proven([cells], output)) == ZEROCHECK
    with weighing("anew for each table", prover):
        proof = example.proven([cells], output)
    assert refusal(proof) == ZEROCHECK
    with weighing("anew for each table", verifier):
        assert refusal(proof) is None
