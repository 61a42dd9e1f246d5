"""A thousand requests that are meant ill: each is answered or refused, none costs another client anything."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from limpid.commands.serve import DEFAULT_PROOF_BYTES
from limpid.service.limits import ENVELOPE_BYTES
from tests.limpid.service.conftest import INPUT_LIMIT
from tests.limpid.service.running import Server, number

REQUESTS = 1000
AT_ONCE = 16
GIVE_UP_SECONDS = 0.3
HOST = b"Host: localhost\r\n"
CALL = b"POST /twirp/api.ZkvmService/Prove HTTP/1.1\r\n" + HOST + b"Content-Type: application/protobuf\r\n"
ASKING = b"POST /v1/execution_proof_requests?proof_types=fibonacci HTTP/1.1\r\n" + HOST

PATHS = [
    "/jobs/../../../etc/passwd",
    "/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/jobs/..%2f..%2frequest.json/proof",
    "/jobs/" + "0" * 64 + "/proof",
    "/jobs/" + "0" * 63 + "%00/proof",
    "/jobs/.fresh-00/input",
    "/jobs/%F0%9F%92%A9/state",
    "/jobs/" + "a" * 5000,
    "//jobs",
    "/jobs//proof",
    "/jobs;x=1",
    "/page.js/../serving.py",
    "/guests/..%2f..%2f/twirp/api.ZkvmService/Prove",
    "/v1/execution_proofs/..%2f..%2flock/fibonacci",
    "/v1/execution_proofs/0x" + "f" * 64 + "/..",
    "/twirp/api.ZkvmService/Prove%00",
    "/health/../metrics/x",
    "http://elsewhere.example/jobs/none",
    "*",
    "/\xff",
]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PRI", "get", "G" * 300]
HEADERS = [
    "Content-Length: -1",
    "Content-Length: 99999999999999999999999999",
    "Content-Length: 18446744073709551615",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 0x10",
    "Content-Length: +5",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Expect: 100-continue",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Host: elsewhere.example",
    "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: elsewhere.example\r\nForwarded: for=127.0.0.1",
    "X-Original-URL: /metrics\r\nX-Rewrite-URL: /metrics\r\nX-HTTP-Method-Override: DELETE",
    "Origin: null",
    "Origin: http://elsewhere.example",
    "Sec-Fetch-Site: cross-site",
    "Authorization: Bearer " + "x" * 4000,
    "Authorization: Basic !!!!",
    "Range: bytes=0-0,-1,5-2",
    "Content-Encoding: gzip",
    "Cookie: " + "a=b; " * 2000,
    "X: " + "y" * 70_000,
    "\x00: y",
    "A" * 1000 + ": y",
    " folded: y",
]
BODIES = [
    b"",
    b"\x00",
    b"\xff" * 64,
    b"\x0a\xff\xff\xff\xff\x0f",
    b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80",
    b"\x12\x00",
    b"\x0b" * 5000,
    b"{" * 5000,
    b'{"input_stdin":"' + b"!" * 100,
    b"ffffffff\r\n",
    b"5\r\nabcde\r\n0\r\nX: y\r\n\r\n",
    b"-1\r\n\r\n",
    b"5;" + b"e" * 70_000,
]


def requests(count: int) -> Iterator[bytes]:
    """The same requests each time: some written out, the others put together or damaged at random."""
    chance = random.Random(21)
    for path in PATHS:
        yield f"GET {path} HTTP/1.1\r\n".encode("latin-1") + HOST + b"\r\n"
    for header in HEADERS:
        yield ASKING + header.encode() + b"\r\n\r\n"
    for body in BODIES:
        yield CALL + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        yield CALL + b"Transfer-Encoding: chunked\r\n\r\n" + body
    yield b""
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256))
    yield b"GET / HTTP/9.9\r\n\r\n"
    yield b"GET / HTTP/1.0\r\n\r\n"
    yield b"\r\n" * 5000
    for _ in range(count):
        method = chance.choice(METHODS)
        head = f"{method} {chance.choice(PATHS)} HTTP/1.1\r\n".encode("latin-1")
        if chance.random() < 0.5:
            head = chance.choice([CALL, ASKING])
        headers = "".join(f"{header}\r\n" for header in chance.sample(HEADERS, chance.choice([0, 0, 1, 2])))
        content = bytearray(head + HOST * (HOST not in head) + headers.encode("latin-1") + b"\r\n")
        content += chance.choice(BODIES)
        for _ in range(chance.choice([0, 0, 0, 1, 5])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        yield bytes(content[: chance.choice([len(content)] * 4 + [chance.randrange(len(content)) + 1])])


def _state(server: Server) -> list[object]:
    """The jobs that honest clients have asked for; a request of empty or damaged bytes may be in order by chance."""
    return [job for job in server.jobs() if job["input_bytes"] == 8]


def test_a_thousand_hostile_requests_cost_nobody_anything(server: Server) -> None:
    root = server.request(number(30))
    server.wait(root)
    before, proof = _state(server), server.ask(f"/v1/execution_proofs/{root}/fibonacci").body
    sent = list(requests(REQUESTS))
    with ThreadPoolExecutor(AT_ONCE) as clients:
        # Half a request waits for its end, which does not come: the client gives up.
        answers = list(clients.map(lambda content: server.raw(content, GIVE_UP_SECONDS), sent))
    statuses = Counter(answer[9:12] for answer in answers)
    assert [pair for pair in zip(sent, answers, strict=True) if pair[1][9:12] == b"500" or b"root:" in pair[1]] == []
    # They came in, also behind the parser of HTTP: most were refused, and none ended the server.
    assert sum(statuses[status] for status in (b"403", b"404", b"405", b"413", b"429", b"501")) > REQUESTS // 5
    assert statuses[b"400"] > REQUESTS // 5
    assert server.process.poll() is None
    assert server.ask("/health").document == {"status": "ok"}
    assert _state(server) == before
    assert server.ask(f"/v1/execution_proofs/{root}/fibonacci").body == proof
    assert b"limpid_body_bytes 0.0" in server.ask("/metrics").body
    # Some were in order: their jobs fail, or are proven, like any other.
    while any(job["state"] in ("waiting", "proving") for job in server.jobs()):
        time.sleep(0.1)
    server.wait(server.request(number(31)))
    assert "Traceback" not in server.errors
    outside = {path.name for path in server.folder.iterdir()} - {"jobs", "guests", "scratch", "lock"}
    assert outside == set()
    assert list((server.folder / "scratch").iterdir()) == []


@pytest.mark.parametrize("stated", [None, 10**12, 10**19])
@pytest.mark.parametrize("route", ["twirp", "requests", "verifications"])
def test_length_above_the_bound_is_refused_before_a_byte_is_read(
    route: str, stated: int | None, server: Server
) -> None:
    paths = {
        "twirp": CALL,
        "requests": ASKING,
        "verifications": ASKING.replace(b"requests?proof_types=fibonacci", b"verifications?" + _verifying(server)),
    }
    bounds = {
        "twirp": INPUT_LIMIT + ENVELOPE_BYTES,
        "requests": INPUT_LIMIT,
        "verifications": DEFAULT_PROOF_BYTES,
    }
    above = bounds[route] + 1 if stated is None else stated
    answer = server.raw(paths[route] + f"Content-Length: {above}\r\n\r\n".encode())
    status = b"429" if route == "twirp" else b"413"
    assert answer.startswith(b"HTTP/1.1 " + status), answer


def _verifying(server: Server) -> bytes:
    root = server.request(number(30))
    server.wait(root)
    return f"new_payload_request_root={root}&proof_type=fibonacci".encode()
