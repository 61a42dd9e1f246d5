"""A machine as an audit takes it: its declaration, and what no declaration says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from proofs_of_constraints.obligations.obligation import Kind, Obligation
from proofs_of_constraints.translation.contracts import Contracts
from spec.air.bus import Bus
from spec.air.chip import Chip, Role
from spec.air.machine import Machine, Token

ChipMeaning = Callable[[Chip], Iterable[Obligation]]
"""What has to be proven of a chip because of what it means; the chip may be a changed one."""

WholeMeaning = Callable[[Sequence[Chip]], Iterable[Obligation]]
"""What has to be proven of all chips together because of what they mean."""


@dataclass(frozen=True)
class Chain:
    """A bus whose tokens form chains: a row takes one, and puts one of a later stamp in its place."""

    bus: Bus
    opened_by: str | None
    """The continuation table whose rows put the first token of a chain and take the last; None for the verifier."""

    first_stamp: tuple[str, int] | None = None
    """A field of the bus and what it is in the first token, where that is the same for every chain."""


VERIFIER = "the verifier"
"""Among the senders of a bus, who sends tokens."""

Senders = Mapping[str, frozenset[str | Role]]
"""By bus, who sends there: chips by name, all chips of a role, the verifier."""

Bounds = Mapping[str, Mapping[str, int]]
"""By bus and field, the bits that are proven of what is sent."""


def no_obligations(_: Sequence[Chip]) -> Iterable[Obligation]:
    """A machine of which nothing is to be proven as a whole because of a meaning."""
    return ()


@dataclass(frozen=True)
class Order:
    """What the rows of one chip order from work tables, on buses to which nobody else speaks.

    Every message has the order's key. Where a bus has the field of the place, it tells an order's messages on it apart.
    """

    ordered_by: str
    tables: tuple[str, ...]
    buses: tuple[Bus, ...]
    key: str = "key"
    place: str = "round"

    @property
    def chips(self) -> tuple[str, ...]:
        """Who may speak to the buses."""
        return (self.ordered_by, *self.tables)


@dataclass(frozen=True, eq=False)
class AuditedMachine:
    """A machine with what its audit needs beyond it. Processes of an audit hand it on: its functions have names."""

    machine: Machine
    opcodes: Mapping[str, int]
    """Every instruction that some chip must execute, and its number on the program's bus."""

    chains: tuple[Chain, ...]
    senders: Senders
    """The chips that may send on each bus."""

    run_tokens: tuple[Token, ...]
    """The verifier's tokens on global buses for a claimed output that has all kinds of them."""

    orders: tuple[Order, ...] = ()
    memories: tuple[Bus, ...] = ()
    """Buses of a memory that is written once: addresses, and how often each is read, are the program's."""

    bounds: Bounds = field(default_factory=dict)
    """The fields' bounds of buses that no fixed table answers and that belong to no order and no memory."""

    required_kinds: Mapping[Role, frozenset[Kind]] = field(default_factory=dict)
    """The kinds of obligation without which nothing is known of a chip of the role."""

    contracts: Contracts = field(default_factory=dict)
    meanings: Mapping[Role, ChipMeaning] = field(default_factory=dict)
    """For the chips of a role, the obligations that rest on what a chip means. They stand in the place of the general
    obligations of the same kind."""

    whole: WholeMeaning = no_obligations
    """What rests on the meaning of all chips together."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens of the verifier, of a segment and of a run."""
        return (*self.machine.tokens, *self.run_tokens)

    def with_chips(self, chips: Sequence[Chip]) -> AuditedMachine:
        """The same with other chips. Raises ValueError for a machine that cannot be declared."""
        return replace(self, machine=replace(self.machine, chips=tuple(chips)))

    def with_chip(self, changed: Chip) -> AuditedMachine:
        """The same with this chip in the place of the one of its name. Raises ValueError as `with_chips`."""
        return self.with_chips([changed if chip.name == changed.name else chip for chip in self.machine.chips])
