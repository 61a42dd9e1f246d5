"""What an instruction is: its encoding and its meaning, as data.

Meanings are written over the word vocabulary. A meaning says nothing about rd = x0, about fetching or about
which addresses exist: `step` puts one meaning into a machine step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from spec.isa.encoding import Format
from spec.word import B, W, WordVocabulary


class Family(Enum):
    """The instruction families: one file each."""

    REGISTER_ARITHMETIC = "register arithmetic"
    IMMEDIATE_ARITHMETIC = "immediate arithmetic"
    WORD_ARITHMETIC = "word arithmetic"
    MULTIPLY_DIVIDE = "multiply and divide"
    LOAD = "load"
    STORE = "store"
    BRANCH = "branch"
    JUMP = "jump"
    UPPER_IMMEDIATE = "upper immediate"
    SYSTEM = "system"


class WordFunction(Protocol):
    """A word from two words."""

    def __call__(self, words: WordVocabulary[W, B], left: W, right: W, /) -> W: ...


class Condition(Protocol):
    """A truth value from two words."""

    def __call__(self, words: WordVocabulary[W, B], left: W, right: W, /) -> B: ...


class JumpTarget(Protocol):
    """A jump's target from the program counter, rs1 and the immediate."""

    def __call__(self, words: WordVocabulary[W, B], pc: W, base: W, offset: W, /) -> W: ...


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """rd = result(rs1, second operand): rs2 in format R, else the sign-extended immediate."""

    result: WordFunction


@dataclass(frozen=True, slots=True)
class UpperImmediate:
    """rd = result(pc, immediate), the immediate already shifted by 12 and sign-extended."""

    result: WordFunction


@dataclass(frozen=True, slots=True)
class Load:
    """rd = the `width_bytes` bytes at rs1 + immediate, sign-extended if `signed`, else zero-extended."""

    width_bytes: int
    signed: bool


@dataclass(frozen=True, slots=True)
class Store:
    """The `width_bytes` bytes at rs1 + immediate become the low bytes of rs2."""

    width_bytes: int


@dataclass(frozen=True, slots=True)
class Branch:
    """If taken(rs1, rs2) the program counter becomes pc + immediate, else pc + 4."""

    taken: Condition


@dataclass(frozen=True, slots=True)
class Jump:
    """rd = pc + 4, and the program counter becomes target(pc, rs1, immediate); rs1 is zero in format J."""

    target: JumpTarget


class System(Enum):
    """Meanings without words."""

    FENCE = "no operation"
    ENVIRONMENT_CALL = "ends the program when register a7 holds HALT_CALL, else abnormal"
    BREAKPOINT = "always abnormal"


Meaning = Arithmetic | UpperImmediate | Load | Store | Branch | Jump | System


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of the machine: a word encodes it if word & mask == match."""

    name: str
    """The mnemonic, lower case."""

    format: Format
    match: int
    family: Family
    meaning: Meaning
    section: str
    """Chapter and section of The RISC-V Instruction Set Manual, Volume I."""

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def mask(self) -> int:
        """The bits of the word that decide."""
        return self.format.mask
