"""Connections that are given a bounded time: uvicorn itself waits for the end of a request's head for ever."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from limpid.service.limits import HEAD_SECONDS, MOST_CONNECTIONS


class PatientProtocol(H11Protocol):
    """Closes a connection whose next request does not begin in time, however many bytes it sends."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come; of too many, some get no answer at all."""
        super().connection_made(transport)
        if len(self.connections) > 2 * MOST_CONNECTIONS:
            transport.close()
        self._mind()

    def data_received(self, data: bytes) -> None:
        """Some bytes have come."""
        super().data_received(data)
        self._mind()

    def on_response_complete(self) -> None:
        """An answer is sent."""
        super().on_response_complete()
        self._mind()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP. Whoever is at an answer to the beginning of it learns that nobody waits for it."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self.transport.close()
                return
        super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left."""
        super().connection_lost(exc)
        self._forget()

    def _mind(self) -> None:
        """The clock runs while a head is waited for, and only then."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self._patience is None and not self.transport.is_closing():
            self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
