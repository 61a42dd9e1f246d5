"""A machine that is declared wrongly is noticed, and the fault names the place."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.declaration_checks import (
    both_ends,
    bus_identities,
    bus_senders,
    bus_widths,
    chain_ends,
    clocks,
    halted_value,
    public_values,
    unique_tables,
    wiring,
)
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction
from spec.air.expression import Public, lift
from spec.air.machine import Token
from spec.field import P
from spec.rv64im.buses import EXIT as RV64IM_EXIT
from spec.rv64im.buses import MEMORY as RV64IM_MEMORY
from spec.rv64im.buses import STATE as RV64IM_STATE
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import interaction, with_interaction
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import faults_of_declaration, undeclared, with_chip
from tests.small_machine import (
    BOUNDARY,
    CONTINUATION,
    EXIT,
    HALT,
    MEMORY,
    MOVE,
    PROGRAM_TABLE,
    RANGE,
    RANGE_TABLE,
    SMALL_MACHINE,
    STATE,
)

ADD = CHIP_BY_NAME["add"]


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
def test_machine_as_declared_has_no_fault(audited: AuditedMachine) -> None:
    assert faults_of_declaration(audited) == {}


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
def test_audited_machine_travels_to_another_process(audited: AuditedMachine) -> None:
    received: AuditedMachine = pickle.loads(pickle.dumps(audited))
    assert received.machine.digest == audited.machine.digest
    assert received.meanings == audited.meanings


def without_interaction(chip: Chip, *names: str) -> Chip:
    """The chip without some of its interactions."""
    return replace(chip, interactions=tuple(i for i in chip.interactions if i.name not in names))


def with_more(chip: Chip, *interactions: Interaction) -> Chip:
    """The chip with more interactions."""
    return replace(chip, interactions=(*chip.interactions, *interactions))


def with_buses(*buses: Bus) -> AuditedMachine:
    """The small machine with other buses; chips speak to those that they did."""
    return undeclared(SMALL_AUDIT, buses=buses)


OTHERS = SMALL_MACHINE.buses[:-1]


@pytest.mark.parametrize(
    ("bus", "fault"),
    [
        (replace(EXIT, identity=MEMORY.identity), "two buses have one identity"),
        (replace(EXIT, identity=0), "a bus identity is zero, reserved or not canonical"),
        (replace(EXIT, identity=P), "a bus identity is zero, reserved or not canonical"),
        (replace(EXIT, name="memory"), "two buses have one name"),
    ],
)
def test_bus_that_is_taken_for_another_is_noticed(bus: Bus, fault: str) -> None:
    assert bus_identities(with_buses(*OTHERS, bus)) == fault


def test_reserved_bus_identity_is_noticed() -> None:
    reserved = undeclared(SMALL_AUDIT, reserved_identities=range(6, 7))
    assert bus_identities(reserved) == "a bus identity is zero, reserved or not canonical"


def test_message_without_a_field_is_noticed() -> None:
    fetch = interaction(MOVE, "fetch")
    short = with_interaction(MOVE, replace(fetch, message=fetch.message[:-1]))
    assert bus_widths(with_chip(SMALL_AUDIT, short)) == "move: fetch has 4 parts"


def test_message_to_an_undeclared_bus_is_noticed() -> None:
    assert bus_widths(with_buses(*OTHERS)) == "halt: exit speaks to a bus that the machine does not have"


@pytest.mark.parametrize(
    ("token", "fault"),
    [
        (Token(STATE, +1, (1,)), "the verifier's token on bus state has 1 parts"),
        (Token(RV64IM_EXIT, -1, (0, 0, 0, 0)), "the verifier speaks to bus exit, which the machine does not have"),
    ],
)
def test_token_of_another_form_is_noticed(token: Token, fault: str) -> None:
    assert bus_widths(undeclared(SMALL_AUDIT, tokens=(*SMALL_MACHINE.tokens, token))) == fault


def without_tokens(audited: AuditedMachine, bus: Bus, *signs: int) -> AuditedMachine:
    """The machine without the verifier's tokens of these signs on a bus."""
    kept = [token for token in audited.machine.tokens if not (token.bus == bus and token.sign in signs)]
    return undeclared(audited, tokens=tuple(kept))


def test_exit_without_the_verifier_has_one_end() -> None:
    assert both_ends(without_tokens(RV64IM_AUDIT, RV64IM_EXIT, -1)) == "bus exit has only one end"
    assert both_ends(without_tokens(SMALL_AUDIT, EXIT, -1)) == "bus exit has only one end"


def test_bus_without_its_table_has_one_end() -> None:
    chips = tuple(chip for chip in SMALL_MACHINE.chips if chip != RANGE_TABLE)
    assert both_ends(undeclared(SMALL_AUDIT, chips=chips)) == "bus range has only one end"


