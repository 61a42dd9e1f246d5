"""Chips of the circuit on rows by hand: what they compute, and what they refuse."""

from __future__ import annotations

from random import Random

import pytest

from documentation.worked_example import RowNumbers
from spec.air.chip import Chip
from spec.air.expression import evaluate
from spec.circuit.buses import LIMB
from spec.circuit.chips.words import HIGHEST_LIMB
from spec.circuit.machine import CIRCUIT_CHIPS, circuit_machine, limb_form, limb_rows
from spec.field import Extension, P, inverse
from tests.chip_rows import row_of

CHIP = {chip.name: chip for chip in CIRCUIT_CHIPS}
RANDOM = Random(11)
Cells = dict[str, int]


def _row(chip: Chip, cells: Cells, real: int = 1) -> RowNumbers:
    """A row whose other cells are zeros."""
    return row_of(chip, dict.fromkeys((*chip.columns, *chip.fixed_columns), 0) | {"real": real, **cells})


def _violated(name: str, cells: Cells) -> set[str]:
    """Constraints that do not vanish, and lookups of what has no 16 bits."""
    chip = CHIP[name]
    row = _row(chip, cells)
    found = {c.name for c in chip.constraints if evaluate(c.expression, row)}
    asked = [i for i in chip.interactions if i.bus == LIMB and evaluate(i.multiplicity, row)]
    return found | {i.name for i in asked if evaluate(i.message[0], row) >= 1 << 16}


def _result(name: str, cells: Cells, result: int = 0) -> tuple[int, ...]:
    """What the row writes as one of its results."""
    chip = CHIP[name]
    (sent,) = (i for i in chip.interactions if i.name == f"result_{result}")
    return tuple(evaluate(part, _row(chip, cells)) for part in sent.message[1:])


def _array(name: str, cells: tuple[int, ...] | list[int]) -> Cells:
    return {f"{name}_{i}": cell for i, cell in enumerate(cells)}


def _random() -> Extension:
    return Extension.from_coefficients(RANDOM.randrange(P) for _ in range(6))


@pytest.mark.parametrize("scales", [(1, 1), (1, P - 1), (5, 0), (0, 1), (P - 1, 7)])
def test_multiply_add_is_the_fields_own(scales: tuple[int, int]) -> None:
    left, right, addend = _random(), _random(), _random()
    result = left * right * scales[0] + addend * scales[1]
    cells = {"scale": scales[0], "addend_scale": scales[1]}
    for name, value in (("left", left), ("right", right), ("addend", addend), ("result", result)):
        cells |= _array(name, value.coefficients)
    assert _violated("multiply_add", cells) == set()
    assert _violated("multiply_add", {**cells, "result_4": cells["result_4"] + 1}) == {"result_4_is_the_sum"}


CANONICAL = [0, 1, 2**16 - 1, 2**16, P - 2**16, P - 2, P - 1]


def _canonical_cells(element: int, number: int) -> Cells:
    low, high = number % 2**16, number >> 16
    below = (HIGHEST_LIMB - high) % P
    return {
        "element": element,
        "low": low,
        "high": high,
        "at_top": int(below == 0),
        "inverse": inverse(below) if below else 0,
    }


@pytest.mark.parametrize("element", CANONICAL)
def test_canonical_number_of_an_element_is_accepted(element: int) -> None:
    cells = _canonical_cells(element, element)
    assert _violated("canonical", cells) == set()
    assert _result("canonical", cells)[:2] == (element % 2**16, element >> 16)


@pytest.mark.parametrize("element", [0, 1, 2**24 - 2])
def test_number_that_is_p_too_large_is_refused(element: int) -> None:
    """It has 32 bits, and is the same element: only canonicity tells them apart."""
    violated = _violated("canonical", _canonical_cells(element, element + P))
    assert "limbs_make_the_element" not in violated
    assert violated & {"below_top_is_16_bits", "top_has_no_lower_limb"}


@pytest.mark.parametrize("flag", [0, 1])
def test_flag_of_the_highest_limb_is_what_the_limb_says(flag: int) -> None:
    for number in (P - 1, 5):
        cells = _canonical_cells(number, number)
        expected = cells["at_top"]
        assert bool(_violated("canonical", {**cells, "at_top": flag})) == (flag != expected)


