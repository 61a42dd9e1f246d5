"""Work beside the caller's."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from limpid.runs.background import begun


def test_work_that_was_begun_gives_its_result() -> None:
    asked = threading.Event()

    def work() -> int:
        asked.wait()
        return 7

    future = begun(work)
    assert not future.done()
    asked.set()
    assert future.result() == 7


def test_error_of_work_that_was_begun_is_raised_where_the_result_is_asked_for() -> None:
    def work() -> int:
        raise ZeroDivisionError("no key")

    future = begun(work)
    with pytest.raises(ZeroDivisionError, match="no key"):
        future.result()


def test_process_that_ends_does_not_wait_for_the_work() -> None:
    program = "import time; from limpid.runs.background import begun; begun(lambda: time.sleep(600))"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
