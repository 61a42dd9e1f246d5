"""The optimized GKR circuit against the plain one: every message of every round of every layer, and all ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimized.circuit.fractions import Fractions
from optimized.circuit.layouts import CHUNK_GROUP_BITS, LANE_BITS
from optimized.circuit.nodes import CHILD_WORDS
from optimized.circuit.programs import WORD_BYTES
from optimized.circuit.values import LayeredCircuit, circuit
from reference.prover.circuit_values import circuit as plain_circuit
from reference.prover.kernels import CircuitValues
from spec.air.chip import Chip, ChipBuilder, Role
from spec.field import ONE, ZERO, Extension, P
from spec.protocol.shape import TableShape
from spec.rv64im.machine import CHIPS
from tests.reference.prover.circuit_example import (
    BOUNDARY,
    CARRIED,
    PROGRAM,
    RANGE,
    RANGE_TABLE,
    SHAPES,
    SINK,
    WORK,
    CircuitInputs,
    circuit_inputs,
    random_element,
    random_elements,
)

LARGEST = P - 1

CHUNK_LOG2 = LANE_BITS + CHUNK_GROUP_BITS
"""The rows of a whole chunk."""

SEVERAL_CHUNKS = (
    TableShape(WORK, CHUNK_LOG2),
    TableShape(WORK, CHUNK_LOG2 - 1),
    TableShape(WORK, 9),
    TableShape(SINK, 11),
    TableShape(RANGE_TABLE, 7),
    TableShape(PROGRAM, 1),
    TableShape(BOUNDARY, CHUNK_LOG2),
)
"""Tables of whole chunks in both scopes, and shorter ones that share chunks."""


def _carrier() -> Chip:
    """Global interactions alone, of both signs."""
    b = ChipBuilder("carrier", Role.CONTINUATION, "")
    real, address = b.column("real"), b.column("address")
    b.receive("enters", CARRIED, [address, 2], real)
    b.send("leaves", CARRIED, [address, 3], real)
    b.send("also_leaves", CARRIED, [address, 4], real)
    return b.build()


def _balanced() -> Chip:
    """Every message is sent as often as it is received."""
    b = ChipBuilder("balanced", Role.MACHINE_TABLE, "")
    value, often = b.column("value"), b.column("often")
    b.send("sent", RANGE, [value], often)
    b.send("not_received", RANGE, [value + 1], 0 - often)
    b.receive("received", RANGE, [value], often)
    b.receive("not_sent", RANGE, [value + 1], 0 - often)
    return b.build()


CARRIER, BALANCED = _carrier(), _balanced()

KINDS = {
    "tables_of_all_kinds": SHAPES,
    "least_table": (TableShape(WORK, 1),),
    "no_global_scope": (TableShape(SINK, 1),),
    "no_local_scope": (TableShape(CARRIER, 1),),
    "no_local_scope_but_whole_chunks": (TableShape(CARRIER, CHUNK_LOG2),),
    "odd_interaction_alone": (TableShape(RANGE_TABLE, 1),),
    "tall_odd_interaction_alone": (TableShape(RANGE_TABLE, CHUNK_LOG2),),
    "most_of_it_global": (TableShape(WORK, 3), TableShape(BOUNDARY, 5)),
    "least_beside_tall": (TableShape(RANGE_TABLE, 9), TableShape(SINK, 1), TableShape(PROGRAM, 1)),
    "many_instances": tuple(TableShape(WORK, height_log2) for height_log2 in (7, 6, 6, 5, 4, 4, 3, 2, 1, 1, 1)),
    "several_chunks": SEVERAL_CHUNKS,
}

RV64IM = tuple(
    TableShape(chip, height_log2) for number, chip in enumerate(CHIPS) for height_log2 in (1 + number % 5, 1)
)
"""Every chip of the machine, low, in two instances."""

Points = Callable[[np.random.Generator, list[Extension], int], list[Extension]]


def _as_the_protocol(random: np.random.Generator, bound: list[Extension], number: int) -> list[Extension]:
    """The point that a layer's sumcheck ended at, and one coordinate more."""
    del number
    return [*bound, random_element(random)]


def _anywhere(random: np.random.Generator, bound: list[Extension], number: int) -> list[Extension]:
    """A point that has nothing to do with the layer above."""
    del bound
    return random_elements(random, number)


def _with_zeros_and_ones(random: np.random.Generator, bound: list[Extension], number: int) -> list[Extension]:
    del bound
    return [(ZERO, ONE, random_element(random))[random.integers(3)] for _ in range(number)]


def _assert_same(found: CircuitValues, inputs: CircuitInputs, points: Points = _as_the_protocol) -> None:
    """Walks through the layers of the circuit and of its plain twin side by side."""
    plain = plain_circuit(inputs.tables, inputs.layout, inputs.public_values, inputs.challenges)
    assert found.totals == plain.totals
    random = np.random.default_rng(5)
    bound: list[Extension] = []
    for number in range(1, inputs.layout.variables):
        point, batching = points(random, bound, number), random_element(random)
        rounds, plain_rounds = found.layer(number, point, batching), plain.layer(number, point, batching)
        bound = []
        for _ in range(number):
            assert rounds.message() == plain_rounds.message()
            bound.insert(0, random_element(random))
            rounds.bind(bound[0])
            plain_rounds.bind(bound[0])
        assert rounds.ends() == plain_rounds.ends()


