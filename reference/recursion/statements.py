"""What honest nodes state, in numbers: the prover's side of the relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reference.recursion.convert import SpanProof
from spec.field import Extension
from spec.protocol.hash import Digest, Prefix
from spec.protocol.node_statement import NumberStatement
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import SegmentProof
from spec.protocol.run import RunStatement, SegmentPlace, segment_leaf, tagged_words, tree_root
from spec.rejection import Rejection


def leaf_of(span: SpanProof, segment: SegmentProof) -> Sequence[int]:
    """The leaf of a segment at the place that it states."""
    machine, form = span.key.machine, span.form
    index = segment.public(machine.segment_index)
    place = SegmentPlace(RunStatement(machine, form.parameters, b"", b"", 1), index, form)
    return segment_leaf(NumberAlgebra(), place, index, segment.continuation_root, segment.pinned_answers)


def converted(span: SpanProof, run: Digest, program_id: Digest, key_list_root: Digest) -> NumberStatement:
    """What convert states of these segments. Raises Rejected where a total has the denominator zero."""
    algebra, machine = NumberAlgebra(), span.key.machine
    first, last = span.segments[0], span.segments[-1]
    roots = [tagged_words(algebra, Prefix.RUN_LEAF, leaf_of(span, segment)) for segment in span.segments]
    total = Extension.of(0)
    for segment in span.segments:
        numerator, denominator = segment.bus_totals[2:]
        (reciprocal,) = algebra.inverses([denominator], Rejection.BUS_DENOMINATOR_VANISHES, "convert")
        total = total + numerator * reciprocal
    return NumberStatement(
        run=run,
        program_id=program_id,
        segment_count=len(span.segments),
        first_index=first.public(machine.segment_index),
        starts=tuple(first.public(join.enters) for join in machine.joins),
        ends=tuple(last.public(join.leaves) for join in machine.joins),
        exit_values=tuple(last.public(name) for name in machine.exit_values),
        leaves_root=tuple(tree_root(algebra, roots)),
        global_total=total,
        key_list_root=key_list_root,
        depth=0,
    )


def combined(children: Sequence[NumberStatement]) -> NumberStatement:
    """What combine states of these nodes."""
    total = Extension.of(0)
    for child in children:
        total = total + child.global_total
    return replace(
        children[0],
        segment_count=sum(child.segment_count for child in children),
        ends=children[-1].ends,
        exit_values=children[-1].exit_values,
        leaves_root=tuple(tree_root(NumberAlgebra(), [child.leaves_root for child in children])),
        global_total=total,
        depth=1 + max(child.depth for child in children),
    )
