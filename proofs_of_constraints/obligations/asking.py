"""Asking Z3 such that signals are heard: a question in native code would keep them waiting until its end."""

from __future__ import annotations

import threading
import time

import z3

PATIENCE_SECONDS = 0.8
"""How long a question that was told to end is waited for; the process may then end without it."""

_NUDGE_SECONDS = 0.02
"""Between two interrupts: the first may come before the question has begun."""


def asked(solver: z3.Solver) -> z3.CheckSatResult:
    """What `check` answers. What a signal raises meanwhile ends the question and goes on from here."""
    answers: list[z3.CheckSatResult] = []
    failures: list[z3.Z3Exception] = []

    # Else Z3 takes the keyboard's interrupt for itself, as the end of the question alone.
    solver.set("ctrl_c", False)

    def ask() -> None:
        try:
            answers.append(solver.check())
        except z3.Z3Exception as failure:
            failures.append(failure)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        asking.join()
    except BaseException:
        latest = time.monotonic() + PATIENCE_SECONDS
        # An interrupt that comes before the question begins is lost.
        while asking.is_alive() and time.monotonic() < latest:
            solver.interrupt()
            asking.join(_NUDGE_SECONDS)
        raise
    if failures:
        raise failures[0]
    return answers[0]
