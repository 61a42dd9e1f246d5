"""The machine: every chip in the order of the protocol, and the digest of all declarations."""

from __future__ import annotations

import hashlib
from functools import cache

from spec.air.bus import BUSES, RESERVED_IDENTITIES, Bus
from spec.air.chip import Chip, Role, describe_statement
from spec.air.chips import (
    addition,
    bitwise,
    branch,
    comparison,
    constant,
    continuation,
    divide,
    fixed_tables,
    halt,
    jump,
    load,
    misaligned,
    multiply,
    program_tables,
    shift,
    store,
)
from spec.air.chips.fixed_tables import CLOSED_FORMS
from spec.air.limits import CLOCK_LIMIT, MESSAGE_LIMIT
from spec.air.program_row import OPCODES
from spec.field import P

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
)

CHIPS: tuple[Chip, ...] = (
    *INSTRUCTION_CHIPS,
    *fixed_tables.CHIPS,
    *program_tables.CHIPS,
    *continuation.CHIPS,
)
"""Every table in the order in which the protocol names, commits and sums them."""

CHIP_BY_NAME: dict[str, Chip] = {chip.name: chip for chip in CHIPS}

MACHINE_VERSION = "limpid machine 1"

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


def chips_of(role: Role) -> tuple[Chip, ...]:
    """The chips of one role in machine order."""
    return tuple(chip for chip in CHIPS if chip.role is role)


def describe_layout(bus: Bus) -> str:
    """What a proof depends on of a bus, as canonical text."""
    return f"bus {bus.name} {bus.identity} {bus.scope.value} ({', '.join(bus.fields)})\n"


def describe_bus(bus: Bus) -> str:
    """A bus with its contract as canonical text."""
    bits = ", ".join(f"{name} < 2^{count}" for name, count in bus.field_bits.items())
    return (
        f"{describe_layout(bus)}"
        f"  receiver assumes {bus.receiver_assumes}\n  sender ensures {bus.sender_ensures}\n  fields {bits or '-'}\n"
    )


def describe_machine() -> str:
    """All that proofs depend on as canonical text, without a word of prose: to reword a purpose changes no digest."""
    parts = [
        MACHINE_VERSION,
        f"public values {' '.join(SEGMENT_PUBLIC_VALUES)}",
        f"clocks below {CLOCK_LIMIT}",
        f"messages below {MESSAGE_LIMIT}",
    ]
    parts += [describe_layout(bus) for bus in BUSES]
    parts += [describe_statement(chip) for chip in CHIPS]
    parts += [f"closed form {name} of {form.variables}: {form.fingerprint()}" for name, form in CLOSED_FORMS.items()]
    return "\n".join(parts)


@cache
def machine_digest() -> bytes:
    """SHA-256 over columns, constraints, interactions, buses, bounds and closed forms, in order."""
    return hashlib.sha256(describe_machine().encode()).digest()


def check_machine() -> None:
    """Raises ValueError if names, opcodes or bus identities repeat, or a bus takes a reserved identity."""
    if len(CHIP_BY_NAME) != len(CHIPS):
        raise ValueError("two chips have the same name")
    if len({opcode % P for opcode in OPCODES.values()}) != len(OPCODES):
        raise ValueError("two opcodes are the same element")
    identities = [bus.identity for bus in BUSES]
    if len(set(identities)) != len(identities) or any(i in RESERVED_IDENTITIES for i in identities):
        raise ValueError("bus identities repeat or are reserved")


check_machine()
