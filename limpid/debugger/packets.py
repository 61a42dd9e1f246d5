"""Packets of the GDB remote serial protocol [GDB manual, appendix E.1]: `$text#checksum`, acknowledged by `+`."""

from __future__ import annotations

import socket

LARGEST_PACKET_BYTES = 0x4000
"""Read from the connection at once; a longer packet takes several reads."""

INTERRUPT = 0x03
"""The byte by which a user stops a running program, outside of any packet."""

_ESCAPE, _ESCAPE_BIT = 0x7D, 0x20


class DisconnectedError(Exception):
    """The debugger has gone."""


class PacketStream:
    """Packets over a connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()
        self.acknowledges = True
        """Until the debugger agrees that the transport is reliable."""

    def receive(self) -> str:
        """The next packet's text; for a packet with a wrong checksum it demands another.

        Raises DisconnectedError if the debugger has gone.
        """
        while True:
            start = self._position_of(b"$", 0)
            end = self._position_of(b"#", start)
            self._position_of(b"", end + 3)
            content = bytes(self._received[start + 1 : end])
            claimed = bytes(self._received[end + 1 : end + 3])
            del self._received[: end + 3]
            if not self.acknowledges:
                return _unescaped(content)
            if claimed == b"%02x" % _checksum(content):
                self._send(b"+")
                return _unescaped(content)
            self._send(b"-")

    def send(self, text: str) -> None:
        """Sends one packet; a missing acknowledgement shows as a repeated question.

        Raises DisconnectedError if the debugger has gone.
        """
        content = text.encode("latin-1")
        self._send(b"$%s#%02x" % (content, _checksum(content)))

    def interrupted(self) -> bool:
        """Whether the user has asked to stop, without waiting. Raises DisconnectedError if the debugger has gone."""
        self._connection.setblocking(False)
        try:
            self._fill()
        except BlockingIOError:
            pass
        finally:
            self._connection.setblocking(True)
        position = self._received.find(INTERRUPT)
        if position < 0:
            return False
        del self._received[position]
        return True

    def _position_of(self, sought: bytes, start: int) -> int:
        """Where the bytes stand from the start on, reading until they are there; b"" waits for so many bytes."""
        while len(self._received) < start or (position := self._received.find(sought, start)) < 0:
            self._fill()
        return position

    def _fill(self) -> None:
        try:
            received = self._connection.recv(LARGEST_PACKET_BYTES)
        except ConnectionError as error:
            raise DisconnectedError from error
        if not received:
            raise DisconnectedError
        self._received += received

    def _send(self, content: bytes) -> None:
        try:
            self._connection.sendall(content)
        except ConnectionError as error:
            raise DisconnectedError from error


def _checksum(content: bytes) -> int:
    return sum(content) % 256


def _unescaped(content: bytes) -> str:
    text = bytearray()
    escaped = False
    for byte in content:
        if byte == _ESCAPE and not escaped:
            escaped = True
            continue
        text.append(byte ^ _ESCAPE_BIT if escaped else byte)
        escaped = False
    return text.decode("latin-1")
