"""The keys of a tree's circuits, and what a workshop makes: keys, and the tables of proofs."""

from __future__ import annotations

from typing import Protocol

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.recursion.circuits import Verification
from reference.tables import Trace
from spec.air.machine import Machine
from spec.circuit.circuit import Circuit, faults
from spec.circuit.listed_keys import ListedKeys
from spec.circuit.nodes import CircuitShape, NodeKind, TreeDesign, shape_of
from spec.protocol.hash import digest_words
from spec.protocol.key import VerificationKey

START = (0,)
"""What a circuit's run starts with: it has not ended."""


class Workshop(Protocol):
    """Makes what a tree's prover needs. The kind None stands for the circuit that ends a tree."""

    @property
    def kernels(self) -> Kernels:
        """Those that prove."""
        ...

    @property
    def design(self) -> TreeDesign:
        """Whose circuits these are."""
        ...

    def key(self, kind: NodeKind | None) -> ProvingKey:
        """The key of a circuit. Raises ValueError where it does not fit the design's heights."""
        ...

    def verification(self, kind: NodeKind | None) -> VerificationKey:
        """What is to be known of that key to verify a proof."""
        ...

    def trace(self, kind: NodeKind | None, verification: Verification, statement: tuple[int, ...]) -> Trace:
        """The tables of a circuit for the children that it verifies and the public values that the node has.

        Raises Rejected where no memory satisfies the circuit.
        """
        ...


def heights_of(machine: Machine) -> dict[str, int]:
    """By chip, the height of every table of a node's proof."""
    return {chip: heights[0] for chip, heights in shape_of(machine).heights_log2.items()}


def shape_and_machine(design: TreeDesign, kind: NodeKind | None) -> tuple[CircuitShape, Machine]:
    """How a circuit's proof looks; None: the last one's."""
    return (design.final, design.final_machine) if kind is None else (design.nodes, design.node_machine)


def require_sound(circuit: Circuit) -> None:
    """Raises ValueError for a circuit with a structural fault."""
    found = faults(circuit)
    if found:
        raise ValueError(f"the circuit is none: {found[0].what}")


def listed_keys(workshop: Workshop) -> ListedKeys:
    """The digests of all keys of the workshop's design: each is made for it. Raises ValueError as `Workshop.key`."""

    def digest(kind: NodeKind | None) -> tuple[int, ...]:
        return digest_words(workshop.verification(kind).program_id)

    return ListedKeys({kind: digest(kind) for kind in workshop.design.kinds}, digest(None))
