"""Faults of circuits are found, each by its name, and a sound circuit has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spec.circuit.circuit import SIGNATURES, Circuit, Fault, Row, faults, without_useless_rows
from spec.circuit.machine import CIRCUIT_CHIPS
from spec.field import P

ZERO = (0, 0, 0, 0, 0, 0)
OCTET = (0,) * 16

SOUND = Circuit(
    1,
    (
        Row("hint", (), (1,)),
        Row("multiply_add", (0, 1, 1), (2,), (1, 1)),
        Row("constant", (), (3,), ZERO),
        Row("equal", (2, 3), ()),
        Row("constant_octet", (), (0,), OCTET),
        Row("compress", (0, 0, 0), (1,), (0,)),
        Row("compress", (1, 0, 0), (2,), (1,)),
        Row("unpack", (2,), tuple(range(4, 12))),
        Row("equal", (4, 3), ()),
    ),
)


def _with(number: int, **changes: object) -> Circuit:
    rows = list(SOUND.rows)
    rows[number] = replace(rows[number], **changes)  # type: ignore[arg-type]
    return replace(SOUND, rows=tuple(rows))


def test_sound_circuit_has_no_fault() -> None:
    assert faults(SOUND) == []


@pytest.mark.parametrize(
    ("circuit", "fault"),
    [
        (_with(0, chip="add"), Fault(0, "add is no chip of the circuit")),
        (
            _with(1, reads=(0, 1)),
            Fault(1, "multiply_add has (2, 1, 2) operands, results and numbers, expected (3, 1, 2)"),
        ),
        (
            _with(1, parameters=(1,)),
            Fault(1, "multiply_add has (3, 1, 1) operands, results and numbers, expected (3, 1, 2)"),
        ),
        (_with(1, reads=(0, 1, 3)), Fault(1, "reads the value 3 before it is written")),
        (_with(1, reads=(0, 1, 2)), Fault(1, "reads the value 2 before it is written")),
        (_with(5, reads=(0, 0, 7)), Fault(5, "reads the octet 7 before it is written")),
        (_with(2, writes=(1,)), Fault(2, "writes the value 1 once more")),
        (_with(2, writes=(0,)), Fault(2, "writes the value 0 once more")),
        (_with(6, writes=(1,)), Fault(6, "writes the octet 1 once more")),
        (_with(6, parameters=(0,)), Fault(6, "has the key 0 of an earlier compression")),
        (_with(7, reads=(1,)), Fault(6, "nothing reads what compress writes")),
        (replace(SOUND, rows=SOUND.rows[2:]), Fault(1, "reads the value 2 before it is written")),
        (_with(2, writes=(3 + P,)), Fault(2, "has a number that is not canonical")),
        (_with(1, parameters=(1, -1)), Fault(1, "has a number that is not canonical")),
        (_with(4, parameters=(*OCTET[1:], 2**16)), Fault(4, "has a limb of more than 16 bits")),
        (
            _with(1, reads=(1, 1, 1)),
            Fault(None, "the public value 0 is read 0 times, expected once"),
        ),
        (
            _with(1, reads=(0, 0, 1)),
            Fault(None, "the public value 0 is read 2 times, expected once"),
        ),
    ],
)
def test_circuit_with_a_fault_is_found_out(circuit: Circuit, fault: Fault) -> None:
    assert fault in faults(circuit)


WORDS = (
    Row("hint_word", (), (20,)),
    Row("canonical", (0,), (21,)),
    Row("constant", (), (22,), (7, 2**16 - 1, 0, 0, 0, 0)),
)
"""And those of SOUND from 4 to 11."""


def _packing(*values: int) -> list[Fault]:
    rows = (*SOUND.rows, *WORDS, Row("constant", (), (23,), (7, 2**16, 0, 0, 0, 0)))
    rows += (Row("constant", (), (24,), (7, 1, 0, 0, 0, 1)), Row("pack", values, (30,)))
    return [fault for fault in faults(Circuit(1, rows)) if fault.what.startswith("packs")]


def test_words_may_be_packed() -> None:
    assert _packing(4, 11, 20, 21, 22, 3, 4, 5) == []


@pytest.mark.parametrize("value", [0, 1, 2, 23, 24])
def test_what_is_no_word_may_not_be_packed(value: int) -> None:
    """The public value, a hint, a sum, and constants with a limb that is too large or with something behind."""
    assert _packing(4, 11, 20, value, 22, 3, 4, 5) == [Fault(14, f"packs the value {value}, which is no word")]


def test_rows_that_nothing_needs_go_with_what_only_they_need() -> None:
    useless = (
        Row("hint", (), (20,)),
        Row("multiply_add", (20, 3, 3), (21,), (1, 1)),
        Row("split", (21,), tuple(range(22, 28))),
    )
    assert without_useless_rows(replace(SOUND, rows=(*SOUND.rows, *useless))) == SOUND


def test_values_and_octets_have_addresses_of_their_own() -> None:
    assert ("value", 0) in SOUND.reads
    assert ("octet", 0) in SOUND.reads


def test_fixed_cells_say_how_often_a_result_is_read() -> None:
    assert SOUND.fixed_rows("constant") == [(3, 2, *ZERO)]
    assert SOUND.fixed_rows("constant_octet") == [(0, 5, *OCTET)]
    assert SOUND.fixed_rows("hint") == [(1, 2)]
    assert SOUND.fixed_rows("compress") == [(1, 0, 0, 0, 1, 1, 0), (1, 1, 0, 0, 2, 1, 1)]


@pytest.mark.parametrize("chip", CIRCUIT_CHIPS, ids=lambda chip: chip.name)
def test_fixed_columns_are_places_counts_and_parameters_in_this_order(chip: object) -> None:
    signature = SIGNATURES[chip.name]  # type: ignore[attr-defined]
    expected = [
        *["real"] * signature.flags,
        *(f"read_{i}" for i in range(len(signature.operands))),
        *(f"write_{i}" for i in range(len(signature.results))),
        *(f"reads_of_{i}" for i in range(len(signature.results))),
    ]
    names = list(chip.fixed_columns)  # type: ignore[attr-defined]
    assert names[: len(expected)] == expected
    assert len(names) == len(expected) + signature.parameters
