"""The domains that chips state in words, as conditions on an execution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from spec.isa import Instruction
from spec.isa.calls import CALL_BY_NUMBER
from spec.isa.instruction import Load, Store, System
from spec.isa.step import Operands, effect, effective_address
from spec.isa.system import HALT_CALL
from spec.word import B, W, WordVocabulary


@dataclass(frozen=True)
class Inputs(Generic[W]):
    """What decides whether an execution is in a domain."""

    left: W
    immediate: W


def completes(words: WordVocabulary[W, B], instruction: Instruction, operands: Operands[W]) -> B:
    """Whether the machine has an execution of the instruction that does not end abnormally, whatever its pointers are.

    The step of one instruction knows only the call that halts: what others do to memory stands in `spec.isa.calls`.
    """
    normal = effect(words, instruction, operands).normal
    if instruction.meaning is System.ENVIRONMENT_CALL:
        for number in CALL_BY_NUMBER:
            normal = words.disjunction(normal, words.equal(operands.left, words.constant(number)))
    return normal


def in_domain(words: WordVocabulary[W, B], domain: str, instruction: Instruction, inputs: Inputs[W]) -> B:
    """Whether the chip with this domain executes the instruction. Raises KeyError for an unknown domain."""
    address = effective_address(words, inputs.left, inputs.immediate)

    def divisible(by: int) -> B:
        return words.equal(words.bitwise_and(address, words.constant(by - 1)), words.constant(0))

    if instruction.meaning is System.ENVIRONMENT_CALL:
        for number in (HALT_CALL, *CALL_BY_NUMBER):
            if domain == f"a7 = {number}":
                return words.equal(inputs.left, words.constant(number))
    match domain:
        case "every execution":
            return words.truth(True)
        case "address divisible by 2":
            return divisible(2)
        case "address divisible by 4":
            return divisible(4)
        case "address divisible by 8":
            return divisible(8)
        case "address not divisible by the width":
            meaning = instruction.meaning
            if isinstance(meaning, Load | Store):
                return words.negation(divisible(meaning.width_bytes))
    raise KeyError(f"{instruction.name}: no condition stands for the domain '{domain}'")
