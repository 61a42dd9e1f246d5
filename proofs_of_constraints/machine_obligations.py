"""Properties of all chips and buses together, checked on the declarations without a solver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from proofs_of_constraints.obligation import Kind, Obligation, Outcome, Verdict
from spec.air.bus import BUSES, CLOCK_BITS, RESERVED_IDENTITIES
from spec.air.chip import MAXIMUM_DEGREE, Chip, Role, expressions_of
from spec.air.expression import Difference, Expression, MainColumn, Named, Product, Sum
from spec.air.program_row import HALTED, OPCODES, PC_LIMIT, UNREACHABLE
from spec.field import P

VERIFIER_SENDS = {"state", "cursor", "output"}
VERIFIER_RECEIVES = {"state", "cursor", "exit", "output"}
"""Buses on which the verifier itself closes the sum with tokens of its own (spec.protocol.tokens)."""


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
    return None


def _both_ends(chips: Sequence[Chip]) -> str | None:
    for bus in BUSES:
        ends = {i.sign for chip in chips for i in chip.interactions if i.bus == bus}
        ends |= {+1} if bus.name in VERIFIER_SENDS else set()
        ends |= {-1} if bus.name in VERIFIER_RECEIVES else set()
        if ends != {+1, -1}:
            return f"bus {bus.name} has only one end"
    return None


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
    "both ends of every bus": _both_ends,
    "senders of lookup buses": _only_senders,
    "wiring of columns and opcodes": _wiring,
    "tables": _unique_tables,
    "degrees": _degrees,
    "clock bounds": _clocks,
    "special program counters": _program_counters,
    "scopes of buses": _scopes,
}
