"""A run's segment proofs to one final proof, node by node; nodes that are kept are not made twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reference.recursion.convert import SpanProof
from reference.recursion.node_proof import NodeProof
from reference.recursion.statements import leaf_of
from reference.recursion.tree import TreeProver
from reference.recursion.tree_plan import Branch, Part, Span, plan_tree
from reference.segments.files import Kind, Label, UnusableFileError, read_labelled, write_labelled
from spec.circuit.nodes import Combine, Convert, NodeKind
from spec.protocol.canonical import Reader
from spec.protocol.final_encoding import FinalProof
from spec.protocol.hash import Digest, digest_bytes
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import encode_segment, read_segment
from spec.protocol.run import leaves_root, run_digest
from spec.rejection import Rejected

Report = Callable[[str], None]
"""Receives a sentence about what is done."""


def _nothing(_: str) -> None:
    return None


@dataclass(frozen=True)
class Aggregation:
    """One run on its way to a final proof. Raises ValueError for segments of a shape without a circuit."""

    prover: TreeProver
    run: RunProof
    folder: Path | None = None
    """Where nodes are kept; nowhere if None."""

    report: Report = _nothing

    def shape_names(self) -> list[str]:
        """By segment, the name of its shape. Raises ValueError for one that the design does not have."""
        known = {tuple(shape.numbers()): name for name, shape in self.prover.keys.design.segment_shapes.items()}
        found = [known.get(tuple(segment.shape.numbers())) for segment in self.run.segments]
        names = [name for name in found if name is not None]
        if len(names) != len(found):
            raise ValueError(f"segment {found.index(None)} has a shape that no circuit is made for")
        return names

    def digest(self) -> Digest:
        """G."""
        leaves = [digest_bytes(leaf_of(SpanProof(self.run.key, (segment,)), segment)) for segment in self.run.segments]
        statement = self.run.key.statement(self.run.output, len(leaves))
        return tuple(run_digest(NumberAlgebra(), statement, leaves_root(leaves)))

    def final(self) -> FinalProof:
        """The final proof. Raises Rejected where a segment is not accepted; OSError."""
        names = self.shape_names()
        top = self._node(plan_tree(names, self.prover.keys.design), names, self.digest())
        self.report("final")
        return FinalProof(self.run.key, self.run.output, self.prover.finish(top))

    def _node(self, part: Part, names: list[str], run: Digest) -> NodeProof:
        kind: NodeKind = Convert(names[part.first], part.count) if isinstance(part, Span) else Combine(len(part.parts))
        kept = self._kept(part, kind, run)
        if kept is not None:
            return kept
        if isinstance(part, Branch):
            children = [self._node(below, names, run) for below in part.parts]
            self.report(self._name(part))
            node = self.prover.combine(children)
        else:
            self.report(self._name(part))
            segments = self.run.segments[part.first : part.first + part.count]
            node = self.prover.convert(names[part.first], SpanProof(self.run.key, segments), run)
        if self.folder is not None:
            write_labelled(self._path(part), self._label(part, kind, run), encode_segment(node.proof.segments[0]))
        return node

    def _name(self, part: Part) -> str:
        return f"segments {part.first} to {part.first + part.count - 1}"

    def _path(self, part: Part) -> Path:
        assert self.folder is not None
        return self.folder / f"{part.first:04}-{part.count:04}.{Kind.NODE_PROOF.value}"

    def _label(self, part: Part, kind: NodeKind, run: Digest) -> Label:
        """A node belongs to its run, the list of keys and its own circuit."""
        binding = hashlib.sha256(digest_bytes(run) + digest_bytes(self.prover.keys.root) + kind.name.encode())
        return Label(Kind.NODE_PROOF, part.first, binding.digest())

    def _kept(self, part: Part, kind: NodeKind, run: Digest) -> NodeProof | None:
        if self.folder is None:
            return None
        keys = self.prover.keys
        key = keys.nodes[kind].verification
        try:
            payload = read_labelled(self._path(part), self._label(part, kind, run))
            if payload is None:
                return None
            reader = Reader(payload)
            segment = read_segment(reader, key.machine, key.parameters)
            reader.finish()
        except (UnusableFileError, Rejected) as error:
            self.report(f"a node is made anew: {error}")
            return None
        return NodeProof(RunProof(key, b"", (segment,)), keys.path(kind))
