"""The proof of a run: its objects and its one canonical byte string."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import Extension
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.parameters import ParameterSet
from spec.protocol.constraints import scopes
from spec.protocol.development import DEVELOPMENT_MAGIC
from spec.protocol.domain import MINIMUM_HEIGHT_LOG2, maximum_height_log2
from spec.protocol.encoding import Reader, Writer
from spec.protocol.key import VerificationKey, read_key, write_key
from spec.protocol.opening import (
    OpenedValues,
    OpeningProof,
    opening_shape,
    read_opened_values,
    read_opening_proof,
    write_opened_values,
    write_opening_proof,
)
from spec.protocol.shape import MAXIMUM_INSTANCES, MAXIMUM_SEGMENTS, SegmentShape
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import CHIPS, SEGMENT_PUBLIC_VALUES

PROOF_MAGIC = b"LIMPIDPF"
PROOF_VERSION = 1


@dataclass(frozen=True)
class SegmentProof:
    """The proof of one segment, in the order in which the prover speaks.

    `totals` holds each table's LogUp totals: one element per scope in which it interacts, local first.
    """

    public_values: tuple[int, ...]
    shape: SegmentShape
    continuation_root: bytes
    main_root: bytes
    logup_root: bytes
    totals: tuple[tuple[Extension, ...], ...]
    quotient_root: bytes
    opened_values: OpenedValues
    opening: OpeningProof

    def public(self, name: str) -> int:
        """A public value by its name."""
        return self.public_values[SEGMENT_PUBLIC_VALUES.index(name)]

    def scope_totals(self, scope: Scope) -> list[Extension]:
        """The totals of one scope over all tables that interact in it."""
        return [
            total
            for table, totals in zip(self.shape.tables, self.totals, strict=True)
            for (table_scope, _), total in zip(scopes(table.chip), totals, strict=True)
            if table_scope is scope
        ]


@dataclass(frozen=True)
class RunProof:
    """The proof of a run, with the statement that it claims: the program's key and the public output."""

    key: VerificationKey
    output: bytes
    segments: tuple[SegmentProof, ...]

    def encoded(self) -> bytes:
        """The proof's canonical bytes."""
        return encode_run(self.key, self.output, [encode_segment(segment) for segment in self.segments])


def encode_run(key: VerificationKey, output: bytes, segments: Sequence[bytes]) -> bytes:
    """The canonical bytes of the proof of a run whose segments' proofs are encoded."""
    writer = Writer()
    writer.raw(PROOF_MAGIC)
    writer.unsigned(PROOF_VERSION, 2)
    write_key(writer, key)
    writer.count(len(output))
    writer.raw(output)
    writer.count(len(segments))
    for segment in segments:
        writer.raw(segment)
    return writer.encoded()


def decode_proof(encoded: bytes) -> RunProof:
    """The proof of these bytes. Raises Rejected, and nothing else, for any other byte string.

    The heights are checked as far as reading needs; what else they must satisfy is the verifier's to check.
    """
    return read_proof(Reader(encoded))


def read_proof(reader: Reader) -> RunProof:
    """Reads a whole byte string that holds a proof. Raises Rejected, and nothing else, for any other one."""
    magic = reader.raw(len(PROOF_MAGIC))
    if magic == DEVELOPMENT_MAGIC:
        raise Rejected(Rejection.DEVELOPMENT_RECEIPT)
    if magic != PROOF_MAGIC:
        raise Rejected(Rejection.PROOF_MAGIC)
    version = reader.unsigned(2)
    if version != PROOF_VERSION:
        raise Rejected(Rejection.PROOF_VERSION, f"version {version}, this verifier reads {PROOF_VERSION}")
    key = read_key(reader)
    output = reader.raw(reader.count("output bytes", 0, OUTPUT_CAPACITY_BYTES))
    segment_count = reader.count("segments", 1, MAXIMUM_SEGMENTS)
    segments = tuple(read_segment(reader, key.parameters) for _ in range(segment_count))
    reader.finish()
    return RunProof(key, output, segments)


def encode_segment(segment: SegmentProof) -> bytes:
    """A segment's canonical bytes within those of a run."""
    writer = Writer()
    writer.elements(segment.public_values)
    writer.raw(segment.shape.encoded())
    writer.raw(segment.continuation_root)
    writer.raw(segment.main_root)
    writer.raw(segment.logup_root)
    for totals in segment.totals:
        writer.extensions(totals)
    writer.raw(segment.quotient_root)
    write_opened_values(writer, segment.opened_values)
    write_opening_proof(writer, segment.opening)
    return writer.encoded()


def read_segment(reader: Reader, parameters: ParameterSet) -> SegmentProof:
    """Reads what `encode_segment` wrote, up to the heights' further conditions. Raises Rejected."""
    public_values = reader.elements(len(SEGMENT_PUBLIC_VALUES))
    shape = SegmentShape({chip.name: _read_heights(reader, chip, parameters) for chip in CHIPS})
    if not shape.tables:
        raise Rejected(Rejection.TABLE_COUNT, "the segment has no table")
    continuation_root, main_root, logup_root = reader.digest(), reader.digest(), reader.digest()
    totals = tuple(reader.extensions(len(scopes(table.chip))) for table in shape.tables)
    quotient_root = reader.digest()
    matrices = shape.matrices()
    if not all(matrices):
        raise Rejected(Rejection.TABLE_COUNT, "a commitment of the segment has no table")
    # Only the number of points of each matrix matters for reading; the points themselves come later.
    placeholder = Extension.of(0)
    opened_values = read_opened_values(reader, matrices, shape.points(placeholder, placeholder))
    opening = read_opening_proof(reader, opening_shape(matrices, parameters))
    return SegmentProof(
        public_values,
        shape,
        continuation_root,
        main_root,
        logup_root,
        totals,
        quotient_root,
        opened_values,
        opening,
    )


def _read_heights(reader: Reader, chip: Chip, parameters: ParameterSet) -> tuple[int, ...]:
    count = reader.unsigned(1)
    if count > MAXIMUM_INSTANCES:
        raise Rejected(Rejection.TABLE_COUNT, f"{count} tables of {chip.name}")
    heights = tuple(reader.raw(count))
    if any(not MINIMUM_HEIGHT_LOG2 <= h <= maximum_height_log2(parameters.rate_log2) for h in heights):
        raise Rejected(Rejection.TABLE_HEIGHT, f"{chip.name} has heights 2^{list(heights)}")
    return heights
