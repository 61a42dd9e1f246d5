"""One concrete row of a call, read from its bus messages: does it order what it must, and write what it is answered?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from proofs_of_constraints.calls.call_view import CALL_BY_NAME
from proofs_of_constraints.mutation.spoken import Message, Spoken
from spec.air.bus import Bus
from spec.isa.calls import KECCAK_F, SHA256_COMPRESS, Call, NoResultError, Use, bytes_of, words_of
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.keccak import ROUNDS
from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES, Space
from spec.rv64im.buses import LIMB_BITS, MEMORY
from spec.rv64im.chips.keccak import TABLE as KECCAK_TABLE
from spec.rv64im.chips.sha256 import LAYOUT as SHA256_LAYOUT

Doublewords = Sequence[int]

WORD_BITS = 32
"""The width of a word of SHA-256."""


def call_of(chip_name: str) -> Call | None:
    """The call that the rows of a chip make; None for other chips."""
    return CALL_BY_NAME.get(chip_name)


def ordering_buses(call: Call) -> Sequence[Bus]:
    """The buses on which a call orders its work."""
    return _BUSES.get(call.name, ())


def call_faults(call: Call, clock: int, spoken: Spoken) -> Iterator[str]:
    """What a row that makes the call does otherwise, in the words of a claim. Its accesses are pairs of one place."""
    taken = {message[:2]: message for message in spoken.on(MEMORY, -1)}
    places = [message[:2] for message in spoken.on(MEMORY, -1)]
    put = [message[2:-1] for message in spoken.on(MEMORY, +1)]
    number = taken.get((Space.REGISTERS, CALL_NUMBER_REGISTER))
    if number is None or _word(number[2:6]) != call.number:
        yield f"the row makes {call.name} where a7 is {number and _word(number[2:6])}"
        return
    expected: list[Message] = [(Space.REGISTERS, CALL_NUMBER_REGISTER)]
    pointers = []
    for operand in call.operands:
        place = (Space.REGISTERS, operand.register)
        expected.append(place)
        pointers.append(_word(taken[place][2:6]) if place in taken else 0)
        if pointers[-1] % DOUBLEWORD_BYTES or pointers[-1] >> ADDRESS_BITS:
            yield f"the pointer to {operand.name} is {pointers[-1]:#x}"
            return
    expected += [(Space.MEMORY, position) for position in call.positions(pointers)]
    if call.result_register is not None:
        expected.append((Space.REGISTERS, call.result_register))
    if sorted(places) != sorted(expected) or places[len(call.operands) + 1 :] != expected[len(call.operands) + 1 :]:
        yield f"the places {places} are accessed, not {expected}"
        return
    held = [_word(message[2:6]) for message in spoken.on(MEMORY, -1)]
    written = [_word(limbs) if all(limb >> LIMB_BITS == 0 for limb in limbs) else -1 for limbs in put]
    registers = len(call.operands) + 1
    if written[:registers] != held[:registers]:
        yield "a register is changed"
    if call.result_register is not None and written[-1] < 0:
        yield "the result has a limb of more than 16 bits"
    operands = slice(registers, registers + call.doublewords)
    yield from _order_faults(call, clock, spoken, held[operands], written[operands])


def _order_faults(call: Call, clock: int, spoken: Spoken, held: Doublewords, written: Doublewords) -> Iterator[str]:
    before: dict[str, Doublewords] = {}
    after: dict[str, Doublewords] = {}
    start = 0
    for operand in call.operands:
        before[operand.name] = held[start : start + operand.doublewords]
        after[operand.name] = written[start : start + operand.doublewords]
        start += operand.doublewords
        if operand.use is Use.READ and after[operand.name] != before[operand.name]:
            yield f"{operand.name} is changed"
    if call.name in _ORDERS:
        yield from _ORDERS[call.name](clock, spoken, before, after)
    else:
        yield from _result_faults(call, before, after)


def _result_faults(call: Call, before: Mapping[str, Doublewords], after: Mapping[str, Doublewords]) -> Iterator[str]:
    """What the row of a call that orders nothing makes of its operands."""
    try:
        written = call.meaning({name: tuple(words) for name, words in before.items()})
    except NoResultError as error:
        yield f"the call has a row, though {error.why.value}"
        return
    for operand in call.operands:
        if operand.use is not Use.READ and tuple(after[operand.name]) != tuple(written[operand.name]):
            yield f"{operand.name} is not what the call makes of its operands"


def _keccak_faults(
    clock: int, spoken: Spoken, before: Mapping[str, Doublewords], after: Mapping[str, Doublewords]
) -> Iterator[str]:
    """The state is ordered before round 0, and becomes what is there after the last round."""
    first = 0
    for bus in KECCAK_TABLE.buses:
        own = slice(first, first + bus.width - 2)
        first = own.stop
        if spoken.on(bus, +1) != [(clock, 0, *_bytes_of_lanes(before["state"])[own])]:
            yield f"what is ordered on {bus.name} is not the state under the row's clock"
        answers = spoken.on(bus, -1)
        if [answer[:2] for answer in answers] != [(clock, ROUNDS)]:
            yield f"the row takes no result on {bus.name} under its clock"
        elif min(after["state"]) < 0 or _bytes_of_lanes(after["state"])[own] != list(answers[0][2:]):
            yield f"what is written is not the result on {bus.name}"


def _bytes_of_lanes(lanes: Doublewords) -> list[int]:
    """As the work table has them: each byte's bits are digits in base 4."""
    return [sum((byte >> i & 1) * 4**i for i in range(8)) for lane in lanes for byte in lane.to_bytes(8, "little")]


