"""What leaves a declared message or constraint out of the argument, or counts it in another way, is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from proofs_of_constraints.machine import circuit_checks
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.circuit_checks import (
    circuit_sums_fractions,
    constraints_are_evaluated,
    constraints_have_their_own_powers,
    degrees,
    fractions_are_the_messages,
    interactions_are_in_the_circuit,
)
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.bus import Scope
from spec.air.chip import Chip, Constraint, Interaction
from spec.field import Extension
from spec.protocol import gkr, zerocheck
from spec.protocol.gkr import Block, Circuit, Fraction
from spec.protocol.zerocheck import TableWeights
from tests.proofs_of_constraints.broken_chips import column, interaction
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import with_chip
from tests.small_machine import BOUNDARY, MOVE

Check = Callable[[AuditedMachine], str | None]

CHECKS = (
    interactions_are_in_the_circuit,
    fractions_are_the_messages,
    circuit_sums_fractions,
    constraints_are_evaluated,
    constraints_have_their_own_powers,
    degrees,
)


@pytest.fixture(autouse=True)
def _nothing_is_known() -> Iterator[None]:
    """What is known of a chip does not hold where a function is replaced, nor afterwards."""
    known = (circuit_checks._fraction_fault, circuit_checks._evaluation_fault, circuit_checks._degree_fault)
    for function in known:
        function.cache_clear()
    yield
    for function in known:
        function.cache_clear()


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
@pytest.mark.parametrize("check", CHECKS)
def test_machine_as_declared_passes(check: Check, audited: AuditedMachine) -> None:
    assert check(audited) is None


def replaced(
    monkeypatch: pytest.MonkeyPatch, name: str, changed: Callable[[Any], Any], module: object = circuit_checks
) -> None:
    """A function of the protocol, with another result."""
    whole = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *arguments: changed(whole(*arguments)))


def _changed_block(change: Callable[[Block], Sequence[Block]]) -> Callable[[Circuit], Circuit]:
    """The layout with something else in the place of the block of the boundary's first messages."""

    def changed(layout: Circuit) -> Circuit:
        blocks: list[Block] = []
        for block in layout.blocks:
            is_first = [i.name for i in block.interactions] == ["enters", "leaves"]
            blocks += change(block) if is_first else [block]
        return replace(layout, blocks=tuple(blocks))

    return changed


ENTERS, LEAVES = interaction(BOUNDARY, "enters"), interaction(BOUNDARY, "leaves")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda block: [], "boundary: enters is 0 times among the local blocks, not 1"),
        (lambda block: [block, block], "boundary: enters is 2 times among the local blocks, not 1"),
        (
            lambda block: [replace(block, interactions=(ENTERS,))],
            "boundary: leaves is 0 times among the local blocks, not 1",
        ),
        (
            lambda block: [replace(block, interactions=(ENTERS, ENTERS))],
            "boundary: enters is 2 times among the local blocks, not 1",
        ),
        (
            lambda block: [replace(block, scope=Scope.GLOBAL)],
            "boundary: enters is 0 times among the local blocks, not 1",
        ),
        (
            lambda block: [replace(block, table=0, height_log2=3)],
            "move: enters is 1 times among the local blocks, not 0",
        ),
        (
            lambda block: [replace(block, height_log2=block.height_log2 - 1)],
            "boundary: a block of the circuit does not have the table's height",
        ),
        (
            lambda block: [replace(block, prefix=block.prefix + 1)],
            "the blocks of enters and is_from_before overlap",
        ),
        (lambda block: [replace(block, prefix=1 << 6)], "a block of enters lies outside of the local half"),
    ],
)
def test_layout_with_a_block_in_another_place_is_noticed(
    change: Callable[[Block], Sequence[Block]], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(monkeypatch, "circuit", _changed_block(change))
    assert interactions_are_in_the_circuit(SMALL_AUDIT) == fault


def test_pair_that_leaves_a_message_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lazy(pair: Sequence[Interaction], *others: Any) -> Fraction[Extension]:
        return gkr.pair_fraction(pair[:1], *others)

    monkeypatch.setattr(circuit_checks, "pair_fraction", lazy)
    fault = "move: the fraction of fetch and arrive is not the sum of the declared messages"
    assert fractions_are_the_messages(SMALL_AUDIT) == fault


@pytest.mark.parametrize(
    "forgotten",
    [
        {"sign": 1},
        {"bus": replace(ENTERS.bus, identity=0)},
        {"multiplicity": ENTERS.multiplicity * 0},
        {"message": ENTERS.message[:-1]},
    ],
    ids=lambda forgotten: next(iter(forgotten)),
)
def test_fraction_without_a_part_of_a_message_is_noticed(
    forgotten: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(pair: Sequence[Interaction], *others: Any) -> Fraction[Extension]:
        return gkr.pair_fraction([replace(i, **forgotten) for i in pair], *others)

    monkeypatch.setattr(circuit_checks, "pair_fraction", careless)
    assert "is not the sum of the declared messages" in str(fractions_are_the_messages(SMALL_AUDIT))


def test_too_few_powers_of_beta_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_checks, "widest_message", lambda chips, scope: 4)
    fault = "move: a message is wider than the powers of beta go"
    assert fractions_are_the_messages(SMALL_AUDIT) == fault


def test_node_that_is_not_the_sum_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "merged", lambda node: Fraction(node.numerator * 2, node.denominator))
    assert circuit_sums_fractions(SMALL_AUDIT) == "a node of the circuit is not the sum of its children"


def test_layer_that_forgets_denominators_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_checks, "layer_value", lambda left, right, _: gkr.merged(left, right).numerator)
    assert circuit_sums_fractions(SMALL_AUDIT) == "a layer does not batch numerators and denominators"


