"""The same run and parameters give the same proof with either kernels."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers

import limpid
from limpid.guest_build.build import EXAMPLES
from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from reference.prover.keys import proving_key as key_of_tables
from reference.prover.plain_kernels import PlainKernels
from reference.prover.run import prove_run
from reference.tables import Trace
from reference.trace.build import build_trace
from spec.parameters import TINY
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof_encoding import encode_proof
from tests.changed_traces import split
from tests.reference.every_instruction import every_instruction_program
from tests.reference.random_program import random_program
from tests.small_machine import SMALL_MACHINE, Move, program_cells
from tests.small_runs import ONE_SEGMENT, START, THREE_SEGMENTS, TWO_SEGMENTS, WITH_CAPS, Example

ROOT = Path(__file__).resolve().parents[2]
KERNEL_TESTS = [
    str(Path(__file__).with_name(name)) for name in ("circuit", "commitment", "field", "lanes", "openings", "zerocheck")
]


RUNS = {"one segment": ONE_SEGMENT, "two segments": TWO_SEGMENTS, "caps": WITH_CAPS, "a segment a move": THREE_SEGMENTS}


def _proven_in_lanes(run: Example, traces: Sequence[Trace]) -> tuple[bytes, bytes]:
    """Key and proof that the optimized kernels make of some traces of a run."""
    kernels = OptimizedKernels()
    key = key_of_tables(kernels, SMALL_MACHINE, run.parameters, program_cells(run.moves), START)
    return encode_key(key.verification), encode_proof(prove_run(kernels, key, traces))


@pytest.mark.parametrize("run", RUNS)
def test_proof_of_the_small_machine_has_the_bytes_of_the_plain_kernels(run: str) -> None:
    plain = RUNS[run]
    expected = encode_key(plain.key.verification), encode_proof(plain.proof)
    assert _proven_in_lanes(plain, plain.segments) == expected


def test_proof_with_instances_has_the_bytes_of_the_plain_kernels() -> None:
    run = Example(tuple(Move(1 + i % 3, i) for i in range(6)))
    traces = [split(run.segments[0], "move", (2, 1))]
    expected = encode_key(run.key.verification), encode_proof(prove_run(PlainKernels(), run.key, traces))
    assert _proven_in_lanes(run, traces) == expected


def test_proof_of_every_instruction_has_the_bytes_of_the_plain_kernels() -> None:
    program = every_instruction_program([(7, 3)], [2**63 + 5])
    trace = build_trace(program, (12345).to_bytes(8, "little"))
    proofs = []
    for kernels in (OptimizedKernels(), PlainKernels()):
        key = proving_key(kernels, program, TINY)
        proofs.append(encode_proof(prove_run(kernels, key, [trace])))
    assert proofs[0] == proofs[1]


def assert_both_backends_prove_the_same(elf: bytes, private_input: bytes, parameters: str) -> None:
    fast, readable = (
        limpid.prove(elf, private_input, parameters=parameters, backend=backend)
        for backend in ("optimized", "reference")
    )
    assert fast.encoded == readable.encoded


SUDOKU = b"530070000600195000098000060800060003400803001700020006060000280000419005000080079"
SOLUTION = b"534678912672195348198342567859761423426853791713924856961537284287419635345286179"

SEEDS = integers(0, 2**32 - 1)
UNIT_COUNTS = integers(1, 200)
"""The units of random programs: up to some thousand instructions, with loops."""


@pytest.mark.slow
@given(SEEDS, UNIT_COUNTS)
@settings(max_examples=25, deadline=None)
def test_proofs_of_many_generated_programs_have_the_bytes_of_the_reference(seed: int, unit_count: int) -> None:
    assert_both_backends_prove_the_same(random_program(seed, unit_count).elf, b"", "tiny")


EXAMPLE_INPUTS = {
    "arithmetic": bytes(range(16)) * 4,
    "determinant": struct.pack("<Q", 3) + bytes(range(72)),
    "fibonacci": struct.pack("<Q", 10),
    "hello": b"Ada",
    "membership": struct.pack("<Q", 3) + bytes(range(40)),
    "primes": struct.pack("<I", 100),
    "records": bytes([1]) * 13 * 20,
    "sha256": b"abc",
    "sort": bytes(range(64)),
    "sudoku": SUDOKU + SOLUTION,
    "withdrawal": struct.pack("<2Q", 100, 30),
    "word_count": b"some words, some more",
}
"""By example; also a run that ends with an error is one to prove."""


@pytest.mark.slow
@pytest.mark.parametrize("example", sorted(path.stem for path in (EXAMPLES / "elf").glob("*.elf")))
def test_proof_of_an_example_has_the_bytes_of_the_reference(example: str) -> None:
    guest = (EXAMPLES / "elf" / f"{example}.elf").read_bytes()
    assert_both_backends_prove_the_same(guest, EXAMPLE_INPUTS[example], "tiny")


@pytest.mark.slow
def test_proof_of_a_guest_under_secure_parameters_has_the_bytes_of_the_reference() -> None:
    guest = (EXAMPLES / "elf" / "sha256.elf").read_bytes()
    assert_both_backends_prove_the_same(guest, (ROOT / "LICENSE-MIT").read_bytes(), "segment")


@pytest.mark.slow
@pytest.mark.parametrize("features", ["", "+sse4.2", "+avx2,+fma"])
def test_kernels_equal_the_plain_ones_on_machines_with_other_vectors(features: str, tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": features}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *KERNEL_TESTS]
    environment["NUMBA_CACHE_DIR"] = str(tmp_path)
    completed = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stdout
