"""The verification of a segment as a circuit: the same for all proofs of a shape, satisfied by accepted ones alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from reference.bus_traffic import traffic_of
from reference.columns import RowColumns
from reference.recursion.handles import AskedError, Element, Value, Word
from reference.recursion.recorder import Recorder
from reference.recursion.witness import circuit_trace, program_tables
from reference.tables import Trace
from spec.circuit.circuit import faults
from spec.circuit.machine import circuit_machine
from spec.field import Extension
from spec.protocol.proof import RunProof
from spec.rejection import Rejected, Rejection
from tests.forging.verdicts import reference_verifier
from tests.recorded_verification import Recording
from tests.small_machine import Move
from tests.small_runs import CAPPED, ONE_SEGMENT, Example

MACHINE = circuit_machine("node", ())
EXAMPLE = replace(ONE_SEGMENT, parameters=CAPPED)
SIBLING = replace(EXAMPLE, moves=(Move(5, 7), Move(5, -7), Move(6, 1)))
"""Another program with tables of the same heights."""


@cache
def _proof(example: Example) -> RunProof:
    return example.proof


def _recorded(proof: RunProof) -> Recorder:
    recorder: Any = Recording(proof, Recorder).algebra  # type: ignore[arg-type]
    assert isinstance(recorder, Recorder)
    return recorder


def _sums(trace: Trace) -> Counter[tuple[str, tuple[int, ...]]]:
    """By bus and message, how often it is sent more than received, where that is not 0."""
    sums: Counter[tuple[str, tuple[int, ...]]] = Counter()
    for position, table in enumerate(trace.tables):
        columns = RowColumns(table.main, table.fixed, trace.public_values)
        for traffic in traffic_of(position, table, columns, list(table.chip.interactions)):
            for message, count in zip(traffic.messages.tolist(), traffic.multiplicities.tolist(), strict=True):
                sums[traffic.interaction.bus.name, tuple(message)] += traffic.interaction.sign * int(count)
    return Counter({message: count for message, count in sums.items() if count})


def _violations(trace: Trace) -> list[str]:
    found = []
    for table in trace.tables:
        columns = RowColumns(table.main, table.fixed, trace.public_values)
        violated = (c.name for c in table.chip.constraints if np.any(columns.values(c.expression)))
        found += [f"{table.chip.name}: {name}" for name in violated]
    return found


def test_circuit_of_an_accepted_proof_is_satisfied() -> None:
    recorder = _recorded(_proof(EXAMPLE))
    assert recorder.broken == []
    assert faults(recorder.circuit) == []
    trace = circuit_trace(MACHINE, recorder)
    assert _violations(trace) == []
    assert _sums(trace) == Counter()


def test_circuit_is_the_same_for_every_proof_of_a_shape() -> None:
    ours, theirs = _recorded(_proof(EXAMPLE)), _recorded(_proof(SIBLING))
    assert ours.circuit == theirs.circuit
    assert ours.values != theirs.values


def test_tables_of_the_key_are_the_traces_fixed_cells() -> None:
    recorder = _recorded(_proof(EXAMPLE))
    of_trace = {table.chip.name: table.fixed for table in circuit_trace(MACHINE, recorder).tables}
    for table in program_tables(MACHINE, recorder.circuit):
        assert np.array_equal(table.fixed, of_trace[table.chip.name]), table.chip.name


def _changed(proof: RunProof, **changes: Any) -> RunProof:
    return replace(proof, segments=(replace(proof.segments[0], **changes),))


def _other(values: tuple[Extension, ...], place: int = 0) -> tuple[Extension, ...]:
    return (*values[:place], values[place] + 1, *values[place + 1 :])


def _forged_layer(proof: RunProof) -> RunProof:
    layers = proof.segments[0].layers
    left, *others = layers[0].ends
    ends: Any = (left + 1, *others)
    return _changed(proof, layers=(replace(layers[0], ends=ends), *layers[1:]))


def _forged_zerocheck(proof: RunProof) -> RunProof:
    rounds = proof.segments[0].zerocheck_rounds
    return _changed(proof, zerocheck_rounds=(_other(rounds[0]), *rounds[1:]))


def _forged_leaf(proof: RunProof) -> RunProof:
    iterations = proof.segments[0].iterations
    opening = iterations[0].openings[0]
    row = ((opening.rows[0][0] + 1), *opening.rows[0][1:])
    changed = replace(opening, rows=(row, *opening.rows[1:]))
    first = replace(iterations[0], openings=(changed, *iterations[0].openings[1:]))
    return _changed(proof, iterations=(first, *iterations[1:]))


FORGERIES: dict[str, tuple[Callable[[RunProof], RunProof], Rejection]] = {
    "totals": (
        lambda proof: _changed(proof, bus_totals=_other(proof.segments[0].bus_totals)),
        Rejection.LOCAL_BUSES_UNBALANCED,
    ),
    "layer": (_forged_layer, Rejection.GKR_LAYER_MISMATCH),
    "zerocheck": (_forged_zerocheck, Rejection.ZEROCHECK_MISMATCH),
    "stacked value": (
        lambda proof: _changed(proof, stacked_values=_other(proof.segments[0].stacked_values)),
        Rejection.STACKING_MISMATCH,
    ),
    "leaf": (_forged_leaf, Rejection.COMMITMENT_ROOT_MISMATCH),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_circuit_of_a_rejected_proof_has_no_memory_that_satisfies_it(name: str) -> None:
    """The first requirement that is broken is the one for which the native verifier rejects."""
    forge, reason = FORGERIES[name]
    forged = forge(_proof(EXAMPLE))
    with pytest.raises(Rejected) as rejected:
        reference_verifier(forged)
    recorder = _recorded(forged)
    assert recorder.circuit == _recorded(_proof(EXAMPLE)).circuit
    assert recorder.broken[0].reason is rejected.value.reason is reason
    assert _sums(circuit_trace(MACHINE, recorder))


@pytest.mark.parametrize(
    "question",
    [
        lambda handle: handle == handle,
        bool,
        int,
        list,
        lambda handle: [0, 1][handle],
        lambda handle: handle < handle,
        hash,
    ],
)
@pytest.mark.parametrize("handle", [Element(0), Value(Recorder(), 0), Word(None, 0)], ids=["element", "value", "word"])
def test_handle_answers_no_question(handle: Any, question: Callable[[Any], object]) -> None:
    with pytest.raises((AskedError, TypeError)):
        question(handle)


def test_public_values_are_read_from_the_first_addresses() -> None:
    recorder = Recorder(publics=[7, 7])
    recorder.require_equal(recorder.public_elements[0], recorder.public_elements[1], Rejection.SEGMENT_INDEX, "here")
    assert faults(recorder.circuit) == []
    trace = circuit_trace(circuit_machine("two", ("left", "right")), recorder)
    received = _sums(trace)
    assert received == Counter({("value", (address, 7, 0, 0, 0, 0, 0)): -1 for address in range(2)})
