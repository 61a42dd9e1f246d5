"""The server that a debugger connects to, on this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable

from limpid.debugger.packets import PacketStream
from limpid.debugger.session import Session
from limpid.debugger.target import Target
from spec.program import Program

LOOPBACK = "127.0.0.1"


def serve_debugger(program: Program, private_input: bytes, port: int, listening: Callable[[int], None]) -> None:
    """Waits for one debugger and serves it; `listening` learns the port, chosen freely where 0 is given.

    Raises InputTooLongError, and OSError where the port is not to be had.
    """
    sessions: list[Session] = []
    target = Target(program, private_input, console=lambda text: sessions[0].show(text))
    with socket.create_server((LOOPBACK, port)) as server:
        listening(server.getsockname()[1])
        connection, _ = server.accept()
    with connection:
        # Small packets go back and forth: waiting to fill them would take most of the time.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sessions.append(Session(PacketStream(connection), target))
        sessions[0].serve()
