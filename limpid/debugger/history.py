"""Going back in an execution: checkpoints, and executing again from the one before. Executions are deterministic."""

from __future__ import annotations

from dataclasses import dataclass

from reference.executor import Machine

FIRST_DISTANCE = 1 << 16
"""Instructions between checkpoints at first: a few hundredths of a second."""

MOST_CHECKPOINTS = 16
"""Beyond, every second one goes and the distance doubles: so memory stays bounded and so does the way back."""


@dataclass(frozen=True)
class _Checkpoint:
    instructions: int
    pc: int
    registers: tuple[int, ...]
    doublewords: dict[int, int]
    misaligned_accesses: dict[int, int]


class History:
    """The past of a machine that is at its start."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._distance = FIRST_DISTANCE
        self._checkpoints = [self._taken()]

    def note(self) -> None:
        """Takes a checkpoint if the last one is far enough back. Called wherever the machine goes on."""
        if self._machine.instructions - self._checkpoints[-1].instructions < self._distance:
            return
        self._checkpoints.append(self._taken())
        if len(self._checkpoints) > MOST_CHECKPOINTS:
            del self._checkpoints[1::2]
            self._distance *= 2

    def starts_before(self, instructions: int) -> list[int]:
        """The checkpoints before so many instructions, as numbers of instructions, the latest first."""
        return [c.instructions for c in reversed(self._checkpoints) if c.instructions < instructions]

    def go_to(self, instructions: int) -> None:
        """Puts the machine back where it had executed so many instructions; later checkpoints stay, for they will hold
        again."""
        start = max(c.instructions for c in self._checkpoints if c.instructions <= instructions)
        checkpoint = next(c for c in self._checkpoints if c.instructions == start)
        machine = self._machine
        # In place: the machine's actions refer to these objects.
        machine.registers[:] = checkpoint.registers
        machine.memory.doublewords.clear()
        machine.memory.doublewords.update(checkpoint.doublewords)
        machine.misaligned_accesses.clear()
        machine.misaligned_accesses.update(checkpoint.misaligned_accesses)
        machine.pc, machine.instructions = checkpoint.pc, checkpoint.instructions
        for _ in range(instructions - start):
            machine.step()

    def _taken(self) -> _Checkpoint:
        machine = self._machine
        return _Checkpoint(
            machine.instructions,
            machine.pc,
            tuple(machine.registers),
            machine.memory.doublewords.copy(),
            dict(machine.misaligned_accesses),
        )
