"""All routes behind the guard, and what becomes of errors."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from limpid.service.answers import refusal
from limpid.service.desk import Desk
from limpid.service.guard import Guard
from limpid.service.metrics import Metrics
from limpid.service.pages import Pages
from limpid.service.proof_node import ProofNode
from limpid.service.proving import Proving
from limpid.service.refusals import Code, RefusalError
from limpid.service.twirp import Twirp

NOT_ALLOWED = 405
"""The status of HTTP for a route that has another method."""


def application(desk: Desk, proving: Proving) -> ASGIApp:
    """The whole service as one application of ASGI."""
    twirp = Twirp(desk)
    routes = [
        *ProofNode(desk).routes(),
        *Pages(desk, lambda: proving.is_running).routes(),
        Route("/twirp/{call:path}", twirp),
        Route("/guests/{guest}/twirp/{call:path}", twirp),
    ]
    inner = Starlette(
        routes=routes,
        exception_handlers={RefusalError: _refused, HTTPException: _not_routed, Exception: _broken},
    )
    # A path with a slash too many is no other path.
    inner.router.redirect_slashes = False
    return Guard(_Counted(inner, desk.metrics), desk.settings, desk.metrics)


class _Counted:
    """Counts answers by route and status."""

    def __init__(self, inner: ASGIApp, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The router has put it there; of a path that a client made up, nothing is kept.
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.requests.labels(route, str(message["status"])).inc()
            await send(message)

        await self._inner(scope, receive, counting)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    return refusal(error, request.url.path)


async def _not_routed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == NOT_ALLOWED:
        found = RefusalError(Code.BAD_ROUTE, "the path has no such method", "use another", status=NOT_ALLOWED)
    else:
        found = RefusalError(Code.BAD_ROUTE, "there is nothing at that path", "look at docs/service.md")
    return refusal(found, request.url.path)


async def _broken(request: Request, error: Exception) -> Response:
    """A defect: the client learns nothing of it, whoever runs the server finds it in what that prints."""
    found = RefusalError(Code.INTERNAL, "the server has a defect", "look at what it prints, and report it")
    return refusal(found, request.url.path)
