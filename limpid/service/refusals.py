"""What a client is refused with: the codes of Twirp, each with its status of HTTP, and a message that says what next.

The codes are those of the Twirp wire protocol, version 7 (twitchtv.github.io/twirp/docs/errors.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from limpid.errors import LimpidError


class Code(Enum):
    """A code of Twirp: its name, and its status of HTTP."""

    CANCELED = ("canceled", 408)
    INVALID_ARGUMENT = ("invalid_argument", 400)
    MALFORMED = ("malformed", 400)
    DEADLINE_EXCEEDED = ("deadline_exceeded", 408)
    NOT_FOUND = ("not_found", 404)
    BAD_ROUTE = ("bad_route", 404)
    PERMISSION_DENIED = ("permission_denied", 403)
    UNAUTHENTICATED = ("unauthenticated", 401)
    RESOURCE_EXHAUSTED = ("resource_exhausted", 429)
    UNIMPLEMENTED = ("unimplemented", 501)
    INTERNAL = ("internal", 500)
    UNAVAILABLE = ("unavailable", 503)

    @property
    def text(self) -> str:
        """The name on the wire."""
        return self.value[0]

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return self.value[1]


class RefusalError(Exception):
    """A request that is not answered: why, and what to do about it."""

    def __init__(
        self,
        code: Code,
        message: str,
        next_step: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.next_step = next_step
        self.status = code.status if status is None else status
        """Where HTTP has a closer status than the code's; Twirp's own answers keep the code's."""

        self.headers = dict(headers or {})

    @property
    def text(self) -> str:
        """Message and next step in one line."""
        return f"{self.message}; {self.next_step}"


def too_large(found: str, at_most: int) -> RefusalError:
    """The refusal of a body that is longer than its bound."""
    return RefusalError(
        Code.RESOURCE_EXHAUSTED,
        f"the body has {found}, and {at_most:,} bytes are read at most",
        "send less, or start the server with a larger --input-limit or --proof-limit",
        status=413,
    )


def busy(what: str) -> RefusalError:
    """The refusal of more work than there is room for."""
    return RefusalError(Code.RESOURCE_EXHAUSTED, what, "try again later", headers={"Retry-After": "5"})


class ServiceFolderError(LimpidError):
    """A folder of jobs that cannot be used."""

    kind = "folder"


class ServiceGuestError(LimpidError):
    """A guest that cannot be served."""

    kind = "guest"


class TokenError(LimpidError):
    """A file that should hold a token and does not."""

    kind = "token"
