"""Bodies of requests: their sizes are checked before anything is kept of them, and again while they come in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, Request

from limpid.service.limits import BODY_SECONDS
from limpid.service.refusals import Code, RefusalError, busy, too_large

_MOST_DIGITS = 15
"""A length of more is beyond any bound, whatever it says."""


class BodyBudget:
    """The bytes that all bodies together may still take."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._left = total

    @property
    def in_use(self) -> int:
        """Bytes."""
        return self._total - self._left

    @contextmanager
    def reserved(self, size: int) -> Iterator[None]:
        """Keeps so many bytes for one body, until the block ends. Raises RefusalError if there are none left."""
        if size > self._left:
            raise busy("other requests take all the memory for bodies")
        self._left -= size
        try:
            yield
        finally:
            self._left += size


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise RefusalError(
            Code.DEADLINE_EXCEEDED, f"the body took longer than {BODY_SECONDS} seconds", "send it faster"
        ) from error
    except ClientDisconnect as error:
        raise RefusalError(Code.CANCELED, "the client left in the middle of the body", "send all of it") from error


async def read_body(request: Request, at_most: int) -> bytes:
    """The body of a request, of so many bytes at most; one that states no length is held against the bound alone.

    Raises RefusalError if it is too long, too slow, or its client leaves.
    """
    require_length(request, at_most)
    body = bytearray()
    with _in_time():
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                if len(body) + len(piece) > at_most:
                    raise too_large("more bytes than that", at_most)
                body += piece
    return bytes(body)


def require_length(request: Request, at_most: int) -> int:
    """The bytes that a body may take: its stated length, else the bound. Raises RefusalError if it is too long."""
    stated = request.headers.get("content-length")
    if stated is None:
        return at_most
    if not (stated.isascii() and stated.isdigit()):
        raise RefusalError(Code.MALFORMED, "the length of the body is no number", "send Content-Length in digits")
    if len(stated) > _MOST_DIGITS or int(stated) > at_most:
        raise too_large(f"a length of {stated[:_MOST_DIGITS]}{'...' if len(stated) > _MOST_DIGITS else ''}", at_most)
    return int(stated)


async def gone(request: Request) -> None:
    """Returns when the client has left. The body has been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