def _optimized(inputs: CircuitInputs) -> LayeredCircuit:
    return circuit(inputs.tables, inputs.layout, inputs.public_values, inputs.challenges)


@pytest.mark.parametrize("points", [_as_the_protocol, _anywhere, _with_zeros_and_ones])
@pytest.mark.parametrize("kind", KINDS)
def test_circuit_of_random_cells_is_the_plain_one(kind: str, points: Points) -> None:
    inputs = circuit_inputs(KINDS[kind], seed=6)
    _assert_same(_optimized(inputs), inputs, points)


def test_totals_of_a_scope_without_blocks_are_zero_over_one() -> None:
    p_local, q_local, _, _ = _optimized(circuit_inputs(KINDS["no_local_scope"], seed=12)).totals
    _, _, p_global, q_global = _optimized(circuit_inputs(KINDS["no_global_scope"], seed=13)).totals
    assert (p_local, q_local, p_global, q_global) == (ZERO, ONE, ZERO, ONE)


@pytest.mark.parametrize("height_log2", [1, 8, CHUNK_LOG2])
@pytest.mark.parametrize(("least", "largest"), [(0, 1), (0, LARGEST), (LARGEST, LARGEST)])
def test_numerator_of_what_is_sent_as_often_as_received_vanishes(least: int, largest: int, height_log2: int) -> None:
    inputs = circuit_inputs((TableShape(BALANCED, height_log2),), seed=14, least_cell=least, largest_cell=largest)
    p_local, q_local, _, _ = _optimized(inputs).totals
    assert p_local == ZERO != q_local


@pytest.mark.parametrize(("least", "largest"), [(0, 0), (0, 1), (LARGEST, LARGEST), (LARGEST - 1, LARGEST)])
def test_circuit_of_cells_at_the_edges_is_the_plain_one(least: int, largest: int) -> None:
    inputs = circuit_inputs(SEVERAL_CHUNKS[2:], seed=7, least_cell=least, largest_cell=largest)
    _assert_same(_optimized(inputs), inputs)


def test_circuit_of_zero_challenges_is_the_plain_one() -> None:
    inputs = circuit_inputs(SHAPES, seed=8)
    zeros = {
        scope: replace(challenges, alpha=ZERO, beta_powers=[ZERO] * len(challenges.beta_powers))
        for scope, challenges in inputs.challenges.items()
    }
    changed = replace(inputs, challenges=zeros)
    _assert_same(_optimized(changed), changed)


@pytest.mark.parametrize(("least", "largest"), [(0, LARGEST), (0, 1)])
def test_circuit_of_every_chip_of_the_machine_is_the_plain_one(least: int, largest: int) -> None:
    inputs = circuit_inputs(RV64IM, seed=9, least_cell=least, largest_cell=largest)
    inputs = replace(inputs, public_values={"segment": 3})
    _assert_same(_optimized(inputs), inputs)


@pytest.mark.parametrize("shift", [0, 1, 2, 3])
def test_circuit_with_less_memory_than_its_layers_take_is_the_plain_one(shift: int) -> None:
    inputs = circuit_inputs(SEVERAL_CHUNKS, seed=10)
    fractions = Fractions(inputs.tables, inputs.layout, inputs.public_values, inputs.challenges)
    all_layers = fractions.layout.count * fractions.layout.groups * CHILD_WORDS * WORD_BYTES
    _assert_same(LayeredCircuit(fractions, all_layers >> shift), inputs)


@pytest.mark.parametrize(
    ("bytes_per_fraction", "largest_below", "crossed_below"),
    [(42, 2, {0, 1}), (41, 2, set()), (24, 2, set()), (23, 3, set())],
)
def test_the_last_layers_are_not_kept_nor_crosses_where_memory_is_short(
    bytes_per_fraction: int, largest_below: int, crossed_below: set[int]
) -> None:
    inputs = circuit_inputs(SEVERAL_CHUNKS, seed=10)
    fractions = Fractions(inputs.tables, inputs.layout, inputs.public_values, inputs.challenges)
    kept_fractions = fractions.layout.count << fractions.layout.entry_bits
    layers = LayeredCircuit(fractions, kept_fractions * bytes_per_fraction)
    last = fractions.layout.variables
    assert max(layers._layers) == last - largest_below
    assert {last - number for number in layers._crosses} == crossed_below


def test_circuit_leaves_tables_as_they_are() -> None:
    inputs = circuit_inputs(SEVERAL_CHUNKS[3:], seed=11)
    before = [(table.main.copy(), table.fixed.copy()) for table in inputs.tables]
    _assert_same(_optimized(inputs), inputs)
    for table, (main, fixed) in zip(inputs.tables, before, strict=True):
        assert np.array_equal(table.main, main)
        assert np.array_equal(table.fixed, fixed)
