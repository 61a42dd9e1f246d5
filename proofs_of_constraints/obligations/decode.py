"""The program table says of each word what the instruction set says: for all 2^32 words and all addresses.

`spec.rv64im.program_row` and the formats of `spec.isa.encoding` run on symbolic words and addresses. Their results are
compared with the layout under which the instruction chips are proven, and with the encoding tables of the ISA manual
as they stand in the formats: which bits decide, which are registers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any

import z3

from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_vector_words import BIT_VECTOR_WORDS as WORDS
from proofs_of_constraints.translation.formulas import any_of
from proofs_of_constraints.translation.program_layout import Executed, constants, executed_instructions
from proofs_of_constraints.translation.symbolic import SYMBOLIC_BITS, PathResult, SymbolicInteger, all_paths, term_of
from spec.isa import INSTRUCTIONS, Decoded, Instruction, decode, instruction_of
from spec.isa.disassembly import disassemble
from spec.isa.encoding import FUNCT3_SHIFT, INSTRUCTION_BITS, RD_SHIFT, REGISTER_MASK, RS1_SHIFT, RS2_SHIFT
from spec.isa.instruction import System
from spec.memory_map import ADDRESS_BITS, SINK
from spec.rv64im.program_row import OPCODES, ProgramRow, program_row
from spec.word import XLEN

UPPER_BITS = 0xFFF0_0000
"""Where the longest masks decide beyond opcode and funct3."""


def decode_obligations() -> Iterator[Obligation]:
    """One obligation for each instruction, and one that no word encodes two."""
    yield Obligation(Kind.DECODE, "", "every word", (), _prove_encodings)
    for executed in executed_instructions():

        def decodes(session: Session, executed: Executed = executed) -> Outcome:
            return _prove_row(session, executed)

        yield Obligation(Kind.DECODE, "", executed.name, (), decodes)


def _prove_encodings(_: Session) -> Outcome:
    """No word matches two instructions, and `decode` finds an instruction just by its mask and match.

    Two instructions share a word just if their matches agree where both masks decide. `decode` looks instructions up
    by opcode and funct3, which are tried in full, with the upper bits of each instruction.
    """
    for one, other in combinations(INSTRUCTIONS, 2):
        if (one.match ^ other.match) & one.mask & other.mask == 0:
            found = _given(one.match | other.match)
            return Outcome(Verdict.REFUTED, f"a word is {one.name} and {other.name}", found)
    uppers = {instruction.match & UPPER_BITS for instruction in INSTRUCTIONS} | {UPPER_BITS}
    for upper, funct3, opcode in product(sorted(uppers), range(1 << 3), range(1 << 7)):
        candidate = upper | funct3 << FUNCT3_SHIFT | opcode
        expected = next((i for i in INSTRUCTIONS if candidate & i.mask == i.match), None)
        if instruction_of(candidate) != expected:
            name = "no instruction" if expected is None else expected.name
            return Outcome(Verdict.REFUTED, f"{candidate:#010x} is not decoded as {name}", _given(candidate))
    return Outcome(Verdict.PROVEN, f"{len(INSTRUCTIONS)} instructions")


def _prove_row(session: Session, executed: Executed) -> Outcome:
    """The row of every word of the instruction, at every address."""
    word, address = z3.BitVec("word", INSTRUCTION_BITS), z3.BitVec("address", ADDRESS_BITS)
    instruction = executed.instruction
    given = [word & instruction.mask == instruction.match, z3.Extract(1, 0, address) == 0]
    if instruction.format.reads_rs1:
        rs1_is_zero = z3.Extract(RS1_SHIFT + 4, RS1_SHIFT, word) == 0
        zero_is_apart = any(e.source_is_zero for e in executed_instructions() if e.instruction is instruction)
        if zero_is_apart:
            given.append(rs1_is_zero if executed.source_is_zero else z3.Not(rs1_is_zero))
    # The two symbolic numbers travel as one: the word in the low half, the address above.
    both = z3.ZeroExt(SYMBOLIC_BITS - INSTRUCTION_BITS - ADDRESS_BITS, z3.Concat(address, word))
    count = 0
    for path in all_paths(lambda number: _row(instruction, number), both):
        count += 1
        wrong = _differences(executed, path, word, address)
        title = f"decode/{executed.name}/path {count}"
        model = session.satisfying(title, [*given, *path.conditions, any_of(*wrong.values())], bit_vectors=True)
        if model is not None:
            failed = [name for name, differs in wrong.items() if z3.is_true(model.eval(differs, model_completion=True))]
            at = [model.eval(number, model_completion=True).as_long() for number in (word, address)]
            return Outcome(Verdict.REFUTED, f"the row has another {', '.join(failed)}", _given(*at))
    return Outcome(Verdict.PROVEN, f"{count} paths")


def _given(word: int, address: int = 0) -> Counterexample:
    """A word at an address, and how it reads."""
    where = f"{address:#x}: {disassemble(address, word)}"
    return Counterexample({"word": word, "address": address}, messages=(where,), is_input=True)


def _row(instruction: Instruction, number: SymbolicInteger) -> ProgramRow | None:
    """The program table's row of a word of this instruction, as `decode` and `program_row` make it."""
    word: Any = number & ((1 << INSTRUCTION_BITS) - 1)
    address: Any = number >> INSTRUCTION_BITS
    if instruction.meaning is System.ENVIRONMENT_CALL:
        registers = decode(instruction.match)
        assert registers is not None
        return program_row(address, registers)
    form = instruction.format
    decoded = Decoded(
        instruction,
        rd=word >> RD_SHIFT & REGISTER_MASK if form.writes_rd else 0,
        rs1=word >> RS1_SHIFT & REGISTER_MASK if form.reads_rs1 else 0,
        rs2=word >> RS2_SHIFT & REGISTER_MASK if form.reads_rs2 else 0,
        immediate=form.immediate_of(word),
    )
    return program_row(address, decoded)


