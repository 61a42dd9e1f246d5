"""docs/service.md: its client works against a server, and what it names is there."""

from __future__ import annotations

import re
from typing import Any

import pytest

import limpid
from limpid.commands.serve import serve_command
from limpid.service.protocol_buffers import calls
from limpid.service.refusals import Code
from tests.conftest import ROOT
from tests.limpid.service.running import SHA256, Server, number
from tests.page_code import blocks_of

PAGE = ROOT / "docs" / "service.md"


@pytest.fixture(scope="module")
def client() -> dict[str, Any]:
    """What the page's Python defines."""
    (code,) = (text for language, text in blocks_of(PAGE) if language == "python")
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    return names


def test_attester_accepts_a_proof_of_the_program_and_of_no_other(client: dict[str, Any], server: Server) -> None:
    root = server.request(number(25))
    server.wait(root)
    program_id = bytes.fromhex(server.start["guests"][0]["program_id"])
    asked = (server.start["url"], "fibonacci", root)
    assert client["attested"](*asked, program_id, allow_insecure=True) == number(75025)
    other = limpid.keygen(SHA256, parameters="tiny").program_id
    with pytest.raises(limpid.Rejected, match="PROGRAM_DIFFERS"):
        client["attested"](*asked, other, allow_insecure=True)
    with pytest.raises(limpid.Rejected, match="INSECURE"):
        client["attested"](*asked, program_id)


def test_attester_knows_every_byte_that_says_a_block_is_valid(client: dict[str, Any]) -> None:
    schema = pytest.importorskip("limpid.ethereum.schema", reason="needs the extra ethereum")
    root = bytes(range(32))
    facts = {"new_payload_request_root": root, "chain_id": 5, "schema_id": 0x1001}
    output = bytes(schema.ValidationResult(successful_validation=True, **facts).encode_bytes())
    is_valid = client["is_valid_block"]
    text = "0x" + root.hex()
    assert is_valid(output, text, 5, 0x1001)
    assert not is_valid(output, text, 1, 0x1001)
    assert not is_valid(output, text, 5, 0x0F01)
    assert not is_valid(output, "0x" + "00" * 32, 5, 0x1001)
    assert not is_valid(bytes(schema.ValidationResult(**facts).encode_bytes()), text, 5, 0x1001)


def test_page_names_every_call_option_and_path_that_is_there(server: Server) -> None:
    text = PAGE.read_text()
    for call in calls():
        assert f"| `{call.rpartition('/')[2]}` |" in text
    options = {option for parameter in serve_command.params for option in parameter.opts if option.startswith("--")}
    named = set(re.findall(r"`(--[a-z-]+)", text)) - {"--out"}
    assert named - options == set()
    assert options - named - {"--parameters", "--debug", "--port", "--folder"} == set()
    paths = re.findall(r"`(?:GET |POST )?(/[a-z][^`?]*)", text)
    assert len(paths) > 10
    job = server.wait(server.request(number(26)))
    for path in paths:
        filled = path.replace("ROOT", job["new_payload_request_root"]).replace("ID", job["job"])
        filled = filled.replace("NAME", "fibonacci").replace("CALL", "ProgramVk")
        if not filled.endswith("/events") and "requests" not in filled:
            answer = server.ask(filled, b"" if "twirp" in filled else None)
            assert answer.status in (200, 404, 405), filled
            assert b"there is nothing at that path" not in answer.body, filled


def test_codes_of_twirp_that_the_page_lists_are_those_that_clients_can_get() -> None:
    listed = PAGE.read_text().partition("an error of Twirp:")[2].partition("## zkboost")[0]
    assert set(re.findall(r"`([a-z_]+)`", listed)) - {"input_proofs"} == {code.text for code in Code} - {
        # Its clients have left.
        Code.CANCELED.text
    }
