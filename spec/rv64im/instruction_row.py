"""What every instruction chip shares: fetching, register and memory access, clocks, the next program counter."""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.chip import Chip, Role
from spec.air.expression import Expression, lift, total
from spec.memory_map import Space
from spec.rv64im.buses import BYTE_PAIR, CLOCK_LOW_BITS, LIMBS, MEMORY, PROGRAM, STATE
from spec.rv64im.machine_row import MachineRow
from spec.rv64im.program_row import OPCODES, PROGRAM_CONSTANTS


class InstructionRow(MachineRow):
    """The row of an instruction chip under construction.

    Every interaction has the multiplicity `real`, which is boolean, so that a padding row says nothing.
    Accesses get consecutive sub-clocks in the order in which they are declared. `finish` closes the row.
    """

    def __init__(self, name: str, purpose: str, opcodes: Sequence[str]) -> None:
        super().__init__(name, Role.INSTRUCTION, purpose)
        self.opcodes = tuple(opcodes)
        self.selectors = {}
        if len(self.opcodes) == 1:
            self.real = self.column("real")
            self.boolean("real_is_boolean", self.real)
            self.selectors[self.opcodes[0]] = self.real
        else:
            for opcode in self.opcodes:
                self.selectors[opcode] = self.column(f"is_{opcode}")
                self.boolean(f"is_{opcode}_is_boolean", self.selectors[opcode])
            self.real = self.define("real", total(self.selectors.values()))
            self.boolean("at_most_one_selector", self.real)
        self.pc = self.column("pc")
        self.clock = self.column("clock")
        self._access_names: list[str] = []
        self._bytes: list[Expression] = []
        self._destination: Expression | int = 0
        self._source1: Expression | int = 0
        self._source2: Expression | int = 0

    def read_source1(self, limbs: Sequence[Expression]) -> None:
        """Reads register rs1: its value is `limbs`."""
        self._source1 = self.column("source1")
        self.access("source1", Space.REGISTERS, self._source1, limbs, limbs)

    def read_source2(self, limbs: Sequence[Expression]) -> None:
        """Reads register rs2: its value is `limbs`."""
        self._source2 = self.column("source2")
        self.access("source2", Space.REGISTERS, self._source2, limbs, limbs)

    def write_destination(self, limbs: Sequence[Expression | int]) -> None:
        """Writes register rd. The value it replaces is free: whatever was there."""
        self._destination = self.column("destination")
        before = self.column_array("destination_before")
        self.access("destination", Space.REGISTERS, self._destination, before, limbs)

    def access(
        self,
        name: str,
        space: Space,
        address: Expression | int,
        before: Sequence[Expression],
        after: Sequence[Expression | int],
        times: Expression | None = None,
    ) -> None:
        """One memory access at the next sub-clock: takes the address's token and puts a newer one back.

        The token's clock must be earlier: now - previous - 1 lies in [0, 2^24), checked as 16 low bits, which
        cost no column, and a byte.
        Raises ValueError for another number of limbs before or after.
        """
        if len(before) != LIMBS or len(after) != LIMBS:
            raise ValueError(f"{self.name}: access {name} needs {LIMBS} limbs before and after")
        present = self.real if times is None else times
        now = self.clock + len(self._access_names)
        previous = self.column(f"{name}_previous_clock")
        high = self.column(f"{name}_clock_high")
        self.receive(f"{name}_taken", MEMORY, [space, address, *before, previous], present)
        self.send(f"{name}_put_back", MEMORY, [space, address, *after, now], present)
        gap_low = now - previous - 1 - high * 2**CLOCK_LOW_BITS
        self.in_range(f"{name}_is_later", gap_low, CLOCK_LOW_BITS, present)
        self.byte(high)
        self._access_names.append(name)

    def byte(self, value: Expression) -> None:
        """Looks up that 0 <= value < 2^8, together with another byte of the row."""
        self._bytes.append(value)

    def finish(
        self,
        *,
        constants: Sequence[Expression | int] = (),
        next_pc: Expression | int | None = None,
        outputs: Sequence[Expression] = (),
        domain: str = "every execution",
    ) -> Chip:
        """Fetches, moves the state on, looks up the bytes in pairs, an odd one with 0; the finished chip.

        `constants` are the program table's constants that this row uses, padded with zeros.
        """
        padded = [*constants, *([0] * (PROGRAM_CONSTANTS - len(constants)))]
        opcode = total(selector * OPCODES[name] for name, selector in self.selectors.items())
        registers = (self._destination, self._source1, self._source2)
        if len(self.opcodes) == 1:
            opcode = lift(OPCODES[self.opcodes[0]])
        self.receive("fetch", PROGRAM, [self.pc, opcode, *registers, *padded], self.real)
        advance = max(1, len(self._access_names))
        self.receive("arrive", STATE, [self.pc, self.clock], self.real)
        successor = self.pc + 1 if next_pc is None else next_pc
        self.send("leave", STATE, [successor, self.clock + advance], self.real)
        for start in range(0, len(self._bytes), 2):
            pair = [*self._bytes[start : start + 2], lift(0)][:2]
            self.receive(f"bytes_{start // 2}", BYTE_PAIR, pair, self.real)
        return self.build(
            instructions=self.opcodes,
            accesses=advance,
            access_names=tuple(self._access_names),
            outputs=outputs,
            domain=domain,
        )
