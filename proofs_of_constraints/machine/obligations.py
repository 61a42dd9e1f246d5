"""Properties of all chips and buses together, checked on the declarations without a solver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from proofs_of_constraints.machine.protocol_checks import (
    heights_are_bounded,
    key_covers_fields,
    tables_are_single,
    transcripts_bind,
)
from proofs_of_constraints.machine.wiring_checks import constraints_are_evaluated, digest_covers_declarations
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Verdict
from spec.air.chip import MAXIMUM_DEGREE, Chip, Role, expressions_of
from spec.air.expression import Difference, Expression, MainColumn, Named, Product, Sum
from spec.field import P
from spec.rv64im.buses import BUSES, CLOCK_BITS, CONTINUATION, CURSOR, MEMORY, RESERVED_IDENTITIES, STATE
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES
from spec.rv64im.program_row import HALTED, OPCODES, PC_LIMIT, UNREACHABLE
from spec.rv64im.tokens import output_tokens, segment_tokens

PUBLIC_VALUES = dict.fromkeys(SEGMENT_PUBLIC_VALUES, 0) | {"pc_out": HALTED}
"""Of a segment that halts: it has every kind of token."""

VERIFIER_TOKENS = (*segment_tokens(PUBLIC_VALUES), *output_tokens(b"output"))
"""The verifier itself closes the sum of some buses."""

CHAINS = (STATE, MEMORY, CONTINUATION, CURSOR)


def machine_obligations(chips: Sequence[Chip]) -> Iterator[Obligation]:
    """One obligation for each property."""
    for name, check in _CHECKS.items():

        def holds(_: object, check: Callable[[Sequence[Chip]], str | None] = check) -> Outcome:
            fault = check(chips)
            return Outcome(Verdict.PROVEN) if fault is None else Outcome(Verdict.REFUTED, fault)

        yield Obligation(Kind.MACHINE, "", name, (), holds)


def _bus_identities(_: Sequence[Chip]) -> str | None:
    identities = [bus.identity for bus in BUSES]
    if len(set(identities)) != len(identities):
        return "two buses have one identity"
    if any(identity in RESERVED_IDENTITIES or not 0 < identity < P for identity in identities):
        return "a bus identity is zero, reserved or not canonical"
    return None if len({bus.name for bus in BUSES}) == len(BUSES) else "two buses have one name"


def _bus_widths(chips: Sequence[Chip]) -> str | None:
    for chip in chips:
        for interaction in chip.interactions:
            if interaction.bus not in BUSES:
                return f"{chip.name}: {interaction.name} speaks to a bus that the machine does not have"
            if len(interaction.message) != interaction.bus.width:
                return f"{chip.name}: {interaction.name} has {len(interaction.message)} parts"
    wrong = [token for token in VERIFIER_TOKENS if len(token.message) != token.bus.width]
    return f"the verifier's token on bus {wrong[0].bus.name} has {len(wrong[0].message)} parts" if wrong else None


def both_ends(chips: Sequence[Chip]) -> str | None:
    for bus in BUSES:
        ends = {i.sign for chip in chips for i in chip.interactions if i.bus == bus}
        ends |= {token.sign for token in VERIFIER_TOKENS if token.bus == bus}
        if ends != {+1, -1}:
            return f"bus {bus.name} has only one end"
    return None


def chain_ends(chips: Sequence[Chip]) -> str | None:
    """Who passes tokens on has its step in the memory argument; a chain's ends are the verifier's and one table's."""
    for bus in CHAINS:
        for chip in chips:
            signs = sorted(i.sign for i in chip.interactions if i.bus == bus)
            pairs = [-1] * (len(signs) // 2) + [+1] * (len(signs) // 2)
            passes_on = chip.role is Role.INSTRUCTION or chip.name in (BOUNDARY.name, MEMORY_TABLE.name)
            if signs != pairs or (signs and not passes_on):
                return f"{chip.name} does not put back on bus {bus.name} what it takes"
        tokens = [token for token in VERIFIER_TOKENS if token.bus == bus]
        wanted = [+1, -1] if bus in (STATE, CURSOR) else []
        if [token.sign for token in tokens] != wanted:
            return f"the verifier does not start and end the chain of bus {bus.name}"
    starts = [token.message for token in VERIFIER_TOKENS if token.bus == STATE and token.sign > 0]
    return None if [message[1] for message in starts] == [1] else "a segment does not start at clock 1"


def _only_senders(chips: Sequence[Chip]) -> str | None:
    """A bus of a fixed table has no other sender."""
    for bus in BUSES:
        if "only the" in bus.sender_ensures:
            senders = [chip for chip in chips if any(i.bus == bus and i.sign > 0 for i in chip.interactions)]
            if len(senders) != 1 or senders[0].role not in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE):
                return f"bus {bus.name} is sent to by {', '.join(chip.name for chip in senders)}"
    return None


