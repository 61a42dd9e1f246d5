"""Ere's calls: the bytes on the wire are written out here, by hand."""

from __future__ import annotations

import base64
import struct

import pytest

import limpid
from tests.limpid.service.conftest import HOSTILE_NAME, INPUT_LIMIT
from tests.limpid.service.running import FIBONACCI, SHA256, Answer, Server, fibonacci, number

PROTOBUF = {"Content-Type": "application/protobuf"}
JSON = {"Content-Type": "application/json"}
SERVICE = "/twirp/api.ZkvmService"


def field(place: int, content: bytes) -> bytes:
    """A field of bytes, a string or a message: its tag, its length in seven bits a byte, and itself."""
    length, sized = len(content), b""
    while length > 127:
        sized, length = sized + bytes([length & 127 | 128]), length >> 7
    return bytes([place << 3 | 2]) + sized + bytes([length]) + content


def fields(content: bytes) -> dict[int, bytes]:
    """The fields of a message that has no others."""
    found, at = {}, 0
    while at < len(content):
        place, at = content[at] >> 3, at + 1
        length = shift = 0
        while True:
            length, more, at = length | (content[at] & 127) << shift, content[at] >> 7, at + 1
            shift += 7
            if not more:
                break
        found[place], at = content[at : at + length], at + length
    return found


def ok(answer: Answer) -> dict[int, bytes]:
    """The fields of what a call gave."""
    assert (answer.status, answer.headers["content-type"]) == (200, "application/protobuf"), answer
    assert list(fields(answer.body)) == [1], fields(answer.body).get(2)
    return fields(fields(answer.body)[1])


def error(answer: Answer) -> str:
    """What went wrong in the guest."""
    assert answer.status == 200
    assert list(fields(answer.body)) == [2]
    return fields(answer.body)[2].decode()


def test_execution_gives_public_values_and_a_report_in_bincode(server: Server) -> None:
    found = ok(server.ask(f"{SERVICE}/Execute", field(1, number(10)), headers=PROTOBUF))
    assert found[1] == number(55)
    cycles, regions, seconds, nanoseconds = struct.unpack("<QQQI", found[2])
    assert (cycles, regions) == (limpid.run(FIBONACCI, number(10)).instructions, 0)
    assert seconds < 600
    assert nanoseconds < 10**9


def test_proof_of_a_call_is_that_of_the_library_and_verifies(server: Server) -> None:
    found = ok(server.ask(f"{SERVICE}/Prove", field(1, number(11)), headers=PROTOBUF))
    assert found[1] == number(89)
    assert found[2] == limpid.prove(FIBONACCI, number(11), parameters="tiny").encoded
    _, _, is_there, cycles = struct.unpack("<QIBQ", found[3])
    assert (is_there, cycles) == (1, limpid.run(FIBONACCI, number(11)).instructions)
    accepted = ok(server.ask(f"{SERVICE}/Verify", field(1, found[2]), headers=PROTOBUF))
    assert accepted == {1: number(89)}


def test_key_of_a_call_is_that_of_the_library(server: Server) -> None:
    found = ok(server.ask(f"{SERVICE}/ProgramVk", b"", headers=PROTOBUF))
    assert limpid.decode_key(found[1]) == limpid.keygen(FIBONACCI, parameters="tiny")
    assert server.start["guests"][0]["program_id"] == limpid.decode_key(found[1]).program_id.hex()


def test_calls_of_another_guest_are_at_its_name(server: Server) -> None:
    path = "/guests/%3Cscript%3Edocument.title='taken%20over'%3C/twirp/api.ZkvmService/ProgramVk"
    assert server.start["guests"][1]["name"] == HOSTILE_NAME
    assert limpid.decode_key(ok(server.ask(path, b"", headers=PROTOBUF))[1]) == limpid.keygen(SHA256, parameters="tiny")


def test_call_in_json_has_bytes_in_base_64_and_the_names_of_the_file(server: Server) -> None:
    text = b'{"input_stdin": "%s", "more": [1]}' % base64.b64encode(number(20))
    for body in (text, text.replace(b"input_stdin", b"inputStdin")):
        answer = server.ask(f"{SERVICE}/Execute", body, headers={"Content-Type": "application/json; charset=utf-8"})
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert base64.b64decode(answer.document["ok"]["public_values"]) == number(fibonacci(20))


