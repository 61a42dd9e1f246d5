"""The door: by host, origin and token, on every path but one."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.service.guard import Guard
from limpid.service.metrics import Metrics
from limpid.service.settings import NamedGuest, Settings, is_loopback

TOKEN = "0123456789abcdef"
LOCAL = Settings(
    folder=Path("nowhere"),
    guests=(NamedGuest("fibonacci", "fibonacci.elf"),),
    parameters="tiny",
    final=False,
    host="127.0.0.1",
    port=3000,
    token=None,
    maximum_instructions=1_000,
    input_bytes=1,
    proof_bytes=1,
    queue=1,
    keep=1,
)
GUARDED = replace(LOCAL, host="192.0.2.1", token=TOKEN)

Header = tuple[bytes, bytes]
HOST: Header = (b"host", b"localhost:3000")


def basic(password: str) -> bytes:
    """What a browser sends."""
    return b"Basic " + base64.b64encode(f"anybody:{password}".encode())


def passed(settings: Settings, headers: list[Header], path: str = "/jobs") -> int:
    """The status of a request; 200 if it came through."""
    statuses: list[int] = []

    async def inner(scope: object, receive: object, send: object) -> None:
        statuses.append(200)

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            assert isinstance(status, int)
            statuses.append(status)

    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""}
    guard = Guard(inner, settings, Metrics())
    asyncio.run(guard(scope, receive, send))  # type: ignore[arg-type]
    (status,) = statuses
    return status


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "LOCALHOST:3000", "127.0.0.1:3000", "[::1]:3000"])
def test_request_for_this_machine_passes(host: str) -> None:
    assert passed(LOCAL, [(b"host", host.encode())]) == 200


@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.example",
        "localhost.elsewhere.example",
        "elsewhere.example:3000",
        "localhost@elsewhere.example",
        "127.0.0.1.elsewhere.example",
        "localhost:3000:3000",
        "localhost elsewhere",
        "",
    ],
)
def test_request_for_another_name_that_leads_here_is_refused(host: str) -> None:
    assert passed(LOCAL, [(b"host", host.encode())]) == 403


def test_request_without_a_host_or_with_two_is_refused() -> None:
    assert passed(LOCAL, []) == 403
    assert passed(LOCAL, [HOST, HOST]) == 400


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ((b"origin", b"http://localhost:3000"), 200),
        ((b"origin", b"https://localhost:3000"), 200),
        ((b"origin", b"http://localhost:3001"), 403),
        ((b"origin", b"http://elsewhere.example"), 403),
        ((b"origin", b"null"), 403),
        ((b"sec-fetch-site", b"none"), 200),
        ((b"sec-fetch-site", b"same-origin"), 200),
        ((b"sec-fetch-site", b"same-site"), 403),
        ((b"sec-fetch-site", b"cross-site"), 403),
    ],
)
def test_request_of_another_sites_page_is_refused(header: Header, status: int) -> None:
    assert passed(LOCAL, [HOST, header]) == status


@pytest.mark.parametrize(
    "path", ["/", "/jobs", "/metrics", "/twirp/api.ZkvmService/Prove", "/v1/proof_types", "/page.js", "/nothing"]
)
def test_configured_token_is_demanded_on_every_path(path: str) -> None:
    assert passed(GUARDED, [HOST], path) == 401
    assert passed(GUARDED, [HOST, (b"authorization", b"Bearer " + TOKEN.encode())], path) == 200
    assert passed(GUARDED, [HOST, (b"authorization", basic(TOKEN))], path) == 200


@pytest.mark.parametrize(
    "path", ["/health/", "//health", "/Health", "/health/../jobs", "/health;", "/x/health", "/health\n"]
)
def test_paths_that_look_like_health_demand_the_token_as_well(path: str) -> None:
    assert passed(GUARDED, [HOST], path) == 401
    assert passed(GUARDED, [HOST], "/health") == 200


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer 0123456789abcde",
        b"Bearer 0123456789abcdef0",
        b"Bearer 0123456789ABCDEF",
        b"Token 0123456789abcdef",
        b"0123456789abcdef",
        b"Basic 0123456789abcdef",
        b"Basic \xff\xff",
        basic(""),
        basic(TOKEN[:-1]),
        basic(f"{TOKEN}:"),
        # What is no base 64 is not read leniently.
        basic(TOKEN) + b"!",
    ],
)
def test_wrong_token_is_refused(value: bytes) -> None:
    assert passed(GUARDED, [HOST, (b"authorization", value)]) == 401


def test_two_tokens_are_refused_though_one_is_right() -> None:
    right = (b"authorization", b"Bearer " + TOKEN.encode())
    assert passed(GUARDED, [HOST, right, (b"authorization", b"Bearer wrong")]) == 400


def test_local_server_with_a_token_demands_both() -> None:
    both = replace(LOCAL, token=TOKEN)
    right = (b"authorization", b"Bearer " + TOKEN.encode())
    assert passed(both, [HOST, right]) == 200
    assert passed(both, [HOST]) == 401
    assert passed(both, [(b"host", b"elsewhere.example"), right]) == 403


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("elsewhere.example", False),
        ("127.0.0.1.elsewhere.example", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, is_local: bool) -> None:
    assert is_loopback(host) == is_local
