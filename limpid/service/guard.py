"""The door: a request that comes from the wrong place, or without the token, reaches nothing else.

A browser lets any page send requests to this machine. So the host that it asks for must be one of ours, or a name that
an attacker points here would do; and a request that another site started is refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from limpid.service.answers import refusal
from limpid.service.metrics import Metrics
from limpid.service.refusals import Code, RefusalError
from limpid.service.settings import Settings

OPEN_PATH = "/health"
"""The one route that needs no token: whoever restarts a server that is ill has none."""

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[^:\[\]/@?#\s]+)(?::\d{1,5})?")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_OWN_SITES = (None, "none", "same-origin")
"""What a browser says of a request that a person or our own page has started [Fetch Metadata]."""

REALM = 'Basic realm="limpid", charset="UTF-8"'
"""Lets a browser ask for the token, as a password with any name [RFC 7617]."""


class Guard:
    """Stands before the application."""

    def __init__(self, application: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._application = application
        self._settings = settings
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request of ASGI, or hands it on."""
        if scope["type"] == "http":
            try:
                self._require(scope["path"], Headers(scope=scope))
            except RefusalError as error:
                self._metrics.refused.labels(error.code.text).inc()
                await refusal(error, scope["path"])(scope, receive, send)
                return
        await self._application(scope, receive, send)

    def _require(self, path: str, headers: Headers) -> None:
        host = _only(headers, "host")
        if self._settings.is_local:
            self._require_own_name(host)
        origin = _only(headers, "origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            raise RefusalError(Code.PERMISSION_DENIED, "another site's page sent this", "use the server's own page")
        if _only(headers, "sec-fetch-site") not in _OWN_SITES:
            raise RefusalError(Code.PERMISSION_DENIED, "another site started this", "type the address yourself")
        if self._settings.token is not None and path != OPEN_PATH:
            self._require_token(_only(headers, "authorization"), self._settings.token)

    def _require_own_name(self, host: str | None) -> None:
        found = None if host is None else _HOST.fullmatch(host)
        if found is None or found["name"].lower() not in (*_LOCAL_NAMES, self._settings.host):
            raise RefusalError(
                Code.PERMISSION_DENIED,
                "the host of the request is not this machine",
                f"ask for {_LOCAL_NAMES[0]} or {self._settings.host}",
            )

    def _require_token(self, stated: str | None, token: str) -> None:
        if stated is None or not hmac.compare_digest(_token_in(stated).encode(), token.encode()):
            raise RefusalError(
                Code.UNAUTHENTICATED,
                "the request has no token, or a wrong one",
                "send Authorization: Bearer TOKEN",
                headers={"WWW-Authenticate": REALM},
            )


def _only(headers: Headers, name: str) -> str | None:
    """A header that may stand once. Raises RefusalError if it stands twice."""
    found = headers.getlist(name)
    if len(found) > 1:
        raise RefusalError(Code.MALFORMED, f"the header {name} stands twice", "send it once")
    return found[0] if found else None


def _token_in(authorization: str) -> str:
    """The token of either scheme; empty if there is none."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
