"""The machine step: what one instruction does to program counter, registers and memory.

Everything is written over the word vocabulary, so the step runs on integers and on a solver's bit-vectors.
Fetching and the table of regions are not words: an instruction that the program table does not hold, and an
access to a doubleword outside every region, end the program abnormally before `effect` is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Arithmetic, Branch, Instruction, Jump, Load, Store, System, UpperImmediate
from spec.isa.system import HALT_CALL
from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES
from spec.word import BYTE_BITS, XLEN, B, W, WordVocabulary


@dataclass(frozen=True, slots=True)
class Operands(Generic[W]):
    """What one instruction reads."""

    pc: W
    left: W
    """Register rs1; for ECALL a7."""

    right: W
    """Register rs2; for ECALL a0."""

    immediate: W
    low: W
    """The doubleword that holds the accessed byte of the lowest address; any word without an access."""

    high: W
    """The doubleword after `low`; any word unless the access crosses."""


@dataclass(frozen=True, slots=True)
class Effect(Generic[W, B]):
    """What one instruction does."""

    next_pc: W
    """The next program counter; any word if `halts`."""

    result: W | None
    """What rd receives; None for instructions without rd."""

    low: W
    """The doubleword `low` afterwards."""

    high: W
    """The doubleword `high` afterwards."""

    normal: B
    """Whether the instruction completes; if not, the program ends abnormally before it."""

    halts: B
    """Whether the program ends normally with exit code a0."""


def effective_address(words: WordVocabulary[W, B], base: W, offset: W) -> W:
    """The byte address that a load or store accesses first: base + offset modulo 2^64."""
    return words.add(base, offset)


def is_canonical(words: WordVocabulary[W, B], address: W, width_bytes: int) -> B:
    """Whether every accessed byte lies below 2^32: an access never wraps."""
    return words.below_unsigned(address, words.constant(2**ADDRESS_BITS - width_bytes + 1))


def crosses(words: WordVocabulary[W, B], address: W, width_bytes: int) -> B:
    """Whether the access touches the doubleword after the one it starts in."""
    offset = words.bitwise_and(address, words.constant(DOUBLEWORD_BYTES - 1))
    return words.below_unsigned(words.constant(DOUBLEWORD_BYTES - width_bytes), offset)


def _shift(words: WordVocabulary[W, B], address: W) -> W:
    """The position in bits of the accessed bytes in the low doubleword: 0 to 56."""
    offset = words.bitwise_and(address, words.constant(DOUBLEWORD_BYTES - 1))
    return words.multiply(offset, words.constant(BYTE_BITS))


def _remaining_shift(words: WordVocabulary[W, B], shift: W) -> W:
    """64 - shift, less the 8 bits that the caller shifts apart, since one shift by 64 is out of range."""
    return words.subtract(words.constant(XLEN - BYTE_BITS), shift)


def loaded(words: WordVocabulary[W, B], load: Load, address: W, low: W, high: W) -> W:
    """The value that a load brings to rd from its doubleword and the next one."""
    shift, byte = _shift(words, address), words.constant(BYTE_BITS)
    from_high = words.shift_left(words.shift_left(high, byte), _remaining_shift(words, shift))
    both = words.bitwise_or(words.shift_right_logical(low, shift), from_high)
    bits = load.width_bytes * BYTE_BITS
    return words.sign_extend(both, bits) if load.signed else words.zero_extend(both, bits)


def stored(words: WordVocabulary[W, B], store: Store, address: W, low: W, high: W, stored_word: W) -> tuple[W, W]:
    """The doubleword and the next one after a store."""
    shift, byte = _shift(words, address), words.constant(BYTE_BITS)
    rest = _remaining_shift(words, shift)
    bits = store.width_bytes * BYTE_BITS
    mask = words.constant((1 << bits) - 1)
    stored_bytes = words.zero_extend(stored_word, bits)
    low_mask = words.shift_left(mask, shift)
    high_mask = words.shift_right_logical(words.shift_right_logical(mask, byte), rest)
    low_bytes = words.shift_left(stored_bytes, shift)
    high_bytes = words.shift_right_logical(words.shift_right_logical(stored_bytes, byte), rest)
    return _replaced(words, low, low_mask, low_bytes), _replaced(words, high, high_mask, high_bytes)


def _replaced(words: WordVocabulary[W, B], word: W, mask: W, replacement: W) -> W:
    """The word with the bits under the mask replaced."""
    kept = words.bitwise_and(word, words.bitwise_xor(mask, words.constant(-1)))
    return words.bitwise_or(kept, replacement)


def is_instruction_address(words: WordVocabulary[W, B], address: W) -> B:
    """Whether an instruction may stand there: a misaligned target ends abnormally, it is never rounded."""
    misalignment = words.bitwise_and(address, words.constant(INSTRUCTION_BYTES - 1))
    return words.equal(misalignment, words.constant(0))


def effect(words: WordVocabulary[W, B], instruction: Instruction, operands: Operands[W]) -> Effect[W, B]:
    """What the instruction does, given what it reads."""
    pc, left, right, immediate = operands.pc, operands.left, operands.right, operands.immediate
    next_pc = words.add(pc, words.constant(INSTRUCTION_BYTES))
    result: W | None = None
    low, high = operands.low, operands.high
    normal, halts = words.truth(True), words.truth(False)
    match instruction.meaning:
        case Arithmetic(operation):
            result = operation(words, left, right if instruction.format.reads_rs2 else immediate)
        case UpperImmediate(operation):
            result = operation(words, pc, immediate)
        case Load(width_bytes) as load:
            address = effective_address(words, left, immediate)
            normal = is_canonical(words, address, width_bytes)
            result = loaded(words, load, address, low, high)
        case Store(width_bytes) as store:
            address = effective_address(words, left, immediate)
            normal = is_canonical(words, address, width_bytes)
            low, high = stored(words, store, address, low, high, right)
        case Branch(taken):
            next_pc = words.select(taken(words, left, right), words.add(pc, immediate), next_pc)
            normal = is_instruction_address(words, next_pc)
        case Jump(target):
            result = next_pc
            next_pc = target(words, pc, left, immediate)
            normal = is_instruction_address(words, next_pc)
        case System.ENVIRONMENT_CALL:
            normal = halts = words.equal(left, words.constant(HALT_CALL))
        case System.BREAKPOINT:
            normal = words.truth(False)
        case System.FENCE:
            pass
    return Effect(next_pc, result, low, high, normal, halts)
