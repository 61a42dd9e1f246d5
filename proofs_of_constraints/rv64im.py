"""RV64IM as an audit takes it: the machine, and the obligations that rest on what its instructions mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from proofs_of_constraints.calls.call_row import CallExecution, CallMeaning, call_obligations
from proofs_of_constraints.calls.keccak_call import keccak_meaning
from proofs_of_constraints.calls.keccak_table import keccak_table_obligations
from proofs_of_constraints.calls.modular_call import modular_obligations
from proofs_of_constraints.calls.orders import order_obligations
from proofs_of_constraints.calls.sha256_call import sha256_meaning
from proofs_of_constraints.calls.sha256_tables import sha256_senders, sha256_table_obligations
from proofs_of_constraints.machine.audited import VERIFIER, AuditedMachine, Bounds, Chain, ChipMeaning, Order, Senders
from proofs_of_constraints.obligations.coverage import coverage_obligations
from proofs_of_constraints.obligations.decode import decode_obligations
from proofs_of_constraints.obligations.general import general_obligations
from proofs_of_constraints.obligations.instructions import instruction_obligations
from proofs_of_constraints.obligations.memory import memory_obligations
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.obligations.rows import row_obligations
from proofs_of_constraints.obligations.statement import statement_obligations
from proofs_of_constraints.obligations.tables import table_obligations
from proofs_of_constraints.translation.execution import Claim
from proofs_of_constraints.translation.rv64im_rows import RV64IM_CONTRACTS
from spec.air.chip import Chip, Role
from spec.field import P
from spec.isa.calls import ADVICE, KECCAK_F, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, SHA256_COMPRESS
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.buses import (
    AND,
    BYTE_PAIR,
    CONTINUATION,
    CURSOR,
    EXIT,
    IMAGE,
    MEMORY,
    OUTPUT,
    PROGRAM,
    RANGE,
    REGION,
    SHIFT,
    STATE,
)
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.chips.keccak import TABLE as KECCAK_TABLE
from spec.rv64im.chips.sha256 import LAYOUT as SHA256_LAYOUT
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import HALTED, OPCODES, PC_LIMIT, UNREACHABLE
from spec.rv64im.tokens import output_tokens


def _meaning(meaning: CallMeaning) -> ChipMeaning:
    return lambda chip: call_obligations(chip, meaning)


def _nothing_more(_: CallExecution) -> Sequence[Claim]:
    """Advice is any word: beyond what every call does there is nothing that it means."""
    return ()


RV64IM_ORDERS = (
    Order(KECCAK_F.name, (KECCAK_TABLE.chip.name,), KECCAK_TABLE.buses),
    Order(SHA256_COMPRESS.name, (SHA256_LAYOUT.first.name, SHA256_LAYOUT.rest.name), SHA256_LAYOUT.buses),
)

_CALL_MEANINGS: Mapping[str, ChipMeaning] = {
    KECCAK_F.name: _meaning(keccak_meaning(KECCAK_TABLE)),
    SHA256_COMPRESS.name: _meaning(sha256_meaning(SHA256_LAYOUT)),
    MULTIPLY_ADD_MODULO_256.name: modular_obligations,
    MULTIPLY_ADD_MODULO_384.name: modular_obligations,
    ADVICE.name: _meaning(_nothing_more),
}
"""By the name of a call's chip."""

_WORK_MEANINGS: Mapping[str, ChipMeaning] = {
    KECCAK_TABLE.chip.name: partial(keccak_table_obligations, KECCAK_TABLE),
    SHA256_LAYOUT.first.name: partial(sha256_table_obligations, SHA256_LAYOUT),
    SHA256_LAYOUT.rest.name: partial(sha256_table_obligations, SHA256_LAYOUT),
}


def row_shape_obligations(chip: Chip) -> Iterator[Obligation]:
    """What is proven of a chip's rows whatever they compute: who speaks when, and to whom."""
    match chip.role:
        case Role.INSTRUCTION:
            ordering = [bus for order in RV64IM_ORDERS if order.ordered_by == chip.name for bus in order.buses]
            yield from row_obligations(chip, ordering)
        case Role.WORK:
            yield from (o for o in general_obligations(RV64IM_AUDIT, chip) if o.kind is not Kind.NOT_VACUOUS)
        case _:
            yield from table_obligations(chip)


def row_meaning_obligations(chip: Chip) -> Iterator[Obligation]:
    """What is proven of what a row computes; of system tables nothing beyond their shape."""
    if chip.name in _CALL_MEANINGS:
        yield from _CALL_MEANINGS[chip.name](chip)
    elif chip.role is Role.INSTRUCTION:
        yield from instruction_obligations(chip)
    elif chip.role is Role.WORK:
        yield from _WORK_MEANINGS[chip.name](chip)


def _of_chip(chip: Chip) -> Iterator[Obligation]:
    yield from row_meaning_obligations(chip)
    yield from row_shape_obligations(chip)
    yield from memory_obligations([chip])