@pytest.mark.parametrize("signs", [(-1,), (+1,), (+1, -1)])
def test_chain_that_the_verifier_does_not_end_is_noticed(signs: Sequence[int]) -> None:
    fault = "the verifier does not start and end the chain of bus state"
    assert chain_ends(without_tokens(SMALL_AUDIT, STATE, *signs)) == fault
    assert chain_ends(without_tokens(RV64IM_AUDIT, RV64IM_STATE, *signs)) == fault


def test_chain_that_starts_at_clock_0_is_noticed() -> None:
    tokens = [replace(t, message=(t.message[0], 0)) if t.sign > 0 else t for t in SMALL_MACHINE.tokens]
    changed = undeclared(SMALL_AUDIT, tokens=tuple(tokens))
    assert chain_ends(changed) == "the first token of bus state does not have clock 1"


def test_chain_of_which_the_prover_states_the_first_clock_is_noticed() -> None:
    tokens = [replace(t, message=(t.message[0], "clock_out")) if t.sign > 0 else t for t in SMALL_MACHINE.tokens]
    changed = undeclared(SMALL_AUDIT, tokens=tuple(tokens))
    assert chain_ends(changed) == "the first token of bus state does not have clock 1"


def test_table_that_opens_a_chain_at_another_stamp_is_noticed() -> None:
    enters = interaction(BOUNDARY, "enters")
    later = with_interaction(BOUNDARY, replace(enters, message=(*enters.message[:-1], lift(1))))
    fault = "the first token of bus memory does not have clock 0"
    assert chain_ends(with_chip(SMALL_AUDIT, later)) == fault


def test_token_of_the_verifier_on_a_chain_of_a_table_is_noticed() -> None:
    tokens = (*SMALL_MACHINE.tokens, Token(MEMORY, +1, (0, 0, 0)), Token(MEMORY, -1, (0, 0, 0)))
    fault = "the verifier speaks to bus memory, which boundary opens and closes"
    assert chain_ends(undeclared(SMALL_AUDIT, tokens=tokens)) == fault


def test_chain_that_nobody_opens_is_noticed() -> None:
    silent = without_interaction(BOUNDARY, "enters", "leaves")
    fault = "no continuation table boundary opens bus memory"
    assert chain_ends(with_chip(SMALL_AUDIT, silent)) == fault


@pytest.mark.parametrize(
    ("audited", "chip", "name", "bus"),
    [(SMALL_AUDIT, MOVE, "put_back", "memory"), (RV64IM_AUDIT, ADD, "source1_put_back", "memory")],
    ids=["small", "rv64im"],
)
def test_chip_that_takes_a_token_and_keeps_it_is_noticed(
    audited: AuditedMachine, chip: Chip, name: str, bus: str
) -> None:
    fault = f"{chip.name} does not put back on bus {bus} what it takes"
    assert chain_ends(with_chip(audited, without_interaction(chip, name))) == fault


def test_lookup_table_on_a_chain_is_noticed() -> None:
    table = CHIP_BY_NAME["range_table"]
    pair = [replace(i, name=f"forged {i.name}") for i in ADD.interactions if i.bus == RV64IM_MEMORY][:2]
    fault = "range_table does not put back on bus memory what it takes"
    assert chain_ends(with_chip(RV64IM_AUDIT, with_more(table, *pair))) == fault


def test_second_sender_of_a_lookup_is_noticed() -> None:
    forged = replace(interaction(MOVE, "is_later"), name="forged", sign=+1)
    fault = "bus range is sent to by move, range_table"
    assert bus_senders(with_chip(SMALL_AUDIT, with_more(MOVE, forged))) == fault


def test_token_of_the_verifier_on_a_lookup_is_noticed() -> None:
    tokens = (*SMALL_MACHINE.tokens, Token(RANGE, +1, (99,)))
    assert bus_senders(undeclared(SMALL_AUDIT, tokens=tokens)) == "bus range is sent to by range_table"


def test_lookup_that_another_chip_answers_is_noticed() -> None:
    forged = replace(interaction(MOVE, "is_later"), name="forged", sign=+1)
    chips = tuple(with_more(c, forged) if c == MOVE else c for c in SMALL_MACHINE.chips if c != RANGE_TABLE)
    fault = "bus range is no lookup, no chain, no order's and not the verifier's"
    assert bus_senders(undeclared(SMALL_AUDIT, chips=chips)) == fault


@pytest.mark.parametrize("what", ["another receiver", "a token that is sent"])
def test_bus_that_the_verifier_does_not_close_alone_is_noticed(what: str) -> None:
    changed = SMALL_AUDIT
    if what == "another receiver":
        forged = replace(interaction(HALT, "exit"), name="forged", sign=-1)
        changed = with_chip(SMALL_AUDIT, with_more(HALT, forged))
    else:
        changed = undeclared(SMALL_AUDIT, tokens=(*SMALL_MACHINE.tokens, Token(EXIT, +1, (0,))))
    assert bus_senders(changed) == "bus exit is no lookup, no chain, no order's and not the verifier's"


