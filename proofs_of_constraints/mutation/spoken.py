"""What one concrete row says, by bus and direction."""

from __future__ import annotations

from collections.abc import Sequence

from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.air.bus import Bus

Message = tuple[int, ...]


class Spoken:
    """The messages that a row says once, on these buses or on all; `times` is how often it says each."""

    def __init__(self, row: ConcreteRow, buses: Sequence[Bus] | None = None) -> None:
        heard = [i for i in row.chip.interactions if buses is None or i.bus in buses]
        self.times = {i.name: row.value(i.multiplicity) for i in heard}
        self.messages = [(i.bus, i.sign, row.message(i)) for i in heard if self.times[i.name] == 1]

    @property
    def partial(self) -> list[str]:
        """What is said neither once nor not at all."""
        return [f"{name} happens {times} times" for name, times in self.times.items() if times not in (0, 1)]

    def on(self, bus: Bus, sign: int) -> list[Message]:
        """The messages of a direction on a bus."""
        return [message for spoken, direction, message in self.messages if spoken == bus and direction == sign]
