"""Verdicts on proofs and receipts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limpid.arguments import require_type
from limpid.errors import MisuseError, SecurityError
from limpid.reading.final_security import final_security
from limpid.reading.inspection import security_of_shapes
from limpid.reading.programs import parameter_set
from limpid.runs.backends import DEFAULT_BACKEND, backend_named
from reference.verifier.program import Verified
from reference.verifier.question import QuestionError, require_question
from reference.verifier.statement import check_statement
from soundcalc.protocol.report import GOAL_BITS
from soundcalc.protocol.runs import RunSecurity
from spec.air.machine import exit_code_text
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

    def __repr__(self) -> str:
        """What a reader looks at: keys and reports would be megabytes."""
        return (
            f"Accepted(program_id={self.program_id.hex()}, output={self.output!r}, exit_code={self.exit_code}, "
            f"security_bits={self.security_bits})"
        )

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
    parameters: str | None = None,
    least_bits: int | None = None,
    backend: str = DEFAULT_BACKEND,
) -> Accepted:
    """Accepts a proof of this program (its key or its id), public output and exit code, or raises Rejected.

    None in place of program or output accepts whatever the proof claims: the caller then has to look at it.
    `allow_insecure` admits parameter sets that are only for tests. `parameters` names the only set that is accepted;
    without it, the proof says under which it was made. `least_bits` are those that the whole run needs, all rounds of
    all segments added up: 128 unless told otherwise, and none where insecure sets are allowed. Every backend gives the
    same verdict for the same reason. Raises SecurityError for fewer bits, BackendError, ParametersError, and
    MisuseError for arguments that no proof can answer to.
    """
    expected = None if parameters is None else parameter_set(parameters)
    least = _least_bits(least_bits, allow_insecure=allow_insecure)
    verify_run = backend_named(backend).verifier()
    with _question_errors():
        verified = verify_run(proof, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    if expected is not None and verified.key.parameters != expected:
        asked, has = expected.name, verified.key.parameters.name
        detail = f"the proof has {has}, expected {asked}"
        raise Rejected(Rejection.PARAMETERS_DIFFER, detail, expected=asked, found=has)
    security = (
        security_of_shapes(verified.shapes, verified.key.parameters, verified.output)
        if verified.shapes
        else final_security(verified.segments, verified.output)
    )
    if security.whole_run_bits < least:
        raise SecurityError(security.whole_run_bits, least)
    return Accepted(verified, security)


def _least_bits(asked_for: int | None, *, allow_insecure: bool) -> int:
    """The bits that a whole run needs. Raises MisuseError for what is no number of bits."""
    if asked_for is None:
        return 0 if allow_insecure else GOAL_BITS
    require_type("least_bits", asked_for, int)
    if asked_for < 0:
        raise MisuseError(f"least_bits has to be 0 or more, not {asked_for}")
    return asked_for


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
        detail = f"it ended with {exit_code_text(found.exit_code)}, expected {exit_code_text(exit_code)}"
        raise Rejected(Rejection.EXIT_CODE_DIFFERS, detail, expected=exit_code, found=found.exit_code)
    return found


@contextmanager
def _question_errors() -> Iterator[None]:
    try:
        yield
    except QuestionError as error:
        raise MisuseError(str(error)) from error
