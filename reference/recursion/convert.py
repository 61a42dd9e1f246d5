"""Convert: the proofs of one or several neighbouring segments become a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference.recursion.opened_key import OpenedKey, open_key
from reference.verifier.segment import Pinned, SegmentContext, verify_segment
from spec.protocol.algebra import Bit, Element, NodeAlgebra, Value, Word
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.key import VerificationKey
from spec.protocol.node_statement import statement_of
from spec.protocol.proof import SegmentProof
from spec.protocol.recursion import CONVERT, SegmentStatement, require
from spec.protocol.run import (
    RunStatement,
    SegmentPlace,
    continuation_pinning_point,
    global_challenges,
    segment_leaf,
)
from spec.protocol.stacking import Commitment

WHERE = "convert"


@dataclass(frozen=True)
class SpanProof:
    """What convert is a witness of: neighbouring segments of one shape, and their program's key."""

    key: VerificationKey
    segments: tuple[SegmentProof, ...]

    @property
    def form(self) -> SegmentForm:
        """The form that all segments have. Raises ValueError if their shapes differ, or there is none."""
        shapes = [segment.shape.numbers() for segment in self.segments]
        if not shapes or any(shape != shapes[0] for shape in shapes):
            raise ValueError("the segments of a node have one shape")
        return SegmentForm(self.segments[0].shape, self.key.parameters)


def convert(
    algebra: NodeAlgebra[Element, Value, Word, Bit], span: SpanProof, public_elements: Sequence[Element]
) -> None:
    """The segments are accepted under the run that the public values state, and join to what they state.

    Raises Rejected; ValueError for segments of different shapes.
    """
    machine, form = span.key.machine, span.form
    node = statement_of(algebra, machine, public_elements, WHERE)
    opened = open_key(algebra, span.key, form.height_log2)
    challenges, _ = global_challenges(algebra, machine, node.run)
    segments = [
        _segment(algebra, segment, number, form, node.run, opened, challenges)
        for number, segment in enumerate(span.segments)
    ]
    require(CONVERT, algebra, machine, segments, node, WHERE)


def _segment(
    algebra: NodeAlgebra[Element, Value, Word, Bit],
    segment: SegmentProof,
    number: int,
    form: SegmentForm,
    run: Sequence[Word],
    opened: OpenedKey[Value, Word],
    challenges: BusChallenges[Value],
) -> SegmentStatement:
    """What an accepted segment proof says."""
    machine = form.shape.machine
    # Of the statement only machine and parameters are hashed here: the rest of it is behind the run's digest.
    place = SegmentPlace(RunStatement(machine, form.parameters, b"", b"", 1), number, form)
    (index,) = algebra.read_words([segment.public(machine.segment_index)])
    root = algebra.read_words(segment.continuation_root)
    answers = algebra.read_values(segment.pinned_answers)
    point, _ = continuation_pinning_point(algebra, place, opened.program_id, index, root)
    leaf = segment_leaf(algebra, place, index, root, answers)
    pinned = {Commitment.PROGRAM: opened.program, Commitment.CONTINUATION: Pinned(root, point, answers)}
    verdict = verify_segment(algebra, segment, SegmentContext(place, run, leaf, pinned, challenges))
    present = {table.chip.name for table in form.shape.tables}
    absent = frozenset(chip.name for chip in machine.chips) - present
    return SegmentStatement(opened.program_id, index, verdict.public_values, leaf, verdict.global_total, absent)
