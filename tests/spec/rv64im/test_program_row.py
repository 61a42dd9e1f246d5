"""Program rows of single instructions: constants, targets, the sink."""

from __future__ import annotations

import pytest

from spec.field import P
from spec.isa import decode, encode
from spec.memory_map import SINK
from spec.rv64im.program_row import HALTED, OPCODES, PC_LIMIT, UNREACHABLE, ProgramRow, jump_target, program_row

ADDRESS = 0x1_0000
PC = ADDRESS // 4
M = 0xFFFF


def _row(name: str, **operands: int) -> ProgramRow | None:
    decoded = decode(encode(name, **operands))
    assert decoded is not None
    return program_row(ADDRESS, decoded)


@pytest.mark.parametrize(
    ("name", "operands", "expected"),
    [
        ("add", {"rd": 1, "rs1": 2, "rs2": 3}, ("add", 1, 2, 3, (0, 0, 0, 0, 0))),
        ("add", {"rs1": 2, "rs2": 3}, ("add", SINK, 2, 3, (0, 0, 0, 0, 0))),
        ("addi", {"rd": 1, "rs1": 2, "immediate": -2}, ("addi", 1, 2, 0, (M - 1, M, M, M, 0))),
        ("addi", {"rd": 1, "immediate": -2}, ("constant", 1, 0, 0, (M - 1, M, M, M, PC + 1))),
        ("addi", {}, ("constant", SINK, 0, 0, (0, 0, 0, 0, PC + 1))),
        ("slli", {"rd": 1, "rs1": 2, "immediate": 63}, ("slli", 1, 2, 0, (0, 0, 1, 1, 2**7))),
        ("srliw", {"rd": 1, "rs1": 2, "immediate": 21}, ("srliw", 1, 2, 0, (1, 0, 0, 0, 2**5))),
        ("lui", {"rd": 1, "immediate": -4096}, ("constant", 1, 0, 0, (0xF000, M, M, M, PC + 1))),
        ("auipc", {"rd": 1, "immediate": 4096}, ("constant", 1, 0, 0, (0x1000, 1, 0, 0, PC + 1))),
        ("jal", {"rd": 1, "immediate": -8}, ("constant", 1, 0, 0, (4, 1, 0, 0, PC - 2))),
        ("jal", {"immediate": 6}, ("constant", SINK, 0, 0, (4, 1, 0, 0, UNREACHABLE))),
        ("jalr", {"rd": 1, "rs1": 2, "immediate": -1}, ("jalr", 1, 2, 0, (4, 1, 0, M, M))),
        ("beq", {"rs1": 1, "rs2": 2, "immediate": 8}, ("beq", 0, 1, 2, (PC + 2, 0, 0, 0, 0))),
        ("beq", {"rs1": 1, "rs2": 2, "immediate": 2}, ("beq", 0, 1, 2, (UNREACHABLE, 0, 0, 0, 0))),
        ("ld", {"rd": 1, "rs1": 2, "immediate": 8}, ("ld", 1, 2, 0, (8, 0, 0, 0, 0))),
        ("sd", {"rs1": 2, "rs2": 3, "immediate": 8}, ("sd", 0, 2, 3, (8, 0, 0, 0, 0))),
        ("fence", {}, ("constant", SINK, 0, 0, (0, 0, 0, 0, PC + 1))),
        ("ecall", {}, ("ecall", 0, 0, 0, (0, 0, 0, 0, 0))),
    ],
)
def test_program_row_of_instruction_is(
    name: str, operands: dict[str, int], expected: tuple[str, int, int, int, tuple[int, int, int, int, int]]
) -> None:
    row = _row(name, **operands)
    assert row == ProgramRow(PC, *expected)
    assert row.message() == (PC, OPCODES[expected[0]], *expected[1:4], *expected[4])


def test_ebreak_has_no_row() -> None:
    assert _row("ebreak") is None


@pytest.mark.parametrize("address", [2, 2**32, 2**32 + 4, -4, -(2**63)])
def test_target_outside_memory_or_misaligned_is_unreachable(address: int) -> None:
    assert jump_target(address) == UNREACHABLE


def test_halted_and_unreachable_lie_above_every_program_counter() -> None:
    assert jump_target(2**32 - 4) == PC_LIMIT - 1
    # A fall-through of the last word is PC_LIMIT itself.
    assert PC_LIMIT < UNREACHABLE < HALTED < P
