"""Verifying the proof of a run: what joins its segments, and each segment.

The steps and their numbers are those of Section 4.8 of the whitepaper, whose first one stands in
`reference.verifier.program`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reference.verifier.buses import token_sum
from reference.verifier.form import check_form
from reference.verifier.segment import Pinned, SegmentContext, verify_segment
from reference.verifier.steps import VerifierSteps
from spec.air.chip import Role
from spec.air.machine import EXIT_LIMB_BITS, Machine, Token, exit_code_of, exit_code_text
from spec.field import Extension, P
from spec.parameters import ParameterSet
from spec.protocol.columns import PINNED
from spec.protocol.form import SegmentForm
from spec.protocol.hash import STATE_WORDS, digest_bytes, digest_words
from spec.protocol.key import (
    ProgramCommitment,
    VerificationKey,
    key_heights,
    program_stacking,
    program_table_numbers,
)
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.run import (
    RunStatement,
    SegmentPlace,
    continuation_pinning_point,
    global_challenges,
    leaves_root,
    program_pinning_point,
    run_digest,
    segment_leaf,
)
from spec.protocol.shape import (
    MINIMUM_HEIGHT_LOG2,
    SegmentShape,
    check_run_messages,
    check_shape,
    heights_admitted,
)
from spec.protocol.stacking import Commitment
from spec.rejection import Rejected, Rejection, between

NumberSteps = VerifierSteps[int, Extension, int, int]
"""The heavy steps on plain numbers."""


@dataclass(frozen=True)
class VerifiedRun:
    """What a verified proof says."""

    shapes: tuple[SegmentShape, ...]
    exit_values: tuple[int, ...]
    """The machine's exit values as the last segment states them."""

    sampled_labels: tuple[str, ...] = field(repr=False)
    """Every challenge that was drawn, over all segments, in order."""


def check_key(key: VerificationKey) -> None:
    """A key's numbers are ones that a key of its machine and parameters may have.

    Raises Rejected at the first check that fails.
    """
    heights = key.program_heights_log2
    tallest = key.parameters.tallest_log2
    count = len(key.machine.chips_of(Role.PROGRAM_TABLE))
    if len(heights) != count or any(not MINIMUM_HEIGHT_LOG2 <= height <= tallest for height in heights):
        detail, admitted = f"the program's tables have heights 2^{list(heights)}", heights_admitted(key.parameters)
        raise Rejected(Rejection.FIXED_TABLE_HEIGHT, detail, expected=[admitted] * count, found=list(heights))
    joins = key.machine.joins
    if len(key.start) != len(joins) or any(not 0 <= s < j.start_limit for s, j in zip(key.start, joins, strict=True)):
        limits = [between(0, join.start_limit - 1) for join in joins]
        raise Rejected(Rejection.KEY_START, f"{list(key.start)}", expected=limits, found=list(key.start))
    expected = key_heights(key.parameters, heights)
    found = sorted(key.commitments)
    if found != expected:
        detail = f"2^{found}, expected 2^{expected}"
        raise Rejected(Rejection.KEY_COMMITMENTS, detail, expected=expected, found=found)
    for height, commitment in key.commitments.items():
        answers = program_stacking(key.machine, heights, height).count
        counts = {"answers": answers, "root_words": STATE_WORDS if answers else 0}
        stated = {"answers": len(commitment.answers), "root_words": len(commitment.root)}
        if stated != counts:
            detail = f"{stated['answers']} answers at 2^{height}"
            raise Rejected(Rejection.KEY_COMMITMENTS, detail, expected=counts, found=stated)


