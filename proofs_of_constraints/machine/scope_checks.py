"""Global buses: only what is pinned before their challenges exist may influence their sums.

Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.declaration_checks import publics_of
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, Interaction, Role
from spec.air.expression import Public, lift
from spec.air.machine import Machine


def scopes_of_buses(audited: AuditedMachine) -> str | None:
    """Only continuation tables speak to global buses, and of public values only the segment's index stands there."""
    for chip in audited.machine.chips:
        for interaction in chip.interactions:
            if interaction.bus.scope is not Scope.GLOBAL:
                continue
            if chip.role is not Role.CONTINUATION:
                return f"{chip.name} speaks to a global bus and is not pinned"
            parts = (interaction.multiplicity, *interaction.message)
            others = {name for part in parts for name in publics_of(part)} - {audited.machine.segment_index}
            if others:
                return f"{chip.name}: {interaction.name} is global and speaks of {sorted(others)[0]}"
    return _scope_of_tokens(audited)


def _scope_of_tokens(audited: AuditedMachine) -> str | None:
    """The verifier's tokens of a segment go to local buses; those of a run to global ones, without public values."""
    for token in audited.machine.tokens:
        if token.bus.scope is not Scope.LOCAL:
            return f"the verifier speaks to the global bus {token.bus.name} in every segment"
    for token in audited.run_tokens:
        if token.bus.scope is not Scope.GLOBAL:
            return f"the verifier speaks to the local bus {token.bus.name} once a run"
        if token.times is not None or any(isinstance(part, str) for part in token.message):
            return f"the verifier's token on bus {token.bus.name} depends on a segment"
    return None


def wrong_scopes_are_refused(audited: AuditedMachine) -> str | None:
    """Machines that break the rule in one place each cannot be declared."""
    for meaning, chips in _wrong_machines(audited.machine):
        try:
            replace(audited.machine, chips=chips)
        except ValueError:
            continue
        return f"a machine can be declared in which {meaning}"
    return None


def _wrong_machines(machine: Machine) -> Iterator[tuple[str, tuple[Chip, ...]]]:
    """What is wrong, and the chips with that."""
    buses = [bus for bus in machine.buses if bus.scope is Scope.GLOBAL]
    others = [name for name in machine.public_values if name != machine.segment_index]
    for bus in buses:
        for role in Role:
            for chip in machine.chips_of(role)[:1]:
                if role is not Role.CONTINUATION:
                    yield f"{chip.name} speaks to bus {bus.name}", _with(machine, chip, _message(bus, 0))
                    continue
                for name in others:
                    in_message = _message(bus, bus.width - 1, name)
                    yield f"a message to bus {bus.name} has {name}", _with(machine, chip, in_message)
                    times = replace(_message(bus, 0), multiplicity=Public(name))
                    yield f"a multiplicity on bus {bus.name} is {name}", _with(machine, chip, times)


def _message(bus: Bus, position: int, public: str | None = None) -> Interaction:
    """A message of zeros, with a public value at a position if one is named."""
    parts = [lift(0)] * bus.width
    if public is not None:
        parts[position] = Public(public)
    return Interaction("planted", bus, +1, lift(1), tuple(parts))


def _with(machine: Machine, changed: Chip, interaction: Interaction) -> tuple[Chip, ...]:
    planted = replace(changed, interactions=(*changed.interactions, interaction))
    return tuple(planted if chip.name == changed.name else chip for chip in machine.chips)
