"""Fuzzing by coverage: what is watched and kept, and, where the fuzzer is installed, that it finds a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spec.protocol.proof_encoding import read_proof
from tests.fuzzing.corpus import MOST_BYTES, named
from tests.fuzzing.coverage import CORPUS, KEPT_FILES, fuzz, keep_smallest_of, mutator, read_record, watched
from tests.fuzzing.doors import DOORS, known_sets
from tests.fuzzing.trial import answered, limited


@pytest.fixture(autouse=True)
def _as_when_fuzzing() -> Iterator[None]:
    with known_sets(), limited():
        yield


@pytest.mark.parametrize("name", DOORS)
def test_every_file_that_reached_something_new_has_an_answer(name: str, tmp_path: Path) -> None:
    files = list((CORPUS / named(name)).glob("*"))
    assert len(files) <= KEPT_FILES
    for file in files:
        answered(DOORS[name], file.read_bytes(), tmp_path)


def test_record_is_of_doors_that_there_are() -> None:
    record = read_record()
    assert set(record) <= set(DOORS)
    assert all(found["executions"] > 0 and found["branches"] > 0 for found in record.values())


def test_functions_that_read_are_watched_and_each_once() -> None:
    functions = watched()
    assert read_proof in functions
    assert len(set(functions)) == len(functions)


def test_changes_are_ours_and_the_fuzzers_and_never_too_long() -> None:
    change = mutator(DOORS["manifest"], [b"one"], lambda content, most: b"other"[:most])
    changes = [change(b"two", 4, seed) for seed in range(40)]
    assert 10 < changes.count(b"othe") < 30
    assert max(map(len, changes)) <= 4
    assert changes == [change(b"two", 4, seed) for seed in range(40)]


def test_smallest_files_take_the_place_of_those_that_were_kept(tmp_path: Path) -> None:
    found, kept = tmp_path / "found", tmp_path / "kept"
    for folder in (found, kept):
        folder.mkdir()
    (kept / "before").write_bytes(b"before")
    for size in (*range(KEPT_FILES + 1), MOST_BYTES + 1):
        (found / str(size)).write_bytes(bytes(size))
    keep_smallest_of(found, kept)
    assert sorted(path.stat().st_size for path in kept.iterdir()) == list(range(KEPT_FILES))


def test_fuzzer_keeps_what_reaches_something_new(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="needs the extra `fuzzing`")
    found = fuzz("manifest", 2, tmp_path)
    assert found["executions"] > 10
    assert list((tmp_path / "manifest").iterdir())
