"""The proof that the chapter takes apart: an example guest under the set for tests, committed beside the chapter."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reference.loader import load
from reference.program_keys import proving_key
from reference.prover.plain_kernels import PlainKernels
from reference.prover.run import prove_run
from reference.trace.build import build_trace
from reference.verifier.program import verify
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.form import SegmentForm
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ROOT / "spec" / "whitepaper" / "bytes"
PROOF = BESIDE / "example.proof"
GUEST = "guest/examples/elf/fibonacci.elf"
ARGUMENT = 10
"""Which Fibonacci number the guest computes."""

PRIVATE_INPUT = ARGUMENT.to_bytes(8, "little")


class ExampleError(ValueError):
    """The committed proof is none of today's machine; the message says how it is made anew."""


def example_bytes() -> bytes:
    """The committed proof."""
    return PROOF.read_bytes()


@cache
def example_proof() -> RunProof:
    """The committed proof as an object, once it is verified.

    Raises ExampleError if it is a proof of another machine.
    """
    encoded = example_bytes()
    try:
        verify(encoded, None, None, allow_insecure=True)
        return decode_proof(encoded, RV64IM)
    except Rejected as rejected:
        raise ExampleError(
            f"{PROOF.relative_to(ROOT)} is rejected: {rejected}; `python -m documentation --prove` makes it anew"
        ) from rejected


def example_segment() -> SegmentProof:
    """Its only segment."""
    (segment,) = example_proof().segments
    return segment


@cache
def example_form() -> SegmentForm:
    """The form of its only segment."""
    return SegmentForm(example_segment().shape, example_proof().key.parameters)


@cache
def example_program() -> Program:
    """What the guest's file says."""
    return load(ROOT / GUEST)


def prove_example() -> Path:
    """Makes the proof anew, with the reference prover: minutes. Returns its file."""
    kernels, program = PlainKernels(), example_program()
    key = proving_key(kernels, program, TINY)
    PROOF.parent.mkdir(exist_ok=True)
    PROOF.write_bytes(encode_proof(prove_run(kernels, key, [build_trace(program, PRIVATE_INPUT)])))
    return PROOF
