"""A public block through `limpid serve`, by the calls of Ere and the paths of zkboost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import limpid
from limpid.ethereum.block_tests import read_block_tests
from limpid.ethereum.guests import guest_elf, guest_program
from limpid.ethereum.witnesses import input_of_block
from limpid.service.reports import execution_report, proving_report
from limpid.service.roots import is_valid_block, root_text
from tests.final_size import FINAL_BYTES
from tests.limpid.service.running import Server, running
from tests.limpid.service.test_proof_node import UNKNOWN, listening
from tests.limpid.service.test_twirp import PROTOBUF, SERVICE, field, ok

BLOCK = "ValidBlocks__bcExample__mergeExample"


@dataclass(frozen=True)
class Served:
    """A public block, what the validator says of it, and the arguments of a server of the validator."""

    block: bytes
    output: bytes
    root: str
    arguments: tuple[str, ...]


@pytest.fixture
def served(guests: None, public_blocks: list[Path]) -> Served:
    files = [file for file in public_blocks if file.stem == BLOCK]
    if not files:
        pytest.skip(f"{BLOCK} is not among the blocks")
    test = next(test for test in read_block_tests(str(files[0])) if test.fork_name == "Cancun")
    made, expected = input_of_block(test, 0)
    return Served(
        block=made.encode(),
        output=bytes(expected.result.encode_bytes()),
        root=root_text(bytes(expected.result.new_payload_request_root)),
        arguments=(f"validator={guest_elf('validator')}", "--block-validator", "validator"),
    )


def _proven_and_fetched(server: Server, served: Served, proof_type: str) -> bytes:
    """The proof of the block that the server makes when asked to, heard of, fetched, and held against two roots."""
    root = served.root
    with listening(server, f"/v1/execution_proof_requests?new_payload_request_root={root}") as heard:
        assert server.request(served.block, proof_type) == root
        facts = {"new_payload_request_root": root, "proof_type": proof_type}
        assert next(heard) == ("proof_complete", facts)
    proof = server.ask(f"/v1/execution_proofs/{root}/{proof_type}").body
    for asked, status in ((root, "VALID"), (UNKNOWN, "INVALID")):
        path = f"/v1/execution_proof_verifications?new_payload_request_root={asked}&proof_type={proof_type}"
        assert server.ask(path, proof).document == {"status": status}
    return proof


@pytest.mark.slow
def test_public_block_is_executed_proven_fetched_and_verified(served: Served, tmp_path: Path) -> None:
    block, output, root = served.block, served.output, served.root
    with running(tmp_path / "folder", *served.arguments, parameters="segment") as server:
        server.hang_up(f"{SERVICE}/Execute", field(1, block))
        executed = ok(server.ask(f"{SERVICE}/Execute", field(1, block), headers=PROTOBUF))
        instructions = limpid.run(guest_program("validator"), block).instructions
        assert (executed[1], executed[2][:16]) == (output, execution_report(instructions, 0)[:16])
        proof = _proven_and_fetched(server, served, "validator")
        # The call asks for the same once more, and gets the same job.
        proven = ok(server.ask(f"{SERVICE}/Prove", field(1, block), headers=PROTOBUF))
        assert (proven[1], proven[2], proven[3][12:]) == (output, proof, proving_report(instructions, 0)[12:])
        assert ok(server.ask(f"{SERVICE}/Verify", field(1, proof), headers=PROTOBUF)) == {1: output}
        program_id = bytes.fromhex(server.start["guests"][0]["program_id"])
        (job,) = server.jobs()
        assert (job["instructions"], job["new_payload_request_root"]) == (instructions, root)
        assert b"zkvm_keccak256" in server.ask(f"/jobs/{job['job']}/flame-graph").body
    accepted = limpid.verify(proof, program=program_id, output=output)
    assert is_valid_block(accepted.output, root)
    assert "Traceback" not in server.errors


@pytest.mark.slow
def test_public_block_has_a_final_proof_that_an_attester_verifies_by_the_id_of_a_key(
    served: Served, tmp_path: Path
) -> None:
    """With the real parameters: some minutes, and six gigabytes."""
    root = served.root
    with running(tmp_path / "folder", *served.arguments, "--final", parameters="segment") as server:
        proof = _proven_and_fetched(server, served, "validator-final")
        identifiers = {guest["name"]: bytes.fromhex(guest["program_id"]) for guest in server.start["guests"]}
    assert len(proof) <= FINAL_BYTES
    accepted = limpid.verify(proof, program=identifiers["validator-final"], output=served.output)
    assert is_valid_block(accepted.output, root)
    assert "Traceback" not in server.errors
