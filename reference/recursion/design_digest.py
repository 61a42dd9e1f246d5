"""What files of a tree's circuits and nodes are bound to."""

from __future__ import annotations

import hashlib

from spec.circuit.nodes import TreeDesign


def design_digest(design: TreeDesign) -> bytes:
    """Machines, parameters, shapes and kinds: 32 bytes.

    The circuits follow from these and from the verifier's code: after a change of the code only the list of the keys
    tells that a file is old.
    """
    digest = hashlib.sha256()
    for machine in (design.segments, design.node_machine, design.final_machine):
        digest.update(machine.digest)
    for parameters in (design.segment_parameters, design.nodes.parameters, design.final.parameters):
        digest.update(hashlib.sha256(parameters.encoded()).digest())
    for name, shape in design.segment_shapes.items():
        digest.update(hashlib.sha256(f"{name} {shape.numbers()}".encode()).digest())
    digest.update(" ".join(kind.name for kind in design.kinds).encode())
    return digest.digest()
