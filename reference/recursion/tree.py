"""Proving the nodes of a tree. Any order of nodes that stand next to each other is a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference.prover.progress import Observer, Stage, silent
from reference.prover.run import prove_run
from reference.recursion.circuits import Verification, combination, conversion, ending
from reference.recursion.convert import SpanProof
from reference.recursion.keys import Workshop
from reference.recursion.node_proof import NodeProof
from reference.recursion.statements import combined, converted
from spec.circuit.listed_keys import ListedKeys
from spec.circuit.nodes import Combine, Convert, NodeKind, TreeDesign
from spec.protocol.hash import Digest, digest_words
from spec.protocol.node_statement import NumberStatement, public_numbers
from spec.protocol.proof import RunProof


@dataclass(frozen=True)
class TreeProver:
    """Makes the nodes of trees under one list of keys."""

    workshop: Workshop
    keys: ListedKeys
    observer: Observer = silent
    """Hears the stages of the proof in work."""

    @property
    def design(self) -> TreeDesign:
        """The circuits."""
        return self.workshop.design

    def convert(self, shape: str, span: SpanProof, run: Digest, statement: NumberStatement | None = None) -> NodeProof:
        """The node of segments of a shape in the run with digest `run`; it states what they say unless told otherwise.

        Raises Rejected for what no circuit accepts, KeyError for a number of segments without a circuit.
        """
        said = statement or converted(span, run, digest_words(span.key.program_id), self.keys.root)
        return self._node(Convert(shape, len(span.segments)), conversion(span), said)

    def combine(self, children: Sequence[NodeProof], statement: NumberStatement | None = None) -> NodeProof:
        """The node over neighbours. Raises Rejected for what no circuit accepts, KeyError as convert does."""
        said = statement or combined([child.statement(self.design.segments) for child in children])
        return self._node(Combine(len(children)), combination(self.design, children), said)

    def finish(self, child: NodeProof) -> RunProof:
        """The final proof. Raises Rejected for what no circuit accepts."""
        return self._prove(None, ending(self.design, child), child.public_numbers)

    def _node(self, kind: NodeKind, verification: Verification, statement: NumberStatement) -> NodeProof:
        path = self.keys.path(kind)
        return NodeProof(self._prove(kind, verification, public_numbers(statement)), path)

    def _prove(self, kind: NodeKind | None, verification: Verification, publics: tuple[int, ...]) -> RunProof:
        self.observer(Stage.TRACE, 0.0)
        trace = self.workshop.trace(kind, verification, publics)
        return prove_run(self.workshop.kernels, self.workshop.key(kind), [trace], self.observer)
