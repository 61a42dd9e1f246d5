"""The nodes of a tree in the folder of its run, so that none is proven twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reference.recursion.jobs import EncodedNode
from reference.recursion.tree import TreeProver
from reference.recursion.tree_plan import Part
from reference.segments.files import FileKind, Label, UnusableFileError, read_labelled, write_labelled
from reference.verifier.run import verify_run
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools
from spec.circuit.nodes import NodeKind
from spec.protocol.hash import Digest, digest_bytes
from spec.rejection import Rejected, Rejection

Report = Callable[[str], None]
"""Receives a sentence about a file that is not used."""


@dataclass(frozen=True)
class NodeFolder:
    """Where the nodes of one run are kept. Both methods raise OSError where the disk fails."""

    path: Path
    run: Digest
    """The run's digest G."""

    prover: TreeProver
    report: Report = lambda _: None
    tools: VerifierTools = PLAIN_TOOLS
    """Those with which nodes that are found are verified."""

    def write(self, part: Part, node: EncodedNode) -> None:
        """Keeps a node, whole or not at all."""
        write_labelled(self._file(part), self._label(part, node.kind), node.proof)

    def read(self, part: Part, kind: NodeKind) -> EncodedNode | None:
        """The node of a part of the tree, if it stands there and is accepted; a file that is something else is removed,
        with a report."""
        file = self._file(part)
        try:
            payload = read_labelled(file, self._label(part, kind))
            if payload is None:
                return None
            node = EncodedNode(kind, payload)
            self._require_accepted(part, node)
        except (UnusableFileError, Rejected) as error:
            fault = error.fault.value if isinstance(error, UnusableFileError) else str(error)
            self.report(f"{file}: {fault}; it is made anew")
            file.unlink()
            return None
        return node

    def _require_accepted(self, part: Part, node: EncodedNode) -> None:
        """The node is accepted, and about these segments of this run. Raises Rejected at the first check that fails."""
        decoded = node.decoded(self.prover)
        verify_run(self.tools.algebra(), decoded.proof, (), (), self.tools.steps)
        said = decoded.statement(self.prover.design.segments)
        found = [list(said.run), list(said.key_list_root), said.first_index, said.segment_count]
        expected = [list(self.run), list(self.prover.keys.root), part.first, part.count]
        if found != expected:
            raise Rejected(Rejection.NODE_STATEMENT, "it is about other segments", expected=expected, found=found)

    def _file(self, part: Part) -> Path:
        return self.path / f"{part.first:04}-{part.count:04}.{FileKind.NODE_PROOF.value}"

    def _label(self, part: Part, kind: NodeKind) -> Label:
        """A node belongs to its run, the list of keys and its own circuit."""
        binding = hashlib.sha256(digest_bytes(self.run) + digest_bytes(self.prover.keys.root) + kind.name.encode())
        return Label(FileKind.NODE_PROOF, part.first, binding.digest())
