"""Memory for large arrays: nobody else has it, and its pages are present ahead of their use."""

from __future__ import annotations

import mmap
import os
import re
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from optimized.memory import reserve
from optimized.memory.reserve import (
    LARGEST_LEAD_BYTES,
    LIMITED_CHUNK_BYTES,
    PATIENCE_STEPS,
    STEP_BYTES,
    Reserve,
    whole_pages,
)

MEBIBYTE = 2**20
PATIENCE_SECONDS = 10.0

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux makes pages present on demand")


@pytest.fixture
def fresh() -> Iterator[Reserve]:
    made = Reserve()
    yield made
    made.close()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where addresses are limited."""
    monkeypatch.setattr(reserve, "_chunk_bytes", lambda: LIMITED_CHUNK_BYTES)


class _Library:
    """A C library whose madvise takes a given time of the processor."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float, status: int = 0) -> None:
        self.steps: list[int] = []
        self._seconds, self._status, self._clock = seconds, status, 0.0
        monkeypatch.setattr(reserve, "_system_library", lambda: self)
        monkeypatch.setattr(time, "thread_time", lambda: self._clock)

    def madvise(self, _address: Any, size: Any, advice: int) -> int:
        assert advice == reserve.POPULATE_WRITE
        self._clock += self._seconds
        self.steps.append(size.value)
        return self._status


def _wait_for(condition: Any) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def _present_bytes(address: int) -> int:
    """The bytes in memory of the mapping that an address lies in."""
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if (found := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)) is not None:
            inside = int(found[1], 16) <= address < int(found[2], 16)
        elif inside and line.startswith("Rss:"):
            return 1024 * int(line.split()[1])
    raise AssertionError("the address lies in no mapping")