def test_word_of_bits_is_their_number() -> None:
    number = 0x8000_1234
    cells = _array("bit", [number >> i & 1 for i in range(32)])
    assert _violated("bits", cells) == set()
    assert _violated("bits", {**cells, "bit_7": 2}) == {"bit_7_is_boolean"}


@pytest.mark.parametrize("number", [0, 1, P - 1])
def test_equality_with_a_number_has_one_answer(number: int) -> None:
    for element in (number, (number + 1) % P):
        difference = (element - number) % P
        honest = {
            "number": number,
            "element": element,
            "inverse": inverse(difference) if difference else 0,
            "equals": int(not difference),
        }
        assert _violated("equals_number", honest) == set()
        assert _violated("equals_number", {**honest, "equals": 1 - honest["equals"]})


@pytest.mark.parametrize("bit", [0, 1])
def test_choice_exchanges_two_octets_where_the_bit_is_one(bit: int) -> None:
    zero, one = list(range(16)), list(range(100, 116))
    first, second = (one, zero) if bit else (zero, one)
    cells = {"bit": bit} | _array("zero", zero) | _array("one", one) | _array("first", first) | _array("second", second)
    assert _violated("choose", cells) == set()
    assert _violated("choose", {**cells, "second_3": 7}) == {"second_3_is_the_other"}
    assert "first_3_is_chosen" in _violated("choose", {**cells, "first_3": 7})
    assert "bit_is_boolean" in _violated("choose", {**cells, "bit": 2})


def test_compression_adds_the_rounds_to_the_state_word_by_word() -> None:
    before, rounds = 0xFFFF_FFFF, 0x0001_0002
    after = (before + rounds) % 2**32
    cells: Cells = {}
    for name, word in (("before", before), ("rounds", rounds), ("after", after)):
        cells |= _array(name, [word % 2**16, word >> 16] * 8)
    assert _violated("compress", cells) == set()
    wrong = {**cells, "after_4": cells["after_4"] + 1}
    assert _violated("compress", wrong) == {"word_2_carries_a_bit", "word_2_leaves_a_bit"}
    borrowed = {**cells, "after_4": cells["after_4"] - 2**16}
    assert "after_4_is_16_bits" in _violated("compress", borrowed)


def test_challenge_is_a_word_and_a_byte_above_it() -> None:
    words = [RANDOM.randrange(2**32) for _ in range(8)]
    octets = words[6].to_bytes(4, "big") + words[7].to_bytes(4, "big")
    limbs = [limb for word in words for limb in (word % 2**16, word >> 16)]
    cells = _array("limb", limbs[:12]) | _array("byte", list(octets))
    assert _violated("challenge", cells) == set()
    (read,) = (i for i in CHIP["challenge"].interactions if i.name == "operand_0")
    row = _row(CHIP["challenge"], cells)
    assert [evaluate(part, row) for part in read.message[1:]] == limbs
    assert _result("challenge", cells) == tuple((words[i] + 2**32 * octets[i]) % P for i in range(6))
    assert "byte_3_shifted_is_16_bits" in _violated("challenge", {**cells, "byte_3": 256})


@pytest.mark.parametrize("chip", CIRCUIT_CHIPS, ids=lambda chip: chip.name)
def test_row_of_zeros_is_padding(chip: Chip) -> None:
    row = _row(chip, {}, real=0)
    assert not any(evaluate(c.expression, row) for c in chip.constraints)
    assert not any(evaluate(i.multiplicity, row) for i in chip.interactions)


def test_limbs_closed_form_is_the_row_number() -> None:
    for number in (0, 1, 0x8000, 0xFFFF, 0x1234):
        bits = [number >> i & 1 for i in reversed(range(16))]
        assert limb_form(bits) == limb_rows()[number] == (number,)


def test_machine_sends_its_public_values_to_the_first_addresses() -> None:
    machine = circuit_machine("node", ("depth", "count"))
    assert [token.message[:2] for token in machine.tokens] == [(0, "depth"), (1, "count")]
    assert machine.maximum_segments == 1
