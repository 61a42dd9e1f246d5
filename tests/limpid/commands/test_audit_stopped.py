"""`limpid audit` told to stop, by a signal or by its time for everything: at once, also amidst a question to Z3."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from limpid.errors import FAILED
from tests.killed_processes import is_at_work
from tests.limpid.commands.invocation import limpid

ROOT = Path(__file__).resolve().parents[3]

HARD = """(prime-number 2147483647)
(begin-module Hard)
(input n) (output x) (output y)
(assert (< 1 x)) (assert (< x y)) (assert (< y 46000))
(assert (= (* x y (+ x 1) (+ y 3) (+ x y)) (* n n n n n)))
(assert (= (* x x x y y) (+ n (* y n n))))
(end-module)
"""
"""Nobody decides in seconds whether n determines x and y."""

TELLING_QUESTIONS = """
import signal

from limpid.__main__ import main
from proofs_of_constraints.obligations import asking

class Telling(asking.threading.Thread):
    def start(self):
        super().start()
        print("asked", flush=True)

asking.threading.Thread = Telling
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
"""The command line, with a word on standard output for every question that is begun.

What a shell starts in the background ignores interrupts, and so would all that the tests start from there.
"""


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    path = tmp_path / "hard.picus"
    path.write_text(HARD)
    return path


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_audit_that_is_told_to_stop_amidst_a_question_does_not_wait_for_its_answer(
    number: signal.Signals, status: int, hard: Path
) -> None:
    command = [sys.executable, "-c", TELLING_QUESTIONS, "audit", str(hard), "--timeout", "600"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as audit:
        assert audit.stdout is not None
        questions = b""
        # Some questions are answered at once: the one that is not has no successor.
        while not questions or select.select([audit.stdout], [], [], 2)[0]:
            more = os.read(audit.stdout.fileno(), 4096)
            assert more
            questions += more
        audit.send_signal(number)
        try:
            assert audit.wait(timeout=30) == status
        finally:
            audit.kill()


def test_audit_whose_time_for_everything_is_over_fails_with_unknown(hard: Path) -> None:
    invocation = limpid("audit", hard, "--timeout", "600", "--total-timeout", "2", "--json")
    assert invocation.status == FAILED
    unknown = [o for o in invocation.document["obligations"] if o["verdict"] == "unknown"]
    assert unknown
    assert all(o["detail"].endswith("the time for the whole audit is over") for o in unknown)


def test_obligation_after_the_time_for_everything_is_not_begun() -> None:
    invocation = limpid("audit", "--chip", "xor", "--total-timeout", "0.000001", "--json")
    assert invocation.status == FAILED
    found = {(o["verdict"], o["detail"], o["queries"]) for o in invocation.document["obligations"]}
    assert found == {("unknown", "not begun: the time for the whole audit is over", 0)}


def test_audit_on_several_processes_has_the_same_time_for_everything() -> None:
    invocation = limpid("audit", "--chip", "xor", "--jobs", "2", "--total-timeout", "0.000001", "--json")
    assert {o["verdict"] for o in invocation.document["obligations"]} == {"unknown"}


def test_audit_on_several_processes_that_is_told_to_stop_ends_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "limpid", "audit", "--jobs", "2", "--smt2", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as audit:
        # A query that is written out was asked by a process that proves.
        while not any(tmp_path.iterdir()):
            assert audit.poll() is None
            time.sleep(0.1)
        children = Path(f"/proc/{audit.pid}/task/{audit.pid}/children").read_text().split()
        assert len(children) >= 2
        audit.terminate()
        try:
            assert audit.wait(timeout=30) == 143
        finally:
            audit.kill()
    time.sleep(1)
    assert [child for child in children if is_at_work(int(child))] == []
