"""RV64IM as an audit takes it: the machine, and the obligations that rest on what its instructions mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs_of_constraints.machine.audited import AuditedMachine, Chain
from proofs_of_constraints.obligations.coverage import coverage_obligations
from proofs_of_constraints.obligations.decode import decode_obligations
from proofs_of_constraints.obligations.instructions import instruction_obligations
from proofs_of_constraints.obligations.memory import memory_obligations
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.obligations.rows import row_obligations
from proofs_of_constraints.obligations.tables import table_obligations
from proofs_of_constraints.translation.rv64im_rows import RV64IM_CONTRACTS
from spec.air.chip import Chip, Role
from spec.field import P
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.buses import CONTINUATION, CURSOR, MEMORY, STATE
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import HALTED, OPCODES, PC_LIMIT, UNREACHABLE
from spec.rv64im.tokens import output_tokens


def _of_instruction_chip(chip: Chip) -> Iterator[Obligation]:
    yield from instruction_obligations(chip)
    yield from row_obligations(chip)
    yield from memory_obligations([chip])


def _of_system_table(chip: Chip) -> Iterator[Obligation]:
    yield from table_obligations(chip)
    yield from memory_obligations([chip])


def _of_all_chips(chips: Sequence[Chip]) -> Iterator[Obligation]:
    yield from coverage_obligations([chip for chip in chips if chip.role is Role.INSTRUCTION])
    yield from decode_obligations()
    yield Obligation(Kind.MACHINE, "", "special program counters", (), _prove_special_program_counters)


def _prove_special_program_counters(_: Session) -> Outcome:
    """The two special program counters are neither fetched nor the successor of one that is."""
    if len({HALTED, UNREACHABLE}) != 2 or min(HALTED, UNREACHABLE) <= PC_LIMIT:
        return Outcome(Verdict.REFUTED, "a special program counter can be reached")
    if max(HALTED, UNREACHABLE) >= P:
        return Outcome(Verdict.REFUTED, "a special program counter is not canonical")
    return Outcome(Verdict.PROVEN)


RV64IM_AUDIT = AuditedMachine(
    machine=RV64IM,
    opcodes=OPCODES,
    chains=(
        Chain(STATE, opened_by=None, first_stamp=("clock", FIRST_CLOCK)),
        Chain(MEMORY, opened_by=BOUNDARY.name, first_stamp=("clock", 0)),
        Chain(CONTINUATION, opened_by=MEMORY_TABLE.name, first_stamp=("segment", 0)),
        Chain(CURSOR, opened_by=None),
    ),
    run_tokens=output_tokens(b"output"),
    contracts=RV64IM_CONTRACTS,
    meanings={
        Role.INSTRUCTION: _of_instruction_chip,
        Role.MACHINE_TABLE: _of_system_table,
        Role.PROGRAM_TABLE: _of_system_table,
        Role.CONTINUATION: _of_system_table,
    },
    whole=_of_all_chips,
)
