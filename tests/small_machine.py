"""A machine of five tables: accounts, and a program of deposits and withdrawals on them.

It has everything that the protocol asks of a machine (instances, a closed form, a program, continuation tables, both
scopes, public values, tokens) and nothing of RV64IM, so whatever works on it knows no machine by import. The claimed
output of a run is the list of all accounts with their balances and the segments that touched them last.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reference.tables import Table, Trace
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Public, lift
from spec.air.machine import Join, Machine, MachineTable, Token
from spec.field import P
from spec.protocol.algebra import Value

HALTED = P - 1
CLOCK_BITS = 6
OPCODES = {"move": 1, "halt": 2}


def _bus(name: str, identity: int, *fields: str, scope: Scope = Scope.LOCAL, bits: int | None = None) -> Bus:
    field_bits = {} if bits is None else dict.fromkeys(fields, bits)
    return Bus(name, identity, fields, scope, "nothing", "nothing", field_bits)


PROGRAM = _bus("program", 1, "pc", "opcode", "account", "amount", "is_withdrawal")
STATE = _bus("state", 2, "pc", "clock")
MEMORY = _bus("memory", 3, "account", "balance", "clock")
RANGE = _bus("range", 4, "value", bits=CLOCK_BITS)
CONTINUATION = _bus("continuation", 5, "account", "balance", "segment", scope=Scope.GLOBAL)
EXIT = _bus("exit", 6, "code")


def _move() -> Chip:
    row = ChipBuilder("move", Role.INSTRUCTION, "Moves an amount to an account, or from it.")
    real, pc, clock, account, amount, withdrawal, before, after, previous = (
        row.column(name)
        for name in (
            "real",
            "pc",
            "clock",
            "account",
            "amount",
            "is_withdrawal",
            "before",
            "after",
            "previous_clock",
        )
    )
    row.boolean("real_is_boolean", real)
    row.zero("withdrawal_is_boolean", real * withdrawal * (withdrawal - 1))
    row.zero("balance_moves", real * (after - before - amount + withdrawal * amount * 2))
    row.receive("fetch", PROGRAM, [pc, lift(OPCODES["move"]), account, amount, withdrawal], real)
    row.receive("arrive", STATE, [pc, clock], real)
    row.send("leave", STATE, [pc + 1, clock + 1], real)
    row.receive("taken", MEMORY, [account, before, previous], real)
    row.send("put_back", MEMORY, [account, after, clock], real)
    row.receive("is_later", RANGE, [clock - previous - 1], real)
    return row.build(instructions=("move",), accesses=1)


def _halt() -> Chip:
    row = ChipBuilder("halt", Role.INSTRUCTION, "Ends the run with the code that stands in the place of an amount.")
    real, pc, clock, code = (row.column(name) for name in ("real", "pc", "clock", "code"))
    row.boolean("real_is_boolean", real)
    row.receive("fetch", PROGRAM, [pc, lift(OPCODES["halt"]), 0, code, 0], real)
    row.receive("arrive", STATE, [pc, clock], real)
    row.send("leave", STATE, [lift(HALTED), clock + 1], real)
    row.send("exit", EXIT, [code], real)
    return row.build(instructions=("halt",), accesses=1)


def _lookup(name: str, role: Role, bus: Bus) -> Chip:
    row = ChipBuilder(name, role, f"The other side of the bus {bus.name}.")
    row.send(bus.name, bus, [row.fixed_column(field) for field in bus.fields], row.column("multiplicity"))
    return row.build()


def _boundary() -> Chip:
    row = ChipBuilder("boundary", Role.CONTINUATION, "One row for each account that the segment touches.")
    real, account, balance_in, balance_out, last_clock, origin = (
        row.column(name) for name in ("real", "account", "balance_in", "balance_out", "last_clock", "origin")
    )
    segment = Public("segment")
    row.boolean("real_is_boolean", real)
    row.send("enters", MEMORY, [account, balance_in, 0], real)
    row.receive("leaves", MEMORY, [account, balance_out, last_clock], real)
    row.receive("from_before", CONTINUATION, [account, balance_in, origin], real)
    row.send("to_after", CONTINUATION, [account, balance_out, segment + 1], real)
    row.receive("is_from_before", RANGE, [segment - origin], real)
    return row.build()


MOVE, HALT, BOUNDARY = _move(), _halt(), _boundary()
RANGE_TABLE = _lookup("range_table", Role.MACHINE_TABLE, RANGE)
PROGRAM_TABLE = _lookup("program_table", Role.PROGRAM_TABLE, PROGRAM)


def range_rows() -> list[tuple[int, ...]]:
    """Every value of CLOCK_BITS bits."""
    return [(value,) for value in range(1 << CLOCK_BITS)]


def range_closed_form(point: Sequence[Value]) -> tuple[Value, ...]:
    """The value of a row is its number."""
    number = point[0] * (1 << (len(point) - 1))
    for position, coordinate in enumerate(point[1:], start=2):
        number = number + coordinate * (1 << (len(point) - position))
    return (number,)


SMALL_MACHINE = Machine(
    name="accounts",
    chips=(MOVE, HALT, RANGE_TABLE, PROGRAM_TABLE, BOUNDARY),
    buses=(PROGRAM, STATE, MEMORY, RANGE, CONTINUATION, EXIT),
    public_values=("segment", "pc_in", "pc_out", "clock_out", "exit"),
    tables={"range_table": MachineTable(CLOCK_BITS, range_rows, range_closed_form, "sum of 2^i x_i")},
    tokens=(
        Token(STATE, +1, ("pc_in", 1)),
        Token(STATE, -1, ("pc_out", "clock_out")),
        Token(EXIT, -1, ("exit",), times=("pc_out", HALTED)),
    ),
    joins=(Join("pc_in", "pc_out", start_limit=2**20),),
    segment_index="segment",
    halted=("pc_out", HALTED),
    exit_values=("exit",),
    clock_bits=CLOCK_BITS,
    required=("boundary",),
)


@dataclass(frozen=True)
class Move:
    """One instruction: an amount to an account (positive) or from it (negative)."""

    account: int
    amount: int


def padded_log2(rows: int) -> int:
    """The height of a table of so many rows."""
    return max(1, (rows - 1).bit_length())


def _cells(chip: Chip, rows: Sequence[Sequence[int]], height_log2: int | None = None) -> Table:
    """A table of these rows, committed cells first, padded with zeros; fixed cells by repeating the last row."""
    height = 1 << (padded_log2(len(rows)) if height_log2 is None else height_log2)
    width = len(chip.columns)
    main = np.zeros((height, width), dtype=np.uint64)
    fixed = np.zeros((height, len(chip.fixed_columns)), dtype=np.uint64)
    for number in range(height):
        if number < len(rows):
            main[number] = [cell % P for cell in rows[number][:width]]
        fixed[number] = [cell % P for cell in rows[min(number, len(rows) - 1)][width:]]
    return Table(chip, main, fixed)


def program_rows(moves: Sequence[Move], exit_code: int = 0) -> list[tuple[int, ...]]:
    """The program's rows: moves from pc 0 on, then the halt."""
    rows = [
        (pc, OPCODES["move"], move.account, abs(move.amount), int(move.amount < 0)) for pc, move in enumerate(moves)
    ]
    return [*rows, (len(moves), OPCODES["halt"], 0, exit_code, 0)]


