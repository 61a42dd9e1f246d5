"""What becomes of mutants: a process collects and passes a group's tests once, and each mutant's tests run in a copy of
it, so that imports, compiled code and honest proofs are paid for once. Those go first that were seen to call what the
mutant changes.
"""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import sys
import time
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from importlib import import_module
from types import CodeType, FrameType
from typing import NoReturn

import pytest

from optimized.threads import THREADS_VARIABLE
from tests.address_space import leave_addresses
from tests.check_mutation.groups import Group
from tests.check_mutation.mutants import Mutant, mutants_of, mutated
from tests.forging.check_removal import function_of

SECONDS = 20
"""The time on the processor beyond three times that of all tests: a mutant that is not done by then never ends."""

MEMORY_BYTES = 1 << 33
"""Addresses beyond those that the process has: far above what the tests take, far below what a mutant may that
allocates what a file states."""

TESTED_PACKAGES = ("spec", "reference", "optimized", "soundcalc")
ONE_THREAD = "1"
"""A process that has threads cannot be copied."""

QUIET = ("-q", "-s", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:xdist")
ENDLESS = "its tests do not end"
NO_RESULT = "the run of the tests"

MEMBER = re.compile(r"<\w*Rejection\.(\w+)")
"""A reason as a failed comparison prints it."""


class SelectionError(Exception):
    """Tests that do not pass, or cannot be collected, without any mutant."""


@dataclass(frozen=True)
class Fate:
    """What a group's tests say of a mutant."""

    test: str | None = None
    """One that fails; None where none does."""

    is_refused_otherwise: bool = False
    """Whether all tests that fail only see another reason for a refusal that stays one."""

    @property
    def is_kill(self) -> bool:
        """Whether a test misses what the mutant lets pass."""
        return self.test is not None and not self.is_refused_otherwise


def group_mutants(group: Group) -> list[Mutant]:
    """Every mutant of a group's modules."""
    return [mutant for name in group.modules for mutant in mutants_of(import_module(name))]


def fates(group: Group, mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, Fate]]:
    """Each mutant with its fate. Raises SelectionError if tests cannot be collected, or fail anyway."""
    reading, writing = os.pipe()
    server = os.fork()
    if server == 0:
        os.close(reading)
        _serve(group, mutants, writing)
    os.close(writing)
    with os.fdopen(reading) as said:
        answers = iter(said)
        without = next(answers, None)
        if without is None:
            raise SelectionError(f"the tests of {group.name} cannot be collected")
        if (failed := Fate(**json.loads(without)).test) is not None:
            raise SelectionError(f"{failed} fails without any mutant")
        for mutant, answer in zip(mutants, answers, strict=True):
            yield mutant, Fate(**json.loads(answer))
    os.waitpid(server, 0)


def _serve(group: Group, mutants: Sequence[Mutant], writing: int) -> NoReturn:
    """Collects the tests and answers with a line for no mutant and for each mutant; the process ends."""
    try:
        _silence()
        os.environ[THREADS_VARIABLE] = ONE_THREAD
        pytest.main([*QUIET, *group.tests], [_Trials(mutants, writing)])
    finally:
        os._exit(0)


