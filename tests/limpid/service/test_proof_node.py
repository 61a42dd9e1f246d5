"""The paths of zkboost, as one of its clients goes through them."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

import limpid
from limpid.service.limits import MOST_LISTENERS
from tests.limpid.service.conftest import HOSTILE_NAME
from tests.limpid.service.running import FIBONACCI, Server, number

Event = tuple[str, dict[str, object]]
UNKNOWN = "0x" + "00" * 32


@contextmanager
def listening(server: Server, path: str) -> Iterator[Iterator[Event]]:
    """The events of a stream: the name, and the document."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=240)
    with closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield events(response)


def events(response: http.client.HTTPResponse) -> Iterator[Event]:
    """Events of the text form of the standard; comments are left out."""
    name = "message"
    while line := response.readline().decode().rstrip("\r\n") or "-":
        kind, _, content = line.partition(": ")
        if kind == "event":
            name = content
        elif kind == "data":
            yield name, json.loads(content)
            name = "message"


def test_request_is_heard_of_fetched_and_verified(server: Server) -> None:
    private_input = number(13)
    with listening(server, "/v1/execution_proof_requests") as heard:
        answer = server.ask("/v1/execution_proof_requests?proof_types=fibonacci", private_input)
        root = "0x" + hashlib.sha256(private_input).hexdigest()
        assert (answer.status, answer.document) == (200, {"new_payload_request_root": root})
        facts = {"new_payload_request_root": root, "proof_type": "fibonacci"}
        assert next(event for event in heard if event[1]["new_payload_request_root"] == root) == (
            "proof_complete",
            facts,
        )
    fetched = server.ask(f"/v1/execution_proofs/{root}/fibonacci")
    assert fetched.headers["content-type"] == "application/octet-stream"
    accepted = limpid.verify(
        fetched.body,
        program=bytes.fromhex(server.start["guests"][0]["program_id"]),
        output=number(233),
        allow_insecure=True,
    )
    assert accepted.exit_code == 0
    path = f"/v1/execution_proof_verifications?new_payload_request_root={root}&proof_type=fibonacci"
    assert server.ask(path, fetched.body).document == {"status": "VALID"}
    # A proof of another run of the same guest is none of this request.
    other = limpid.prove(FIBONACCI, number(14), parameters="tiny").encoded
    assert server.ask(path, other).document == {"status": "INVALID"}
    assert server.ask(path, fetched.body[:-1]).document == {"status": "INVALID"}


def test_listener_of_a_root_hears_of_what_was_finished_before(server: Server) -> None:
    root = server.request(number(15))
    server.wait(root)
    with listening(server, f"/v1/execution_proof_requests?new_payload_request_root={root}") as heard:
        facts = {"new_payload_request_root": root, "proof_type": "fibonacci"}
        assert next(heard) == ("proof_complete", facts)


def test_request_that_is_repeated_is_one_job(server: Server) -> None:
    root = server.request(number(16))
    assert server.request(number(16)) == root
    job = server.wait(root)
    assert server.request(number(16)) == root
    assert [found for found in server.jobs() if found["new_payload_request_root"] == root] == [job]


def test_failure_is_heard_of_and_tried_again_when_it_is_asked_for_again(server: Server) -> None:
    # Far more instructions than the limit, which ends the run.
    private_input = number(2**40)
    with listening(server, "/v1/execution_proof_requests") as heard:
        for _ in range(2):
            root = server.request(private_input)
            name, facts = next(event for event in heard if event[1]["new_payload_request_root"] == root)
            assert (name, facts["reason"]) == ("proof_failure", "proving_error")
            assert "instructions" in str(facts["error"])


@pytest.mark.parametrize("path", ["/v1/execution_proof_requests", "/jobs/events"])
def test_listeners_are_bounded_and_others_are_still_served(path: str, server: Server) -> None:
    _wait_for_listeners(server, 0)
    with ExitStack() as stack:
        for _ in range(MOST_LISTENERS):
            stack.enter_context(listening(server, path))
        answer = server.ask(path)
        assert (answer.status, answer.document["code"]) == (429, 429)
        server.wait(server.request(number(17)))
    # Those that have left make room.
    _wait_for_listeners(server, 0)


def _wait_for_listeners(server: Server, count: int) -> None:
    while f"limpid_listeners {float(count)}".encode() not in server.ask("/metrics").body:
        time.sleep(0.05)


def test_guests_are_listed_in_order_of_name(server: Server) -> None:
    document = server.ask("/v1/proof_types").document
    kinds = {"kind": "ere", "can_prove": True, "can_verify": True}
    assert document == {"proof_types": [{"proof_type": name, **kinds} for name in (HOSTILE_NAME, "fibonacci")]}


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/v1/execution_proof_requests", b"", 400, "the parameter proof_types has to stand once"),
        ("/v1/execution_proof_requests?proof_types=", b"", 400, "proof_types is empty"),
        ("/v1/execution_proof_requests?proof_types=a&proof_types=b", b"", 400, "the parameter proof_types has to"),
        ("/v1/execution_proof_requests?proof_types=fibonacci,fibonacci", b"", 400, "a proof type stands twice"),
        ("/v1/execution_proof_requests?proof_types=reth-sp1", b"", 400, "no guest of that proof type is served"),
        ("/v1/execution_proof_requests?new_payload_request_root=1", None, 400, "the root is not 0x and 64"),
        (f"/v1/execution_proofs/{UNKNOWN}/fibonacci", None, 404, "there is no proof of that root and type"),
        (f"/v1/execution_proofs/{UNKNOWN}/none", None, 400, "no guest of that proof type is served"),
        ("/v1/execution_proofs/0x00/fibonacci", None, 400, "the root is not 0x and 64"),
        (f"/v1/execution_proofs/{UNKNOWN}%0a/fibonacci", None, 400, "the root is not 0x and 64"),
        (
            f"/v1/execution_proof_verifications?new_payload_request_root={UNKNOWN}&proof_type=fibonacci",
            b"",
            404,
            "the server has proven no request of that root",
        ),
        (
            f"/v1/execution_proof_verifications?new_payload_request_root={UNKNOWN}&proof_type=none",
            b"",
            404,
            "no guest of that proof type is served",
        ),
        ("/v1/execution_proofs", None, 404, "there is nothing at that path"),
        ("/v1/proof_types/", None, 404, "there is nothing at that path"),
        ("/v1/proof_types", b"", 405, "the path has no such method"),
    ],
)
def test_request_that_makes_no_sense_is_refused_in_zkboosts_form(
    path: str, body: bytes | None, status: int, message: str, server: Server
) -> None:
    answer = server.ask(path, body)
    assert (answer.status, answer.document["code"]) == (status, status)
    assert answer.document["message"].startswith(message)
    assert answer.document["next_step"]
