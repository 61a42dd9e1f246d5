"""The document is enough for final proofs too: the code that is written from it verifies the final example, reproduces
every challenge, and refuses all else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from documentation.encodings.final_example import FINAL_PROOF, final_example
from documentation.worked_example import worked_program
from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from spec.parameters import TINY
from spec.protocol.final_encoding import encode_final
from spec.protocol.hash import digest_bytes
from tests.whitepaper import final_tree
from tests.whitepaper.independent.document import beside
from tests.whitepaper.independent.final import (
    Constants,
    circuits,
    constants,
    listed_keys,
    listed_root,
    statement,
    verify_final,
)
from tests.whitepaper.independent.hashing import RefusedError
from tests.whitepaper.independent.machine import Machine, read_machine
from tests.whitepaper.independent.proof import read_final
from tests.whitepaper.independent.verifier import Verified, key_id
from tests.whitepaper.listing import challenges_on_record, positions_of_every_kind

OUTPUT = (102334155).to_bytes(8, "little")
"""The fortieth Fibonacci number."""

ACCEPTED, EXAMPLE = 1, 2
"""The columns of the table of constants."""


@cache
def machine() -> Machine:
    return read_machine()


@cache
def of_circuits() -> Machine:
    return circuits(EXAMPLE)


@cache
def example() -> bytes:
    return beside("final.proof").read_bytes()


@cache
def program_id() -> bytes:
    return key_id(read_final(example(), machine(), of_circuits()).program, machine())


def verified(
    encoded: bytes | None = None,
    known: Constants | None = None,
    program: bytes | None = None,
    output: bytes | None = OUTPUT,
    exit_code: int = 0,
) -> Verified:
    return verify_final(
        example() if encoded is None else encoded,
        machine(),
        of_circuits(),
        known or constants(EXAMPLE),
        program_id() if program is None else program,
        output,
        exit_code,
    )


def test_final_example_is_accepted_with_every_challenge_on_record() -> None:
    found = verified()
    assert found.output == OUTPUT
    expected = challenges_on_record("final-transcript.txt")
    assert len(expected) > 200
    assert [(name, label, (*at, 0, 0)[:2], numbers) for name, label, at, numbers in found.heard] == expected


def test_machines_of_circuits_have_the_digests_of_the_table() -> None:
    for column in (ACCEPTED, EXAMPLE):
        assert circuits(column).digest == constants(column).machine


def test_root_of_the_list_follows_from_the_keys() -> None:
    keys = listed_keys()
    assert len(set(keys)) == len(keys) > 30
    assert listed_root(keys) == constants(ACCEPTED).key_list


@pytest.mark.parametrize("step", [16, pytest.param(1, marks=pytest.mark.slow)])
def test_final_example_with_a_byte_flipped_in_any_kind_of_field_is_refused(step: int) -> None:
    """A sixteenth of the places, or hundreds."""
    positions = positions_of_every_kind("final.txt")
    assert len(positions) > 300
    accepted = []
    for number, position in enumerate(positions[::step]):
        flipped = bytearray(example())
        flipped[position] ^= 1 << number % 8
        try:
            verified(bytes(flipped))
            accepted.append(position)
        except RefusedError:
            continue
    assert accepted == []


def test_final_example_cut_short_or_longer_is_refused() -> None:
    for encoded in (example()[:-1], example() + b"\0"):
        with pytest.raises(RefusedError, match=r"^bytes "):
            verified(encoded)


@pytest.mark.parametrize(
    ("question", "step"),
    [
        ({"program": bytes(32)}, "program"),
        ({"output": (55).to_bytes(8, "little")}, "output"),
        ({"exit_code": 1}, "exit code"),
        ({"known": replace(constants(EXAMPLE), final_key=bytes(32))}, "last circuit"),
        ({"known": replace(constants(EXAMPLE), key_list=bytes(32))}, "list of keys"),
        ({"known": replace(constants(EXAMPLE), most_segments=3)}, "number of segments"),
        ({"known": replace(constants(EXAMPLE), deepest=0)}, "depth"),
    ],
)
def test_other_statement_or_verifier_than_the_final_one_is_refused(question: dict[str, object], step: str) -> None:
    with pytest.raises(RefusedError, match=f"^{step}$"):
        verified(**question)  # type: ignore[arg-type]


def test_final_example_with_another_program_s_key_is_refused() -> None:
    """Nobody asks which program it is: the statement says it."""
    final, _ = final_example()
    other = proving_key(OptimizedKernels(), worked_program(), TINY).verification
    encoded = encode_final(replace(final, program=other))
    with pytest.raises(RefusedError, match=r"^program of the statement$"):
        verify_final(encoded, machine(), of_circuits(), constants(EXAMPLE), None, OUTPUT, 0)


def test_final_proof_that_claims_another_run_s_output_is_refused() -> None:
    """Where nobody asks for an output, the digest of the run still binds it."""
    at = example().index(OUTPUT)
    other = example()[:at] + (55).to_bytes(8, "little") + example()[at + 8 :]
    with pytest.raises(RefusedError, match=r"^run's digest$"):
        verified(other, output=None)


def test_limb_of_a_stated_digest_with_more_bits_is_refused() -> None:
    public = list(read_final(example(), machine(), of_circuits()).circuit.segments[0].public)
    public[-2] += 1 << 16
    with pytest.raises(RefusedError, match=r"^limbs of key_list_root$"):
        statement(public)


@pytest.mark.slow
def test_final_example_is_what_the_prover_makes_today() -> None:
    final, keys = final_tree.made()
    assert encode_final(final) == FINAL_PROOF.read_bytes()
    known = constants(EXAMPLE)
    assert (digest_bytes(keys.final), digest_bytes(keys.root)) == (known.final_key, known.key_list)