@dataclass
class _Trials:
    """In place of running the collected tests, runs them for each mutant in a copy of the process."""

    mutants: Sequence[Mutant]
    writing: int
    """Where answers go."""

    seconds: float = SECONDS
    order: list[pytest.Item] = field(default_factory=list)
    """The tests, those first that are likely to fail, or quick."""

    calls: dict[str, set[CodeType]] = field(default_factory=dict)
    """By test, what it calls of the functions that mutants change, where it is not the first to need what is kept."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.order = list(session.items)
        with os.fdopen(self.writing, "w", buffering=1) as answers:
            began = time.process_time()
            changed = {_code(mutant) for mutant in self.mutants}
            found, durations = _run(self.order, Calls(changed, self.calls))
            answers.write(json.dumps(vars(found)) + "\n")
            if found.test is not None:
                return True
            self.seconds = SECONDS + 3 * (time.process_time() - began)
            self.order.sort(key=lambda item: durations[item.nodeid])
            for mutant in self.mutants:
                found = self._tried(mutant)
                # The next mutant is probably of the same function.
                self.order.sort(key=lambda item: item.nodeid != found.test)
                answers.write(json.dumps(vars(found)) + "\n")
        return True

    def _ordered(self, mutant: Mutant) -> list[pytest.Item]:
        code = _code(mutant)
        return sorted(self.order, key=lambda item: code is not None and code not in self.calls[item.nodeid])

    def _tried(self, mutant: Mutant) -> Fate:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._test(mutant, writing)
        os.close(writing)
        with os.fdopen(reading) as said:
            heard = said.read()
        _, status = os.waitpid(child, 0)
        if not heard:
            return Fate(ENDLESS if os.WIFSIGNALED(status) else NO_RESULT)
        return Fate(**json.loads(heard))

    def _test(self, mutant: Mutant, writing: int) -> NoReturn:
        """Runs the tests in this process until one shows what the mutant lets pass; the process ends."""
        try:
            order = self._ordered(mutant)
            limit = int(time.process_time() + self.seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            leave_addresses(MEMORY_BYTES)
            with mutated(mutant):
                found, _ = _run(order)
                if not found.is_kill:
                    # It may have lived off what was found without it.
                    _clear_caches()
                    found, _ = _run(order)
            with os.fdopen(writing, "w") as said:
                json.dump(vars(found), said)
        finally:
            os._exit(0)


def _code(mutant: Mutant) -> CodeType | None:
    """What the mutant changes; None for a condition, which is no function."""
    return None if mutant.is_condition else function_of(mutant.module, mutant.function).__code__


@dataclass(frozen=True)
class Calls:
    """Notes which of some functions each test calls."""

    functions: Set[CodeType | None]
    by_test: dict[str, set[CodeType]]

    @contextmanager
    def heard(self, test: str) -> Iterator[None]:
        """Within it, the test runs."""
        called = self.by_test[test] = set()

        def note(frame: FrameType, _: str, __: object) -> None:
            # It returns no tracer for what happens within the call.
            if frame.f_code in self.functions:
                called.add(frame.f_code)

        sys.settrace(note)
        try:
            yield
        finally:
            sys.settrace(None)


def _run(order: Sequence[pytest.Item], calls: Calls | None = None) -> tuple[Fate, dict[str, float]]:
    """The fate of what is in place of the tested code now, and by test its seconds."""
    listener = _Listener()
    plugins = order[0].config.pluginmanager
    plugins.register(listener)
    for item, following in zip(order, (*order[1:], None), strict=True):
        with calls.heard(item.nodeid) if calls else nullcontext():
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if listener.fate.is_kill:
            break
    plugins.unregister(listener)
    return listener.fate, listener.durations


def _clear_caches() -> None:
    """Forgets what functions of the tested packages have returned before."""
    for found in gc.get_objects():
        if isinstance(found, _lru_cache_wrapper) and found.__module__.partition(".")[0] in TESTED_PACKAGES:
            found.cache_clear()


class _Listener:
    """Hears of tests that fail, and how long each takes."""

    def __init__(self) -> None:
        self.fate = Fate()
        self.durations: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.durations[report.nodeid] = self.durations.get(report.nodeid, 0.0) + report.duration
        if report.failed and not self.fate.is_kill:
            otherwise = is_another_reason(str(report.longrepr))
            if self.fate.test is None or not otherwise:
                self.fate = Fate(report.nodeid, otherwise)


def is_another_reason(failure: str) -> bool:
    """Whether a test failed because a refusal has another reason than the expected one, which shows no more than that
    something else refuses as well."""
    compared = next((line for line in failure.splitlines() if line.startswith("E ")), "")
    return len(set(MEMBER.findall(compared))) > 1


def _silence() -> None:
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