def test_pieces_taken_one_after_the_other_share_no_word(fresh: Reserve) -> None:
    arrays = [fresh.take(whole_pages(count)).words(count) for count in (1, 1000, 3 * MEBIBYTE // 4, 5)]
    for value, array in enumerate(arrays):
        array.fill(value + 1)
    assert [set(array.tolist()) for array in arrays] == [{1}, {2}, {3}, {4}]


def test_views_refer_to_the_array_that_was_taken(fresh: Reserve) -> None:
    array = fresh.take(MEBIBYTE).words(MEBIBYTE // 4)
    assert array[5:7].base is array
    assert array.reshape(2, -1).base is array


@pytest.mark.usefixtures("small_chunks")
def test_piece_larger_than_a_chunk_is_given_and_has_a_chunk_of_its_own(fresh: Reserve) -> None:
    pieces = [fresh.take(size) for size in (mmap.PAGESIZE, mmap.PAGESIZE, LIMITED_CHUNK_BYTES + mmap.PAGESIZE)]
    assert [(piece.start, piece.size_bytes) for piece in pieces] == [
        (0, mmap.PAGESIZE),
        (mmap.PAGESIZE, mmap.PAGESIZE),
        (0, LIMITED_CHUNK_BYTES + mmap.PAGESIZE),
    ]
    assert pieces[0].chunk == pieces[1].chunk != pieces[2].chunk


@pytest.mark.usefixtures("small_chunks")
def test_end_of_a_chunk_that_a_piece_did_not_fit_into_is_given_to_others(fresh: Reserve) -> None:
    first, large, *others = (
        fresh.take(pages * mmap.PAGESIZE) for pages in (3, LIMITED_CHUNK_BYTES // mmap.PAGESIZE, 2, 1)
    )
    assert large.chunk != first.chunk
    assert [(piece.chunk, piece.start // mmap.PAGESIZE) for piece in others] == [(first.chunk, 3), (first.chunk, 5)]


@pytest.mark.usefixtures("small_chunks")
def test_last_piece_of_a_chunk_grows_as_far_as_the_chunk_goes(fresh: Reserve) -> None:
    first, last = fresh.take(mmap.PAGESIZE), fresh.take(mmap.PAGESIZE)
    assert fresh.grown(first, 2 * mmap.PAGESIZE) is None
    assert fresh.grown(last, LIMITED_CHUNK_BYTES) is None
    grown = fresh.grown(last, LIMITED_CHUNK_BYTES - mmap.PAGESIZE)
    assert grown is not None
    assert (grown.chunk, grown.start, grown.stop) == (last.chunk, mmap.PAGESIZE, LIMITED_CHUNK_BYTES)
    assert fresh.take(mmap.PAGESIZE).chunk != last.chunk


def test_array_outlives_a_closed_reserve() -> None:
    made = Reserve()
    array = made.take(MEBIBYTE).words(MEBIBYTE // 4)
    array.fill(7)
    made.close()
    del made
    assert (array == 7).all()


@linux_only
def test_as_much_as_was_taken_is_present_beyond_it(fresh: Reserve) -> None:
    piece = fresh.take(LARGEST_LEAD_BYTES // 2)
    address = piece.words(1).ctypes.data
    assert fresh._thread is not None
    fresh._thread.join(0.1)
    if not fresh._thread.is_alive():
        pytest.skip("this system does not make pages present on demand")
    # None of the piece's own pages has been touched. The kernel may count pages late.
    _wait_for(lambda: _present_bytes(address) >= 0.9 * LARGEST_LEAD_BYTES // 2)


def test_what_is_present_is_bounded_by_the_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library(monkeypatch, seconds=0.0)
    made = Reserve()
    made.take(2 * LARGEST_LEAD_BYTES)
    _wait_for(lambda: sum(library.steps) == LARGEST_LEAD_BYTES)
    made.close()
    assert set(library.steps) == {STEP_BYTES}


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(("factor", "wanted"), [(0.5, [True]), (2.0, [True, False])])
def test_huge_pages_are_wanted_as_long_as_they_come_quickly(
    factor: float, wanted: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = _Library(monkeypatch, reserve.SLOW_STEP_SECONDS * factor)
    advised: list[bool] = []
    monkeypatch.setattr(Reserve, "_advise_huge_pages", lambda _self, _chunk, wanted: advised.append(wanted))
    made = Reserve()
    made.take((PATIENCE_STEPS + 1) * STEP_BYTES)
    _wait_for(lambda: len(library.steps) == PATIENCE_STEPS + 1)
    _wait_for(lambda: advised == wanted)
    made.take(LIMITED_CHUNK_BYTES)
    made.close()
    assert advised == ([True, True] if wanted == [True] else wanted)


def test_system_that_does_not_know_the_advice_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library(monkeypatch, seconds=0.0, status=-1)
    made = Reserve()
    made.take(4 * STEP_BYTES)
    _wait_for(lambda: len(library.steps) == 1)
    made.take(4 * STEP_BYTES)
    made.close()
    assert len(library.steps) == 1


def test_smaller_chunk_is_taken_where_addresses_are_short(fresh: Reserve, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = mmap.mmap

    def short_of_addresses(descriptor: int, size: int, **options: Any) -> mmap.mmap:
        asked.append(size)
        if size > mmap.PAGESIZE:
            raise OSError(12, "Cannot allocate memory")
        return real(descriptor, size, **options)

    monkeypatch.setattr(mmap, "mmap", short_of_addresses)
    assert fresh.take(mmap.PAGESIZE).size_bytes == mmap.PAGESIZE
    assert asked == [reserve._chunk_bytes(), LIMITED_CHUNK_BYTES, mmap.PAGESIZE]


@pytest.mark.parametrize("limit", [resource.RLIM_INFINITY, 1 << 40])
def test_addresses_are_reserved_for_all_memory_unless_they_are_limited(
    limit: int, fresh: Reserve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    memory = mmap.PAGESIZE * os.sysconf("SC_PHYS_PAGES")
    fresh.take(mmap.PAGESIZE)
    assert fresh._size == (memory if limit == resource.RLIM_INFINITY else LIMITED_CHUNK_BYTES)


def test_no_room_at_all_is_a_memory_error(fresh: Reserve, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> mmap.mmap:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(mmap, "mmap", refuse)
    with pytest.raises(MemoryError, match=r"^no room for 4096 bytes: \[Errno 12\] Cannot allocate memory$"):
        fresh.take(mmap.PAGESIZE)
