"""Answers of the service: errors in the form that each client reads, and what every answer says to a browser."""

from __future__ import annotations

import json

from starlette.responses import Response

from limpid.service.refusals import RefusalError

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""A browser takes nothing for what it is not, tells nobody where it was, and keeps nothing."""

CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""What a browser may fetch for an answer that is no page."""


def is_twirp(path: str) -> bool:
    """Whether a path is one of a call: its errors have Twirp's form."""
    return path.startswith("/twirp/") or (path.startswith("/guests/") and "/twirp/" in path)


def refusal(error: RefusalError, path: str) -> Response:
    """An error as the clients of this path read it: Twirp's `code` and `msg`, or zkboost's `code` and `message`."""
    if is_twirp(path):
        document: dict[str, object] = {"code": error.code.text, "msg": error.text}
        status = error.code.status
    else:
        document = {
            "code": error.status,
            "message": error.message,
            "kind": error.code.text,
            "next_step": error.next_step,
        }
        status = error.status
    headers = {**SAFE_HEADERS, "Content-Security-Policy": CLOSED_POLICY, **error.headers}
    # Of a body that was not read, nothing is waited for.
    return Response(json.dumps(document), status, {**headers, "Connection": "close"}, "application/json")


def bytes_answer(content: bytes, media_type: str = "application/octet-stream") -> Response:
    """Bytes for programs; a browser saves them."""
    return Response(content, 200, {**SAFE_HEADERS, "Content-Security-Policy": CLOSED_POLICY}, media_type)


def json_answer(document: object) -> Response:
    """A JSON document."""
    return bytes_answer(json.dumps(document).encode(), "application/json")