def orders_of(chips: Iterable[Chip]) -> Iterator[Obligation]:
    """What is proven of calls and their work tables together."""
    by_name = {chip.name: chip for chip in chips}
    for order in RV64IM_ORDERS:
        if by_name.keys() >= set(order.chips):
            yield from order_obligations(order, by_name)


def _of_all_chips(chips: Sequence[Chip]) -> Iterator[Obligation]:
    yield from orders_of(chips)
    yield from coverage_obligations([chip for chip in chips if chip.role is Role.INSTRUCTION])
    yield from decode_obligations()
    yield Obligation(Kind.MACHINE, "", "special program counters", (), _prove_special_program_counters)
    yield from statement_obligations(RV64IM_AUDIT)


def _prove_special_program_counters(_: Session) -> Outcome:
    """The two special program counters are neither fetched nor the successor of one that is."""
    if len({HALTED, UNREACHABLE}) != 2 or min(HALTED, UNREACHABLE) <= PC_LIMIT:
        return Outcome(Verdict.REFUTED, "a special program counter can be reached")
    if max(HALTED, UNREACHABLE) >= P:
        return Outcome(Verdict.REFUTED, "a special program counter is not canonical")
    return Outcome(Verdict.PROVEN)


RV64IM_SENDERS: Senders = {
    PROGRAM.name: frozenset({"program_table"}),
    STATE.name: frozenset({Role.INSTRUCTION, VERIFIER}),
    MEMORY.name: frozenset({Role.INSTRUCTION, "boundary"}),
    RANGE.name: frozenset({"range_table"}),
    AND.name: frozenset({"byte_table"}),
    BYTE_PAIR.name: frozenset({"byte_table"}),
    SHIFT.name: frozenset({"shift_table"}),
    EXIT.name: frozenset({"halt"}),
    CURSOR.name: frozenset({"memory", VERIFIER}),
    IMAGE.name: frozenset({"image_table"}),
    REGION.name: frozenset({"region_table"}),
    CONTINUATION.name: frozenset({"boundary", "memory"}),
    OUTPUT.name: frozenset({"memory"}),
    **sha256_senders(SHA256_COMPRESS.name, SHA256_LAYOUT),
    **dict.fromkeys((bus.name for bus in KECCAK_TABLE.lookups), frozenset({"keccak_digits"})),
    KECCAK_TABLE.chi.name: frozenset({"keccak_chi"}),
    **{bus.name: frozenset({KECCAK_F.name, KECCAK_TABLE.chip.name}) for bus in KECCAK_TABLE.buses},
}

_LIMBS_OF_16_BITS = {f"value_{i}": 16 for i in range(4)}

RV64IM_BOUNDS: Bounds = {
    # The function obligation of the program's table.
    PROGRAM.name: {"pc": 30},
    # The function obligations of instructions and of the boundary table.
    MEMORY.name: _LIMBS_OF_16_BITS,
    EXIT.name: {f"code_{i}": 16 for i in range(4)},
    # The function obligation of the image table.
    IMAGE.name: _LIMBS_OF_16_BITS,
    # The function obligations of the boundary and the memory table.
    CONTINUATION.name: _LIMBS_OF_16_BITS,
    OUTPUT.name: _LIMBS_OF_16_BITS,
}
"""What is proven of the values that are sent, by the obligations that are named."""

_SOME_ROW = frozenset(
    {Kind.NOT_VACUOUS, Kind.FUNCTION, Kind.COMPLETE, Kind.PADDING, Kind.MULTIPLICITIES, Kind.DISCIPLINE}
)

RV64IM_KINDS: Mapping[Role, frozenset[Kind]] = {
    Role.INSTRUCTION: _SOME_ROW | {Kind.SELECTED, Kind.CLOCK_ORDER, Kind.MEMORY},
    Role.WORK: _SOME_ROW | {Kind.DETERMINISM},
    Role.MACHINE_TABLE: frozenset({Kind.FUNCTION, Kind.DISCIPLINE}),
    Role.PROGRAM_TABLE: frozenset({Kind.FUNCTION, Kind.DISCIPLINE}),
    Role.CONTINUATION: _SOME_ROW | {Kind.MEMORY},
}

RV64IM_AUDIT = AuditedMachine(
    machine=RV64IM,
    opcodes=OPCODES,
    chains=(
        Chain(STATE, opened_by=None, first_stamp=("clock", FIRST_CLOCK)),
        Chain(MEMORY, opened_by=BOUNDARY.name, first_stamp=("clock", 0)),
        Chain(CONTINUATION, opened_by=MEMORY_TABLE.name, first_stamp=("segment", 0)),
        Chain(CURSOR, opened_by=None),
    ),
    senders=RV64IM_SENDERS,
    run_tokens=output_tokens(b"output"),
    orders=RV64IM_ORDERS,
    bounds=RV64IM_BOUNDS,
    required_kinds=RV64IM_KINDS,
    contracts=RV64IM_CONTRACTS,
    meanings=dict.fromkeys(Role, _of_chip),
    whole=_of_all_chips,
)
