"""The one canonical byte string of a run's proof.

Every length but those of Merkle openings follows from the statement and the heights, and is not written. Decoding is
total and strict: it gives the object or raises Rejected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spec.air.chip import Chip
from spec.air.machine import Machine
from spec.field import Extension
from spec.parameters import ParameterSet
from spec.protocol import columns, whir, zerocheck
from spec.protocol.canonical import Reader, Writer
from spec.protocol.development import DEVELOPMENT_MAGIC
from spec.protocol.form import SegmentForm
from spec.protocol.hash import digest_bytes
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import read_key, read_root, version_detail, write_key
from spec.protocol.merkle import MerkleOpening, TreeShape, cap_digest_count, maximum_sibling_count
from spec.protocol.proof import IterationProof, LayerProof, RoundPolynomial, RunProof, SegmentProof
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2, SegmentShape, heights_admitted
from spec.protocol.stacking import Commitment
from spec.protocol.whir import Iteration
from spec.rejection import Rejected, Rejection, between

PROOF_MAGIC = b"LIMPIDPF"
PROOF_VERSION = 2
"""Version 1 was the univariate argument with FRI; its proofs cannot be read any more."""

NONCE_BYTES = 8
LAYER_ROUND_DEGREE = 2
OUTPUT_BYTES_MAXIMUM = 1 << 30
"""Far above every machine's output region; the machine's own bound is the verifier's to check."""


def encode_proof(proof: RunProof) -> bytes:
    """The proof's canonical bytes."""
    return encode_run(proof.key, proof.output, [encode_segment(segment) for segment in proof.segments])


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


def decode_proof(encoded: bytes, machine: Machine) -> RunProof:
    """The proof of these bytes. Raises Rejected, and nothing else, for any other byte string.

    Heights are checked as far as reading needs; what else they must satisfy is the verifier's to check.
    """
    return read_proof(Reader(encoded), machine)


def read_proof(reader: Reader, machine: Machine) -> RunProof:
    """Reads a whole byte string that holds a proof. Raises Rejected, and nothing else, for any other one."""
    magic = reader.raw(len(PROOF_MAGIC))
    if magic == DEVELOPMENT_MAGIC:
        raise Rejected(Rejection.DEVELOPMENT_RECEIPT, expected=PROOF_MAGIC.hex(), found=magic.hex())
    if magic != PROOF_MAGIC:
        raise Rejected(Rejection.PROOF_MAGIC, expected=PROOF_MAGIC.hex(), found=magic.hex())
    version = reader.unsigned(2)
    if version != PROOF_VERSION:
        detail = version_detail(version, PROOF_VERSION)
        raise Rejected(Rejection.PROOF_VERSION, detail, expected=PROOF_VERSION, found=version)
    key = read_key(reader, machine)
    output = reader.raw(reader.count("output bytes", 0, OUTPUT_BYTES_MAXIMUM))
    count = reader.count("segments", 1, machine.maximum_segments)
    segments = tuple(read_segment(reader, machine, key.parameters) for _ in range(count))
    reader.finish()
    return RunProof(key, output, segments)


def encode_segment(segment: SegmentProof) -> bytes:
    """A segment's canonical bytes within those of a run."""
    writer = Writer()
    writer.elements(segment.public_values)
    writer.raw(bytes(segment.shape.numbers()))
    writer.raw(digest_bytes(segment.continuation_root))
    writer.extensions(segment.pinned_answers)
    writer.raw(digest_bytes(segment.main_root))
    writer.extensions(segment.bus_totals)
    for layer in segment.layers:
        _write_rounds(writer, layer.rounds)
        writer.extensions(layer.ends)
    _write_rounds(writer, segment.zerocheck_rounds)
    for commitment in Commitment:
        writer.extensions(segment.column_values[commitment])
    _write_rounds(writer, segment.stacking_rounds)
    writer.extensions(segment.stacked_values)
    _write_nonces(writer, segment.column_batching_nonce)
    for iteration in segment.iterations:
        _write_rounds(writer, iteration.rounds)
        _write_nonces(writer, iteration.folding_nonces)
        writer.raw(digest_bytes(iteration.root))
        writer.extensions(iteration.answer)
        _write_nonces(writer, iteration.query_nonce)
        for opening in iteration.openings:
            _write_opening(writer, opening)
    writer.extensions(segment.final_vector)
    return writer.encoded()


