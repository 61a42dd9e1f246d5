"""A call of every accelerator is proven, and its proof accepted."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

import limpid
from tests.guest.accelerators.library import Library
from tests.guest.accelerators.machine import Function
from tests.guest.accelerators.samples import Sample, samples

SAMPLES = {sample.title: sample for sample in samples()}

QUICK = ("`keccak256` of 1,360 bytes", "`u256_mulmod`", "`bls12_g1_add`")
"""A call of every kind that the machine has: KECCAK_F, both products, ADVICE. SHA256_COMPRESS is proven elsewhere."""

FULL_STRENGTH = ("`keccak256` of 1,360 bytes", "`sha256` of 1,280 bytes", "`secp256k1_ecrecover`")


def _proven(dispatcher: Path, sample: Sample, library: Library, parameters: str) -> None:
    private_input = struct.pack("<Q", sample.function) + sample.operands
    proof = limpid.prove(dispatcher, private_input, parameters=parameters)
    key = limpid.keygen(dispatcher, parameters=parameters)
    accepted = limpid.verify(proof.encoded, program=key, output=proof.output, allow_insecure=parameters == "tiny")
    status, result = sample.expected(library)
    assert accepted.output == bytes([status % 256]) + (result or b"")


@pytest.mark.parametrize("title", QUICK)
def test_accelerator_is_proven(dispatcher: Path, native_library: Library, title: str) -> None:
    _proven(dispatcher, SAMPLES[title], native_library, "tiny")


@pytest.mark.slow
@pytest.mark.parametrize("title", SAMPLES)
def test_every_accelerator_is_proven(dispatcher: Path, native_library: Library, title: str) -> None:
    _proven(dispatcher, SAMPLES[title], native_library, "tiny")


@pytest.mark.slow
@pytest.mark.parametrize("title", FULL_STRENGTH)
def test_accelerator_is_proven_at_full_strength(dispatcher: Path, native_library: Library, title: str) -> None:
    _proven(dispatcher, SAMPLES[title], native_library, "segment")


def test_random_number_of_the_host_is_proven(dispatcher: Path) -> None:
    private_input = struct.pack("<Q", Function.RANDOM)
    proof = limpid.prove(dispatcher, private_input, parameters="tiny")
    key = limpid.keygen(dispatcher, parameters="tiny")
    limpid.verify(proof.encoded, program=key, output=proof.output, allow_insecure=True)
    assert len(proof.output) == 9