def test_layer_of_a_higher_degree_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_checks, "LAYER_DEGREE", 1)
    assert circuit_sums_fractions(SMALL_AUDIT) == "a layer's round has degree 2"


def test_evaluation_that_leaves_out_a_constraint_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lazy(zero: Extension, chip: Chip, row: Any, weights: TableWeights[Extension], *others: Any) -> Any:
        fewer = replace(chip, constraints=chip.constraints[1:])
        return zerocheck.table_value(zero, fewer, row, replace(weights, constraints=weights.constraints[1:]), *others)

    monkeypatch.setattr(circuit_checks, "table_value", lazy)
    assert constraints_are_evaluated(SMALL_AUDIT) == "move: the value is not that of the declared constraints"


def test_evaluation_that_leaves_out_a_block_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lazy(zero: Extension, chip: Chip, row: Any, weights: TableWeights[Extension], *others: Any) -> Any:
        return zerocheck.table_value(zero, chip, row, replace(weights, blocks=weights.blocks[1:]), *others)

    monkeypatch.setattr(circuit_checks, "table_value", lazy)
    assert constraints_are_evaluated(SMALL_AUDIT) == "move: the value does not count the declared messages"


def test_evaluation_that_forgets_chi_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(zero: Extension, chip: Chip, row: Any, weights: TableWeights[Extension], *others: Any) -> Any:
        return zerocheck.table_value(zero, chip, row, replace(weights, batching=weights.batching * 0), *others)

    monkeypatch.setattr(circuit_checks, "table_value", careless)
    assert constraints_are_evaluated(SMALL_AUDIT) == "move: the value does not count the declared messages"


Weights = list[TableWeights[Extension]]


def _same_for_every_table(weights: Weights) -> Weights:
    """Powers that start anew with each table."""
    powers = weights[0].constraints
    return [replace(of_table, constraints=powers[: len(of_table.constraints)]) for of_table in weights]


def _first_is_one(weights: Weights) -> Weights:
    """The numerators' own power for a constraint."""
    one = weights[0].constraints[0] * 0 + 1
    return [replace(weights[0], constraints=[one, *weights[0].constraints[1:]]), *weights[1:]]


def _without_the_last_constraint(weights: Weights) -> Weights:
    return [replace(of_table, constraints=of_table.constraints[:-1]) for of_table in weights]


def _without_a_block(weights: Weights) -> Weights:
    return [replace(weights[0], blocks=weights[0].blocks[1:]), *weights[1:]]


def _block_twice(weights: Weights) -> Weights:
    return [replace(weights[0], blocks=[*weights[0].blocks, weights[0].blocks[0]]), *weights[1:]]


def _block_of_another_weight(weights: Weights) -> Weights:
    (first, weight), *others = weights[0].blocks
    return [replace(weights[0], blocks=[(first, weight + 1), *others]), *weights[1:]]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_same_for_every_table, "two constraints have the same power of chi"),
        (_first_is_one, "the powers of chi are not those that the fractions leave"),
        (_without_the_last_constraint, "not every constraint of every table has a power of chi"),
        (_without_a_block, "move: not every block is weighed once"),
        (_block_twice, "move: not every block is weighed once"),
        (_block_of_another_weight, "move: a block does not have the weight of its place"),
    ],
)
def test_other_weights_are_noticed(
    change: Callable[[Weights], Weights], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(monkeypatch, "table_weights", change)
    assert constraints_have_their_own_powers(SMALL_AUDIT) == fault


def test_padding_of_one_scope_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def local(one: Extension, weights: Weights) -> Extension:
        blocks = [[(b, w) for b, w in of_table.blocks if b.scope is Scope.LOCAL] for of_table in weights]
        return zerocheck.padding(one, [replace(t, blocks=b) for t, b in zip(weights, blocks, strict=True)])

    monkeypatch.setattr(circuit_checks, "padding", local)
    fault = "the padding is not what the blocks of both scopes leave"
    assert constraints_have_their_own_powers(SMALL_AUDIT) == fault


def test_constraint_of_degree_4_is_noticed() -> None:
    real = column(MOVE, "real")
    constraint = Constraint("too_high", real * real * real * (real - 1))
    changed = replace(MOVE, constraints=(*MOVE.constraints, constraint))
    assert degrees(with_chip(SMALL_AUDIT, changed)) == "move: too_high has degree 4"


@pytest.mark.parametrize("part", ["multiplicity", "message"])
def test_message_that_is_not_linear_is_noticed(part: str) -> None:
    square = column(MOVE, "pc") * column(MOVE, "clock")
    fetch = interaction(MOVE, "fetch")
    change: dict[str, Any] = {part: square if part == "multiplicity" else (square, *fetch.message[1:])}
    changed = replace(MOVE, interactions=(replace(fetch, **change), *MOVE.interactions[1:]))
    fault = "move: the fraction of fetch and arrive has degree 3"
    assert degrees(with_chip(SMALL_AUDIT, changed)) == fault


def test_rounds_of_a_lower_degree_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_checks, "ROUND_DEGREE", 2)
    assert degrees(SMALL_AUDIT) == "a round of the zerocheck sends degree 2"


def test_example_tables_have_two_instances_of_every_instruction_chip() -> None:
    tables = circuit_checks.example_tables(SMALL_AUDIT.machine)
    assert [(table.chip.name, table.height_log2) for table in tables] == [
        ("move", 3),
        ("move", 1),
        ("halt", 4),
        ("halt", 2),
        ("range_table", 3),
        ("program_table", 1),
        ("boundary", 2),
    ]