def program_cells(moves: Sequence[Move], exit_code: int = 0) -> list[Table]:
    """The program's tables, without counts."""
    return [_cells(PROGRAM_TABLE, [(0, *row) for row in program_rows(moves, exit_code)])]


@dataclass(frozen=True)
class SmallRun:
    """A run: its segments and its output."""

    traces: tuple[Trace, ...]
    output: bytes


def run_moves(moves: Sequence[Move], cuts: Sequence[int] = (), exit_code: int = 0) -> SmallRun:
    """Executes a program; `cuts` are the pcs before which a new segment starts."""
    accounts: dict[int, tuple[int, int]] = {}
    traces = []
    bounds = [0, *cuts, len(moves)]
    for index, (start, end) in enumerate(itertools.pairwise(bounds)):
        is_last = index == len(bounds) - 2
        traces.append(_segment(moves, start, end, index, is_last, exit_code, accounts))
    output = b"".join(struct.pack("<III", a, balance, origin) for a, (balance, origin) in sorted(accounts.items()))
    return SmallRun(tuple(replace(trace, output=output) for trace in traces), output)


def _segment(
    moves: Sequence[Move],
    start: int,
    end: int,
    index: int,
    is_last: bool,
    exit_code: int,
    accounts: dict[int, tuple[int, int]],
) -> Trace:
    """One segment, its output left empty; `accounts` gives balance and origin by account, and is brought forward."""
    ranges = [0] * (1 << CLOCK_BITS)
    fetched = [0] * (len(moves) + 1)
    touched: dict[int, list[int]] = {}
    rows = []
    clock = 1
    for pc in range(start, end):
        move = moves[pc]
        balance_in, origin = accounts.get(move.account, (0, 0))
        state = touched.setdefault(move.account, [balance_in, balance_in, 0, origin])
        before, previous = state[1], state[2]
        after = (before + move.amount) % P
        rows.append((1, pc, clock, move.account, abs(move.amount), int(move.amount < 0), before, after, previous))
        state[1:3] = [after, clock]
        ranges[clock - previous - 1] += 1
        fetched[pc] += 1
        clock += 1
    halts = []
    pc_out = end
    if is_last:
        halts.append((1, end, clock, exit_code))
        fetched[end] += 1
        clock += 1
        pc_out = HALTED
    boundary = [(1, account, *state) for account, state in sorted(touched.items())]
    for account, (_, balance, _, origin) in touched.items():
        ranges[index - origin] += 1
        accounts[account] = (balance, index + 1)
    program = [(count, *row) for count, row in zip(fetched, program_rows(moves, exit_code), strict=True)]
    tables = [
        *([_cells(MOVE, rows)] if rows else []),
        *([_cells(HALT, halts)] if halts else []),
        _cells(RANGE_TABLE, [(count, *row) for count, row in zip(ranges, range_rows(), strict=True)]),
        _cells(PROGRAM_TABLE, program),
        _cells(BOUNDARY, boundary or [(0,) * 6]),
    ]
    public_values = {
        "segment": index,
        "pc_in": start,
        "pc_out": pc_out,
        "clock_out": clock,
        "exit": exit_code if is_last else 0,
    }
    return Trace(SMALL_MACHINE, tuple(tables), public_values, b"")


def output_tokens(output: bytes) -> list[Token]:
    """The verifier's tokens for a claimed output: every account starts empty and ends with its balance."""
    tokens = []
    for account, balance, origin in struct.iter_unpack("<III", output):
        tokens.append(Token(CONTINUATION, +1, (account, 0, 0)))
        tokens.append(Token(CONTINUATION, -1, (account, balance, origin)))
    return tokens
