"""A server as its clients have it: a process of its own, asked over sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limpid.guest_build.build import EXAMPLES
from tests.conftest import ROOT

FIBONACCI = EXAMPLES / "elf" / "fibonacci.elf"
SHA256 = EXAMPLES / "elf" / "sha256.elf"
START_SECONDS = 240
"""For the first keys, whose kernels may have to be compiled on a busy machine."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By name in small letters."""

    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Server:
    """A server in a folder; it may be killed and started again."""

    def __init__(self, folder: Path, *arguments: str, parameters: str = "tiny") -> None:
        self.folder = folder
        self._arguments = (*arguments, "--parameters", parameters)
        self._process: subprocess.Popen[str] | None = None
        self.start: dict[str, Any] = {}
        """What it said when it began."""

    def begin(self) -> Server:
        """Starts it, and waits until it takes requests."""
        command = [sys.executable, "-m", "limpid", "serve", *self._arguments, "--folder", str(self.folder)]
        with (self.folder.parent / "errors").open("a") as errors:
            self._process = subprocess.Popen(
                [*command, "--port", "0", "--json"],
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            assert selector.select(START_SECONDS), self.errors
        line = self._process.stdout.readline()
        assert line, self.errors
        self.start = json.loads(line)
        return self

    @property
    def errors(self) -> str:
        """What it wrote to standard error, in all its lives."""
        return (self.folder.parent / "errors").read_text()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.start["url"].rpartition(":")[2])

    @property
    def process(self) -> subprocess.Popen[str]:
        """The process."""
        assert self._process is not None
        return self._process

    def children(self) -> list[int]:
        """The processes that compute for it."""
        found = (Path("/proc") / str(self.process.pid) / "task" / str(self.process.pid) / "children").read_text()
        return [int(number) for number in found.split()]

    def kill(self) -> None:
        """Ends it without a chance to do anything."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def end(self) -> tuple[int, str]:
        """Ends it in order; its status, and what else it printed."""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, rest

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        *,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, and its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=240)
        with contextlib.closing(connection):
            connection.request(method or ("GET" if body is None else "POST"), path, body, dict(headers or {}))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())

    def hang_up(self, path: str, content: bytes, seconds: float = 0.5) -> None:
        """Makes a call, of protocol buffers, and leaves without an answer after so long."""
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/protobuf\r\n"
        head += f"Content-Length: {len(content)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(head.encode() + content)
            time.sleep(seconds)

    def raw(self, content: bytes, seconds: float = 20) -> bytes:
        """What comes back for bytes that may be no request; empty if the server has nothing to say in that time."""
        with socket.create_connection(("127.0.0.1", self.port), seconds) as connection:
            try:
                connection.sendall(content)
                return connection.recv(1 << 16)
            except OSError:
                return b""

    def request(self, private_input: bytes, guest: str = "fibonacci") -> str:
        """Asks for a proof; the root of the request."""
        answer = self.ask(f"/v1/execution_proof_requests?proof_types={guest}", private_input)
        assert answer.status == 200, answer
        return str(answer.document["new_payload_request_root"])

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs."""
        return list(self.ask("/jobs").document["jobs"])

    def wait(self, root: str, state: str = "proven", seconds: float = 240) -> dict[str, Any]:
        """The job of a request, once it is in a state."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for job in self.jobs():
                if job["new_payload_request_root"] == root and job["state"] == state:
                    return job
            time.sleep(0.05)
        raise AssertionError(f"{root} is not {state}: {self.jobs()}\n{self.errors}")


@contextlib.contextmanager
def running(folder: Path, *arguments: str, parameters: str = "tiny") -> Iterator[Server]:
    """A server that is gone when the block ends."""
    server = Server(folder, *arguments, parameters=parameters)
    try:
        yield server.begin()
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.kill()


def number(value: int) -> bytes:
    """An input of the guest fibonacci."""
    return value.to_bytes(8, "little")


def fibonacci(value: int) -> int:
    """What that guest says, computed here."""
    first, second = 0, 1
    for _ in range(value):
        first, second = second, (first + second) % 2**64
    return first
