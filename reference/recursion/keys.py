"""The keys of a tree's circuits, and the list of those that a child may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey, proving_key
from reference.recursion.circuits import blank_circuit
from reference.recursion.witness import program_tables
from spec.air.machine import Machine
from spec.circuit.circuit import Circuit, faults
from spec.circuit.nodes import NodeKind, TreeDesign, shape_of
from spec.parameters import ParameterSet
from spec.protocol.hash import Digest, digest_words
from spec.protocol.key_list import KeyPath, key_list

START = (0,)
"""Of a circuit's run: it has not ended."""


@dataclass(frozen=True)
class TreeKeys:
    """The keys of every circuit of a tree."""

    design: TreeDesign
    nodes: Mapping[NodeKind, ProvingKey]
    """In the order of the list."""

    final: ProvingKey

    @cached_property
    def _list(self) -> tuple[Digest, dict[NodeKind, KeyPath]]:
        root, paths = key_list([digest_words(key.verification.program_id) for key in self.nodes.values()])
        return root, dict(zip(self.nodes, paths, strict=True))

    @property
    def root(self) -> Digest:
        """The root of the list, which every node states."""
        return self._list[0]

    def path(self, kind: NodeKind) -> KeyPath:
        """Where a circuit's key stands in the list."""
        return self._list[1][kind]


def heights_of(machine: Machine) -> dict[str, int]:
    """By chip, the height of every table of a node's proof."""
    return {chip: heights[0] for chip, heights in shape_of(machine).heights_log2.items()}


def circuit_key(kernels: Kernels, machine: Machine, parameters: ParameterSet, circuit: Circuit) -> ProvingKey:
    """The key of a circuit. Raises ValueError for a circuit with a fault, or one that does not fit the heights."""
    found = faults(circuit)
    if found:
        raise ValueError(f"the circuit is none: {found[0].what}")
    return proving_key(kernels, machine, parameters, program_tables(machine, circuit, heights_of(machine)), START)


def tree_keys(kernels: Kernels, design: TreeDesign) -> TreeKeys:
    """The keys of all circuits. Raises ValueError where one does not fit the design's heights."""
    nodes = {
        kind: circuit_key(kernels, design.node_machine, design.nodes.parameters, blank_circuit(design, kind))
        for kind in design.kinds
    }
    final = circuit_key(kernels, design.final_machine, design.final.parameters, blank_circuit(design, None))
    return TreeKeys(design, nodes, final)
