"""The buses: who sends, who receives, what both ends owe one another, and how many messages there can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from documentation.markdown import capitalised, code, codes, number, table
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, Interaction
from spec.air.expression import describe
from spec.air.machine import Token
from spec.field import P
from spec.protocol.shape import LOOKUP_ROLES
from spec.rv64im.buses import RESERVED_IDENTITIES
from spec.rv64im.machine import CHIPS, INSTRUCTION_CHIPS, RV64IM
from spec.rv64im.program_row import HALTED
from spec.rv64im.tokens import output_tokens


def overview() -> str:
    """One line for each bus."""
    rows = [
        (number(bus.identity), code(bus.name), bus.scope.value, codes(bus.fields, " "), number(bus.width))
        for bus in RV64IM.buses
    ]
    header = ("identity", "bus", "scope", "tuple", "width")
    first, last = RESERVED_IDENTITIES.start, RESERVED_IDENTITIES.stop - 1
    reserved = f"Identities {first} to {last} are reserved for further accelerators."
    return f"{len(RV64IM.buses)} buses. {reserved}\n\n" + table(header, rows, (8, 14, 8, 60, 6))


def contracts() -> str:
    """A section for each bus."""
    return "\n\n".join(_contract(bus) for bus in RV64IM.buses)


def _contract(bus: Bus) -> str:
    bits = [f"{code(name)} below $2^{{{count}}}$" for name, count in bus.field_bits.items()]
    facts = [
        ("tuple", code(f"({', '.join(bus.fields)})")),
        ("scope", bus.scope.value),
        ("a receiver may assume", capitalised(bus.receiver_assumes) + "."),
        ("a sender must ensure", capitalised(bus.sender_ensures) + "."),
        ("ranges both ends keep", ", ".join(bits) or "none beyond the contract"),
        ("senders", _speakers(bus, +1)),
        ("receivers", _speakers(bus, -1)),
        ("multiplicities", _multiplicities(bus)),
        ("messages", _bound(bus)),
    ]
    return f"#### Bus `{bus.name}`, identity {bus.identity}\n\n" + table(("fact", "value"), facts, (22, 78))


def _interactions(bus: Bus, sign: int | None = None) -> list[tuple[Chip, Interaction]]:
    return [
        (chip, interaction)
        for chip in CHIPS
        for interaction in chip.interactions
        if interaction.bus is bus and sign in (None, interaction.sign)
    ]


def _speakers(bus: Bus, sign: int) -> str:
    """The chips that speak with this sign, by how often in a row, and the verifier if it does."""
    counts = Counter(chip.name for chip, _ in _interactions(bus, sign))
    by_count: dict[int, list[str]] = {}
    for name, count in counts.items():
        by_count.setdefault(count, []).append(name)
    parts = [f"{_times(count)} a row: {_chip_names(names)}" for count, names in sorted(by_count.items())]
    if any(token.bus is bus and token.sign == sign for token in verifier_tokens()):
        parts.append("the verifier")
    return "; ".join(parts) or "none"


def _chip_names(names: list[str]) -> str:
    instruction = [chip.name for chip in INSTRUCTION_CHIPS]
    if not set(instruction) <= set(names):
        return codes(names, " ")
    others = [name for name in names if name not in instruction]
    return "every instruction chip" + (f", {codes(others, ' ')}" if others else "")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _multiplicities(bus: Bus) -> str:
    flags = {describe(i.multiplicity) for chip, i in _interactions(bus) if chip.role not in LOOKUP_ROLES}
    counters = {describe(i.multiplicity) for chip, i in _interactions(bus) if chip.role in LOOKUP_ROLES}
    said = [f"boolean: {codes(sorted(flags))}"] if flags else []
    if counters:
        said.append(f"a free element that counts, on the table's side: {codes(sorted(counters))}")
    return "; ".join(said)


def _bound(bus: Bus) -> str:
    counts = {len([i for i in chip.interactions if i.bus is bus]) for chip in CHIPS if chip.role not in LOOKUP_ROLES}
    over = "the segment" if bus.scope is Scope.LOCAL else "the run"
    return f"at most {max(counts)} in a row; over {over} fewer than {number(P)}, which the verifier checks"


def verifier_tokens() -> tuple[Token, ...]:
    """The verifier's tokens: those of a segment, and one for each doubleword of an output, here of the shortest one."""
    return (*RV64IM.tokens, *output_tokens(b""))


def tokens() -> str:
    """What the verifier says itself, from the public values and the claimed output alone."""
    rows = [
        _token_row(token, token.message, "always" if token.times is None else _condition(token.times))
        for token in RV64IM.tokens
    ]
    rows += [
        _token_row(token, token.bus.fields, "for each doubleword of the claimed output") for token in output_tokens(b"")
    ]
    return table(("the verifier", "tuple", "when"), rows)


def _token_row(token: Token, message: Sequence[int | str], when: str) -> tuple[str, str, str]:
    verb = "sends" if token.sign > 0 else "receives"
    return verb, code(f"{token.bus.name}({', '.join(map(str, message))})"), when


def _condition(times: tuple[str, int]) -> str:
    name, value = times
    return f"if {code(name)} is {'HALTED' if value == HALTED else value}"
