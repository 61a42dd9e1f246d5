"""What a row does is read from its messages alone: each lie is named."""

from dataclasses import replace

import pytest

from proofs_of_constraints.mutation.example_rows import example_rows
from proofs_of_constraints.mutation.instruction_meaning import fetched
from proofs_of_constraints.mutation.row_meaning import row_faults, row_obstacles
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.air.chip import Chip
from spec.air.expression import Expression, lift
from spec.isa import decode, encode
from spec.rv64im.buses import CLOCK_BITS
from spec.rv64im.machine import CHIP_BY_NAME
from spec.rv64im.program_row import program_row


def _saying(chip: str, interaction: str, **fields: Expression | int) -> Chip:
    """The chip with other parts of one message; `times` is its multiplicity."""
    original = CHIP_BY_NAME[chip]
    old = next(i for i in original.interactions if i.name == interaction)
    times = fields.pop("times", old.multiplicity)
    message = tuple(lift(fields.get(f, part)) for f, part in zip(old.bus.fields, old.message, strict=True))
    new = replace(old, message=message, multiplicity=lift(times))
    return replace(original, interactions=tuple(new if i is old else i for i in original.interactions))


@pytest.mark.parametrize(
    ("chip", "interaction", "fields", "fault"),
    [
        ("add", "destination_put_back", {"value_0": 12345}, "destination becomes "),
        ("add", "destination_put_back", {"value_0": 65536}, "destination becomes limbs above 16 bits"),
        ("add", "source1_put_back", {"value_2": 1}, "left becomes "),
        ("add", "source2_put_back", {"clock": 0}, "access 1 has no clock of its own"),
        ("add", "source1_taken", {"clock": 2**CLOCK_BITS - 1}, "access 0 takes a token that is not older"),
        ("add", "leave", {"clock": 9}, "the row advances the clock from "),
        ("add", "leave", {"pc": 9}, "the next pc is 9, not that of address "),
        ("add", "arrive", {"pc": 9}, "the row does not arrive where it fetches"),
        ("add", "leave", {"times": 0}, "1 fetches, 1 states taken, 0 sent"),
        ("add", "fetch", {"times": 0}, "a row that fetches nothing says something"),
        ("add", "source1_taken", {"times": 2}, "source1_taken happens 2 times"),
        ("add", "source1_taken", {"address": 3}, "tokens taken and put back are not those of the same places"),
        ("sd", "memory_put_back", {"value_1": 7}, "low becomes "),
        ("halt", "exit", {"code_0": 7}, "the program ends with "),
        ("halt", "leave", {"pc": 3}, "the program ends with "),
        ("memory", "cursor_after", {"key": 5}, "the row is not after the cursor"),
        ("memory", "finalises", {"address": 5}, "the address's chain does not start at 0"),
        ("boundary", "enters", {"value_3": 5}, "what enters the segment is not what came from before"),
        ("boundary", "to_after", {"segment": 0}, "what goes on is not what leaves the segment"),
        ("sha256_compress", "state_1_put_back", {"value_0": 7}, "what is written is not the sum of the state"),
        ("sha256_compress", "block_0_put_back", {"value_0": 7}, "block is changed"),
        ("sha256_compress", "state_pointer_put_back", {"value_0": 7}, "a register is changed"),
        ("sha256_compress", "start", {"a_low": 7}, "what is ordered is not the state"),
        ("sha256_compress", "message", {"round": 16}, "what is ordered is not the block"),
        ("sha256_compress", "rounds", {"key": 5}, "the row takes no answer under its clock"),
        ("sha256_compress", "leave", {"pc": 9}, "the call goes on at 9"),
        ("sha256_first", "leave", {"round": 32}, "the row from round 0 does not leave at round 16"),
        ("sha256_first", "leave", {"a_low": 7}, "the working variables after round 15 are others"),
        ("sha256_first", "leave", {"pending_3_high": 7}, "the sums that words from 16 on have so far are others"),
        ("sha256_first", "leave", {"key": 7}, "the row says something of two keys"),
        ("sha256_first", "start", {"times": 0}, "the row starts at rounds [0] from 0 states"),
        ("sha256_rest", "continue", {"round": 0}, "the row from round 0 takes 0 messages and 0 states"),
        ("sha256_rest", "continue", {"times": 2}, "continue happens 2 times"),
    ],
)
def test_row_that_says_something_else_is_at_fault(
    chip: str, interaction: str, fields: dict[str, int], fault: str
) -> None:
    lying = _saying(chip, interaction, **fields)
    found = row_faults(ConcreteRow(lying, example_rows(lying)[0]))
    assert [text for text in found if text.startswith(fault)], found


def test_row_that_fetches_what_no_word_decodes_to_cannot_stand() -> None:
    lying = _saying("add", "fetch", constant_0=1)
    assert row_obstacles(ConcreteRow(lying, example_rows(lying)[0])) == ["no word has the fetched row"]


def test_row_of_a_doubleword_beyond_memory_cannot_stand() -> None:
    lying = _saying("ld", "memory_taken", address=2**29)
    assert row_obstacles(ConcreteRow(lying, example_rows(lying)[0])) == ["there is no such token"]


@pytest.mark.parametrize(
    ("chip", "interaction", "fields", "obstacle"),
    [
        ("sha256_rest", "continue", {"round": 17}, "no row leaves its state at this round"),
        ("sha256_rest", "continue", {"pending_15_low": 2**16}, "no row leaves such sums"),
        ("sha256_first", "message", {"round": 16}, "no call sends a message for this round"),
    ],
)
def test_row_that_takes_what_nobody_sends_cannot_stand(
    chip: str, interaction: str, fields: dict[str, int], obstacle: str
) -> None:
    lying = _saying(chip, interaction, **fields)
    assert row_obstacles(ConcreteRow(lying, example_rows(lying)[0])) == [obstacle]


@pytest.mark.parametrize(
    ("name", "operands", "immediate"),
    [
        ("add", (1, 2, 3), 0),
        ("addi", (1, 2, 0), -7),
        ("addi", (1, 0, 0), -7),
        ("lui", (0, 0, 0), -4096),
        ("auipc", (5, 0, 0), 8192),
        ("jal", (1, 0, 0), -20),
        ("jalr", (1, 2, 0), -1),
        ("beq", (0, 1, 2), 64),
        ("sd", (0, 1, 2), -8),
        ("srai", (1, 2, 0), 63),
        ("fence", (0, 0, 0), 0),
        ("ecall", (0, 0, 0), 0),
    ],
)
def test_instruction_is_found_from_its_row_of_the_program_table(
    name: str, operands: tuple[int, int, int], immediate: int
) -> None:
    decoded = decode(encode(name, *operands, immediate))
    assert decoded is not None
    row = program_row(0x1_2340, decoded)
    assert row is not None
    found = fetched(row.message())
    assert found is not None
    again = program_row(0x1_2340, found)
    assert again == row
