"""The machine's calls: what an ecall does when a7 names an accelerator.

A call's operands lie in memory, each at a pointer in a register. Pointers are multiples of 8 below 2^32, and every
doubleword of an operand belongs to a region: otherwise the call ends the program abnormally, before it has done
anything. All operands are read before any is written, so they may overlap: a call reads what was there before it.

Numbers below 2^16 that no system call of Linux has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.keccak import LANES, keccak_f
from spec.memory_map import DOUBLEWORD_BYTES
from spec.protocol.sha256 import compression
from spec.word import REGISTER_MASK, XLEN

Doublewords = tuple[int, ...]


class Use(Enum):
    """What a call does with an operand."""

    READ = "read"
    UPDATE = "read and written"
    WRITE = "written"


@dataclass(frozen=True)
class Operand:
    """Consecutive doublewords at a pointer."""

    name: str
    register: int
    """The one that holds the pointer."""

    doublewords: int
    use: Use


class NoResult(Enum):
    """Why a call has no result for its operands."""

    ZERO_MODULUS = "the modulus of a call is zero"
    WIDE_QUOTIENT = "the quotient of a call has more bits than its operands"


class NoResultError(ValueError):
    """A call on operands for which it has no result: the program ends abnormally."""

    def __init__(self, why: NoResult) -> None:
        super().__init__(why.value)
        self.why = why


Meaning = Callable[[Mapping[str, Doublewords]], Mapping[str, Doublewords]]
"""From what every operand holds to what the written ones hold afterwards, by name. May raise NoResultError."""


@dataclass(frozen=True)
class Call:
    """A call of the machine."""

    name: str
    number: int
    """In a7, all 64 bits."""

    operands: tuple[Operand, ...]
    """In the order in which they are accessed; those that are written come last."""

    meaning: Meaning
    source: str
    """Where the function is defined."""

    result_register: int | None = None
    """The register that the host writes a word of its choice to, the last access of all; None for other calls."""

    def __repr__(self) -> str:
        return f"<call {self.name}>"

    @property
    def doublewords(self) -> int:
        """How many doublewords a call accesses."""
        return sum(operand.doublewords for operand in self.operands)

    def positions(self, pointers: Sequence[int]) -> list[int]:
        """The doubleword addresses that a call with these pointers accesses, in order."""
        return [
            pointer // DOUBLEWORD_BYTES + i
            for operand, pointer in zip(self.operands, pointers, strict=True)
            for i in range(operand.doublewords)
        ]

    def results(self, contents: Sequence[int]) -> list[int]:
        """What the accessed doublewords hold afterwards, in the order of `positions`, from what they held before.

        Raises NoResultError if the call has no result for them.
        """
        held, start = {}, 0
        for operand in self.operands:
            held[operand.name] = tuple(contents[start : start + operand.doublewords])
            start += operand.doublewords
        written = self.meaning(held)
        return [word for operand in self.operands for word in written.get(operand.name, held[operand.name])]


def words_of(doublewords: Sequence[int]) -> list[int]:
    """32-bit words, the lower half of each doubleword first."""
    return [doubleword >> shift & 0xFFFF_FFFF for doubleword in doublewords for shift in (0, 32)]


def doublewords_of(words: Sequence[int]) -> Doublewords:
    """Doublewords from 32-bit words, the lower half of each first."""
    return tuple(low | high << 32 for low, high in zip(words[::2], words[1::2], strict=True))


def bytes_of(doublewords: Sequence[int]) -> bytes:
    """The bytes as they lie in memory."""
    return b"".join((doubleword & REGISTER_MASK).to_bytes(DOUBLEWORD_BYTES, "little") for doubleword in doublewords)


def integer_of(doublewords: Sequence[int]) -> int:
    """The number, the lowest doubleword first."""
    return int.from_bytes(bytes_of(doublewords), "little")


def _multiply_add_modulo(held: Mapping[str, Doublewords]) -> Mapping[str, Doublewords]:
    size = len(held["result"])
    addend, modulus = integer_of(held["addend_and_modulus"][:size]), integer_of(held["addend_and_modulus"][size:])
    if modulus == 0:
        raise NoResultError(NoResult.ZERO_MODULUS)
    quotient, result = divmod(integer_of(held["left"]) * integer_of(held["right"]) + addend, modulus)
    if quotient >> XLEN * size:
        raise NoResultError(NoResult.WIDE_QUOTIENT)
    return {"result": tuple(result >> XLEN * i & REGISTER_MASK for i in range(size))}


def _sha256_compress(held: Mapping[str, Doublewords]) -> Mapping[str, Doublewords]:
    state = compression(words_of(held["state"]), bytes_of(held["block"]))
    return {"state": doublewords_of(state)}


def _keccak_f(held: Mapping[str, Doublewords]) -> Mapping[str, Doublewords]:
    return {"state": keccak_f(held["state"])}


KECCAK_F = Call(
    name="keccak_f",
    number=256,
    operands=(Operand("state", CALL_ARGUMENT_REGISTER, LANES, Use.UPDATE),),
    meaning=_keccak_f,
    source="FIPS 202, 3.3",
)
"""The 25 lanes of the state become their permutation by Keccak-f[1600]."""

SHA256_COMPRESS = Call(
    name="sha256_compress",
    number=257,
    operands=(
        Operand("block", CALL_ARGUMENT_REGISTER + 1, 8, Use.READ),
        Operand("state", CALL_ARGUMENT_REGISTER, 4, Use.UPDATE),
    ),
    meaning=_sha256_compress,
    source="FIPS 180-4, 6.2.2",
)
"""The eight words of the state, native 32-bit words, become their compression with a block of 64 bytes."""


def _multiply_add_modulo_call(bits: int, number: int) -> Call:
    doublewords = bits // XLEN
    return Call(
        name=f"multiply_add_modulo_{bits}",
        number=number,
        operands=(
            Operand("left", CALL_ARGUMENT_REGISTER + 1, doublewords, Use.READ),
            Operand("right", CALL_ARGUMENT_REGISTER + 2, doublewords, Use.READ),
            Operand("addend_and_modulus", CALL_ARGUMENT_REGISTER + 3, 2 * doublewords, Use.READ),
            Operand("result", CALL_ARGUMENT_REGISTER, doublewords, Use.WRITE),
        ),
        meaning=_multiply_add_modulo,
        source="schoolbook arithmetic",
    )


MULTIPLY_ADD_MODULO_256 = _multiply_add_modulo_call(256, 258)
MULTIPLY_ADD_MODULO_384 = _multiply_add_modulo_call(384, 259)
"""result = (left * right + addend) modulo the modulus, which lies behind the addend. The result is less than the
modulus; the operands need not be, but the quotient must have as many bits as they."""

ADVICE = Call(
    name="advice",
    number=260,
    operands=(),
    meaning=lambda held: held,
    source="spec/isa/advice.py",
    result_register=CALL_ARGUMENT_REGISTER,
)
"""a0 becomes a word of the host's choice. What an honest host answers stands in spec/isa/advice.py."""

CALLS = (KECCAK_F, SHA256_COMPRESS, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, ADVICE)

CALL_BY_NUMBER: Mapping[int, Call] = {call.number: call for call in CALLS}