def read_segment(reader: Reader, machine: Machine, parameters: ParameterSet) -> SegmentProof:
    """Reads what `encode_segment` wrote, up to the heights' further conditions.

    Raises Rejected where the bytes are no such encoding.
    """
    public_values = reader.elements(len(machine.public_values))
    form = SegmentForm(_read_shape(reader, machine, parameters), parameters)
    layouts = form.layouts
    return SegmentProof(
        public_values=public_values,
        shape=form.shape,
        continuation_root=read_root(reader, bool(layouts[Commitment.CONTINUATION].count)),
        pinned_answers=reader.extensions(layouts[Commitment.CONTINUATION].count),
        main_root=read_root(reader, bool(layouts[Commitment.MAIN].count)),
        bus_totals=_read_four(reader),
        layers=tuple(
            LayerProof(reader.rounds(number, LAYER_ROUND_DEGREE), _read_four(reader))
            for number in range(1, form.circuit.variables)
        ),
        zerocheck_rounds=reader.rounds(form.zerocheck_rounds, zerocheck.ROUND_DEGREE),
        column_values={which: reader.values(len(layout.columns)) for which, layout in layouts.items()},
        stacking_rounds=reader.rounds(form.height_log2, columns.ROUND_DEGREE),
        stacked_values=reader.values(form.stacked_count),
        column_batching_nonce=_read_nonces(
            reader, bool(parameters.schedule(form.height_log2).column_batching_grinding_bits)
        ),
        iterations=tuple(_read_iteration(reader, form, iteration) for iteration in form.iterations),
        final_vector=reader.values(1 << form.iterations[-1].folded_log2),
    )


def _read_iteration(reader: Reader, form: SegmentForm, iteration: Iteration) -> IterationProof:
    return IterationProof(
        rounds=reader.rounds(iteration.folding_log2, whir.ROUND_DEGREE),
        folding_nonces=_read_nonces(reader, iteration.folding_log2 if iteration.folding_grinding_bits else 0),
        root=read_root(reader, not iteration.is_last),
        answer=reader.extensions(int(not iteration.is_last)),
        query_nonce=_read_nonces(reader, bool(iteration.query_grinding_bits)),
        openings=tuple(_read_opening(reader, tree, iteration.queries) for tree in form.opened_trees(iteration)),
    )


def _read_shape(reader: Reader, machine: Machine, parameters: ParameterSet) -> SegmentShape:
    heights: Mapping[str, tuple[int, ...]] = {
        chip.name: _read_heights(reader, machine, chip, parameters) for chip in machine.chips
    }
    shape = SegmentShape(machine, heights)
    if not shape.tables:
        most = len(machine.chips) * machine.maximum_instances
        raise Rejected(Rejection.TABLE_COUNT, "the segment has no table", expected=between(1, most), found=0)
    return shape


def _read_heights(reader: Reader, machine: Machine, chip: Chip, parameters: ParameterSet) -> tuple[int, ...]:
    count = reader.unsigned(1)
    if count > machine.maximum_instances:
        admitted = between(0, machine.maximum_instances)
        raise Rejected(Rejection.TABLE_COUNT, f"{count} tables of {chip.name}", expected=admitted, found=count)
    heights = tuple(reader.raw(count))
    if any(not MINIMUM_HEIGHT_LOG2 <= height <= parameters.tallest_log2 for height in heights):
        detail, admitted = f"{chip.name} has heights 2^{list(heights)}", heights_admitted(parameters)
        raise Rejected(Rejection.TABLE_HEIGHT, detail, expected=admitted, found=list(heights))
    return heights


def _read_four(reader: Reader) -> tuple[Extension, Extension, Extension, Extension]:
    first, second, third, fourth = reader.extensions(4)
    return (first, second, third, fourth)


def _write_rounds(writer: Writer, rounds: Sequence[RoundPolynomial]) -> None:
    for sent in rounds:
        writer.extensions(sent)


def _write_nonces(writer: Writer, nonces: Sequence[int]) -> None:
    for nonce in nonces:
        writer.unsigned(nonce, NONCE_BYTES)


def _read_nonces(reader: Reader, count: int) -> tuple[int, ...]:
    return tuple(reader.unsigned(NONCE_BYTES) for _ in range(count))


def _write_opening(writer: Writer, opening: MerkleOpening) -> None:
    writer.count(len(opening.rows))
    for row in opening.rows:
        writer.elements(row)
    writer.count(len(opening.siblings))
    for digest in (*opening.siblings, *opening.cap):
        writer.raw(digest_bytes(digest))


def _read_opening(reader: Reader, tree: TreeShape, queries: int) -> MerkleOpening:
    rows = reader.rows(reader.count("rows", 1, min(queries, 1 << tree.depth)), tree.width)
    siblings = reader.digests(reader.count("sibling digests", 0, maximum_sibling_count(tree, queries)))
    cap = reader.digests(cap_digest_count(tree))
    return MerkleOpening(rows, siblings, cap)
