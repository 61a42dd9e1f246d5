"""Memory and tables of a circuit are the reference's, for the proof it was recorded on and for another."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from optimized.recursion.hints import HintAlgebra, Hints
from optimized.recursion.memory import UnsatisfiedError, fill_memory, octet_limbs
from optimized.recursion.program import HINTS, OPERATION_OF, CircuitProgram, circuit_program
from optimized.recursion.trace import circuit_trace, program_tables
from reference.recursion import witness
from reference.recursion.recorder import Recorder
from reference.tables import Trace
from spec.air.chips.sha256 import Sha256Layout
from spec.circuit.buses import NARROW_SHA256, SHA256
from spec.circuit.circuit import SIGNATURES
from spec.circuit.machine import circuit_machine
from spec.field import Extension
from spec.rejection import Rejected, Rejection
from tests.recorded_verification import Recording
from tests.small_machine import Move
from tests.small_runs import CAPPED, ONE_SEGMENT, Example

MACHINE = circuit_machine("node", ())
EXAMPLE = replace(ONE_SEGMENT, parameters=CAPPED)
SIBLING = replace(EXAMPLE, moves=(Move(5, 7), Move(5, -7), Move(6, 1)))
"""Another program with tables of the same heights."""


@cache
def _recorded(example: Example) -> Recorder:
    recorder: Any = Recording(example.proof, Recorder).algebra  # type: ignore[arg-type]
    assert isinstance(recorder, Recorder)
    return recorder


@cache
def _program() -> CircuitProgram:
    recorder = _recorded(EXAMPLE)
    return circuit_program(recorder.circuit, recorder.rows)


def _hints(example: Example) -> Hints:
    algebra: Any = Recording(example.proof, HintAlgebra).algebra  # type: ignore[arg-type]
    assert isinstance(algebra, HintAlgebra)
    return algebra.hints


def _cells(trace: Trace) -> list[tuple[str, str, list[list[int]]]]:
    found = []
    for table in trace.tables:
        found.append((table.chip.name, "main", table.main.tolist()))
        found.append((table.chip.name, "fixed", table.fixed.tolist()))
    return found


@pytest.mark.parametrize("example", [EXAMPLE, SIBLING], ids=["recorded on", "another"])
def test_tables_are_those_of_the_reference(example: Example) -> None:
    """The program is the example's: hints alone tell the proofs apart."""
    memory = fill_memory(_program(), _hints(example), ())
    trace = circuit_trace(MACHINE, _program(), memory, ())
    expected = witness.circuit_trace(MACHINE, _recorded(example))
    assert trace.shape == expected.shape
    assert trace.public_values == expected.public_values
    assert _cells(trace) == _cells(expected)


@pytest.mark.parametrize("layout", [SHA256, NARROW_SHA256], ids=["wide", "narrow"])
def test_tables_of_any_layout_and_heights_are_those_of_the_reference(
    layout: Sha256Layout,
) -> None:
    machine, heights = circuit_machine("node", (), layout), {"compress": 12, "multiply_add": 14, "sha256_rest": 15}
    expected = witness.circuit_trace(machine, _recorded(EXAMPLE), heights, layout)
    trace = circuit_trace(machine, _program(), fill_memory(_program(), _hints(EXAMPLE), ()), (), heights, layout)
    for table, of_reference in zip(trace.tables, expected.tables, strict=True):
        assert table.chip == of_reference.chip
        assert np.array_equal(table.main, of_reference.main), table.chip.name
        assert np.array_equal(table.fixed, of_reference.fixed), table.chip.name


def test_table_without_room_for_its_rows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"compress: .* rows do not fit into 2\^1"):
        circuit_trace(MACHINE, _program(), fill_memory(_program(), _hints(EXAMPLE), ()), (), {"compress": 1})


def test_memory_is_what_the_recorder_has_seen_wherever_it_is_read() -> None:
    recorder, memory = _recorded(EXAMPLE), fill_memory(_program(), _hints(EXAMPLE), ())
    limbs = octet_limbs(memory.octets)
    for (bus, address), count in recorder.circuit.reads.items():
        assert count
        found = (memory.values if bus == "value" else limbs)[address]
        assert tuple(found.tolist()) == (recorder.values if bus == "value" else recorder.octets)[address]


def test_tables_of_the_key_are_those_of_the_reference() -> None:
    expected = witness.program_tables(MACHINE, _recorded(EXAMPLE).circuit)
    for table, of_reference in zip(program_tables(MACHINE, _program()), expected, strict=True):
        assert table.chip == of_reference.chip
        assert np.array_equal(table.fixed, of_reference.fixed)


def test_every_chip_has_an_operation() -> None:
    assert set(OPERATION_OF) == set(SIGNATURES)
    assert set(HINTS) <= set(SIGNATURES)


@pytest.mark.parametrize("kind", Hints._fields)
def test_another_hint_does_not_satisfy_the_circuit(kind: str) -> None:
    hints = _hints(EXAMPLE)
    changed = getattr(hints, kind).copy()
    changed.reshape(-1)[0] ^= 1
    with pytest.raises(UnsatisfiedError) as unsatisfied:
        fill_memory(_program(), hints._replace(**{kind: changed}), ())
    assert _recorded(EXAMPLE).circuit.rows[unsatisfied.value.row].chip == "equal"


def test_rejected_proof_has_no_hints() -> None:
    proof = EXAMPLE.proof
    left, right, above, below = proof.segments[0].bus_totals
    forged = replace(proof.segments[0], bus_totals=(left + Extension.of(1), right, above, below))
    with pytest.raises(Rejected) as rejected:
        Recording(replace(proof, segments=(forged,)), HintAlgebra).algebra  # type: ignore[arg-type]  # noqa: B018
    assert rejected.value.reason is Rejection.LOCAL_BUSES_UNBALANCED


def test_circuit_takes_its_own_number_of_public_values() -> None:
    recorder = Recorder(publics=[7, 7])
    recorder.require_equal(recorder.public_elements[0], recorder.public_elements[1], Rejection.SEGMENT_INDEX, "here")
    program, none = circuit_program(recorder.circuit, recorder.rows), HintAlgebra().hints
    assert fill_memory(program, none, [5, 5]).values[:2, 0].tolist() == [5, 5]
    with pytest.raises(UnsatisfiedError, match="requires two values to be equal"):
        fill_memory(program, none, [5, 6])
    with pytest.raises(ValueError, match="1 public values, the circuit has 2"):
        fill_memory(program, none, [5])
