"""Proving the nodes of a tree. Any order of nodes that stand next to each other is a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.run import prove_run
from reference.recursion.circuits import record_combine, record_convert, record_final
from reference.recursion.convert import SpanProof
from reference.recursion.keys import TreeKeys, heights_of
from reference.recursion.node_proof import NodeProof
from reference.recursion.recorder import Recorder
from reference.recursion.statements import combined, converted
from reference.recursion.witness import Heights, circuit_trace
from reference.tables import Trace
from spec.air.chips.sha256 import Sha256Layout
from spec.air.machine import Machine
from spec.circuit.nodes import Combine, Convert, NodeKind
from spec.protocol.hash import Digest, digest_words
from spec.protocol.node_statement import NumberStatement, public_numbers
from spec.protocol.proof import RunProof
from spec.rejection import Rejected

Filling = Callable[[Machine, Recorder, Heights, Sha256Layout], Trace]
"""How a circuit's memory becomes tables."""


@dataclass(frozen=True)
class TreeProver:
    """Makes the nodes of trees under one list of keys."""

    kernels: Kernels
    keys: TreeKeys
    fill: Filling = circuit_trace

    def convert(self, shape: str, span: SpanProof, run: Digest, statement: NumberStatement | None = None) -> NodeProof:
        """The node of segments of a shape in the run with digest `run`; it states what they say unless told otherwise.

        Raises Rejected for what no circuit accepts, KeyError for a number of segments without a circuit.
        """
        design = self.keys.design
        said = statement or converted(span, run, digest_words(span.key.program_id), self.keys.root)
        recorder = record_convert(design, span, public_numbers(said))
        return self._node(Convert(shape, len(span.segments)), recorder)

    def combine(self, children: Sequence[NodeProof], statement: NumberStatement | None = None) -> NodeProof:
        """The node over neighbours. Raises Rejected for what no circuit accepts, KeyError as convert does."""
        design = self.keys.design
        said = statement or combined([child.statement(design.segments) for child in children])
        return self._node(Combine(len(children)), record_combine(design, children, public_numbers(said)))

    def finish(self, child: NodeProof) -> RunProof:
        """The final proof. Raises Rejected for what no circuit accepts."""
        design = self.keys.design
        return self._prove(self.keys.final, record_final(design, child), design.final.layout)

    def _node(self, kind: NodeKind, recorder: Recorder) -> NodeProof:
        proof = self._prove(self.keys.nodes[kind], recorder, self.keys.design.nodes.layout)
        return NodeProof(proof, self.keys.path(kind))

    def _prove(self, key: ProvingKey, recorder: Recorder, layout: Sha256Layout) -> RunProof:
        if recorder.broken:
            requirement = recorder.broken[0]
            raise Rejected(requirement.reason, requirement.where)
        machine = key.verification.machine
        return prove_run(self.kernels, key, [self.fill(machine, recorder, heights_of(machine), layout)])
