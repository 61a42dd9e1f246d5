"""What is in a proof or a key, as far as reading tells: nothing here is verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from limpid.arguments import require_type
from limpid.errors import KeyFileError, LimpidError
from limpid.reading.final_security import final_security
from soundcalc.errors import CalculatorError
from soundcalc.protocol.runs import RunSecurity, run_security
from spec.air.machine import exit_code_of
from spec.parameters import ParameterSet
from spec.protocol.development import DEVELOPMENT_MAGIC, DevelopmentReceipt, decode_development_receipt
from spec.protocol.final_encoding import FINAL_MAGIC, decode_final
from spec.protocol.form import SegmentForm
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import KEY_MAGIC, decode_key
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.proof_encoding import PROOF_MAGIC, decode_proof
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import HALTED
from spec.rv64im.tokens import output_tokens
from spec.rv64im.tree import tree_design

MAKE_ONE = "make a key with: limpid keygen GUEST.elf --output KEY, a proof with: limpid prove GUEST.elf --output PROOF"


class UnknownContentError(LimpidError):
    """Bytes that are neither a proof nor a key."""

    kind = "content"


@dataclass(frozen=True)
class KeyContent:
    """A verification key as it stands in its file."""

    key: VerificationKey
    size_bytes: int


@dataclass(frozen=True)
class SegmentContent:
    """What a segment's proof states."""

    shape: SegmentShape
    pc_in: int
    """A byte address."""

    pc_out: int | None
    """A byte address; None if the segment halts."""


@dataclass(frozen=True)
class ProofContent:
    """What a proof states; whether it is true is for `verify` to say."""

    key: VerificationKey
    output: bytes
    exit_code: int | None
    """None if the last segment does not halt."""

    segments: tuple[SegmentContent, ...]
    size_bytes: int
    security: RunSecurity | None
    """None where the heights or the output admit no figure: such a proof is rejected."""


@dataclass(frozen=True)
class FinalContent:
    """What a final proof states; whether it is true is for `verify` to say."""

    key: VerificationKey
    """The program's key."""

    output: bytes
    exit_code: int
    segments: int
    depth: int
    """The depth of the tree of nodes over the segments."""

    size_bytes: int
    security: RunSecurity | None
    """None for a number of segments that no tree is for, or an output that no run has: such a proof is rejected."""


@dataclass(frozen=True)
class DevelopmentContent:
    """What a development receipt states, which proves nothing."""

    receipt: DevelopmentReceipt
    size_bytes: int


Content = KeyContent | ProofContent | FinalContent | DevelopmentContent


def inspect(encoded: bytes) -> Content:
    """What the bytes of a key, a proof or a development receipt state.

    Raises UnknownContentError, MisuseError, and Rejected for damaged ones.
    """
    require_type("encoded", encoded, bytes)
    if encoded.startswith(KEY_MAGIC):
        return KeyContent(decode_key(encoded, RV64IM), len(encoded))
    if encoded.startswith(DEVELOPMENT_MAGIC):
        return DevelopmentContent(decode_development_receipt(encoded, RV64IM), len(encoded))
    if encoded.startswith(FINAL_MAGIC):
        return _final(encoded)
    if not encoded.startswith(PROOF_MAGIC):
        raise UnknownContentError("the bytes are neither a proof nor a verification key", MAKE_ONE)
    proof = decode_proof(encoded, RV64IM)
    try:
        security = run_security(forms_of(proof), len(output_tokens(proof.output)))
    except (CalculatorError, Rejected, ValueError):
        # ValueError: an output that no run has.
        security = None
    return ProofContent(
        key=proof.key,
        output=proof.output,
        exit_code=_exit_code(proof.segments[-1]),
        segments=tuple(_segment(segment) for segment in proof.segments),
        size_bytes=len(encoded),
        security=security,
    )


def _final(encoded: bytes) -> FinalContent:
    final = decode_final(encoded, RV64IM, tree_design().final_machine)
    statement = final.stated(RV64IM)
    try:
        security = final_security(statement.segment_count, final.output)
    except (CalculatorError, ValueError):
        security = None
    return FinalContent(
        key=final.program,
        output=final.output,
        exit_code=exit_code_of(list(statement.exit_values)),
        segments=statement.segment_count,
        depth=statement.depth,
        size_bytes=len(encoded),
        security=security,
    )


def security_of_shapes(shapes: Sequence[SegmentShape], parameters: ParameterSet, output: bytes) -> RunSecurity:
    """The security of a run of segments of these shapes with this public output.

    Raises Rejected, CalculatorError where their heights admit no figure.
    """
    return run_security([SegmentForm(shape, parameters) for shape in shapes], len(output_tokens(output)))


def forms_of(proof: RunProof) -> list[SegmentForm]:
    """The forms of a proof's segments."""
    return [SegmentForm(segment.shape, proof.key.parameters) for segment in proof.segments]


def content_of_file(path: str, encoded: bytes) -> Content:
    """The same, with the file's name in errors.

    Raises FileError if the file cannot be read, KeyFileError if a key in it is damaged, and UnknownContentError if it
    is nothing that is known.
    """
    try:
        return inspect(encoded)
    except UnknownContentError as error:
        raise UnknownContentError(f"{path}: {error}", error.next_step, {"path": path}) from error
    except Rejected as error:
        if encoded.startswith(KEY_MAGIC):
            raise KeyFileError(path, error) from error
        raise UnknownContentError(
            f"{path}: {error}", "make it anew, or ask for it again", {"path": path, "reason": error.reason.name}
        ) from error


def _segment(segment: SegmentProof) -> SegmentContent:
    pc_out = segment.public("pc_out")
    return SegmentContent(segment.shape, 4 * segment.public("pc_in"), None if pc_out == HALTED else 4 * pc_out)


def _exit_code(last: SegmentProof) -> int | None:
    if last.public("pc_out") != HALTED:
        return None
    return exit_code_of([last.public(name) for name in RV64IM.exit_values])
