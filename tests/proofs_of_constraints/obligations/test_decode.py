"""The program table of all words, and the symbolic numbers that show it."""

from dataclasses import replace

import pytest
import z3

import proofs_of_constraints.obligations.decode as decoding
from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.decode import decode_obligations
from proofs_of_constraints.obligations.obligation import Result, Verdict
from proofs_of_constraints.report.results import counterexample_lines
from proofs_of_constraints.translation.symbolic import SYMBOLIC_BITS, SymbolicInteger, all_paths, term_of
from spec.isa import Decoded
from spec.rv64im.program_row import ProgramRow, program_row


def results() -> dict[str, Result]:
    return {o.instruction: prove(o) for o in decode_obligations()}


def test_program_table_of_every_instruction_is_proven() -> None:
    found = results()
    assert len(found) == 66
    assert {r.outcome.verdict for r in found.values()} == {Verdict.PROVEN}


def test_row_that_forgets_the_sink_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(address: int, decoded: Decoded) -> ProgramRow | None:
        row = program_row(address, decoded)
        return None if row is None else replace(row, destination=decoded.rd)

    monkeypatch.setattr(decoding, "program_row", forgetful)
    found = results()
    assert found["add"].outcome.verdict is Verdict.REFUTED
    counterexample = found["add"].outcome.counterexample
    assert counterexample is not None
    assert counterexample.columns["word"] >> 7 & 31 == 0
    assert found["add"].outcome.detail == "the row has another destination"
    (read,) = counterexample.messages
    assert read.startswith(f"{counterexample.columns['address']:#x}: add zero,")
    assert counterexample_lines(counterexample)[:2] == ["instruction:", f"  {read}"]
    assert found["beq"].outcome.verdict is Verdict.PROVEN


def test_row_of_a_branch_with_a_target_one_word_on_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(address: int, decoded: Decoded) -> ProgramRow | None:
        return program_row(address, replace(decoded, immediate=decoded.immediate + 4))

    monkeypatch.setattr(decoding, "program_row", shifted)
    outcome = results()["bne"].outcome
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, "the row has another constant_0")
    assert outcome.counterexample is not None
    assert ": bne " in outcome.counterexample.messages[0]


def test_row_of_another_opcode_is_refuted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(address: int, decoded: Decoded) -> ProgramRow | None:
        row = program_row(address, decoded)
        return None if row is None else replace(row, opcode="sub" if row.opcode == "add" else row.opcode)

    monkeypatch.setattr(decoding, "program_row", other)
    outcome = next(prove(o) for o in decode_obligations() if o.instruction == "add").outcome
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, "the row has another opcode")


def test_word_that_is_decoded_as_another_instruction_is_refuted_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "instruction_of", lambda word: None)
    outcome = results()["every word"].outcome
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.detail.partition(" is not decoded as ")[2] in outcome.counterexample.messages[0]  # type: ignore[union-attr]


def test_all_paths_of_a_function_cover_its_branches() -> None:
    def clamp(number: SymbolicInteger) -> SymbolicInteger | int:
        if number % 2:
            return 1
        return 8 if number >= 8 else number + 1

    variable = z3.BitVec("number", SYMBOLIC_BITS)
    paths = list(all_paths(clamp, variable))
    assert len(paths) == 3
    for number in range(-4, 20):
        expected = 1 if number % 2 else min(number + 1, 8) if number < 8 else 8
        value = z3.BitVecVal(number, SYMBOLIC_BITS)
        taken = [
            path
            for path in paths
            if all(z3.is_true(z3.simplify(z3.substitute(c, (variable, value)))) for c in path.conditions)
        ]
        assert len(taken) == 1
        found = z3.simplify(z3.substitute(term_of(taken[0].value), (variable, value)))
        assert found.as_signed_long() == expected


def test_symbolic_division_by_three_is_refused() -> None:
    with pytest.raises(ValueError, match="3 is not a power of two"):
        list(all_paths(lambda number: number % 3, z3.BitVec("number", SYMBOLIC_BITS)))
