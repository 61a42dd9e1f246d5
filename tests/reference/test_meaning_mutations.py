"""A wrong meaning in the instruction set is noticed by the comparison with QEMU."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from spec.isa import INSTRUCTION_BY_NAME, Instruction
from spec.isa.instruction import Arithmetic, Branch, Jump, Load, Meaning, Store, UpperImmediate
from spec.word import B, W, WordVocabulary
from tests.reference.fuzz import QEMU, Ending, ending_in_executor, ending_under_qemu
from tests.reference.random_program import RandomProgram, random_program

PROGRAMS = 12
UNITS = 300


def _plus_one(instruction: Instruction) -> Meaning:
    """The result is one too large."""
    meaning = instruction.meaning
    assert isinstance(meaning, Arithmetic)
    right_result = meaning.result

    def wrong(words: WordVocabulary[W, B], left: W, right: W) -> W:
        return words.add(right_result(words, left, right), words.constant(1))

    return Arithmetic(wrong)


def _as(name: str) -> Callable[[Instruction], Meaning]:
    """Means what another instruction means."""
    return lambda _: INSTRUCTION_BY_NAME[name].meaning


def _swapped(instruction: Instruction) -> Meaning:
    """The operands are exchanged."""
    meaning = instruction.meaning
    assert isinstance(meaning, Arithmetic)
    right_result = meaning.result

    def wrong(words: WordVocabulary[W, B], left: W, right: W) -> W:
        return right_result(words, right, left)

    return Arithmetic(wrong)


def _from_next(instruction: Instruction) -> Meaning:
    """auipc counts from the instruction behind it."""
    meaning = instruction.meaning
    assert isinstance(meaning, UpperImmediate)
    right_result = meaning.result

    def wrong(words: WordVocabulary[W, B], pc: W, immediate: W) -> W:
        return right_result(words, words.add(pc, words.constant(4)), immediate)

    return UpperImmediate(wrong)


def _never_taken(_: Instruction) -> Meaning:
    def never(words: WordVocabulary[W, B], left: W, right: W) -> B:
        del left, right
        return words.truth(False)

    return Branch(never)


def _low_bit_kept(_: Instruction) -> Meaning:
    """jalr does not clear the low bit of its target."""

    def target(words: WordVocabulary[W, B], pc: W, base: W, offset: W) -> W:
        del pc
        return words.add(base, offset)

    return Jump(target)


MUTATIONS: dict[str, tuple[str, Callable[[Instruction], Meaning]]] = {
    "sub is add": ("sub", _as("add")),
    "sltu is signed": ("sltu", _as("slt")),
    "sra shifts zeros in": ("sra", _as("srl")),
    "sraiw keeps the upper half": ("sraiw", _as("srai")),
    "addw is not narrowed": ("addw", _as("add")),
    "mulhsu takes both as unsigned": ("mulhsu", _as("mulhu")),
    "divw takes both as unsigned": ("divw", _as("divuw")),
    "rem takes both as unsigned": ("rem", _as("remu")),
    "remw exchanges its operands": ("remw", _swapped),
    "and is one too large": ("and", _plus_one),
    "lb extends zeros": ("lb", lambda _: Load(1, signed=False)),
    "lwu extends the sign": ("lwu", lambda _: Load(4, signed=True)),
    "sh stores a byte": ("sh", lambda _: Store(1)),
    "bgeu compares signed": ("bgeu", _as("bge")),
    "beq is never taken": ("beq", _never_taken),
    "auipc counts from the next": ("auipc", _from_next),
    "jalr keeps the low bit": ("jalr", _low_bit_kept),
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[RandomProgram, Ending]]:
    """Programs with their endings under QEMU; skips where QEMU is not installed."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed (Debian package qemu-user)")
    path = tmp_path_factory.mktemp("mutations") / "program.elf"
    chosen = [random_program(seed, UNITS) for seed in range(PROGRAMS)]
    return [(program, ending_under_qemu(program, path)) for program in chosen]


def _all_agree(programs: list[tuple[RandomProgram, Ending]]) -> bool:
    try:
        return all(ending_in_executor(program) == ending for program, ending in programs)
    except AssertionError:
        return False


def test_unchanged_meanings_agree_with_qemu(programs: list[tuple[RandomProgram, Ending]]) -> None:
    assert _all_agree(programs)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_changed_meaning_disagrees_with_qemu(mutation: str, programs: list[tuple[RandomProgram, Ending]]) -> None:
    name, change = MUTATIONS[mutation]
    instruction = INSTRUCTION_BY_NAME[name]
    meaning = instruction.meaning
    # The instruction is frozen, and shared by all tables of the instruction set.
    object.__setattr__(instruction, "meaning", change(instruction))
    try:
        assert not _all_agree(programs)
    finally:
        object.__setattr__(instruction, "meaning", meaning)
