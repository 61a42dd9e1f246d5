"""The text of Keccak's standard as bit-vectors, against hashlib and against what the executor rests on."""

from __future__ import annotations

import hashlib

import z3

from proofs_of_constraints.calls import keccak_standard as standard
from spec import keccak
from tests.spec.test_keccak import padded_state


def _permuted(lanes: list[int]) -> list[int]:
    state = standard.permuted(standard.state_of([z3.BitVecVal(lane, 64) for lane in lanes]))
    return [z3.simplify(lane).as_long() for lane in standard.lanes_of(state)]


def test_permutation_of_a_padded_message_begins_with_its_digest() -> None:
    lanes = _permuted([*padded_state(b"abc", 136, 0x06)])
    digest = b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
    assert digest == hashlib.sha3_256(b"abc").digest()


def test_permutation_is_the_executors() -> None:
    lanes = [0x0123_4567_89AB_CDEF * (i + 1) % 2**64 for i in range(25)]
    assert tuple(_permuted(lanes)) == keccak.keccak_f(lanes)


def test_constants_are_the_executors() -> None:
    assert standard.ROUNDS == keccak.ROUNDS
    assert tuple(map(standard.constant, range(standard.ROUNDS))) == keccak.ROUND_CONSTANTS
