"""What a machine's declaration has to be like: buses, tables, columns, clocks, public values.

Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from proofs_of_constraints.machine.audited import AuditedMachine, Chain
from spec.air.bus import Bus
from spec.air.chip import WORK_CELLS_PER_TICK, Interaction, Role, expressions_of
from spec.air.expression import (
    Constant,
    Difference,
    Expression,
    FixedColumn,
    MainColumn,
    Named,
    Product,
    Public,
    Sum,
)
from spec.air.machine import Token
from spec.field import P

FIXED_TABLES = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)


def bus_identities(audited: AuditedMachine) -> str | None:
    """Buses differ in name and in identity, and identities are elements that nobody else uses."""
    machine = audited.machine
    identities = [bus.identity for bus in machine.buses]
    if len(set(identities)) != len(identities):
        return "two buses have one identity"
    if any(identity in machine.reserved_identities or not 0 < identity < P for identity in identities):
        return "a bus identity is zero, reserved or not canonical"
    return None if len({bus.name for bus in machine.buses}) == len(machine.buses) else "two buses have one name"


def bus_widths(audited: AuditedMachine) -> str | None:
    """Every message has the fields of its bus, the verifier's too."""
    for chip in audited.machine.chips:
        for interaction in chip.interactions:
            if interaction.bus not in audited.machine.buses:
                return f"{chip.name}: {interaction.name} speaks to a bus that the machine does not have"
            if len(interaction.message) != interaction.bus.width:
                return f"{chip.name}: {interaction.name} has {len(interaction.message)} parts"
    for token in audited.tokens:
        if token.bus not in audited.machine.buses:
            return f"the verifier speaks to bus {token.bus.name}, which the machine does not have"
        if len(token.message) != token.bus.width:
            return f"the verifier's token on bus {token.bus.name} has {len(token.message)} parts"
    return None


def both_ends(audited: AuditedMachine) -> str | None:
    """Somebody sends to every bus and somebody receives from it."""
    for bus in audited.machine.buses:
        ends = {i.sign for chip in audited.machine.chips for i in chip.interactions if i.bus == bus}
        ends |= {token.sign for token in audited.tokens if token.bus == bus}
        if ends != {+1, -1}:
            return f"bus {bus.name} has only one end"
    return None


