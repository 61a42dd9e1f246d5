"""One concrete row of an instruction chip, read from its bus messages: may it stand, and does it do what it must?

No column and no constraint is known by name, and no solver is asked: a row that this finds wrong shows by itself that
a declaration is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from proofs_of_constraints.mutation.call_meaning import call_faults, call_of, ordering_buses
from proofs_of_constraints.mutation.spoken import Message, Spoken
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.translation.domains import Inputs, in_domain
from proofs_of_constraints.translation.integer_words import MODULUS
from proofs_of_constraints.translation.program_layout import executed_instructions
from spec.isa import Decoded, Instruction, decode, encode
from spec.isa.encoding import INSTRUCTION_BYTES, EncodingError
from spec.isa.instruction import Load, Store
from spec.isa.step import Effect, Operands, crosses, effect, effective_address
from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES, REGISTER_COUNT, SINK, Space
from spec.rv64im.buses import CLOCK_BITS, EXIT, LIMB_BITS, LIMBS, MEMORY, PROGRAM, STATE
from spec.rv64im.chips.fixed_tables import MACHINE_TABLES, SHIFT_TABLE
from spec.rv64im.program_row import CONSTANT, HALTED, OPCODES, UNREACHABLE, limbs_of, program_row
from spec.word import INTEGER_WORDS, signed


@dataclass(frozen=True)
class _Access:
    """A token taken and the one put back."""

    taken: Message
    put_back: Message

    @property
    def place(self) -> Message:
        return self.taken[:2]

    @property
    def before(self) -> int:
        return _word(self.taken[2:6])

    @property
    def after(self) -> int | None:
        """The new value, None if a limb has more than 16 bits."""
        limbs = self.put_back[2:6]
        return None if any(limb >> LIMB_BITS for limb in limbs) else _word(limbs)


def instruction_inadmissible(row: ConcreteRow) -> Iterator[str]:
    """Why the other tables would not let the row stand, lookups and bus contracts apart."""
    spoken = Spoken(row)
    for fetch in spoken.on(PROGRAM, -1):
        if fetched(fetch) is None:
            yield "no word has the fetched row"
    for _, clock in spoken.on(STATE, -1):
        if not 1 <= clock < 1 << CLOCK_BITS:
            yield "no row arrives at this clock"
    for space, address, *_, clock in spoken.on(MEMORY, -1):
        last = 1 << (ADDRESS_BITS - 3) if space == Space.MEMORY else SINK + 1 if space == Space.REGISTERS else 0
        if address >= last or clock >= 1 << CLOCK_BITS:
            yield "there is no such token"


def instruction_faults(row: ConcreteRow) -> Iterator[str]:
    """What the row does that its instruction does not, in the words of a claim."""
    spoken = Spoken(row)
    if spoken.partial:
        yield spoken.partial[0]
        return
    fetches, arrivals, departures = spoken.on(PROGRAM, -1), spoken.on(STATE, -1), spoken.on(STATE, +1)
    if not fetches:
        if spoken.messages:
            yield "a row that fetches nothing says something"
        return
    if (len(fetches), len(arrivals), len(departures)) != (1, 1, 1):
        yield f"{len(fetches)} fetches, {len(arrivals)} states taken, {len(departures)} sent"
        return
    call = call_of(row.chip.name)
    ordering = () if call is None else ordering_buses(call)
    if any(sign > 0 and bus not in (STATE, MEMORY, EXIT, *ordering) for bus, sign, _ in spoken.messages):
        yield "the row sends where only others may"
        return
    taken, put_back = spoken.on(MEMORY, -1), spoken.on(MEMORY, +1)
    if len(taken) != len(put_back) or any(t[:2] != p[:2] for t, p in zip(taken, put_back, strict=True)):
        yield "tokens taken and put back are not those of the same places"
        return
    decoded = fetched(fetches[0])
    if decoded is None:
        return
    accesses = [_Access(*pair) for pair in zip(taken, put_back, strict=True)]
    yield from _clock_faults(row, arrivals[0], departures[0], accesses)
    if arrivals[0][0] != fetches[0][0]:
        yield "the row does not arrive where it fetches"
    if call is None:
        yield from _effect_faults(row, decoded, fetches[0], departures[0][0], accesses, spoken.on(EXIT, +1))
        return
    if departures[0][0] != fetches[0][0] + 1 or spoken.on(EXIT, +1):
        yield f"the call goes on at {departures[0][0]}"
    yield from call_faults(call, arrivals[0][1], spoken)


@lru_cache(maxsize=4096)
def fetched(message: Message) -> Decoded | None:
    """The instruction whose row of the program table this is, if some word has it."""
    pc, opcode = message[:2]
    constants = message[5:]
    rd, rs1, rs2 = (0 if register == SINK else register for register in message[2:5])
    if max(rd, rs1, rs2) >= REGISTER_COUNT:
        return None
    address = pc * INSTRUCTION_BYTES
    for instruction in _of_opcode(opcode):
        form = instruction.format
        registers = (rd if form.writes_rd else 0, rs1 if form.reads_rs1 else 0, rs2 if form.reads_rs2 else 0)
        for immediate in _immediates(address, constants):
            try:
                decoded = decode(encode(instruction.name, *registers, immediate))
            except EncodingError:
                continue
            tabled = None if decoded is None else program_row(address, decoded)
            if tabled is not None and tabled.message() == message:
                return decoded
    return None


def _of_opcode(opcode: int) -> list[Instruction]:
    """The instructions that a program table may hold under this number."""
    return [e.instruction for e in executed_instructions() if OPCODES[e.opcode] == opcode]


def _immediates(address: int, constants: Message) -> set[int]:
    """What the immediate may be: the limbs of a constant themselves, relative to the address, or those of a target; or
    the amount that the shift table takes apart like this."""
    found = {0, *(INSTRUCTION_BYTES * target - address for target in (constants[0], constants[4]))}
    found |= {amount for amount, *parts in MACHINE_TABLES[SHIFT_TABLE.name].rows() if tuple(parts) == constants}
    low, fill = constants[3:5]
    for limbs in (constants[:LIMBS], (low, fill, fill, fill)):
        if all(limb >> LIMB_BITS == 0 for limb in limbs):
            found |= {signed(_word(limbs)), signed((_word(limbs) - address) % MODULUS)}
    return found


def _clock_faults(row: ConcreteRow, arrival: Message, departure: Message, accesses: Sequence[_Access]) -> Iterator[str]:
    last = arrival[1] - 1
    for number, access in enumerate(accesses):
        now = access.put_back[-1]
        if now <= last:
            yield f"access {number} has no clock of its own"
        if access.taken[-1] >= now:
            yield f"access {number} takes a token that is not older"
        last = now
    if departure[1] <= last or departure[1] != arrival[1] + row.chip.accesses:
        yield f"the row advances the clock from {arrival[1]} to {departure[1]}"


def _effect_faults(
    row: ConcreteRow,
    decoded: Decoded,
    fetch: Message,
    next_pc: int,
    accesses: Sequence[_Access],
    exit_codes: Sequence[Message],
) -> Iterator[str]:
    is_constant = fetch[1] == OPCODES[CONSTANT]
    wanted: dict[str, Message] = {}
    if not is_constant and decoded.reads_rs1:
        wanted["left"] = (Space.REGISTERS, decoded.rs1)
    if not is_constant and decoded.reads_rs2:
        wanted["right"] = (Space.REGISTERS, decoded.rs2)
    if is_constant or decoded.writes_rd:
        wanted["destination"] = (Space.REGISTERS, fetch[2])
    found: dict[str, _Access] = {}
    for access in accesses:
        role = next((name for name, place in wanted.items() if place == access.place and name not in found), None)
        if role is None and access.place[0] == Space.MEMORY and isinstance(decoded.instruction.meaning, Load | Store):
            role = next((name for name in ("low", "high") if name not in found), None)
        if role is None:
            yield f"an access to {access.place} that the instruction does not make"
            return
        found[role] = access
    if wanted.keys() - found.keys():
        yield f"no access for {', '.join(sorted(wanted.keys() - found.keys()))}"
        return
    before = {name: access.before for name, access in found.items()}
    operands = Operands(
        pc=fetch[0] * INSTRUCTION_BYTES,
        left=before.get("left", 0),
        right=before.get("right", 0),
        immediate=INTEGER_WORDS.constant(decoded.immediate),
        low=before.get("low", 0),
        high=before.get("high", 0),
    )
    expected = effect(INTEGER_WORDS, decoded.instruction, operands)
    yield from _next_pc_faults(expected, next_pc, operands, exit_codes)
    after = {"left": operands.left, "right": operands.right, "destination": expected.result or 0}
    yield from _memory_faults(decoded, operands, found)
    after |= {"low": expected.low, "high": expected.high}
    for name, access in found.items():
        if access.after != after[name]:
            written = "limbs above 16 bits" if access.after is None else f"{access.after:#x}"
            yield f"{name} becomes {written}, not {after[name]:#x}"
    inputs = Inputs(operands.left, operands.immediate)
    if not in_domain(INTEGER_WORDS, row.chip.domain, decoded.instruction, inputs):
        yield f"the execution is not in the domain: {row.chip.domain}"


def _next_pc_faults(
    expected: Effect[int, bool], next_pc: int, operands: Operands[int], exit_codes: Sequence[Message]
) -> Iterator[str]:
    if expected.halts:
        if next_pc != HALTED or list(exit_codes) != [limbs_of(operands.right)]:
            yield f"the program ends with {exit_codes} at {next_pc}"
        return
    goes_on = expected.normal and next_pc * INSTRUCTION_BYTES == expected.next_pc
    is_lost = next_pc == UNREACHABLE and (not expected.normal or expected.next_pc >= 1 << ADDRESS_BITS)
    if exit_codes or not (goes_on or is_lost):
        yield f"the next pc is {next_pc}, not that of address {expected.next_pc:#x}"


def _memory_faults(decoded: Decoded, operands: Operands[int], found: dict[str, _Access]) -> Iterator[str]:
    meaning = decoded.instruction.meaning
    if not isinstance(meaning, Load | Store):
        return
    address = effective_address(INTEGER_WORDS, operands.left, operands.immediate)
    places = {"low": address // DOUBLEWORD_BYTES}
    if crosses(INTEGER_WORDS, address, meaning.width_bytes):
        places["high"] = places["low"] + 1
    accessed = {name: found[name].place[1] for name in ("low", "high") if name in found}
    if accessed != places:
        yield f"doublewords {accessed} are accessed, not {places}"


def _word(limbs: Sequence[int]) -> int:
    return sum(limb << (LIMB_BITS * i) for i, limb in enumerate(limbs))
