"""The final proof that the chapter verifies: the example's guest in four segments, folded by circuits for tests.

The native verifier meets the last circuit only. Its machine differs from that of the trees that are accepted in the
heights of its listed shape; its parameter set is the example's.
"""

from __future__ import annotations

from functools import cache

from documentation.encodings.example import BESIDE, ROOT, ExampleError
from reference.verifier.final import KnownTree, TreeConstants, VerifiedFinal, verify_encoded_final
from spec.air.machine import Machine
from spec.circuit.buses import NARROW_SHA256
from spec.circuit.nodes import CircuitShape
from spec.parameters import TINY
from spec.protocol.final_encoding import FinalProof, decode_final
from spec.protocol.hash import digest_words
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM
from spec.rv64im.tokens import output_tokens

FINAL_PROOF = BESIDE / "final.proof"
MAKER = "python -m tests.whitepaper.final_tree"
"""What makes it: compiled kernels prove it, in minutes."""

ARGUMENT = 40
"""Which Fibonacci number the guest computes: it takes four small segments."""

PRIVATE_INPUT = ARGUMENT.to_bytes(8, "little")

SHAPE = CircuitShape(
    TINY,
    {
        "constant": 9,
        "constant_octet": 6,
        "hint": 12,
        "hint_element": 10,
        "hint_word": 6,
        "hint_octet": 8,
        "multiply_add": 16,
        "equal": 9,
        "join": 8,
        "split": 12,
        "equals_number": 6,
        "canonical": 14,
        "bits": 6,
        "pack": 12,
        "unpack": 7,
        "challenge": 9,
        "compress": 11,
        "choose": 8,
        "sha256_first": 13,
        "sha256_rest": 14,
    },
    NARROW_SHA256,
)
"""The tables of the last circuit, as high as verifying one node for tests needs them."""


@cache
def final_machine() -> Machine:
    """The machine of the last circuit."""
    return SHAPE.machine("limpid final", RV64IM)


@cache
def final_example() -> tuple[FinalProof, VerifiedFinal]:
    """The committed proof with what it says, once it is verified. Raises ExampleError if it is refused."""
    return verified_example()


def verified_example() -> tuple[FinalProof, VerifiedFinal]:
    """Verifies the committed proof, nothing of it being known. Raises ExampleError if it is refused.

    The two constants are those that the proof itself names: whether they are the ones of the circuits is seen where
    these are made.
    """
    encoded = FINAL_PROOF.read_bytes()
    try:
        final = decode_final(encoded, RV64IM, final_machine())
        constants = TreeConstants(digest_words(final.proof.key.program_id), tuple(final.stated(RV64IM).key_list_root))
        known = KnownTree(RV64IM, final_machine(), constants, output_tokens)
        return verify_encoded_final(encoded, known, None, None, (0, 0, 0, 0), allow_insecure=True)
    except Rejected as rejected:
        where = FINAL_PROOF.relative_to(ROOT)
        raise ExampleError(f"{where} is rejected: {rejected}; `{MAKER}` makes it anew") from rejected
