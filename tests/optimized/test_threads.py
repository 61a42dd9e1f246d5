"""Sharing work among threads."""

from __future__ import annotations

import os

import pytest

from optimized.threads import THREADS_VARIABLE, in_parallel, thread_count


@pytest.mark.parametrize("count", [0, 1, 2, 7, 64, 1000])
@pytest.mark.parametrize("smallest", [0, 1, 5, 10_000])
def test_ranges_cover_the_work_once(count: int, smallest: int) -> None:
    ranges: list[tuple[int, int]] = []
    in_parallel(lambda start, stop: ranges.append((start, stop)), count, smallest)
    assert [i for start, stop in sorted(ranges) for i in range(start, stop)] == list(range(count))
    assert all(stop - start >= smallest for start, stop in sorted(ranges)[:-1])


def test_error_in_a_thread_reaches_the_caller() -> None:
    def fail(start: int, stop: int) -> None:
        if start <= 500 < stop:
            raise ZeroDivisionError("row 500")

    with pytest.raises(ZeroDivisionError, match="row 500"):
        in_parallel(fail, 1000)


def test_work_inside_of_work_does_not_wait_for_itself() -> None:
    done: list[int] = []

    def outer(start: int, stop: int) -> None:
        for _ in range(start, stop):
            in_parallel(lambda first, last: done.extend(range(first, last)), 10)

    in_parallel(outer, 20)
    assert sorted(done) == sorted(list(range(10)) * 20)


@pytest.mark.parametrize(("variable", "expected"), [("3", 3), ("1", 1)])
def test_environment_decides_on_threads(monkeypatch: pytest.MonkeyPatch, variable: str, expected: int) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, variable)
    assert thread_count.__wrapped__() == expected


@pytest.mark.parametrize("variable", ["", "0", "-1", "many"])
def test_environment_without_a_number_leaves_all_cores(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, variable)
    assert thread_count.__wrapped__() == len(os.sched_getaffinity(0))
