"""Circuits as arrays: written down once, kept in a folder with their keys, and filled in by compiled code."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from optimized.kernels import OptimizedKernels
from optimized.recursion.hints import HintAlgebra
from optimized.recursion.memory import fill_memory
from optimized.recursion.program import CircuitProgram, circuit_program, program_of
from optimized.recursion.trace import circuit_trace, program_tables
from reference.prover.keys import ProvingKey, proving_key
from reference.recursion.circuits import Verification, blank_recording
from reference.recursion.design_digest import design_digest
from reference.recursion.keys import START, heights_of, require_sound, shape_and_machine
from reference.segments.files import FileKind, Label, UnusableFileError, read_labelled, write_labelled
from reference.tables import Trace
from spec.circuit.listed_keys import ListedKeys
from spec.circuit.nodes import NodeKind, TreeDesign
from spec.protocol.canonical import Reader, Writer
from spec.protocol.hash import digest_bytes, digest_words
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.rejection import Rejected

Report = Callable[[str], None]
"""Receives a sentence about a file that is not used, or about what is made."""

HELD_CIRCUITS = 2
"""Those of the level that is proven now, and of the one above."""

HELD_CIRCUIT_BYTES = 1 << 28
"""What each of them takes at most."""

_SIZES = struct.Struct("<QQQ")
"""Rows, arguments, public values."""


class StaleCircuitError(Exception):
    """A circuit's key is not the one that is listed: the list was made for another machine or verifier."""


class CompiledWorkshop:
    """A `reference.recursion.keys.Workshop` whose circuits are written down once for all proofs.

    A circuit's file belongs to the design. Where the keys are listed, a circuit that has another one is made anew, and
    if that does not help, StaleCircuitError is raised. A folder that cannot be used costs time, and is reported.
    """

    def __init__(
        self, design: TreeDesign, folder: Path, listed: ListedKeys | None = None, report: Report = lambda _: None
    ) -> None:
        self.kernels = OptimizedKernels()
        self.design = design
        self._folder = folder
        self._listed = listed
        self._report = report
        self._known: dict[NodeKind | None, VerificationKey] = {}
        self._circuit = lru_cache(maxsize=HELD_CIRCUITS)(self._made)

    def key(self, kind: NodeKind | None) -> ProvingKey:
        """As `Workshop.key`."""
        return self._circuit(kind)[1]

    def verification(self, kind: NodeKind | None) -> VerificationKey:
        """As `Workshop.verification`; it is kept when the circuit is not."""
        if kind not in self._known:
            self._known[kind] = self.key(kind).verification
        return self._known[kind]

    def compressions(self, kind: NodeKind | None) -> int:
        """How many a circuit has."""
        return len(self._circuit(kind)[0].rows["compress"].fixed)

    def trace(self, kind: NodeKind | None, verification: Verification, statement: tuple[int, ...]) -> Trace:
        """As `Workshop.trace`."""
        algebra = HintAlgebra()
        verification(algebra, statement)
        program = self._circuit(kind)[0]
        memory = fill_memory(program, algebra.hints, statement)
        shape, machine = shape_and_machine(self.design, kind)
        return circuit_trace(machine, program, memory, statement, heights_of(machine), shape.layout)

    def _made(self, kind: NodeKind | None) -> tuple[CircuitProgram, ProvingKey]:
        name = "final" if kind is None else kind.name
        path = self._folder / f"{name}.{FileKind.CIRCUIT.value}"
        number = len(self.design.kinds) if kind is None else self.design.kinds.index(kind)
        label = Label(FileKind.CIRCUIT, number, design_digest(self.design))
        try:
            payload = read_labelled(path, label)
            if payload is not None:
                program, key = self._decoded(kind, payload)
                if self._is_listed(kind, key):
                    return program, key
                self._report(f"{path}: its key is not the listed one; it is made anew")
        except UnusableFileError as error:
            self._report(f"{path}: {error.fault.value}; it is made anew")
        except (Rejected, ValueError, IndexError, zlib.error, struct.error) as error:
            self._report(f"{path}: {error}; it is made anew")
        except OSError as error:
            self._report(f"{path}: it cannot be read: {error.strerror}; it is made anew")
        program, key = self._written_down(kind)
        if not self._is_listed(kind, key):
            raise StaleCircuitError(f"the circuit {name} has another key than the listed one")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_labelled(path, label, _encoded(program, key))
        except OSError as error:
            self._report(f"{path}: it cannot be kept: {error.strerror}; it will be made again when it is needed")
        return program, key

    def _is_listed(self, kind: NodeKind | None, key: ProvingKey) -> bool:
        if self._listed is None:
            return True
        listed = self._listed.final if kind is None else self._listed.nodes[kind]
        return digest_words(key.verification.program_id) == listed

    def _written_down(self, kind: NodeKind | None) -> tuple[CircuitProgram, ProvingKey]:
        shape, machine = shape_and_machine(self.design, kind)
        recorder = blank_recording(self.design, kind)
        circuit = recorder.circuit
        require_sound(circuit)
        program = circuit_program(circuit, recorder.rows)
        tables = program_tables(machine, program, heights_of(machine))
        return program, proving_key(self.kernels, machine, shape.parameters, tables, START)

    def _decoded(self, kind: NodeKind | None, payload: bytes) -> tuple[CircuitProgram, ProvingKey]:
        shape, machine = shape_and_machine(self.design, kind)
        rows, arguments, public_values = _SIZES.unpack_from(payload)
        (program_heights,) = machine.listed_programs
        heights = tuple(program_heights.values())
        reader, commitments, start = Reader(payload), {}, _SIZES.size
        reader.raw(start)
        for height in key_heights(shape.parameters, heights):
            count = program_stacking(machine, heights, height).count
            commitments[height] = ProgramCommitment(digest_words(reader.digest()), reader.extensions(count))
            start += len(digest_bytes(commitments[height].root)) + 24 * count
        cells = zlib.decompress(payload[start:])
        operation = np.frombuffer(cells, np.int8, rows)
        program = program_of(operation, np.frombuffer(cells, np.uint32, arguments, rows), public_values)
        verification = VerificationKey(machine, shape.parameters, heights, START, commitments)
        return program, ProvingKey(verification, tuple(program_tables(machine, program, heights_of(machine))))


def _encoded(program: CircuitProgram, key: ProvingKey) -> bytes:
    """Sizes, roots and answers by stacking height, then all operations and their arguments, compressed."""
    operation, _, arguments = program.instructions
    writer = Writer()
    writer.raw(_SIZES.pack(len(operation), len(arguments), program.public_values))
    for _, commitment in sorted(key.verification.commitments.items()):
        writer.raw(digest_bytes(commitment.root))
        writer.extensions(commitment.answers)
    writer.raw(zlib.compress(operation.tobytes() + arguments.astype("<u4").tobytes(), 1))
    return writer.encoded()