def _wiring(chips: Sequence[Chip]) -> str | None:
    """Every column is in some constraint or message, and every opcode has a chip."""
    for chip in chips:
        used = {name for expression in expressions_of(chip) for name in _columns(expression)}
        unused = [name for name in chip.columns if name not in used]
        if unused:
            return f"{chip.name}: nothing is said of column {unused[0]}"
    executed = {opcode for chip in chips for opcode in chip.instructions}
    missing = set(OPCODES) - executed
    return f"no chip executes {sorted(missing)[0]}" if missing else None


def _columns(expression: Expression) -> Iterator[str]:
    match expression:
        case MainColumn(name, _):
            yield name
        case Sum(left, right) | Difference(left, right) | Product(left, right):
            yield from _columns(left)
            yield from _columns(right)
        case Named(_, definition):
            yield from _columns(definition)


def _unique_tables(chips: Sequence[Chip]) -> str | None:
    if len({chip.name for chip in chips}) != len(chips):
        return "two chips have one name"
    several = [c.name for c in chips if c.role is not Role.INSTRUCTION and c.instructions]
    return f"{several[0]} is a system table and executes instructions" if several else None


def _degrees(chips: Sequence[Chip]) -> str | None:
    for chip in chips:
        if chip.maximum_degree > MAXIMUM_DEGREE:
            return f"{chip.name} has degree {chip.maximum_degree}"
    return None


def _clocks(chips: Sequence[Chip]) -> str | None:
    """Clocks below 2^K: two of them differ by less than p, and every row advances the clock."""
    if 2 ** (CLOCK_BITS + 1) >= P:
        return "a difference of clocks may wrap"
    for chip in chips:
        if chip.role is Role.INSTRUCTION and chip.accesses < 1:
            return f"{chip.name} does not advance the clock"
        if chip.role is not Role.INSTRUCTION and chip.accesses:
            return f"{chip.name} is no instruction chip and advances the clock"
    return None


def _program_counters(_: Sequence[Chip]) -> str | None:
    """The two special program counters are neither fetched nor the successor of one that is."""
    if len({HALTED, UNREACHABLE}) != 2 or min(HALTED, UNREACHABLE) <= PC_LIMIT:
        return "a special program counter can be reached"
    return None if max(HALTED, UNREACHABLE) < P else "a special program counter is not canonical"


def _scopes(chips: Sequence[Chip]) -> str | None:
    """Only tables that are committed before the global challenge speak to global buses."""
    for chip in chips:
        if chip.global_interactions and chip.role is not Role.CONTINUATION:
            return f"{chip.name} speaks to a global bus and is not pinned"
    return None


_CHECKS: dict[str, Callable[[Sequence[Chip]], str | None]] = {
    "bus identities": _bus_identities,
    "bus widths": _bus_widths,
    "both ends of every bus": both_ends,
    "ends of chains": chain_ends,
    "senders of lookup buses": _only_senders,
    "wiring of columns and opcodes": _wiring,
    "tables": _unique_tables,
    "degrees": _degrees,
    "clock bounds": _clocks,
    "special program counters": _program_counters,
    "scopes of buses": _scopes,
    "evaluated constraints": constraints_are_evaluated,
    "machine digest": digest_covers_declarations,
    "key digest": key_covers_fields,
    "transcripts": transcripts_bind,
    "bounds on heights": heights_are_bounded,
    "single tables": tables_are_single,
}