def chain_ends(audited: AuditedMachine) -> str | None:
    """Who takes tokens puts as many; a chain's ends are the verifier's, or those of the one table that opens it."""
    for chain in audited.chains:
        for chip in audited.machine.chips:
            signs = sorted(i.sign for i in chip.interactions if i.bus == chain.bus)
            pairs = [-1] * (len(signs) // 2) + [+1] * (len(signs) // 2)
            if signs != pairs or (signs and chip.role in FIXED_TABLES):
                return f"{chip.name} does not put back on bus {chain.bus.name} what it takes"
        fault = _opening_fault(audited, chain)
        if fault is not None:
            return fault
    return None


def _opening_fault(audited: AuditedMachine, chain: Chain) -> str | None:
    tokens = [token for token in audited.tokens if token.bus == chain.bus]
    if chain.opened_by is None:
        signs = sorted(token.sign for token in tokens)
        if not signs or signs != [-1] * (len(signs) // 2) + [+1] * (len(signs) // 2):
            return f"the verifier does not start and end the chain of bus {chain.bus.name}"
        first: list[Interaction | Token] = [token for token in tokens if token.sign > 0]
    else:
        if tokens:
            return f"the verifier speaks to bus {chain.bus.name}, which {chain.opened_by} opens and closes"
        openers = [chip for chip in audited.machine.chips if chip.name == chain.opened_by]
        first = [i for chip in openers for i in chip.interactions if i.bus == chain.bus and i.sign > 0]
        if not first or any(chip.role is not Role.CONTINUATION for chip in openers):
            return f"no continuation table {chain.opened_by} opens bus {chain.bus.name}"
    if chain.first_stamp is None:
        return None
    field, number = chain.first_stamp
    position = chain.bus.fields.index(field)
    if all(_number(message.message[position]) == number for message in first):
        return None
    return f"the first token of bus {chain.bus.name} does not have {field} {number}"


def _number(part: Expression | int | str) -> int | None:
    """A part of a message that is the same number always."""
    if isinstance(part, Constant):
        return part.value
    return part if isinstance(part, int) else None


def bus_senders(audited: AuditedMachine) -> str | None:
    """A bus is a lookup, of which one fixed table is the only sender, or a chain, or an order's, or a memory that the
    program addresses, or the verifier receives from it."""
    chained = {chain.bus.name for chain in audited.chains}
    for bus in audited.machine.buses:
        senders = [
            chip for chip in audited.machine.chips if any(i.bus == bus and i.sign > 0 for i in chip.interactions)
        ]
        if bus in audited.memories:
            fault = _fault_of_memory(audited, bus)
            if fault is not None:
                return fault
        elif any(chip.role in FIXED_TABLES for chip in senders):
            if len(senders) != 1 or any(token.bus == bus for token in audited.tokens):
                return f"bus {bus.name} is sent to by {', '.join(chip.name for chip in senders)}"
        elif bus.name in {bus.name for order in audited.orders for bus in order.buses}:
            fault = _fault_of_ordered_bus(audited, bus)
            if fault is not None:
                return fault
        elif bus.name not in chained and not _is_closed_by_the_verifier(audited, bus):
            return f"bus {bus.name} is no lookup, no chain, no order's and not the verifier's"
    return None


def _fault_of_memory(audited: AuditedMachine, bus: Bus) -> str | None:
    """Only the program's tables speak to a memory, at addresses and as often as their fixed columns say; the verifier
    writes addresses of its own."""
    for chip in audited.machine.chips:
        for interaction in (i for i in chip.interactions if i.bus == bus):
            said = (interaction.message[0], interaction.multiplicity)
            if chip.role is not Role.PROGRAM_TABLE or not all(isinstance(part, FixedColumn) for part in said):
                return f"{chip.name}: {interaction.name} is not at an address of the program, as often as it says"
    tokens = [token for token in audited.tokens if token.bus == bus]
    addresses = {token.message[0] for token in tokens}
    numbers = all(isinstance(token.message[0], int) and token.sign > 0 for token in tokens)
    if not numbers or len(addresses) != len(tokens) or any(token.times is not None for token in tokens):
        return f"the verifier does not write addresses of bus {bus.name} once each"
    return None


def _fault_of_ordered_bus(audited: AuditedMachine, bus: Bus) -> str | None:
    """Only the chips of one order speak to its buses, of which every message has a key."""
    orders = [order for order in audited.orders if bus in order.buses]
    if len(orders) != 1 or orders[0].key not in bus.fields:
        return f"bus {bus.name} belongs to {len(orders)} orders, or its messages have no key"
    speakers = [c.name for c in audited.machine.chips if any(i.bus == bus for i in c.interactions)]
    strangers = [name for name in speakers if name not in orders[0].chips]
    if strangers or any(token.bus == bus for token in audited.tokens):
        return f"bus {bus.name} of {orders[0].ordered_by} is spoken to by {', '.join(strangers) or 'the verifier'}"
    return None


def _is_closed_by_the_verifier(audited: AuditedMachine, bus: Bus) -> bool:
    """Whether the verifier, and nobody else, receives from the bus, and sends nothing to it."""
    received = any(i.bus == bus and i.sign < 0 for chip in audited.machine.chips for i in chip.interactions)
    return not received and {token.sign for token in audited.tokens if token.bus == bus} == {-1}


def wiring(audited: AuditedMachine) -> str | None:
    """Every table speaks to a bus, every column is in some constraint or message, every opcode has a chip, and every
    work table an order."""
    for chip in audited.machine.chips:
        if not chip.interactions:
            return f"{chip.name} speaks to no bus"
        used = {name for expression in expressions_of(chip) for name in _columns(expression)}
        unused = [name for name in (*chip.columns, *chip.fixed_columns) if name not in used]
        if unused:
            return f"{chip.name}: nothing is said of column {unused[0]}"
    executed = {opcode for chip in audited.machine.chips for opcode in chip.instructions}
    missing = set(audited.opcodes) - executed
    if missing:
        return f"no chip executes {sorted(missing)[0]}"
    unknown = executed - set(audited.opcodes)
    if unknown:
        return f"{sorted(unknown)[0]} is executed, and is no opcode"
    ordered = {name for order in audited.orders for name in order.tables}
    idle = [chip.name for chip in audited.machine.chips_of(Role.WORK) if chip.name not in ordered]
    return f"nobody orders work from {idle[0]}" if idle else None


def _columns(expression: Expression) -> Iterator[str]:
    match expression:
        case MainColumn(name, _) | FixedColumn(name, _):
            yield name
        case Sum(left, right) | Difference(left, right) | Product(left, right):
            yield from _columns(left)
            yield from _columns(right)
        case Named(_, definition):
            yield from _columns(definition)


def unique_tables(audited: AuditedMachine) -> str | None:
    """Chips differ in name, and only instruction chips execute instructions."""
    chips = audited.machine.chips
    if len({chip.name for chip in chips}) != len(chips):
        return "two chips have one name"
    several = [c.name for c in chips if c.role is not Role.INSTRUCTION and c.instructions]
    return f"{several[0]} is a system table and executes instructions" if several else None


def clocks(audited: AuditedMachine) -> str | None:
    """Clocks below 2^K: two of them differ by less than p, and every row advances the clock.

    A work table has none; what its rows count in the bound follows from their cells, so that the bound covers those.
    """
    if 2 ** (audited.machine.clock_bits + 1) >= P:
        return "a difference of clocks may wrap"
    for chip in audited.machine.chips:
        if chip.role is Role.INSTRUCTION and chip.accesses < 1:
            return f"{chip.name} does not advance the clock"
        if chip.role is Role.WORK and chip.accesses != ceil(len(chip.columns) / WORK_CELLS_PER_TICK):
            return f"{chip.name} has {len(chip.columns)} columns and counts {chip.accesses} ticks"
        if chip.role not in (Role.INSTRUCTION, Role.WORK) and chip.accesses:
            return f"{chip.name} is no instruction chip and advances the clock"
    return None


def public_values(audited: AuditedMachine) -> str | None:
    """Every public value is declared, and each is bound: by a token of the verifier, or by rows that speak of it."""
    machine = audited.machine
    in_tokens = {part for token in machine.tokens for part in token.message if isinstance(part, str)}
    in_tokens |= {token.times[0] for token in machine.tokens if token.times is not None}
    in_rows = {name for chip in machine.chips for e in expressions_of(chip) for name in publics_of(e)}
    joined = {name for join in machine.joins for name in (join.enters, join.leaves)}
    named = in_tokens | in_rows | joined | {machine.segment_index, machine.halted[0], *machine.exit_values}
    unknown = sorted(named - set(machine.public_values))
    if unknown:
        return f"{unknown[0]} is no public value of the machine"
    # The verifier itself knows the index; of a run of one segment also what the key starts with, and what ends a run.
    known = {machine.segment_index}
    if machine.maximum_segments == 1:
        known |= {join.enters for join in machine.joins} | {machine.halted[0]}
    free = [name for name in machine.public_values if name not in in_tokens | in_rows | known]
    return f"nothing binds the public value {free[0]}" if free else None


def publics_of(expression: Expression) -> Iterator[str]:
    """The public values that an expression speaks of."""
    match expression:
        case Public(name):
            yield name
        case Sum(left, right) | Difference(left, right) | Product(left, right):
            yield from publics_of(left)
            yield from publics_of(right)
        case Named(_, definition):
            yield from publics_of(definition)


def halted_value(audited: AuditedMachine) -> str | None:
    """The number that ends a run is one with which no segment goes on: no program starts with it."""
    name, number = audited.machine.halted
    joins = [join for join in audited.machine.joins if join.leaves == name]
    if len(joins) != 1:
        return f"{name} ends a run, and no join leaves it"
    return None if joins[0].start_limit <= number < P else f"a program may start with {name} {number}"
