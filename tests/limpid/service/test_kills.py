"""Deaths: of the server, of its prover, and clients that hang up. Nothing that was accepted is lost."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import socket
import time
from pathlib import Path

import pytest

import limpid
from limpid.service.limits import CALL_SECONDS
from tests.killed_processes import is_at_work
from tests.limpid.service.running import FIBONACCI, Server, number, running
from tests.limpid.service.test_twirp import PROTOBUF, field, ok

LONG = 3_000
"""Some ten thousand instructions: many segments under the parameters for tests, and seconds of work."""


def _proofs(server: Server, values: list[int]) -> None:
    """Every job is proven, with the bytes of the library."""
    for job, value in zip(server.jobs(), values, strict=True):
        proof = server.ask(f"/jobs/{job['job']}/proof").body
        assert proof == limpid.prove(FIBONACCI, number(value), parameters="tiny").encoded


def _prover(server: Server) -> int:
    """The child that proves: the one that was started later."""
    deadline = time.monotonic() + 60
    while len(server.children()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return max(server.children())


def test_server_killed_with_jobs_in_work_and_in_the_queue_goes_on_with_all(tmp_path: Path) -> None:
    values = [LONG, 5]
    with running(tmp_path / "folder", str(FIBONACCI)) as server:
        roots = [server.request(number(value)) for value in values]
        server.wait(roots[0], "proving")
        children = server.children()
        server.kill()
        server.begin()
        assert server.start["unfinished_jobs"] == 2
        # The children of the killed one are gone, or the folder would have stayed locked.
        assert [child for child in children if is_at_work(child)] == []
        for root in roots:
            server.wait(root)
        _proofs(server, values)
        assert server.end() == (0, "")
        assert sorted(path.name for path in (tmp_path / "folder" / "jobs").glob("*/run")) == []
    assert "Traceback" not in server.errors


def test_prover_killed_in_a_job_is_started_again_and_ends_it(tmp_path: Path) -> None:
    with running(tmp_path / "folder", str(FIBONACCI)) as server:
        root = server.request(number(LONG))
        server.wait(root, "proving")
        os.kill(_prover(server), signal.SIGKILL)
        server.wait(root)
        _proofs(server, [LONG])
        assert b"limpid_prover_deaths_total 1.0" in server.ask("/metrics").body


def test_client_that_hangs_up_costs_no_job(server: Server) -> None:
    content = b"\x0a\x08" + number(21)
    head = (
        "POST /twirp/api.ZkvmService/Prove HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/protobuf\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head + content)
        root = "0x" + hashlib.sha256(number(21)).hexdigest()
        while not any(job["new_payload_request_root"] == root for job in server.jobs()):
            time.sleep(0.01)
    before = len(server.jobs())
    # It left in the middle of the body: nothing was accepted.
    for cut in (len(head) - 1, len(head), len(head) + 3):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall((head + content)[:cut])
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET /jobs/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.recv(100)
    assert server.request(number(21)) == root
    server.wait(root)
    assert len(server.jobs()) == before


def test_execution_whose_client_hangs_up_is_ended_and_the_next_is_answered(tmp_path: Path) -> None:
    path, endless = "/twirp/api.ZkvmService/Execute", 1 << 40
    with running(tmp_path / "folder", str(FIBONACCI), "--limit", str(endless)) as server:
        before = server.children()
        start = time.monotonic()
        server.hang_up(path, field(1, number(endless)))
        assert ok(server.ask(path, field(1, number(10)), headers=PROTOBUF))[1] == number(55)
        # A call that nobody ends is ended only then.
        assert time.monotonic() - start < CALL_SECONDS
        assert not set(before) & set(server.children())


@pytest.mark.slow
def test_server_killed_twenty_times_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    chance, values = random.Random(16), list[int]()
    with running(tmp_path / "folder", str(FIBONACCI)) as server:
        for round_number in range(20):
            for value in (LONG + round_number, round_number):
                server.request(number(value))
                values.append(value)
            time.sleep(chance.uniform(0, 3))
            server.kill()
            server.begin()
        for job in server.jobs():
            server.wait(job["new_payload_request_root"])
        _proofs(server, values)
    assert "Traceback" not in server.errors
