"""Fuzzing: a few cases of every door, what the kept files say, and that faults and costs would be noticed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.rv64im.machine import RV64IM
from tests.fuzzing.__main__ import FaultError, case, fuzz
from tests.fuzzing.corpus import keep_smallest, kept, named
from tests.fuzzing.doors import ANSWERED, DOORS, Answer, known_sets
from tests.fuzzing.mutation import BYTE_CHANGES, TEXT_CHANGES, Change
from tests.fuzzing.record import Record, read_record, write_record
from tests.fuzzing.trial import CostError, answered, limited

CASES = 3
BOTH_VERIFIERS = ("proof", "final proof")
OTHER_DOORS = [name for name in DOORS if name not in BOTH_VERIFIERS]


@pytest.fixture(autouse=True)
def _as_when_fuzzing() -> Iterator[None]:
    with known_sets(), limited():
        yield


@pytest.mark.parametrize("name", DOORS)
def test_door_answers_its_first_cases(name: str, tmp_path: Path) -> None:
    door = DOORS[name]
    seeds = door.seeds()
    for number in range(CASES):
        answered(door, case(door, name, number, seeds), tmp_path)


@pytest.mark.parametrize("name", OTHER_DOORS)
@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_have_an_answer(name: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    answered(DOORS[name], content, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("name", OTHER_DOORS)
def test_files_to_change_are_in_order(name: str, tmp_path: Path) -> None:
    outcomes = {DOORS[name].answer(seed, tmp_path) for seed in DOORS[name].seeds()}
    assert ANSWERED in outcomes
    # A manifest of another run is a file to change, too.
    assert outcomes <= {ANSWERED, "made anew"}


@pytest.mark.parametrize("name", DOORS)
def test_kept_file_has_the_outcome_for_which_it_is_kept(name: str, tmp_path: Path) -> None:
    files = kept(name)
    assert files
    assert {outcome: named(DOORS[name].answer(content, tmp_path)) for outcome, content in files.items()} == {
        outcome: outcome for outcome in files
    }


def test_record_is_of_all_doors_of_this_machine() -> None:
    record = read_record()
    assert (record.machine, set(record.doors)) == (RV64IM.digest.hex(), set(DOORS)), "make fuzz records it anew"
    for entry in record.doors.values():
        assert sum(entry.outcomes.values()) == entry.cases > 0


def test_shares_sum_to_a_thousand() -> None:
    assert sum(door.share for door in DOORS.values()) == 1000


@pytest.mark.parametrize("change", [*BYTE_CHANGES, *TEXT_CHANGES[2:4]], ids=lambda change: change.__name__)
def test_kind_of_change_changes_something_and_takes_an_empty_file(change: Change) -> None:
    seeds = [b"one = 1\ntwo = 2\n", b"[three]\n"]
    assert any(change(seeds[0], Random(number), seeds) != seeds[0] for number in range(20))
    change(b"", Random(0), seeds)


def test_fault_ends_the_fuzzing_and_names_the_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(content: bytes, _: Path) -> str:
        return str(content[300])

    monkeypatch.setitem(DOORS, "manifest", replace(DOORS["manifest"], answer=answer))
    record = Record()
    with pytest.raises(FaultError, match=r"--door 'manifest' --number \d+: IndexError: index out of range"):
        fuzz("manifest", 1000, record, tmp_path / "record.json", tmp_path / "corpus")


def test_cases_go_on_from_the_record(tmp_path: Path) -> None:
    path, corpus = tmp_path / "record.json", tmp_path / "corpus"
    fuzz("manifest", 5, Record(), path, corpus)
    again = read_record(path)
    assert again.doors["manifest"].cases == 5
    fuzz("manifest", 8, again, path, corpus)
    whole = Record()
    fuzz("manifest", 8, whole, tmp_path / "other.json", corpus)
    assert read_record(path).doors["manifest"].outcomes == whole.doors["manifest"].outcomes
    assert set(kept("manifest", corpus)) == {named(outcome) for outcome in whole.doors["manifest"].outcomes}


def test_answer_that_takes_longer_than_its_size_explains_is_a_fault(tmp_path: Path) -> None:
    def busy(seconds: float) -> Answer:
        def answer(_: bytes, __: Path) -> str:
            began = time.process_time()
            while time.process_time() - began < seconds:
                pass
            return "done"

        return answer

    hurried = replace(DOORS["manifest"], patience=0.05)
    with pytest.raises(CostError, match=r"done took 0\.\d s, 0\.1 s are allowed for 4 bytes"):
        answered(replace(hurried, answer=busy(0.2)), b"slow", tmp_path)
    with pytest.raises(CostError, match="does not end"):
        answered(replace(hurried, answer=busy(1e9)), b"", tmp_path)


@pytest.mark.forks
def test_answer_that_allocates_more_than_is_allowed_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(MemoryError):
        answered(replace(DOORS["manifest"], answer=lambda _, __: str(len(bytes(2 << 30)))), b"", tmp_path)


def test_smallest_file_of_an_outcome_is_kept(tmp_path: Path) -> None:
    for content in (b"longer", b"short", b"longest of all"):
        keep_smallest("door", "some outcome", content, tmp_path)
    keep_smallest("door", "other", bytes(5000), tmp_path)
    assert kept("door", tmp_path) == {"some_outcome": b"short"}


def test_record_reads_back(tmp_path: Path) -> None:
    record = Record()
    fuzz("plan", 2, record, tmp_path / "a", tmp_path / "corpus")
    write_record(record, tmp_path / "b")
    assert read_record(tmp_path / "b") == record
