"""What is measured of the Ethereum virtual machine: units that fit together, and a page of what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import ethereum_blocks, ethereum_costs
from benchmarks.ethereum_costs import Figures, dropped
from benchmarks.ethereum_pages import PAGE, PICTURE, draw, page
from benchmarks.ethereum_units import DROP, GROUPS, POP, PUSH0, REPEATS, STACK, Unit, copied, opcode, push
from tests.final_size import FINAL_BYTES

UNITS = [unit for units in GROUPS.values() for unit in units]

NOT_MEASURED = {
    "STOP": [0x00],
    "codes and data of calls": [0x3C, 0x3E],
    "jumps": [0x56, 0x57],
    "further pushes, duplicates and swaps": [*range(0x61, 0x7F), *range(0x81, 0x90), *range(0x91, 0xA0)],
    "calls like others": [0xF2],
    "ends of calls": [0xF3, 0xFD, 0xFE, 0xFF],
}
"""Opcodes of Cancun that no unit repeats."""

CANCUN = {
    *range(0x0C),
    *range(0x10, 0x1E),
    0x20,
    *range(0x30, 0x4B),
    *range(0x50, 0xA5),
    *range(0xF0, 0xF6),
    0xFA,
    0xFD,
    0xFE,
    0xFF,
}
"""The opcodes of Cancun [yellow paper, appendix H.2; EIP-1153, EIP-4844, EIP-5656, EIP-7516]."""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_code_with_a_unit_and_without_it_has_one_length_and_differs(unit: Unit) -> None:
    there, missing = unit.codes()
    assert len(there) == len(missing)
    assert there != missing


def test_every_opcode_of_cancun_is_measured_or_named() -> None:
    measured = {unit.code[-1] for unit in UNITS if unit.code and unit.without is None}
    pushes = {PUSH0, PUSH0 + 1, PUSH0 + 32}
    calls = {unit.code[-1] for unit in UNITS if unit.without is not None}
    named = [number for numbers in NOT_MEASURED.values() for number in numbers]
    assert len(named) == len(set(named))
    assert (measured | pushes | calls | {POP}) & CANCUN == CANCUN - set(named)


def test_code_repeats_operands_opcode_and_drops() -> None:
    there, missing = opcode("ADD", 1, 3, 5).codes()
    assert there == bytes.fromhex("600360050150") * REPEATS + b"\0"
    assert missing == bytes.fromhex("600360055050") * REPEATS + b"\0"
    assert push(0) == b"\x5f"
    assert push(256) == b"\x61\1\0"
    assert copied(b"\1" * 33) == bytes.fromhex("7f" + "01" * 32 + "5f52" + "7f01" + "00" * 31 + "602052")


def test_operands_that_a_unit_takes_are_counted_as_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = {DROP: Figures(4, 40, 400, 4_000), STACK[0]: Figures(2, 30, 100, 1_000)}
    monkeypatch.setattr(ethereum_costs, "measured", costs.__getitem__)
    assert dropped(opcode("ADD", 1, 3, 5)) == Figures(2, 10, 300, 3_000)
    assert dropped(opcode("MSTORE", 0x52, 3, 5, outputs=0)) == Figures(4, 20, 600, 6_000)


def test_page_and_picture_are_those_of_the_figures(tmp_path: Path) -> None:
    measured = json.loads(ethereum_costs.FIGURES.read_text())
    blocks = json.loads(ethereum_blocks.FIGURES.read_text())
    assert PAGE.read_text() == page(measured, blocks)
    assert {group: list(figures) for group, figures in measured["units"].items()} == {
        group: [unit.name for unit in members] for group, members in GROUPS.items()
    }
    pytest.importorskip("matplotlib")
    draw(measured, blocks, tmp_path / PICTURE.name)
    assert (tmp_path / PICTURE.name).read_bytes() == PICTURE.read_bytes()


def test_blocks_that_were_proven_are_those_that_are_named_and_were_accepted() -> None:
    blocks = json.loads(ethereum_blocks.FIGURES.read_text())
    assert list(blocks) == [*ethereum_blocks.FILES, ethereum_blocks.TRANSFERS]
    assert blocks[ethereum_blocks.TRANSFERS]["transactions"] == 10
    assert all(one["accepted"] and one["valid"] and one["security_bits"] >= 128 for one in blocks.values())


def test_final_proofs_of_blocks_were_accepted_and_fit_into_a_message() -> None:
    blocks = json.loads(ethereum_blocks.FIGURES.read_text())
    finals = {name: one[ethereum_blocks.FINAL] for name, one in blocks.items() if ethereum_blocks.FINAL in one}
    assert set(finals) == set(ethereum_blocks.FINAL_FILES)
    for final in finals.values():
        assert final["accepted"]
        assert final["whole_run_bits"] >= 128
        assert final["proof_bytes"] <= FINAL_BYTES
