"""The machine: every chip in the order of the protocol, and all of it as a value."""

from __future__ import annotations

from collections.abc import Mapping

from spec.air.chip import Chip, Role
from spec.air.machine import Join, Machine, MachineTable
from spec.field import P
from spec.rv64im.buses import BUSES, CLOCK_BITS, RESERVED_IDENTITIES
from spec.rv64im.chips import (
    addition,
    advice,
    bitwise,
    branch,
    comparison,
    constant,
    continuation,
    divide,
    fixed_tables,
    halt,
    jump,
    keccak,
    load,
    misaligned,
    modular,
    multiply,
    program_tables,
    sha256,
    shift,
    store,
)
from spec.rv64im.program_row import HALTED, OPCODES, PC_LIMIT
from spec.rv64im.recursion_shapes import LISTED_PROGRAMS, listed_shapes
from spec.rv64im.tokens import EXIT_CODE_VALUES, SEGMENT_TOKENS

CALL_CHIPS: tuple[Chip, ...] = (*keccak.CHIPS, *sha256.CHIPS, *modular.CHIPS, *advice.CHIPS)
"""The chips of ecalls that order work from an accelerator, by the names of their calls."""

WORK_CHIPS: tuple[Chip, ...] = (*keccak.WORK_CHIPS, *sha256.WORK_CHIPS)

WORK_ROWS: Mapping[str, Mapping[str, int]] = {**keccak.WORK_ROWS, **sha256.WORK_ROWS}
"""By call, how many rows of which work tables it orders: none where its own row does all."""

INSTRUCTION_CHIPS: tuple[Chip, ...] = (
    *constant.CHIPS,
    *addition.CHIPS,
    *bitwise.CHIPS,
    *shift.CHIPS,
    *comparison.CHIPS,
    *branch.CHIPS,
    *jump.CHIPS,
    *load.CHIPS,
    *store.CHIPS,
    *misaligned.CHIPS,
    *multiply.CHIPS,
    *divide.CHIPS,
    *halt.CHIPS,
    *CALL_CHIPS,
)

USUAL_CHIPS: Mapping[str, Chip] = {
    opcode: chip
    for chip in INSTRUCTION_CHIPS
    if chip not in misaligned.CHIPS and chip not in CALL_CHIPS
    for opcode in chip.instructions
}
"""By opcode, the chip of its aligned or ordinary executions: of an ecall, the one that halts."""

CHIPS: tuple[Chip, ...] = (
    *INSTRUCTION_CHIPS,
    *WORK_CHIPS,
    *fixed_tables.CHIPS,
    *(chip for chip, _ in keccak.FIXED_TABLES),
    *program_tables.CHIPS,
    *continuation.CHIPS,
)
"""Every table in the order in which the protocol names, commits and sums them."""


def work_rows(executed: Mapping[str, int]) -> dict[str, int]:
    """The rows of every work table by name, ordered by so many rows of each instruction chip."""
    rows = dict.fromkeys((chip.name for chip in WORK_CHIPS), 0)
    for call, ordered in WORK_ROWS.items():
        for name, count in ordered.items():
            rows[name] += count * executed.get(call, 0)
    return rows


CHIP_BY_NAME: dict[str, Chip] = {chip.name: chip for chip in CHIPS}

SEGMENT_PUBLIC_VALUES = (
    "segment",
    "pc_in",
    "cursor_in",
    "pc_out",
    "clock_out",
    "cursor_out",
    "exit_code_0",
    "exit_code_1",
    "exit_code_2",
    "exit_code_3",
)
"""The public values of a segment in the order in which the transcript absorbs them."""

MAXIMUM_SEGMENTS = 2**12
"""Far more than a run needs, and few enough for the bounds on messages of global buses."""

MACHINE_TABLES: Mapping[str, MachineTable] = {
    **fixed_tables.MACHINE_TABLES,
    **{chip.name: table for chip, table in keccak.FIXED_TABLES},
}
"""The machine's fixed tables by chip."""

CLOCK_LIMIT = 2**CLOCK_BITS
"""All clocks of a segment lie below."""

RV64IM = Machine(
    name="rv64im",
    chips=CHIPS,
    buses=(*BUSES, *sha256.LAYOUT.buses, *keccak.TABLE.buses, *keccak.TABLE.lookups),
    public_values=SEGMENT_PUBLIC_VALUES,
    tables=MACHINE_TABLES,
    tokens=SEGMENT_TOKENS,
    joins=(
        Join("pc_in", "pc_out", start_limit=PC_LIMIT),
        Join("cursor_in", "cursor_out", start_limit=1, moved_by=continuation.MEMORY_TABLE.name),
    ),
    segment_index="segment",
    halted=("pc_out", HALTED),
    exit_values=EXIT_CODE_VALUES,
    clock_bits=CLOCK_BITS,
    maximum_segments=MAXIMUM_SEGMENTS,
    required=(continuation.BOUNDARY.name,),
    reserved_identities=RESERVED_IDENTITIES,
    listed_shapes=listed_shapes([chip for chip in INSTRUCTION_CHIPS if chip not in CALL_CHIPS]),
    listed_programs=LISTED_PROGRAMS,
)
"""The machine as the protocol takes it."""


def chips_of(role: Role) -> tuple[Chip, ...]:
    """The chips of one role in machine order."""
    return RV64IM.chips_of(role)


def check_opcodes() -> None:
    """Raises ValueError if two opcodes are the same element."""
    if len({opcode % P for opcode in OPCODES.values()}) != len(OPCODES):
        raise ValueError("two opcodes are the same element")


check_opcodes()
