"""The size of the proof of a run of our machine: its segments' trees, and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence

from soundcalc.commitments.size import ProofSize, proof_size
from soundcalc.machine.shapes import proof_shapes
from spec.air.chip import Role
from spec.field import ZERO
from spec.parameters import ParameterSet
from spec.protocol.constraints import scopes
from spec.protocol.canonical import Writer
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.key import VerificationKey, write_key
from spec.protocol.proof import PROOF_MAGIC, PROOF_VERSION
from spec.protocol.shape import SegmentShape
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES, chips_of


def run_size(shapes: Sequence[SegmentShape], parameters: ParameterSet, output: bytes) -> ProofSize:
    """The expected size of the proof of a run with these segments and this claimed output. Raises ParameterError.

    Only the openings are expectations; the statement is counted as it is written.
    """
    sizes = [proof_size(shape) for shape in proof_shapes(shapes, parameters, output)]
    parts = {"statement": _statement_bytes(shapes, parameters, output)}
    for size in sizes:
        for name, size_bytes in size.parts.items():
            parts[name] = parts.get(name, 0.0) + size_bytes
    return ProofSize(parts, sum(size.sibling_bytes for size in sizes))


def _statement_bytes(shapes: Sequence[SegmentShape], parameters: ParameterSet, output: bytes) -> float:
    """Key, output, and by segment public values, heights and the totals of its buses, with nothing in them."""
    writer = Writer()
    writer.raw(PROOF_MAGIC)
    writer.unsigned(PROOF_VERSION, 2)
    write_key(writer, _empty_key(parameters))
    writer.count(len(output))
    writer.raw(output)
    writer.count(len(shapes))
    for shape in shapes:
        writer.elements([0] * len(SEGMENT_PUBLIC_VALUES))
        writer.raw(shape.encoded())
        for table in shape.tables:
            writer.extensions([ZERO] * len(scopes(table.chip)))
    return float(len(writer.encoded()))


def _empty_key(parameters: ParameterSet) -> VerificationKey:
    return VerificationKey(
        parameters=parameters,
        machine_digest=bytes(DIGEST_BYTES),
        machine_root=bytes(DIGEST_BYTES),
        machine_heights_log2=(0,) * len(chips_of(Role.MACHINE_TABLE)),
        program_root=bytes(DIGEST_BYTES),
        program_heights_log2=(0,) * len(chips_of(Role.PROGRAM_TABLE)),
        entry=0,
    )