def verify_run(
    algebra: NumberAlgebra,
    proof: RunProof,
    output_tokens: Sequence[Token],
    exit_values: Sequence[int] | None,
    steps: NumberSteps | None = None,
) -> VerifiedRun:
    """Checks a run proof against the key and the output that it states; `output_tokens` are those of the output.

    Where the caller holds key and output against what it expects, it does so before. `exit_values` are the ones it
    asks for, or None. Elements, words and nonces of the proof are in their ranges, as decoding leaves them. Raises
    Rejected, and nothing else.
    """
    # 2. The key.
    key = proof.key
    check_key(key)

    # 3. The forms.
    count, admitted = len(proof.segments), between(1, key.machine.maximum_segments)
    if not 1 <= count <= key.machine.maximum_segments:
        detail = f"{count} segments"
        raise Rejected(Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, detail, expected=admitted, found=count)
    forms = [checked_form(key, segment, index) for index, segment in enumerate(proof.segments)]
    check_run_messages([form.shape for form in forms])

    # 4. The chain.
    check_chain(key, proof.segments)
    ended_with = _exit_values(key.machine, proof.segments[-1])
    if exit_values is not None:
        require_exit(key.machine, ended_with, tuple(exit_values))

    # 5. The run's digest.
    statement = key.statement(proof.output, len(forms))
    places = [SegmentPlace(statement, index, form) for index, form in enumerate(forms)]
    program = digest_words(key.program_id)
    labels: list[str] = []
    pinned, leaves = [], []
    for place, segment in zip(places, proof.segments, strict=True):
        point, sampled = continuation_pinning_point(algebra, place, program, place.index, segment.continuation_root)
        labels += sampled
        pinned.append(Pinned(segment.continuation_root, point, segment.pinned_answers))
        leaves.append(segment_leaf(algebra, place, place.index, segment.continuation_root, segment.pinned_answers))
    run = run_digest(algebra, statement, leaves_root([digest_bytes(leaf) for leaf in leaves]))
    challenges, sampled = global_challenges(algebra, key.machine, run)
    labels += sampled

    # 6. The segments.
    total_of_segments = algebra.value(0)
    programs: dict[int, Pinned[Extension, int]] = {}
    for place, segment, leaf, of_continuation in zip(places, proof.segments, leaves, pinned, strict=True):
        height = place.form.height_log2
        if height not in programs:
            programs[height], sampled = pinned_program(algebra, key, height)
            labels += sampled
        both = {Commitment.PROGRAM: programs[height], Commitment.CONTINUATION: of_continuation}
        context = SegmentContext(place, run, leaf, {c: both[c] for c in PINNED}, challenges)
        verdict = verify_segment(algebra, segment, context, steps)
        total_of_segments = total_of_segments + verdict.global_total
        labels += verdict.sampled_labels

    # 7. The balance of the run.
    total = total_of_segments + token_sum(algebra, output_tokens, {}, challenges, "output")
    algebra.require_equal(total, algebra.value(0), Rejection.GLOBAL_BUSES_UNBALANCED, "run")
    return VerifiedRun(tuple(form.shape for form in forms), ended_with, tuple(labels))


def checked_form(key: VerificationKey, proof: SegmentProof, index: int) -> SegmentForm:
    """The form that a segment's proof has under a key. Raises Rejected if the key allows none or the proof has another.

    The form is the key's own machine's, whatever machine the proof's shape refers to.
    """
    expected, found = key.machine.digest, proof.shape.machine.digest
    if found != expected:
        raise Rejected(Rejection.MACHINE_DIFFERS, f"segment {index}", expected=expected.hex(), found=found.hex())
    form = SegmentForm(SegmentShape(key.machine, proof.shape.heights_log2), key.parameters)
    check_shape(form.shape, key.heights_by_chip(), key.parameters)
    check_form(proof, form, f"segment {index}")
    return form


def verify_segment_alone(
    algebra: NumberAlgebra,
    key: VerificationKey,
    proof: SegmentProof,
    index: int,
    statement: RunStatement,
    run: bytes,
    steps: NumberSteps | None = None,
) -> bytes:
    """Checks one segment's proof in the run with digest `run` and returns the leaf that it has.

    Whether the leaf is one of the run's, what joins the segments and what all of them add up to is not checked. Raises
    Rejected at the first check that fails.
    """
    form = checked_form(key, proof, index)
    place = SegmentPlace(statement, index, form)
    point, _ = continuation_pinning_point(algebra, place, digest_words(key.program_id), index, proof.continuation_root)
    leaf = segment_leaf(algebra, place, index, proof.continuation_root, proof.pinned_answers)
    program, _ = pinned_program(algebra, key, form.height_log2)
    continuation = Pinned(proof.continuation_root, point, proof.pinned_answers)
    challenges, _ = global_challenges(algebra, key.machine, digest_words(run))
    both = {Commitment.PROGRAM: program, Commitment.CONTINUATION: continuation}
    verify_segment(algebra, proof, SegmentContext(place, digest_words(run), leaf, both, challenges), steps)
    return digest_bytes(leaf)


