"""The machine: runs a program instruction by instruction on the meanings of `spec.isa`.

Each instruction becomes a small function when its program counter is reached for the first time; the function
reads and writes the machine's state and returns the next program counter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import inf

from reference.execution import Execution, Trap, TrapReason
from reference.executor.trap import ExecutionTrapError, described
from reference.machine_memory import MachineMemory, UnmappedError
from reference.output_region import read_output
from spec.isa import Decoded, decode
from spec.isa.advice import HonestHost, Host
from spec.isa.calls import CALL_BY_NUMBER, Call, NoResultError
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Arithmetic, Branch, Jump, Load, Store, System, UpperImmediate
from spec.isa.step import crosses, effective_address, is_instruction_address, loaded, stored
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import DOUBLEWORD_BYTES, SINK
from spec.program import Program
from spec.word import INTEGER_WORDS

HALTED = -1
"""Returned in place of the next program counter by the instruction that ends the program."""

Action = Callable[[], int]
"""Executes one instruction at a fixed program counter and returns the next program counter, or HALTED."""

Instrument = Callable[["Machine", int, Decoded, Action], Action]
"""Given the machine, a program counter and the instruction there with its action, the action to take in its place:
one that watches. It is asked once for each program counter that is reached. What it adds must change nothing."""


class Machine:
    """The state of one execution."""

    def __init__(
        self,
        program: Program,
        private_input: bytes = b"",
        instruments: Sequence[Instrument] = (),
        host: Host | None = None,
    ) -> None:
        self.program = program
        self.registers = [0] * (SINK + 1)
        self.memory = MachineMemory(program, private_input)
        self.pc = program.entry
        """The next instruction's byte address; HALTED after the end."""

        self.instructions = 0
        self.misaligned_accesses: Counter[int] = Counter()
        self.calls: Counter[tuple[int, int]] = Counter()
        self._code = dict(program.code)
        self._instruments = instruments
        self._host = HonestHost() if host is None else host
        self._actions: dict[int, Action] = {}

    def run(self, maximum_instructions: int | None = None) -> Execution:
        """Executes until the program halts or traps, or has executed that many instructions in all."""
        trap = None
        try:
            self._run_to_halt(inf if maximum_instructions is None else maximum_instructions)
        except ExecutionTrapError as error:
            trap = self._described(error)
        output, unprovable_reason = read_output(self.memory.doublewords)
        if trap is not None:
            unprovable_reason = f"the execution ended abnormally: {trap.message}"
        return Execution(
            exit_code=self.registers[CALL_ARGUMENT_REGISTER] if trap is None else None,
            instructions=self.instructions,
            output=output,
            misaligned_accesses=self.misaligned_accesses.copy(),
            calls=self.calls.copy(),
            registers=tuple(self.registers),
            memory=self.memory.initial | self.memory.doublewords,
            trap=trap,
            unprovable_reason=unprovable_reason,
        )

    def step(self) -> Trap | None:
        """Executes one instruction of a program that has not ended; the trap if it cannot complete."""
        try:
            action = self._actions.get(self.pc)
            if action is None:
                action = self._actions[self.pc] = self._prepare(self.pc)
            self.pc = action()
        except ExecutionTrapError as error:
            return self._described(error)
        self.instructions += 1
        return None

    def _run_to_halt(self, limit: float) -> None:
        actions, pc, instructions = self._actions, self.pc, self.instructions
        try:
            while pc != HALTED:
                if instructions >= limit:
                    details = f"after {instructions} instructions"
                    raise ExecutionTrapError(TrapReason.INSTRUCTION_LIMIT, pc, None, details)
                action = actions.get(pc)
                if action is None:
                    action = actions[pc] = self._prepare(pc)
                pc = action()
                instructions += 1
        finally:
            self.pc, self.instructions = pc, instructions

    def _prepare(self, pc: int) -> Action:
        """The action of the instruction at this program counter. Raises TrapError if there is none."""
        word = self._code.get(pc)
        decoded = None if word is None else decode(word)
        if decoded is None:
            if any(interval.start <= pc < interval.end for interval in self.program.executable):
                raise ExecutionTrapError(TrapReason.ILLEGAL_INSTRUCTION, pc, None, "")
            raise ExecutionTrapError(TrapReason.FETCH_OUTSIDE_PROGRAM, pc, pc, "")
        action = self._action(pc, decoded)
        for instrument in self._instruments:
            action = instrument(self, pc, decoded, action)
        return action

    def _described(self, error: ExecutionTrapError) -> Trap:
        return described(self.program, self._code.get(error.pc), error)

    def _action(self, pc: int, decoded: Decoded) -> Action:
        match decoded.instruction.meaning:
            case Load() as load:
                return self._load(pc, decoded, load)
            case Store() as store:
                return self._store(pc, decoded, store)
            case Arithmetic() as arithmetic:
                return self._arithmetic(pc, decoded, arithmetic)
            case UpperImmediate() as upper_immediate:
                return self._upper_immediate(pc, decoded, upper_immediate)
            case Branch() as branch:
                return self._branch(pc, decoded, branch)
            case Jump() as jump:
                return self._jump(pc, decoded, jump)
            case System() as system:
                return self._system(pc, system)

    def _arithmetic(self, pc: int, decoded: Decoded, arithmetic: Arithmetic) -> Action:
        words, registers, next_pc = INTEGER_WORDS, self.registers, pc + INSTRUCTION_BYTES
        operation, rd, rs1, rs2 = arithmetic.result, decoded.destination, decoded.rs1, decoded.rs2
        immediate = words.constant(decoded.immediate)

        def with_register() -> int:
            registers[rd] = operation(words, registers[rs1], registers[rs2])
            return next_pc

        def with_immediate() -> int:
            registers[rd] = operation(words, registers[rs1], immediate)
            return next_pc

        return with_register if decoded.reads_rs2 else with_immediate

    def _upper_immediate(self, pc: int, decoded: Decoded, upper_immediate: UpperImmediate) -> Action:
        words, registers, rd = INTEGER_WORDS, self.registers, decoded.destination
        constant = upper_immediate.result(words, pc, words.constant(decoded.immediate))

        def act() -> int:
            registers[rd] = constant
            return pc + INSTRUCTION_BYTES

        return act

    def _branch(self, pc: int, decoded: Decoded, branch: Branch) -> Action:
        words, registers, next_pc = INTEGER_WORDS, self.registers, pc + INSTRUCTION_BYTES
        taken, rs1, rs2 = branch.taken, decoded.rs1, decoded.rs2
        target = words.add(pc, words.constant(decoded.immediate))

        def act() -> int:
            return target if taken(words, registers[rs1], registers[rs2]) else next_pc

        def act_misaligned() -> int:
            if taken(words, registers[rs1], registers[rs2]):
                raise ExecutionTrapError(TrapReason.MISALIGNED_TARGET, pc, target, "")
            return next_pc

        return act if is_instruction_address(words, target) else act_misaligned

    def _jump(self, pc: int, decoded: Decoded, jump: Jump) -> Action:
        words, registers = INTEGER_WORDS, self.registers
        target_of, rd, rs1 = jump.target, decoded.destination, decoded.rs1
        immediate = words.constant(decoded.immediate)
        link = words.add(pc, INSTRUCTION_BYTES)

        def act() -> int:
            target = target_of(words, pc, registers[rs1], immediate)
            if not is_instruction_address(words, target):
                raise ExecutionTrapError(TrapReason.MISALIGNED_TARGET, pc, target, "")
            registers[rd] = link
            return target

        return act

    def _load(self, pc: int, decoded: Decoded, load: Load) -> Action:
        words, registers, next_pc = INTEGER_WORDS, self.registers, pc + INSTRUCTION_BYTES
        rd, rs1, immediate = decoded.destination, decoded.rs1, words.constant(decoded.immediate)
        read = self._reader(pc, load.width_bytes, TrapReason.UNMAPPED_LOAD)

        def act() -> int:
            address = effective_address(words, registers[rs1], immediate)
            low, high = read(address)
            registers[rd] = loaded(words, load, address, low, high)
            return next_pc

        return act

    def _store(self, pc: int, decoded: Decoded, store: Store) -> Action:
        words, registers, next_pc = INTEGER_WORDS, self.registers, pc + INSTRUCTION_BYTES
        rs1, rs2, immediate = decoded.rs1, decoded.rs2, words.constant(decoded.immediate)
        width_bytes, doublewords = store.width_bytes, self.memory.doublewords
        read = self._reader(pc, width_bytes, TrapReason.UNMAPPED_STORE)

        def act() -> int:
            address = effective_address(words, registers[rs1], immediate)
            low, high = read(address)
            low, high = stored(words, store, address, low, high, registers[rs2])
            position = address // DOUBLEWORD_BYTES
            doublewords[position] = low
            if crosses(words, address, width_bytes):
                doublewords[position + 1] = high
            return next_pc

        return act

    def _reader(self, pc: int, width_bytes: int, reason: TrapReason) -> Callable[[int], tuple[int, int]]:
        """Reads the doubleword of an access and the next one; the latter is 0 where it is not touched."""
        words, doublewords, touch = INTEGER_WORDS, self.memory.doublewords, self.memory.touch
        require_mapped, misaligned_accesses = self.memory.require_mapped, self.misaligned_accesses

        def read(address: int) -> tuple[int, int]:
            position = address // DOUBLEWORD_BYTES
            misaligned = address % width_bytes
            if not misaligned and position in doublewords:
                return doublewords[position], 0
            try:
                # An access that traps touches nothing.
                is_crossing = crosses(words, address, width_bytes)
                if is_crossing:
                    require_mapped(position + 1)
                low = touch(position)
                high = touch(position + 1) if is_crossing else 0
            except UnmappedError:
                raise ExecutionTrapError(reason, pc, address, f"{width_bytes}-byte access at {address:#x}") from None
            if misaligned:
                misaligned_accesses[pc] += 1
            return low, high

        return read

    def _accelerate(self, pc: int, call: Call) -> None:
        """Makes a call. Raises TrapError, before anything has changed, for operands that it cannot have."""
        pointers = [self.registers[operand.register] for operand in call.operands]
        for operand, pointer in zip(call.operands, pointers, strict=True):
            if pointer % DOUBLEWORD_BYTES:
                details = f"{operand.name} of {call.name} at {pointer:#x}"
                raise ExecutionTrapError(TrapReason.MISALIGNED_POINTER, pc, pointer, details)
        positions = call.positions(pointers)
        for position in positions:
            try:
                # A call that traps touches nothing.
                self.memory.require_mapped(position)
            except UnmappedError:
                address = position * DOUBLEWORD_BYTES
                details = f"{call.name} accesses the doubleword at {address:#x}"
                raise ExecutionTrapError(TrapReason.UNMAPPED_OPERAND, pc, address, details) from None
        try:
            results = call.results([self.memory.value(position) for position in positions])
        except NoResultError as error:
            raise ExecutionTrapError(TrapReason(error.why.value), pc, None, call.name) from None
        # Of a doubleword that is read and written, what is written comes last.
        self.memory.doublewords.update(zip(positions, results, strict=True))
        if call.result_register is not None:
            kind, *arguments = self.registers[CALL_ARGUMENT_REGISTER : CALL_ARGUMENT_REGISTER + 4]
            word = self._host(kind, (arguments[0], arguments[1], arguments[2]), self._look)
            self.registers[call.result_register] = word
        self.calls[pc, call.number] += 1

    def _look(self, position: int) -> int | None:
        """A doubleword, which is not touched; None if it belongs to no region."""
        try:
            return int.from_bytes(self.memory.peek(position * DOUBLEWORD_BYTES, DOUBLEWORD_BYTES), "little")
        except UnmappedError:
            return None

    def _system(self, pc: int, system: System) -> Action:
        registers = self.registers

        def fence() -> int:
            return pc + INSTRUCTION_BYTES

        def call() -> int:
            number = registers[CALL_NUMBER_REGISTER]
            if number == HALT_CALL:
                return HALTED
            if number not in CALL_BY_NUMBER:
                raise ExecutionTrapError(TrapReason.UNKNOWN_ENVIRONMENT_CALL, pc, None, f"a7 is {number}")
            self._accelerate(pc, CALL_BY_NUMBER[number])
            return pc + INSTRUCTION_BYTES

        def breakpoint_() -> int:
            raise ExecutionTrapError(TrapReason.BREAKPOINT, pc, None, "")

        return {System.FENCE: fence, System.ENVIRONMENT_CALL: call, System.BREAKPOINT: breakpoint_}[system]
