"""The small machine as an audit takes it: nothing of it rests on what its instructions mean."""

from __future__ import annotations

from proofs_of_constraints.machine.audited import VERIFIER, AuditedMachine, Chain
from spec.air.chip import Role
from spec.protocol.shape import FIRST_CLOCK
from tests.small_machine import (
    BOUNDARY,
    CONTINUATION,
    MEMORY,
    OPCODES,
    SMALL_MACHINE,
    STATE,
    Move,
    output_tokens,
    run_moves,
)

SMALL_AUDIT = AuditedMachine(
    machine=SMALL_MACHINE,
    opcodes=OPCODES,
    chains=(
        Chain(STATE, opened_by=None, first_stamp=("clock", FIRST_CLOCK)),
        Chain(MEMORY, opened_by=BOUNDARY.name, first_stamp=("clock", 0)),
        Chain(CONTINUATION, opened_by=None, first_stamp=("segment", 0)),
    ),
    senders={
        "program": frozenset({"program_table"}),
        "state": frozenset({Role.INSTRUCTION, VERIFIER}),
        "memory": frozenset({"move", "boundary"}),
        "range": frozenset({"range_table"}),
        "continuation": frozenset({"boundary", VERIFIER}),
        "exit": frozenset({"halt"}),
    },
    run_tokens=tuple(output_tokens(run_moves([Move(1, 100), Move(2, 50)]).output)),
)
