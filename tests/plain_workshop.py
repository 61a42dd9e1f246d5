"""The readable twin of `limpid.runs.tree_workshop`: every circuit is written down for each proof."""

from __future__ import annotations

from functools import cache

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey, proving_key
from reference.recursion.circuits import Verification, blank_recording, recorded
from reference.recursion.keys import START, heights_of, require_sound, shape_and_machine
from reference.recursion.witness import circuit_trace, program_tables
from reference.tables import Trace
from spec.air.machine import Machine
from spec.circuit.circuit import Circuit
from spec.circuit.nodes import NodeKind, TreeDesign
from spec.parameters import ParameterSet
from spec.protocol.key import VerificationKey
from spec.rejection import Rejected


def circuit_key(kernels: Kernels, machine: Machine, parameters: ParameterSet, circuit: Circuit) -> ProvingKey:
    """The key of a circuit. Raises ValueError for a circuit with a fault, or one that does not fit the heights."""
    require_sound(circuit)
    return proving_key(kernels, machine, parameters, program_tables(machine, circuit, heights_of(machine)), START)


class PlainWorkshop:
    """Writes every circuit down for each proof, and keeps the keys in memory."""

    def __init__(self, kernels: Kernels, design: TreeDesign) -> None:
        self.kernels = kernels
        self.design = design
        self.key = cache(self._key)

    def _key(self, kind: NodeKind | None) -> ProvingKey:
        shape, machine = shape_and_machine(self.design, kind)
        return circuit_key(self.kernels, machine, shape.parameters, blank_recording(self.design, kind).circuit)

    def verification(self, kind: NodeKind | None) -> VerificationKey:
        """As `Workshop.verification`."""
        return self.key(kind).verification

    def trace(self, kind: NodeKind | None, verification: Verification, statement: tuple[int, ...]) -> Trace:
        """As `Workshop.trace`. Raises Rejected if the proofs do not satisfy the circuit."""
        recorder = recorded(verification, statement)
        if recorder.broken:
            requirement = recorder.broken[0]
            found, expected = (list(recorder.values[at]) for at in (requirement.left, requirement.right))
            raise Rejected(requirement.reason, requirement.where, expected=expected, found=found)
        shape, machine = shape_and_machine(self.design, kind)
        return circuit_trace(machine, recorder, heights_of(machine), shape.layout)