def _differences(
    executed: Executed, path: PathResult, word: z3.BitVecRef, address: z3.BitVecRef
) -> Mapping[str, z3.BoolRef]:
    """By field of the program's bus, that a row has it wrong."""
    row: ProgramRow | None = path.value
    if row is None or row.opcode != executed.opcode or OPCODES[row.opcode] != OPCODES[executed.opcode]:
        return {"opcode": z3.BoolVal(True)}
    form = executed.instruction.format
    pc = z3.ZeroExt(XLEN - ADDRESS_BITS, address)
    expected = constants(WORDS, executed, pc, _immediate(executed, word))
    register = {shift: _wide(z3.Extract(shift + 4, shift, word)) for shift in (RD_SHIFT, RS1_SHIFT, RS2_SHIFT)}
    destination = z3.If(register[RD_SHIFT] == 0, _wide_number(SINK), register[RD_SHIFT])
    none = _wide_number(0)
    # Constants read no register; fence is a constant and writes the sink.
    writes, reads = form.writes_rd, not executed.is_constant
    if executed.is_constant and not writes:
        destination, writes = _wide_number(SINK), True
    pairs = zip(row.constants, expected, strict=True)
    return {
        "pc": term_of(row.pc) != _wide(z3.Extract(ADDRESS_BITS - 1, 2, address)),
        "destination": term_of(row.destination) != (destination if writes else none),
        "source1": term_of(row.source1) != (register[RS1_SHIFT] if reads and form.reads_rs1 else none),
        "source2": term_of(row.source2) != (register[RS2_SHIFT] if reads and form.reads_rs2 else none),
        **{f"constant_{i}": term_of(part) != _wide(word_) for i, (part, word_) in enumerate(pairs)},
    }


def _immediate(executed: Executed, word: z3.BitVecRef) -> z3.BitVecRef:
    """The immediate that the format's bit slices make of the word, as a 64-bit word."""
    form = executed.instruction.format
    if not form.immediate:
        return z3.BitVecVal(0, XLEN)
    pieces = sorted(form.immediate, key=lambda piece: piece.immediate_low, reverse=True)
    parts = [z3.Extract(p.word_low + p.bits - 1, p.word_low, word) for p in pieces]
    zeros = pieces[-1].immediate_low
    if zeros:
        parts.append(z3.BitVecVal(0, zeros))
    immediate = z3.Concat(*parts) if len(parts) > 1 else parts[0]
    extension = z3.SignExt if form.immediate_is_signed else z3.ZeroExt
    return extension(XLEN - immediate.size(), immediate)


def _wide(term: z3.BitVecRef) -> z3.BitVecRef:
    return z3.ZeroExt(SYMBOLIC_BITS - term.size(), term)


def _wide_number(number: int) -> z3.BitVecRef:
    return z3.BitVecVal(number, SYMBOLIC_BITS)
