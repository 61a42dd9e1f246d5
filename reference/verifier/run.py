"""Verifying a run: its statement, how its segments meet, and what all of them add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reference.verifier.kernels import PLAIN_KERNELS, VerifierKernels
from reference.verifier.number_algebra import NumberAlgebra
from reference.verifier.segment import SegmentContext, token_sum, verify_segment
from spec.air.bus import Scope
from spec.field import ZERO, Extension
from spec.protocol.key import VerificationKey
from spec.protocol.logup import BusChallenges
from spec.protocol.proof import SegmentProof, read_proof
from spec.protocol.run import RunStatement, global_challenges, pinning_point, run_digest, segment_leaf
from spec.protocol.shape import COMMITMENTS, SegmentShape, check_run_messages, check_shape
from spec.rejection import Rejected, Rejection
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.program_row import HALTED, limbs_of
from spec.rv64im.tokens import output_tokens


@dataclass(frozen=True)
class Verified:
    """What a verified proof says."""

    key: VerificationKey
    output: bytes
    exit_code: int
    shapes: tuple[SegmentShape, ...]
    sampled_labels: tuple[str, ...] = field(repr=False)
    """Every challenge that was drawn, over all segments, in order."""


def verify(
    encoded: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    *,
    exit_code: int = 0,
    allow_insecure: bool = False,
    kernels: VerifierKernels = PLAIN_KERNELS,
) -> Verified:
    """Checks the canonical bytes of a run proof against a program, by key or id, and the claimed public output.

    Without `program` or `output` whatever the proof claims of it is accepted and returned; the caller then has to
    look at it.
    `allow_insecure` admits parameter sets that are only for tests. Raises Rejected, and nothing else, on any byte
    string.
    """
    proof = read_proof(kernels.reader(encoded))
    key = proof.key
    check_statement(key, proof.output, program, output, allow_insecure=allow_insecure)
    for segment in proof.segments:
        check_shape(segment.shape, key.heights_by_chip(), key.parameters)
    check_run_messages([segment.shape for segment in proof.segments])
    _check_chain(proof.segments, key)
    found_exit_code = _check_exit_code(proof.segments[-1], exit_code)

    statement = RunStatement(key, proof.output, len(proof.segments))
    labels: list[str] = []
    points, leaves = [], []
    for index, segment in enumerate(proof.segments):
        point, sampled = pinning_point(statement, index, segment.shape, segment.continuation_root)
        points.append(point)
        leaves.append(_leaf(index, segment))
        labels += sampled
    run = run_digest(statement, leaves)
    challenges, sampled = global_challenges(run)
    labels += sampled

    algebra = NumberAlgebra()
    require_global_balance(algebra, proof.segments, proof.output, challenges)
    for index, (segment, leaf, point) in enumerate(zip(proof.segments, leaves, points, strict=True)):
        context = SegmentContext(index, key, run, leaf, point, challenges)
        labels += verify_segment(algebra, segment, context, kernels)
    return Verified(
        key=key,
        output=proof.output,
        exit_code=found_exit_code,
        shapes=tuple(segment.shape for segment in proof.segments),
        sampled_labels=tuple(labels),
    )


def require_global_balance(
    algebra: NumberAlgebra, segments: Iterable[SegmentProof], output: bytes, challenges: BusChallenges
) -> None:
    """The sums that all segments state for the global buses and the tokens of the output add up to zero.

    Raises Rejected.
    """
    total = token_sum(algebra, output_tokens(output), challenges, Rejection.FINGERPRINT_VANISHES, "output")
    for segment in segments:
        for table_total in segment.scope_totals(Scope.GLOBAL):
            total = total + table_total
    algebra.require_equal(total, ZERO, Rejection.GLOBAL_BUSES_UNBALANCED, "run")


def verify_segment_alone(
    proof: SegmentProof, index: int, statement: RunStatement, run: bytes, kernels: VerifierKernels = PLAIN_KERNELS
) -> bytes:
    """Checks one segment's proof in the run with digest `run` and returns the leaf that it has.

    Whether the leaf is one of the run's, what joins the segments and what all of them add up to is not checked.
    Raises Rejected.
    """
    key = statement.key
    check_shape(proof.shape, key.heights_by_chip(), key.parameters)
    point, _ = pinning_point(statement, index, proof.shape, proof.continuation_root)
    leaf = _leaf(index, proof)
    challenges, _ = global_challenges(run)
    verify_segment(NumberAlgebra(), proof, SegmentContext(index, key, run, leaf, point, challenges), kernels)
    return leaf


def check_statement(
    found: VerificationKey,
    claimed_output: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    *,
    allow_insecure: bool,
) -> None:
    """A proof with the key `found` claims the statement that the caller asks about. Raises Rejected."""
    if isinstance(program, VerificationKey) and found.parameters != program.parameters:
        detail = f"the proof has {found.parameters.name}, the key {program.parameters.name}"
        raise Rejected(Rejection.PARAMETERS_DIFFER, detail)
    if not found.parameters.secure and not allow_insecure:
        raise Rejected(Rejection.PARAMETERS_INSECURE, found.parameters.name)
    program_id = program.program_id() if isinstance(program, VerificationKey) else program
    if program_id is not None and found.program_id() != program_id:
        raise Rejected(Rejection.PROGRAM_DIFFERS, f"its id is {found.program_id().hex()}")
    if output is not None and claimed_output != output:
        raise Rejected(Rejection.OUTPUT_DIFFERS, f"the proof claims {len(claimed_output)} bytes")


def _check_chain(segments: tuple[SegmentProof, ...], key: VerificationKey) -> None:
    """The first segment starts at the entry, each starts where the one before ended, the last has halted."""
    pc, cursor = key.entry // 4, 0
    for index, segment in enumerate(segments):
        if segment.public("segment") != index:
            raise Rejected(Rejection.SEGMENT_INDEX, f"segment {index} states {segment.public('segment')}")
        if segment.public("pc_in") != pc or pc == HALTED:
            reason = Rejection.START_PC if index == 0 or pc == HALTED else Rejection.SEGMENTS_DO_NOT_MEET
            raise Rejected(reason, f"segment {index} starts at pc {4 * segment.public('pc_in'):#x}")
        if segment.public("cursor_in") != cursor:
            reason = Rejection.START_CURSOR if index == 0 else Rejection.SEGMENTS_DO_NOT_MEET
            raise Rejected(reason, f"segment {index} starts at memory cursor {segment.public('cursor_in')}")
        pc, previous_cursor, cursor = segment.public("pc_out"), cursor, segment.public("cursor_out")
        if not segment.shape.heights_log2["memory"] and cursor != previous_cursor:
            raise Rejected(Rejection.CURSOR_WITHOUT_MEMORY_TABLE, f"segment {index}")
        if pc != HALTED and any(segment.public(f"exit_code_{i}") for i in range(LIMBS)):
            raise Rejected(Rejection.EXIT_CODE_WITHOUT_HALT, f"segment {index}")
    if pc != HALTED:
        raise Rejected(Rejection.NOT_HALTED, f"it ends at pc {4 * pc:#x}")


def _check_exit_code(last: SegmentProof, expected: int) -> int:
    limbs = [last.public(f"exit_code_{i}") for i in range(LIMBS)]
    code = sum(limb << (LIMB_BITS * i) for i, limb in enumerate(limbs))
    if tuple(limbs) != limbs_of(expected):
        raise Rejected(Rejection.EXIT_CODE_DIFFERS, f"it ended with {code}, expected {expected}")
    return code


def _leaf(index: int, segment: SegmentProof) -> bytes:
    """The leaf that the segment's opened values at its pinning point make: the openings check the values."""
    continuation = segment.opened_values[COMMITMENTS.index("continuation")]
    pinned: list[Extension] = [value for _, at_pinning_point in continuation for value in at_pinning_point]
    return segment_leaf(index, segment.shape, segment.continuation_root, pinned)
