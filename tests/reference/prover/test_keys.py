"""Keys: the verification key made alone is the one inside the proving key."""

from __future__ import annotations

from reference.prover.keys import verification_key
from spec.parameters import TINY
from tests.reference.proven_run import KERNELS, proven_run


def test_verification_key_alone_is_that_of_the_proving_key() -> None:
    honest = proven_run()
    assert verification_key(KERNELS, honest.program, TINY) == honest.key.verification