def require_global_balance(
    algebra: NumberAlgebra,
    key: VerificationKey,
    segments: Iterable[SegmentProof],
    output_tokens: Sequence[Token],
    run: bytes,
) -> None:
    """The sums that all segments state for the global buses and the tokens of the output add up to zero.

    Raises Rejected at the first check that fails.
    """
    challenges, _ = global_challenges(algebra, key.machine, digest_words(run))
    total = token_sum(algebra, output_tokens, {}, challenges, "output")
    for segment in segments:
        numerator, denominator = segment.bus_totals[2:]
        reciprocal = algebra.inverses([denominator], Rejection.BUS_DENOMINATOR_VANISHES, "run")[0]
        total = total + numerator * reciprocal
    algebra.require_equal(total, algebra.value(0), Rejection.GLOBAL_BUSES_UNBALANCED, "run")


def pinned_program(
    algebra: NumberAlgebra, key: VerificationKey, height_log2: int
) -> tuple[Pinned[Extension, int], list[str]]:
    """The program's commitment at a stacking height with its pinning point, and the labels sampled for it."""
    commitment: ProgramCommitment = key.commitments[height_log2]
    numbers = program_table_numbers(key.machine, key.program_heights_log2)
    parameters: ParameterSet = key.parameters
    point, sampled = program_pinning_point(algebra, key.machine, parameters, numbers, height_log2, commitment.root)
    return Pinned(commitment.root, point, commitment.answers), sampled


def check_chain(key: VerificationKey, segments: Sequence[SegmentProof]) -> None:
    """The first segment starts where the key says, each starts where the one before ended, only the last has halted.

    Raises Rejected at the first check that fails.
    """
    machine = key.machine
    halted_name, halted = machine.halted
    expected = dict(zip((join.enters for join in machine.joins), key.start, strict=True))
    has_halted = False
    for index, segment in enumerate(segments):
        where = f"segment {index}"
        publics = list(segment.public_values)
        if any(not 0 <= value < P for value in publics):
            detail, admitted = f"{where}, public values", between(0, P - 1)
            raise Rejected(Rejection.ENCODING_ELEMENT_NOT_CANONICAL, detail, expected=admitted, found=publics)
        stated = segment.public(machine.segment_index)
        if stated != index:
            raise Rejected(Rejection.SEGMENT_INDEX, f"{where} states {stated}", expected=index, found=stated)
        if has_halted:
            raise Rejected(Rejection.SEGMENT_AFTER_HALT, where, expected=index, found=len(segments))
        for join in machine.joins:
            found = segment.public(join.enters)
            if found != expected[join.enters]:
                reason, met = (
                    Rejection.SEGMENTS_DO_NOT_MEET if index else Rejection.START_DIFFERS,
                    expected[join.enters],
                )
                raise Rejected(reason, f"{where}: {join.enters} is {found}, expected {met}", expected=met, found=found)
            left = segment.public(join.leaves)
            if join.moved_by is not None and not segment.shape.heights_log2.get(join.moved_by) and left != found:
                detail = f"{where}: {join.enters} moves without {join.moved_by}"
                raise Rejected(Rejection.MOVED_WITHOUT_TABLE, detail, expected=found, found=left)
            expected[join.enters] = left
        has_halted = segment.public(halted_name) == halted
        exits = _exit_values(machine, segment)
        if not has_halted and any(exits):
            raise Rejected(Rejection.EXIT_CODE_WITHOUT_HALT, where, expected=[0] * len(exits), found=list(exits))
    if not has_halted:
        at_end = segments[-1].public(halted_name)
        raise Rejected(Rejection.NOT_HALTED, f"{halted_name} is {at_end} at the end", expected=halted, found=at_end)


def require_exit(machine: Machine, ended_with: tuple[int, ...], asked_for: tuple[int, ...]) -> None:
    """A run ended as the caller asks. Raises Rejected at the first check that fails."""
    if ended_with != asked_for:
        found, asked = (_exit_code(machine, values) for values in (ended_with, asked_for))
        detail = f"it ended with {_exit_text(found)}, expected {_exit_text(asked)}"
        raise Rejected(Rejection.EXIT_CODE_DIFFERS, detail, expected=asked, found=found)


def _exit_values(machine: Machine, segment: SegmentProof) -> tuple[int, ...]:
    return tuple(segment.public(name) for name in machine.exit_values)


def _exit_code(machine: Machine, values: tuple[int, ...]) -> int | tuple[int, ...]:
    """The exit code; or the values one by one where they are not the limbs of one."""
    are_limbs = len(values) == len(machine.exit_values) and all(0 <= value < 1 << EXIT_LIMB_BITS for value in values)
    return exit_code_of(values) if are_limbs else values


def _exit_text(code: int | tuple[int, ...]) -> str:
    return exit_code_text(code) if isinstance(code, int) else str(code)
