"""Writes the frozen vectors of today's machine: python -m tests.frozen.make. A set that is there is never changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import limpid
from limpid.guest_build.build import EXAMPLES
from spec.protocol.development import DEVELOPMENT_VERSION
from spec.protocol.final_encoding import FINAL_VERSION, FinalProof, encode_final
from spec.protocol.hash import digest_bytes
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import KEY_VERSION, encode_key
from spec.protocol.proof_encoding import PROOF_VERSION, encode_proof
from spec.protocol.run import parameters_digest
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests import small_tree
from tests.frozen.vectors import ACCEPTED, FILE_NAME, SETS, Question
from tests.reference.segmented_run import segmented_run

GUEST = EXAMPLES / "elf" / "fibonacci.elf"
INPUT = (10).to_bytes(8, "little")
OTHER_VERSION = {"at": 8, "bytes": "ffff"}
OTHER_MAGIC = {"at": 0, "bytes": b"NOLIMPID".hex()}
MACHINE_AT = 8 + 2 + 16 + 32
"""Where a key names its machine: after magic, version, parameters and their digest."""


def head_of_key(key: VerificationKey) -> dict[str, object]:
    """What a key's first bytes name."""
    return {
        "version": KEY_VERSION,
        "parameters": key.parameters.name,
        "parameters_digest": parameters_digest(key.parameters).hex(),
        "machine_digest": key.machine.digest.hex(),
    }


def _case(
    file: str, ask: str, question: Question, verdict: str, *, by_first_bytes: bool = False, **change: object
) -> dict[str, Any]:
    return {
        "file": file,
        "ask": ask,
        "change": change,
        "question": question.document(),
        "by_first_bytes": by_first_bytes,
        "verdict": verdict,
    }


def _cases_of_proof(file: str, ask: str, question: Question, reason_of_output: Rejection) -> list[dict[str, Any]]:
    """What holds of every format that proves a run: accepted for what ran, and for nothing else."""
    program, output, exit_code = question.program, question.output, question.exit_code
    return [
        _case(file, ask, question, ACCEPTED),
        _case(file, ask, Question(exit_code=exit_code), ACCEPTED),
        _case(file, ask, Question(bytes(32), output, exit_code), Rejection.PROGRAM_DIFFERS.name),
        _case(file, ask, Question(program, b"another", exit_code), reason_of_output.name),
        _case(file, ask, Question(program, output, exit_code + 1), Rejection.EXIT_CODE_DIFFERS.name),
        _case(file, ask, Question(program, output, exit_code, False), Rejection.PARAMETERS_INSECURE.name),
        _case(file, ask, question, Rejection.ENCODING_TRUNCATED.name, cut=1),
        _case(file, ask, question, Rejection.ENCODING_TRAILING_BYTES.name, append="00"),
    ]


def make() -> Path:
    """Writes the set of today's machine, with the verdicts that are meant: the test holds the verifier against them.

    Raises FileExistsError if it stands.
    """
    folder = SETS / RV64IM.digest.hex()[:16]
    folder.mkdir(parents=True)
    key = limpid.keygen(GUEST, parameters="tiny")
    proof = limpid.prove(GUEST, INPUT, parameters="tiny")
    receipt = limpid.prove_dev(GUEST, INPUT, parameters="tiny")
    segments = segmented_run().proof
    run, final = small_tree.run(), small_tree.final()
    tree = small_tree.constants()
    files = {
        "fibonacci.key": encode_key(key),
        "one-segment.proof": proof.encoded,
        "three-segments.proof": encode_proof(segments),
        "final.proof": encode_final(FinalProof(run.key, run.output, final)),
        "fibonacci.receipt": receipt.encoded,
    }
    heads = {
        "fibonacci.key": {"format": "key", "version": KEY_VERSION, "keys": [head_of_key(key)]},
        "one-segment.proof": {"format": "run", "version": PROOF_VERSION, "keys": [head_of_key(key)]},
        "three-segments.proof": {"format": "run", "version": PROOF_VERSION, "keys": [head_of_key(segments.key)]},
        "final.proof": {
            "format": "final",
            "version": FINAL_VERSION,
            "keys": [head_of_key(run.key), head_of_key(final.key)],
        },
        "fibonacci.receipt": {"format": "receipt", "version": DEVELOPMENT_VERSION, "keys": [head_of_key(key)]},
    }
    one = Question(key.program_id, proof.output)
    three = Question(segments.key.program_id, segments.output)
    whole = Question(run.key.program_id, run.output, small_tree.EXAMPLE.exit_code)
    nothing = Question()
    cases = [
        *_cases_of_proof("one-segment.proof", "run", one, Rejection.OUTPUT_DIFFERS),
        *_cases_of_proof("three-segments.proof", "run", three, Rejection.OUTPUT_DIFFERS),
        *_cases_of_proof("final.proof", "final", whole, Rejection.OUTPUT_DIFFERS),
        *_cases_of_proof("fibonacci.receipt", "receipt", one, Rejection.OUTPUT_DIFFERS),
        _case("fibonacci.key", "key", nothing, ACCEPTED),
        _case("fibonacci.key", "key", nothing, Rejection.ENCODING_TRUNCATED.name, cut=1),
        _case("fibonacci.key", "key", nothing, Rejection.MACHINE_DIFFERS.name, at=MACHINE_AT, bytes="00" * 32),
        _case("fibonacci.receipt", "run", one, Rejection.DEVELOPMENT_RECEIPT.name, by_first_bytes=True),
        _case("fibonacci.key", "run", nothing, Rejection.PROOF_MAGIC.name, by_first_bytes=True),
    ]
    first = {
        "fibonacci.key": ("key", Rejection.KEY_MAGIC, Rejection.KEY_VERSION),
        "one-segment.proof": ("run", Rejection.PROOF_MAGIC, Rejection.PROOF_VERSION),
        "final.proof": ("final", Rejection.PROOF_MAGIC, Rejection.PROOF_VERSION),
        "fibonacci.receipt": ("receipt", Rejection.DEVELOPMENT_MAGIC, Rejection.DEVELOPMENT_VERSION),
    }
    for file, (ask, magic, version) in first.items():
        cases.append(_case(file, ask, nothing, magic.name, by_first_bytes=True, **OTHER_MAGIC))
        cases.append(_case(file, ask, nothing, version.name, by_first_bytes=True, **OTHER_VERSION))
    document = {
        "machine_digest": RV64IM.digest.hex(),
        "tree": {
            "final_key_id": digest_bytes(tree.final_key_id).hex(),
            "key_list_root": digest_bytes(tree.key_list_root).hex(),
        },
        "heads": heads,
        "cases": cases,
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / FILE_NAME).write_text(json.dumps(document, indent=1) + "\n")
    return folder


if __name__ == "__main__":
    try:
        print(make())
    except FileExistsError as error:
        sys.exit(f"{error.filename} stands: frozen vectors are never changed")
