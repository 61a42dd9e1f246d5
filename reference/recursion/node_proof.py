"""A node's proof as the child of another: its key stands in the list, and its public values spell a statement."""

from __future__ import annotations

from dataclasses import dataclass

from reference.recursion.opened_key import open_key
from reference.verifier.segment import Pinned, SegmentContext, verify_segment
from spec.air.machine import Machine
from spec.circuit.machine import HALTED
from spec.protocol.algebra import Bit, Element, NodeAlgebra, Value, Word
from spec.protocol.form import SegmentForm
from spec.protocol.hash import Prefix
from spec.protocol.key_list import KEY_LIST_LOG2, KeyPath, root_over
from spec.protocol.node_statement import NodeStatement, NumberStatement, statement_of
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.run import (
    RunStatement,
    SegmentPlace,
    continuation_pinning_point,
    global_challenges,
    run_digest_over,
    segment_leaf,
    tagged_words,
)
from spec.protocol.stacking import Commitment
from spec.rejection import Rejection

OWN_PUBLIC_VALUES = 3
"""Those that every circuit has before the statement's: segment, start and end."""


@dataclass(frozen=True)
class NodeProof:
    """A proof of a node's circuit, and the place of its key in the list."""

    proof: RunProof
    path: KeyPath

    @property
    def public_numbers(self) -> tuple[int, ...]:
        """The public values that spell its statement."""
        return self.proof.segments[0].public_values[OWN_PUBLIC_VALUES:]

    def statement(self, segments: Machine) -> NumberStatement:
        """What it states, accepted or not. Raises Rejected where public values spell no statement."""
        return statement_of(NumberAlgebra(), segments, self.public_numbers, "node")


def verified_node(
    algebra: NodeAlgebra[Element, Value, Word, Bit], segments: Machine, child: NodeProof, where: str
) -> NodeStatement[Element, Value, Word]:
    """The statement of an accepted node over segments of a machine.

    Its proof is a run of one segment without output, so G follows from the key. Raises Rejected at the first check that
    fails.
    """
    key, (proof,) = child.proof.key, child.proof.segments
    form = SegmentForm(proof.shape, key.parameters)
    opened = open_key(algebra, key, form.height_log2)

    # The one leaf, without continuation tables, and G.
    statement = RunStatement(key.machine, key.parameters, b"", b"", 1)
    place, index = SegmentPlace(statement, 0, form), algebra.word(0)
    point, _ = continuation_pinning_point(algebra, place, opened.program_id, index, [])
    leaf = segment_leaf(algebra, place, index, [], [])
    run = run_digest_over(algebra, statement, opened.program_id, tagged_words(algebra, Prefix.RUN_LEAF, leaf))
    challenges, _ = global_challenges(algebra, key.machine, run)

    pinned = {Commitment.PROGRAM: opened.program, Commitment.CONTINUATION: Pinned([], point, [])}
    verdict = verify_segment(algebra, proof, SegmentContext(place, run, leaf, pinned, challenges))
    public = list(verdict.public_values.values())
    ends = [algebra.element(0), algebra.element(0), algebra.element(HALTED)]
    algebra.require_equal(public[:OWN_PUBLIC_VALUES], ends, Rejection.NODE_START, where)
    algebra.require_equal(verdict.global_total, algebra.value(0), Rejection.GLOBAL_BUSES_UNBALANCED, where)
    node = statement_of(algebra, segments, public[OWN_PUBLIC_VALUES:], where)

    (position,) = algebra.read_words([child.path.position])
    siblings = [algebra.read_words(sibling) for sibling in child.path.siblings]
    root = root_over(algebra, opened.program_id, algebra.low_bits(position, KEY_LIST_LOG2), siblings)
    algebra.require_equal(list(root), list(node.key_list_root), Rejection.KEY_NOT_LISTED, where)
    return node