@pytest.mark.parametrize("call", ["Execute", "Prove"])
def test_run_that_cannot_be_is_an_error_in_words_and_no_error_of_twirp(call: str, server: Server) -> None:
    # The guest wants eight bytes.
    said = error(server.ask(f"{SERVICE}/{call}", field(1, b"abc"), headers=PROTOBUF))
    assert "exit code" in said


def test_proof_that_is_not_accepted_is_an_error_with_the_verifiers_reason(server: Server) -> None:
    other = limpid.prove(SHA256, b"abc", parameters="tiny").encoded
    changed = bytearray(limpid.prove(FIBONACCI, number(12), parameters="tiny").encoded)
    changed[-1] ^= 1
    program = bytes.fromhex(server.start["guests"][0]["program_id"])
    for proof in (other, b"no proof", b"", bytes(changed)):
        with pytest.raises(limpid.Rejected) as found:
            limpid.verify(proof, program=program, output=None, allow_insecure=True)
        said = error(server.ask(f"{SERVICE}/Verify", field(1, proof), headers=PROTOBUF))
        assert said == str(found.value)


@pytest.mark.parametrize("call", ["Execute", "Prove"])
def test_input_above_its_bound_is_refused_though_the_message_is_within_its_own(call: str, server: Server) -> None:
    before = server.jobs()
    answer = server.ask(f"{SERVICE}/{call}", field(1, bytes(INPUT_LIMIT + 1)), headers=PROTOBUF)
    assert (answer.status, answer.document["code"]) == (429, "resource_exhausted")
    assert server.jobs() == before
    # The guest takes no input of that length, but the server does.
    assert "exit code" in error(server.ask(f"{SERVICE}/Execute", field(1, bytes(INPUT_LIMIT)), headers=PROTOBUF))


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        (f"{SERVICE}/Setup", b"", PROTOBUF, 404, "bad_route"),
        ("/twirp/api.Zkvm/Prove", b"", PROTOBUF, 404, "bad_route"),
        ("/twirp/", b"", PROTOBUF, 404, "bad_route"),
        (f"{SERVICE}/Prove/", b"", PROTOBUF, 404, "bad_route"),
        (f"{SERVICE}/Prove", None, PROTOBUF, 404, "bad_route"),
        (f"{SERVICE}/Prove", b"", {"Content-Type": "text/plain"}, 404, "bad_route"),
        (f"{SERVICE}/Prove", b"", {}, 404, "bad_route"),
        ("/guests/none/twirp/api.ZkvmService/Prove", b"", PROTOBUF, 404, "not_found"),
        (f"{SERVICE}/Prove", b"\x0a\x05abc", PROTOBUF, 400, "malformed"),
        (f"{SERVICE}/Prove", b"\xff" * 20, PROTOBUF, 400, "malformed"),
        (f"{SERVICE}/Prove", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", PROTOBUF, 400, "malformed"),
        (f"{SERVICE}/Prove", b"{", JSON, 400, "malformed"),
        (f"{SERVICE}/Prove", b"[" * 100_000, JSON, 400, "malformed"),
        (f"{SERVICE}/Prove", b"[]", JSON, 400, "malformed"),
        (f"{SERVICE}/Prove", b"\xff", JSON, 400, "malformed"),
        (f"{SERVICE}/Prove", b'{"input_stdin": 7}', JSON, 400, "malformed"),
        (f"{SERVICE}/Prove", b'{"input_stdin": ' + b"9" * 5000 + b"}", JSON, 400, "malformed"),
        (f"{SERVICE}/Prove", field(1, b"") + field(2, b"x"), PROTOBUF, 501, "unimplemented"),
        (f"{SERVICE}/Execute", field(2, b""), PROTOBUF, 501, "unimplemented"),
    ],
)
def test_request_that_is_no_call_has_the_code_of_twirp(
    path: str, body: bytes | None, headers: dict[str, str], status: int, code: str, server: Server
) -> None:
    before = server.jobs()
    answer = server.ask(path, body, headers=headers)
    assert (answer.status, answer.document["code"]) == (status, code)
    assert set(answer.document) == {"code", "msg"}
    assert server.jobs() == before
