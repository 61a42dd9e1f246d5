"""The keys of a tree's circuits in a folder, so that they are made once."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.recursion.circuits import blank_circuit
from reference.recursion.keys import START, TreeKeys, circuit_key, heights_of
from reference.segments.files import Kind, Label, UnusableFileError, read_labelled, write_labelled
from reference.tables import Table
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.circuit.nodes import NodeKind, TreeDesign
from spec.parameters import ParameterSet
from spec.protocol.canonical import Reader, Writer
from spec.protocol.hash import digest_bytes, digest_words
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.rejection import Rejected

Report = Callable[[str], None]
"""Receives a sentence about a file that is not used."""


def _nothing(_: str) -> None:
    return None


def design_digest(design: TreeDesign) -> bytes:
    """What the files of a design are bound to: machines, parameters, shapes and kinds. 32 bytes.

    The circuits follow from these and from the verifier's code: after a change of the code only the root of the list
    tells that the files are old.
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


def kept_tree_keys(kernels: Kernels, design: TreeDesign, folder: Path, report: Report = _nothing) -> TreeKeys:
    """The keys of all circuits: those in the folder, and the others made and put there.

    Raises ValueError where a circuit does not fit the design's heights; OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    nodes = {kind: _kept(kernels, design, number, kind, folder, report) for number, kind in enumerate(design.kinds)}
    return TreeKeys(design, nodes, _kept(kernels, design, len(nodes), None, folder, report))


def _kept(
    kernels: Kernels, design: TreeDesign, number: int, kind: NodeKind | None, folder: Path, report: Report
) -> ProvingKey:
    machine = design.final_machine if kind is None else design.node_machine
    parameters = (design.final if kind is None else design.nodes).parameters
    path = folder / f"{'final' if kind is None else kind.name}.{Kind.CIRCUIT_KEY.value}"
    label = Label(Kind.CIRCUIT_KEY, number, design_digest(design))
    try:
        payload = read_labelled(path, label)
        if payload is not None:
            return decode_circuit_key(payload, machine, parameters)
    except (UnusableFileError, Rejected, zlib.error) as error:
        report(f"{path} is made anew: {error}")
    key = circuit_key(kernels, machine, parameters, blank_circuit(design, kind))
    write_labelled(path, label, encode_circuit_key(key))
    return key


def encode_circuit_key(key: ProvingKey) -> bytes:
    """Roots and answers by stacking height, then the fixed cells of all tables, compressed."""
    writer = Writer()
    for _, commitment in sorted(key.verification.commitments.items()):
        writer.raw(digest_bytes(commitment.root))
        writer.extensions(commitment.answers)
    cells = b"".join(table.fixed.astype("<u4").tobytes() for table in key.tables)
    writer.raw(zlib.compress(cells, 1))
    return writer.encoded()


def decode_circuit_key(encoded: bytes, machine: Machine, parameters: ParameterSet) -> ProvingKey:
    """The key of a circuit of a machine that lists one shape. Raises Rejected or zlib.error for other bytes."""
    heights, chips = heights_of(machine), machine.chips_of(Role.PROGRAM_TABLE)
    program = tuple(heights[chip.name] for chip in chips)
    reader, commitments, size = Reader(encoded), {}, 0
    for height in key_heights(parameters, program):
        count = program_stacking(machine, program, height).count
        commitments[height] = ProgramCommitment(digest_words(reader.digest()), reader.extensions(count))
        size += len(digest_bytes(commitments[height].root)) + 24 * count
    cells = np.frombuffer(zlib.decompress(reader.raw(len(encoded) - size)), dtype="<u4")
    tables, start = [], 0
    for chip, height in zip(chips, program, strict=True):
        end = start + (len(chip.fixed_columns) << height)
        fixed = cells[start:end].reshape(1 << height, len(chip.fixed_columns)).astype(np.uint64)
        tables.append(Table(chip, np.zeros((1 << height, len(chip.columns)), dtype=np.uint64), fixed))
        start = end
    return ProvingKey(VerificationKey(machine, parameters, program, START, commitments), tuple(tables))
