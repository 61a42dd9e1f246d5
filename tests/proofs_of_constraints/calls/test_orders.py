"""Calls and their work tables together: who answers whom, and who may speak on the buses between them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.machine.audited import Order
from proofs_of_constraints.obligations.coverage import coverage_obligations
from proofs_of_constraints.obligations.obligation import Verdict
from proofs_of_constraints.rv64im import RV64IM_AUDIT, RV64IM_ORDERS, orders_of
from spec.air.chip import Chip
from spec.air.expression import lift
from spec.air.machine import Token
from spec.rv64im.chips.sha256 import LAYOUT
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, INSTRUCTION_CHIPS
from tests.proofs_of_constraints.broken_chips import interaction, with_interaction
from tests.proofs_of_constraints.undeclared import faults_of_declaration, undeclared

CALL, FIRST, REST = (CHIP_BY_NAME[f"sha256_{name}"] for name in ("compress", "first", "rest"))


def details(*changed: Chip) -> dict[str, str]:
    """What the obligations about orders say of the machine with these chips, where they do not hold."""
    by_name = {chip.name: chip for chip in changed}
    results = [prove(o) for o in orders_of(by_name.get(chip.name, chip) for chip in CHIPS)]
    return {r.identity: r.outcome.detail for r in results if r.outcome.verdict is not Verdict.PROVEN}


def saying(chip: Chip, name: str, field: str, part: int) -> Chip:
    old = interaction(chip, name)
    parts = {**dict(zip(old.bus.fields, old.message, strict=True)), field: lift(part)}
    return with_interaction(chip, replace(old, message=tuple(parts.values())))


def test_orders_of_the_machine_are_proven() -> None:
    assert details() == {}


def test_table_that_leaves_to_the_rows_it_takes_from_may_work_without_an_order() -> None:
    found = details(saying(REST, "leave", "round", 16))
    assert found.keys() == {"order-of-work/sha256_compress/answers"}
    assert found["order-of-work/sha256_compress/answers"] == "no rows can do what a call orders"


def test_rows_that_take_what_their_like_leave_may_work_without_an_order() -> None:
    ring = saying(saying(REST, "continue", "round", 16), "leave", "round", 16)
    found = details(ring)
    assert found == {
        "order-of-work/sha256_compress/answers": "work may be done without an order, or an order more than once"
    }


def test_bus_of_an_order_that_a_stranger_speaks_to_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    forged = replace(interaction(CALL, "start"), name="forged", message=(lift(0),) * 17, multiplicity=lift(0))
    stranger = replace(chip, interactions=(*chip.interactions, forged))
    faults = faults_of_declaration(RV64IM_AUDIT.with_chip(stranger))
    assert faults == {
        "senders of buses": "bus sha256_start of sha256_compress is spoken to by add",
        "expected senders": "add sends to bus sha256_start, and is not expected to",
    }


def test_bus_of_an_order_that_the_verifier_speaks_to_is_refuted() -> None:
    token = Token(LAYOUT.result, +1, (0,) * LAYOUT.result.width)
    spoken = undeclared(RV64IM_AUDIT, tokens=(*RV64IM_AUDIT.machine.tokens, token))
    assert "spoken to by the verifier" in faults_of_declaration(spoken)["senders of buses"]


def test_bus_of_no_order_between_chips_is_refuted() -> None:
    faults = faults_of_declaration(replace(RV64IM_AUDIT, orders=()))
    assert "is no lookup, no chain, no order's" in faults["senders of buses"]
    assert faults["wiring of columns and opcodes"] == "nobody orders work from keccak_round"


def test_work_table_that_counts_too_few_ticks_is_refuted() -> None:
    faults = faults_of_declaration(RV64IM_AUDIT.with_chip(replace(REST, accesses=REST.accesses - 1)))
    assert faults == {"clock bounds": f"sha256_rest has {len(REST.columns)} columns and counts 126 ticks"}


def test_bus_of_two_orders_is_refuted() -> None:
    (known,) = [order for order in RV64IM_ORDERS if order.ordered_by == CALL.name]
    other = Order("halt", known.tables, known.buses)
    faults = faults_of_declaration(replace(RV64IM_AUDIT, orders=(*RV64IM_ORDERS, other)))
    assert faults["senders of buses"] == "bus sha256_start belongs to 2 orders, or its messages have no key"


@pytest.mark.parametrize(
    ("name", "domain", "fault"),
    [
        ("sha256_compress", "a7 = 93", "an execution in no domain"),
        ("sha256_compress", "every execution", "an execution of no call"),
        ("halt", "every execution", "an execution of no call"),
    ],
)
def test_call_with_another_domain_is_not_covered(name: str, domain: str, fault: str) -> None:
    chips = [replace(chip, domain=domain) if chip.name == name else chip for chip in INSTRUCTION_CHIPS]
    (ecall,) = [o for o in coverage_obligations(chips) if o.instruction == "ecall"]
    outcome = prove(ecall).outcome
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, fault)
