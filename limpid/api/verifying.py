"""Verdicts on proofs and receipts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limpid.arguments import require_type
from limpid.errors import MisuseError
from limpid.reading.inspection import security_of_shapes
from limpid.runs.backends import DEFAULT_BACKEND, backend_named
from reference.verifier.program import Verified, check_statement
from reference.verifier.question import QuestionError, require_question
from soundcalc.protocol.runs import RunSecurity
from spec.protocol.development import DevelopmentReceipt, decode_development_receipt
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import decode_key as decode_machine_key
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM


@dataclass(frozen=True)
class Accepted:
    """The verifier's acceptance: what is now known, and how surely."""

    verified: Verified
    security: RunSecurity

    @property
    def program_id(self) -> bytes:
        return self.verified.key.program_id

    @property
    def output(self) -> bytes:
        return self.verified.output

    @property
    def exit_code(self) -> int:
        return self.verified.exit_code

    @property
    def security_bits(self) -> int:
        """The minimum over the rounds of this very proof."""
        return self.security.security_bits


def decode_key(encoded: bytes) -> VerificationKey:
    """The key of a program from its canonical bytes, as `limpid keygen` writes them.

    Raises Rejected for bytes that are no key of this machine, and MisuseError.
    """
    require_type("encoded", encoded, bytes)
    return decode_machine_key(encoded, RV64IM)


def verify(
    proof: bytes,
    *,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    exit_code: int = 0,
    allow_insecure: bool = False,
    backend: str = DEFAULT_BACKEND,
) -> Accepted:
    """Accepts a proof of this program (its key or its id), public output and exit code, or raises Rejected.

    None in place of program or output accepts whatever the proof claims: the caller then has to look at it.
    `allow_insecure` admits parameter sets that are only for tests. Every backend gives the same verdict for the same
    reason. Raises BackendError, and MisuseError for arguments that no proof can answer to.
    """
    verify_run = backend_named(backend).verifier()
    with _question_errors():
        verified = verify_run(proof, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    return Accepted(verified, security_of_shapes(verified.shapes, verified.key.parameters, verified.output))


def check_dev_receipt(
    receipt: bytes,
    *,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    exit_code: int = 0,
    allow_insecure: bool = False,
) -> DevelopmentReceipt:
    """What a development receipt states, if that is what the caller asks about. It PROVES NOTHING: for tests only.

    The arguments are those of `verify`. Raises Rejected for the reasons for which a proof of another statement is,
    and MisuseError as `verify` does.
    """
    with _question_errors():
        require_question(receipt, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    found = decode_development_receipt(receipt, RV64IM)
    check_statement(found.key, found.output, program, output, allow_insecure=allow_insecure)
    if found.exit_code != exit_code:
        detail = f"it ended with {found.exit_code}, expected {exit_code}"
        raise Rejected(Rejection.EXIT_CODE_DIFFERS, detail, expected=exit_code, found=found.exit_code)
    return found


@contextmanager
def _question_errors() -> Iterator[None]:
    try:
        yield
    except QuestionError as error:
        raise MisuseError(str(error)) from error
