"""The verification of a segment and of its place in a run, written down as a circuit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reference.verifier.buses import token_sum
from reference.verifier.segment import Pinned, SegmentContext, verify_segment
from spec.field import Extension
from spec.protocol.form import SegmentForm
from spec.protocol.key import commitment_digest, program_id, program_table_numbers
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
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
from spec.protocol.stacking import Commitment
from spec.rejection import Rejection
from tests.recording_algebra import RecordingAlgebra
from tests.small_machine import output_tokens


@dataclass(frozen=True)
class Recording:
    """The verification of a run of one segment, recorded wholly but for what is the run's own bytes."""

    proof: RunProof
    recorder: Callable[[], RecordingAlgebra] = RecordingAlgebra

    @property
    def form(self) -> SegmentForm:
        return SegmentForm(self.proof.segments[0].shape, self.proof.key.parameters)

    @cached_property
    def algebra(self) -> RecordingAlgebra:
        """The algebra after the verification."""
        algebra = self.recorder()
        key, segment, form = self.proof.key, self.proof.segments[0], self.form
        machine, parameters, height = key.machine, key.parameters, self.form.height_log2
        place = SegmentPlace(RunStatement(machine, parameters, b"", self.proof.output, 1), 0, form)
        one_more = algebra.read_words([0])[0]

        # The program: one commitment is opened, of the others the digests are enough.
        root = algebra.read_words(key.commitments[height].root)
        answers = algebra.read_values(key.commitments[height].answers)
        digests: dict[int, Any] = {}
        for at, commitment in sorted(key.commitments.items()):
            if at == height:
                digests[at] = commitment_digest(algebra, parameters, at, root, answers)
            else:
                of_numbers = commitment_digest(NumberAlgebra(), parameters, at, commitment.root, commitment.answers)
                digests[at] = algebra.read_words(of_numbers)
        program = program_id(algebra, key, algebra.read_elements(key.start), digests)
        numbers = program_table_numbers(machine, key.program_heights_log2)
        program_point, _ = program_pinning_point(algebra, machine, parameters, numbers, height, root)

        # The leaf, and the challenges that follow from the run's digest.
        continuation_root = algebra.read_words(segment.continuation_root)
        pinned_answers = algebra.read_values(segment.pinned_answers)
        point, _ = continuation_pinning_point(algebra, place, program, one_more, continuation_root)
        leaf = segment_leaf(algebra, place, one_more, continuation_root, pinned_answers)
        run = algebra.read_words(self.run)
        challenges, _ = global_challenges(algebra, machine, run)

        pinned = {
            Commitment.PROGRAM: Pinned(root, program_point, answers),
            Commitment.CONTINUATION: Pinned(continuation_root, point, pinned_answers),
        }
        verdict = verify_segment(algebra, segment, SegmentContext(place, run, leaf, pinned, challenges))
        (index,) = algebra.element_words([verdict.public_values[machine.segment_index]])
        algebra.require_equal(index, one_more, Rejection.SEGMENT_INDEX, "run")
        total = verdict.global_total + algebra.read_values([self.tokens])[0]
        algebra.require_equal(total, algebra.value(0), Rejection.GLOBAL_BUSES_UNBALANCED, "run")
        return algebra

    @cached_property
    def run(self) -> Sequence[int]:
        """The run's digest G."""
        numbers, key, segment = NumberAlgebra(), self.proof.key, self.proof.segments[0]
        statement = RunStatement(key.machine, key.parameters, key.program_id, self.proof.output, 1)
        place = SegmentPlace(statement, 0, self.form)
        leaf = segment_leaf(numbers, place, 0, segment.continuation_root, segment.pinned_answers)
        root = leaves_root([b"".join(word.to_bytes(4, "big") for word in leaf)])
        return run_digest(numbers, statement, root)

    @property
    def tokens(self) -> Extension:
        """What the verifier's tokens for the output add up to."""
        challenges, _ = global_challenges(NumberAlgebra(), self.proof.key.machine, self.run)
        return token_sum(NumberAlgebra(), output_tokens(self.proof.output), {}, challenges, "output")
