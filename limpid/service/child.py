"""A child process as the server has it: tasks in, answers out; started when it is needed, and again after a death."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from limpid.errors import LimpidError
from limpid.service.limits import MEBIBYTE

LONGEST_LINE_BYTES = MEBIBYTE
"""Answers hold figures, names and a key: byte strings go through files."""


class WorkerDiedError(Exception):
    """A child that ended in the middle of a task."""


class TooSlowError(WorkerDiedError):
    """A child that was killed because it took too long."""


class TaskError(LimpidError):
    """An error that came up in a child."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(str(facts["message"]), facts["next_step"], facts)
        self.kind = str(facts["kind"])


class RejectedError(Exception):
    """The verifier's rejection of a proof, as a child tells it."""


class Child:
    """One process, which does one task at a time."""

    def __init__(self, kept_open: int) -> None:
        self._kept_open = kept_open
        """The descriptor of the folder's lock, which holds for as long as the child lives."""

        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Its number, while it lives."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if alive and self._process is not None else None

    async def ask(
        self,
        task: Mapping[str, object],
        *,
        seconds: float | None = None,
        heard: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> dict[str, Any]:
        """The facts that come of a task; `heard` receives what comes before them.

        Who leaves takes the task along: where the child has begun it, the child is killed, and the next task starts it
        again. Raises WorkerDiedError if the child ends, TooSlowError if it is killed after so many seconds,
        RejectedError, TaskError.
        """
        async with self._turn:
            found = await self._exchanged(task, seconds, heard)
        if "error" in found:
            raise TaskError(found["error"])
        if "rejected" in found:
            raise RejectedError(found["rejected"]["message"])
        return dict(found["facts"])

    async def kill(self) -> None:
        """Ends the process, whatever it is at."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _exchanged(
        self, task: Mapping[str, object], seconds: float | None, heard: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any]:
        process = await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(json.dumps(task).encode() + b"\n")
                await process.stdin.drain()
                while line := await process.stdout.readline():
                    found = json.loads(line)
                    if {"facts", "error", "rejected"} & found.keys():
                        return dict(found)
                    heard(found)
        except TimeoutError:
            await self.kill()
            raise TooSlowError(f"it took longer than {seconds} seconds") from None
        except asyncio.CancelledError:
            # Compiled code hears of nothing before it ends.
            await self.kill()
            raise
        except (ConnectionError, ValueError) as error:
            await self.kill()
            raise WorkerDiedError(f"its line broke: {error}") from error
        self._process = None
        status = await process.wait()
        raise WorkerDiedError(f"it ended with status {status}")

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "limpid.service.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE_BYTES,
                pass_fds=(self._kept_open,),
                # A terminal's Ctrl-C is for the server, which ends its children itself.
                start_new_session=True,
            )
        return self._process