def _sha256_faults(
    clock: int, spoken: Spoken, before: Mapping[str, Doublewords], after: Mapping[str, Doublewords]
) -> Iterator[str]:
    """FIPS 180-4, 6.2.2: the state is ordered with the words of the block, and becomes its sum with the rounds."""
    layout = SHA256_LAYOUT
    state, block = words_of(before["state"]), bytes_of(before["block"])
    message = [int.from_bytes(block[i : i + 4], "big") for i in range(0, len(block), 4)]
    if spoken.on(layout.start, +1) != [(clock, *_limbs(state))]:
        yield "what is ordered is not the state under the row's clock"
    if spoken.on(layout.message, +1) != [(clock, 0, *_limbs(message))]:
        yield "what is ordered is not the block under the row's clock"
    answers = spoken.on(layout.result, -1)
    if len(answers) != 1 or answers[0][0] != clock:
        yield "the row takes no answer under its clock"
        return
    rounds = [low + (high << LIMB_BITS) for low, high in zip(answers[0][1::2], answers[0][2::2], strict=True)]
    sums = [(one + other) % (1 << WORD_BITS) for one, other in zip(state, rounds, strict=True)]
    if words_of(after["state"]) != sums or min(after["state"]) < 0:
        yield "what is written is not the sum of the state and the rounds"


def _limbs(words: Sequence[int]) -> Iterator[int]:
    for word in words:
        yield word % (1 << LIMB_BITS)
        yield word >> LIMB_BITS


def _word(limbs: Sequence[int]) -> int:
    return sum(limb << (LIMB_BITS * i) for i, limb in enumerate(limbs))


_BUSES: Mapping[str, Sequence[Bus]] = {
    KECCAK_F.name: KECCAK_TABLE.buses,
    SHA256_COMPRESS.name: (SHA256_LAYOUT.start, SHA256_LAYOUT.message, SHA256_LAYOUT.result),
}
_ORDERS: Mapping[str, Callable[[int, Spoken, Mapping[str, Doublewords], Mapping[str, Doublewords]], Iterator[str]]] = {
    KECCAK_F.name: _keccak_faults,
    SHA256_COMPRESS.name: _sha256_faults,
}
"""By call, what is wrong with a row that orders work."""
