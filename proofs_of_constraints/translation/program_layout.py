"""What a row of the program table says of its instruction, over the word vocabulary.

The instruction chips are proven under the assumption `program table`: the constants they fetch are these. The decode
obligations prove that `spec.rv64im.program_row` makes them so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spec.isa import INSTRUCTIONS, Decoded, Family, Instruction
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Arithmetic, Jump, System
from spec.memory_map import ADDRESS_BITS
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.program_row import PROGRAM_CONSTANTS, UNREACHABLE, program_row
from spec.word import B, W, WordVocabulary


@dataclass(frozen=True)
class Executed:
    """An instruction as an opcode of the program table executes it.

    `source_is_zero` marks addi from x0, which is decoded to a constant.
    """

    instruction: Instruction
    opcode: str
    source_is_zero: bool

    @property
    def name(self) -> str:
        return f"{self.instruction.name} from x0" if self.source_is_zero else self.instruction.name

    @property
    def is_constant(self) -> bool:
        """Whether the whole effect stands in the program table."""
        return self.opcode not in (self.instruction.name,)

    @property
    def has_shift_amount(self) -> bool:
        """Whether the constants are a row of the shift table: every immediate without a sign is an amount."""
        return not self.is_constant and not self.instruction.format.immediate_is_signed


def executed_instructions() -> Iterator[Executed]:
    """Every way in which an instruction gets into a program table."""
    for instruction in INSTRUCTIONS:
        ordinary = program_row(0, Decoded(instruction, 1, 1, 1, 0))
        if ordinary is None:
            continue
        yield Executed(instruction, ordinary.opcode, False)
        from_zero = program_row(0, Decoded(instruction, 1, 0, 1, 0))
        if from_zero is not None and from_zero.opcode != ordinary.opcode:
            yield Executed(instruction, from_zero.opcode, True)


def limbs(words: WordVocabulary[W, B], word: W) -> list[W]:
    """The four limbs of a word, each as a word."""
    mask = words.constant((1 << LIMB_BITS) - 1)
    shifted = [words.shift_right_logical(word, words.constant(LIMB_BITS * i)) for i in range(LIMBS)]
    return [words.bitwise_and(limb, mask) for limb in shifted]


def table_target(words: WordVocabulary[W, B], address: W) -> W:
    """A target address as a program counter, UNREACHABLE if no instruction can stand there."""
    misalignment = words.bitwise_and(address, words.constant(INSTRUCTION_BYTES - 1))
    aligned = words.equal(misalignment, words.constant(0))
    reachable = words.conjunction(aligned, words.below_unsigned(address, words.constant(2**ADDRESS_BITS)))
    return words.select(reachable, program_counter(words, address), words.constant(UNREACHABLE))


def program_counter(words: WordVocabulary[W, B], address: W) -> W:
    """The program counter of an instruction address."""
    return words.shift_right_logical(address, words.constant(2))


def constants(words: WordVocabulary[W, B], executed: Executed, pc: W, immediate: W) -> list[W]:
    """The five constants of the row of an instruction at address `pc`."""
    instruction = executed.instruction
    following = words.add(pc, words.constant(INSTRUCTION_BYTES))
    zero = words.constant(0)
    if executed.is_constant:
        target, value = following, zero
        match instruction.meaning:
            case Jump():
                target, value = words.add(pc, immediate), following
                return [*limbs(words, value), table_target(words, target)]
            case Arithmetic():
                value = immediate
            case System():
                pass
            case other:
                value = other.result(words, pc, immediate)  # type: ignore[union-attr]
        return [*limbs(words, value), program_counter(words, target)]
    if isinstance(instruction.meaning, Jump):
        low, fill = limbs(words, immediate)[:2]
        return [*limbs(words, following)[:3], low, fill]
    if instruction.family is Family.BRANCH:
        return [table_target(words, words.add(pc, immediate)), zero, zero, zero, zero]
    if not instruction.format.immediate:
        return [zero] * PROGRAM_CONSTANTS
    if executed.has_shift_amount:
        return _amount_parts(words, immediate)
    return [*limbs(words, immediate), zero]


def _amount_parts(words: WordVocabulary[W, B], amount: W) -> list[W]:
    """What the shift table says of an amount: which limbs to move by, half, and the power that is left."""

    def flag(holds: B) -> W:
        return words.select(holds, words.constant(1), words.constant(0))

    by_limbs = words.shift_right_logical(amount, words.constant(4))
    rest = words.bitwise_and(amount, words.constant(15))
    below_half = words.bitwise_and(amount, words.constant(7))
    power = words.constant(1)
    for exponent in range(1, 8):
        power = words.select(words.equal(below_half, words.constant(exponent)), words.constant(1 << exponent), power)
    half = flag(words.negation(words.below_unsigned(rest, words.constant(8))))
    return [*(flag(words.equal(by_limbs, words.constant(count))) for count in range(1, LIMBS)), half, power]


SIGN_LIMB = -1
"""In `constant_bits`: the limb is 0 or all ones."""


def constant_bits(executed: Executed) -> tuple[int | None, ...]:
    """What is known of each constant without the word: its bits, SIGN_LIMB, or None for any element."""
    instruction = executed.instruction
    if executed.is_constant:
        return (LIMB_BITS,) * LIMBS + (None,)
    if isinstance(instruction.meaning, Jump):
        return (LIMB_BITS,) * LIMBS + (SIGN_LIMB,)
    if instruction.family is Family.BRANCH:
        return (None,) * PROGRAM_CONSTANTS
    if executed.has_shift_amount:
        return (None,) * PROGRAM_CONSTANTS
    return (LIMB_BITS, SIGN_LIMB, SIGN_LIMB, SIGN_LIMB, None)
