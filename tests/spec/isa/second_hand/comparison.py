"""The instruction set of `spec.isa` against the second hand's: every word of 32 bits, on every state.

`decode`, `effect` and the register that a write goes to run as they stand, on words of which opcode and funct3 are
numbers and the rest is symbolic, along every path through their branches. Each of these 1,024 kinds of words is one or
a few questions to Z3, whether any word, pc, registers and memory tell the two apart. Nothing is sampled: Z3 decides all
of them at full width, also products of 128 bits and divisions.

What the manual leaves to the environment is said here: which addresses exist (bytes below 2^32), and what ECALL does
(93 in a7 ends the program with a0). Register 0 is read as zero since no instruction ever writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import z3

from proofs_of_constraints.translation.bit_vector_words import BIT_VECTOR_WORDS as WORDS
from proofs_of_constraints.translation.symbolic import SYMBOLIC_BITS, SymbolicInteger, all_paths, term_of
from spec.isa import Decoded, decode
from spec.isa.instruction import Load, Store
from spec.isa.step import Effect, Operands, effect, effective_address
from spec.memory_map import SINK
from tests.spec.isa.second_hand.execution import Executed, State, execute, read
from tests.spec.isa.second_hand.listing import FIXED, Fields, encodes, may_encode

ADDRESSES_LOG2 = 32
EXIT, EXIT_NUMBER_IN, EXIT_CODE_IN = 93, 17, 10
"""The call that ends a program, the register that names it, and that of the exit code."""

TIMEOUT_SECONDS = 60

TELLING_OPERANDS = ((-1, 1), (1, -1))
"""Numbers of rs1 and rs2 that are tried before all others."""

KINDS = tuple((opcode, funct3) for opcode in range(128) for funct3 in range(8))
"""Opcode and funct3 of every kind of words."""

BEFORE = State(
    z3.BitVec("pc", 64),
    z3.Array("x", z3.BitVecSort(5), z3.BitVecSort(64)),
    z3.Array("memory", z3.BitVecSort(64), z3.BitVecSort(8)),
)
"""Any state."""


@dataclass(frozen=True)
class Difference:
    """A claim that a word of one instruction refutes."""

    name: str
    """As the second hand calls the word; empty if it is none of its instructions."""

    claim: str
    word: int


class FoldedInteger(SymbolicInteger):
    """A symbolic number whose known bits become a number again as soon as nothing else is left of it."""

    def _with(self, term: z3.BitVecRef) -> Self | int:  # type: ignore[override]
        folded = z3.simplify(term)
        if z3.is_bv_value(folded):
            known: int = folded.as_signed_long()
            return known
        return type(self)(folded, self._path)


@dataclass(frozen=True)
class Path:
    """What `decode` makes of the words of one kind that meet the conditions."""

    conditions: tuple[z3.BoolRef, ...]
    decoded: Decoded | None
    destination: z3.BitVecRef | None


def word_of(opcode: int, funct3: int) -> z3.BitVecRef:
    """The words of a kind."""
    upper, rd = z3.BitVec("upper", 17), z3.BitVec("rd", 5)
    return z3.Concat(upper, z3.BitVecVal(funct3, 3), rd, z3.BitVecVal(opcode, 7))


def decoding_paths(word: z3.BitVecRef) -> Iterator[Path]:
    """Every path of `decode`, and of the register that is written."""

    def decoded_with_destination(number: SymbolicInteger) -> tuple[Decoded | None, SymbolicInteger | int | None]:
        decoded = decode(number)  # type: ignore[arg-type]
        return decoded, decoded.destination if decoded is not None and decoded.writes_rd else None

    for path in all_paths(decoded_with_destination, z3.ZeroExt(64, word), FoldedInteger):
        decoded, destination = path.value
        yield Path(path.conditions, decoded, None if destination is None else term_of(destination))


def differences(kinds: Iterable[tuple[int, int]] = KINDS) -> Iterator[Difference]:
    """By instruction and path of `decode`, the first way in which a word of these kinds tells the two apart."""
    for opcode, funct3 in kinds:
        word = word_of(opcode, funct3)
        candidates = [name for name in FIXED if may_encode(name, opcode, funct3)]
        for path in decoding_paths(word):
            nothing_else = [*path.conditions, *(z3.Not(encodes(name, word)) for name in candidates)]
            if path.decoded is not None:
                yield from _refuted(nothing_else, [("is not in the manual's listing", z3.BoolVal(True))], "", word)
            for name in candidates:
                given = [*path.conditions, encodes(name, word)]
                if _model(given) is not None:
                    yield from _refuted(given, _claims(name, word, path), name, word)


def _claims(name: str, word: z3.BitVecRef, path: Path) -> Iterator[tuple[str, z3.BoolRef]]:
    """Claims with what would break them, each on what stands before it."""
    decoded, at = path.decoded, Fields(word)
    if decoded is None or decoded.instruction.name != name:
        yield f"is decoded as {decoded and decoded.instruction.name}", z3.BoolVal(True)
        return
    theirs = execute(name, word, BEFORE)
    normal = _completes(theirs)
    if theirs.asks_environment:
        registers = (decoded.rs1, decoded.rs2) != (EXIT_NUMBER_IN, EXIT_CODE_IN)
        yield "reads the call from a7 and the exit code from a0", z3.BoolVal(registers)
        left, right = z3.Select(BEFORE.x, EXIT_NUMBER_IN), z3.Select(BEFORE.x, EXIT_CODE_IN)
    else:
        # What is read is the same term on both sides: products of it are the same terms, too.
        left = right = z3.BitVecVal(0, 64)
        if decoded.reads_rs1:
            yield "reads rs1", term_of(decoded.rs1) != z3.ZeroExt(SYMBOLIC_BITS - 5, at.rs1)
            left = read(BEFORE, at.rs1)
        if decoded.reads_rs2:
            yield "reads rs2", term_of(decoded.rs2) != z3.ZeroExt(SYMBOLIC_BITS - 5, at.rs2)
            right = read(BEFORE, at.rs2)
    ours, memory = _effect(decoded, left, right)
    yield "completes", ours.normal != normal
    yield "ends the program", ours.halts != (normal if theirs.asks_environment else z3.BoolVal(False))
    if theirs.asks_environment:
        return
    registers_after = BEFORE.x
    if ours.result is not None:
        if path.destination is None:
            yield "has a destination", z3.BoolVal(True)
            return
        to_sink = path.destination == SINK
        no_register = z3.Or(path.destination == 0, z3.UGT(path.destination, SINK))
        yield "writes a register that exists, and not x0", no_register
        stored = z3.Store(BEFORE.x, z3.Extract(4, 0, path.destination), ours.result)
        registers_after = z3.If(to_sink, BEFORE.x, stored)
    number, place = z3.BitVec("number", 5), z3.BitVec("place", 64)

    def differs(register: z3.BitVecRef) -> z3.BoolRef:
        return z3.And(register != 0, z3.Select(registers_after, register) != z3.Select(theirs.after.x, register))

    yield "next pc", z3.And(normal, ours.next_pc != theirs.after.pc)
    yield "register rd", z3.And(normal, differs(at.rd))
    yield "another register", z3.And(normal, number != at.rd, differs(number))
    yield "memory", z3.And(normal, z3.Select(memory, place) != z3.Select(theirs.after.memory, place))


def _completes(theirs: Executed) -> z3.BoolRef:
    """Whether the instruction completes in this environment."""
    if theirs.asks_environment:
        return z3.Select(BEFORE.x, EXIT_NUMBER_IN) == EXIT
    exist = [z3.Extract(63, ADDRESSES_LOG2, place) == 0 for place in theirs.accessed]
    return z3.And(z3.Not(theirs.raises), *exist)


def _effect(
    decoded: Decoded, left: z3.BitVecRef, right: z3.BitVecRef
) -> tuple[Effect[z3.BitVecRef, z3.BoolRef], z3.ArrayRef]:
    """What the declaration makes of a state, and its memory afterwards."""
    immediate = z3.simplify(z3.Extract(63, 0, term_of(decoded.immediate)))
    low = high = z3.BitVec("no access", 64)
    places: list[z3.BitVecRef] = []
    if isinstance(decoded.instruction.meaning, Load | Store):
        base = effective_address(WORDS, left, immediate) & ~7
        places = [base + position for position in range(16)]
        low, high = (_doubleword(half) for half in (places[:8], places[8:]))
    ours = effect(WORDS, decoded.instruction, Operands(BEFORE.pc, left, right, immediate, low, high))
    memory = BEFORE.memory
    if isinstance(decoded.instruction.meaning, Store):
        both = z3.Concat(ours.high, ours.low)
        for position, place in enumerate(places):
            memory = z3.Store(memory, place, z3.Extract(8 * position + 7, 8 * position, both))
    return ours, memory


def _doubleword(places: Sequence[z3.BitVecRef]) -> z3.BitVecRef:
    return z3.Concat(*(z3.Select(BEFORE.memory, place) for place in reversed(places)))


def _refuted(
    given: Sequence[z3.BoolRef], claims: Iterable[tuple[str, z3.BoolRef]], name: str, word: z3.BitVecRef
) -> Iterator[Difference]:
    """The first claim that some word breaks. pc is a multiple of four, as every instruction leaves it."""
    aligned = z3.Extract(1, 0, BEFORE.pc) == 0
    for claim, broken in claims:
        model = _differing_state([*given, aligned, broken], word)
        if model is not None:
            yield Difference(name, claim, model.eval(word, model_completion=True).as_long())
            return


def _differing_state(conditions: Sequence[z3.BoolRef], word: z3.BitVecRef) -> z3.ModelRef | None:
    """A model, or None if there is none.

    Operands that bring out a sign are tried first: at known numbers a product is found wrong at once. Then any two
    numbers stand in the place of what rs1 and rs2 hold: if those have no model, there is none. They are two halves
    each: Z3 then sees that a division of extended halves is one of 32 bits.
    """
    operands = [read(BEFORE, number) for number in (Fields(word).rs1, Fields(word).rs2)]

    def replaced(values: Sequence[z3.BitVecRef]) -> list[z3.BoolRef]:
        pairs = list(zip(operands, values, strict=True))
        return [z3.substitute(condition, *pairs) for condition in conditions]

    for numbers in TELLING_OPERANDS:
        values = [z3.BitVecVal(number, 64) for number in numbers]
        if _model(replaced(values)) is not None:
            held = [operand == value for operand, value in zip(operands, values, strict=True)]
            model = _model([*conditions, *held])
            if model is not None:
                return model
    halves = [z3.Concat(z3.BitVec(f"{name} high", 32), z3.BitVec(f"{name} low", 32)) for name in ("rs1", "rs2")]
    return None if _model(replaced(halves)) is None else _model(conditions)


def _model(conditions: Sequence[z3.BoolRef]) -> z3.ModelRef | None:
    """A model, or None if there is none. Raises TimeoutError: no answer is no proof."""
    simplified = [z3.simplify(condition) for condition in conditions]
    if any(map(z3.is_false, simplified)):
        return None
    solver = z3.SolverFor("QF_AUFBV")
    solver.set("timeout", TIMEOUT_SECONDS * 1000)
    solver.add(*simplified)
    answer = solver.check()
    if answer == z3.unknown:
        raise TimeoutError(f"Z3 has not decided in {TIMEOUT_SECONDS} s: {solver.reason_unknown()}")
    return solver.model() if answer == z3.sat else None