def test_chain_that_is_not_named_is_no_chain() -> None:
    changed = replace(SMALL_AUDIT, chains=SMALL_AUDIT.chains[:-1])
    assert bus_senders(changed) == "bus continuation is no lookup, no chain, no order's and not the verifier's"


@pytest.mark.parametrize("kind", ["columns", "fixed_columns"])
def test_column_that_nothing_speaks_of_is_noticed(kind: str) -> None:
    change: dict[str, Any] = {kind: (*getattr(RANGE_TABLE, kind), "idle")}
    fault = "range_table: nothing is said of column idle"
    assert wiring(with_chip(SMALL_AUDIT, replace(RANGE_TABLE, **change))) == fault


def test_table_that_speaks_to_no_bus_is_noticed() -> None:
    silent = replace(HALT, interactions=())
    assert wiring(with_chip(SMALL_AUDIT, silent)) == "halt speaks to no bus"


def test_opcode_without_a_chip_is_noticed() -> None:
    assert wiring(replace(SMALL_AUDIT, opcodes={**SMALL_AUDIT.opcodes, "jump": 3})) == "no chip executes jump"


def test_two_chips_of_one_name_are_noticed() -> None:
    twice = undeclared(SMALL_AUDIT, chips=(*SMALL_MACHINE.chips, BOUNDARY))
    assert unique_tables(twice) == "two chips have one name"


def test_system_table_that_executes_is_noticed() -> None:
    executing = replace(PROGRAM_TABLE, instructions=("move",))
    fault = "program_table is a system table and executes instructions"
    assert unique_tables(with_chip(SMALL_AUDIT, executing)) == fault


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (with_chip(SMALL_AUDIT, replace(MOVE, accesses=0)), "move does not advance the clock"),
        (
            with_chip(SMALL_AUDIT, replace(BOUNDARY, accesses=1)),
            "boundary is no instruction chip and advances the clock",
        ),
        (undeclared(SMALL_AUDIT, clock_bits=30), "a difference of clocks may wrap"),
    ],
    ids=["idle", "system", "bits"],
)
def test_clock_that_stands_or_wraps_is_noticed(changed: AuditedMachine, fault: str) -> None:
    assert clocks(changed) == fault


def test_public_value_that_nothing_binds_is_noticed() -> None:
    free = undeclared(SMALL_AUDIT, public_values=(*SMALL_MACHINE.public_values, "balance"))
    assert public_values(free) == "nothing binds the public value balance"
    assert public_values(without_tokens(SMALL_AUDIT, EXIT, -1)) == "nothing binds the public value exit"


def test_public_value_of_rows_alone_is_bound() -> None:
    spoken = interaction(BOUNDARY, "is_from_before")
    chip = with_interaction(BOUNDARY, replace(spoken, message=(spoken.message[0] + Public("limit"),)))
    limited = undeclared(with_chip(SMALL_AUDIT, chip), public_values=(*SMALL_MACHINE.public_values, "limit"))
    assert public_values(limited) is None


@pytest.mark.parametrize(
    "change",
    [
        {"segment_index": "unknown"},
        {"exit_values": ("unknown",)},
        {"halted": ("unknown", 0)},
        {"joins": (replace(SMALL_MACHINE.joins[0], leaves="unknown"),)},
        {"tokens": (Token(STATE, +1, ("unknown", 1)),)},
        {"tokens": (Token(STATE, +1, (1, 1), times=("unknown", 1)),)},
    ],
    ids=["index", "exit", "halted", "join", "token", "times"],
)
def test_public_value_that_is_not_declared_is_noticed(change: dict[str, Any]) -> None:
    assert public_values(undeclared(SMALL_AUDIT, **change)) == "unknown is no public value of the machine"


def test_run_that_ends_where_a_program_may_start_is_noticed() -> None:
    changed = undeclared(SMALL_AUDIT, halted=("pc_out", 2**20 - 1))
    assert halted_value(changed) == f"a program may start with pc_out {2**20 - 1}"
    assert halted_value(undeclared(SMALL_AUDIT, halted=("pc_out", P))) == f"a program may start with pc_out {P}"


def test_run_that_ends_by_a_value_that_no_join_leaves_is_noticed() -> None:
    changed = undeclared(SMALL_AUDIT, halted=("clock_out", P - 1))
    assert halted_value(changed) == "clock_out ends a run, and no join leaves it"


def test_global_chain_is_declared_like_any_other() -> None:
    assert CONTINUATION in [chain.bus for chain in SMALL_AUDIT.chains]
