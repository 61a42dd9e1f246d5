"""The one canonical byte string of a key and of a run's proof.

Every length but those of Merkle openings follows from the statement and the heights, and is not written. Decoding is
total and strict: it gives the object or raises Rejected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spec.air.chip import Chip, Role
from spec.field import Extension
from spec.multilinear import columns, whir, zerocheck
from spec.multilinear.form import SegmentForm
from spec.multilinear.hash import Digest, digest_bytes, digest_words
from spec.multilinear.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.multilinear.machine import Machine
from spec.multilinear.merkle import MerkleOpening, TreeShape, cap_digest_count, maximum_sibling_count
from spec.multilinear.parameters import PARAMETER_SETS, ParameterSet
from spec.multilinear.proof import IterationProof, LayerProof, RoundPolynomial, RunProof, SegmentProof
from spec.multilinear.run import parameters_digest
from spec.multilinear.shape import MINIMUM_HEIGHT_LOG2, SegmentShape
from spec.multilinear.stacking import Commitment
from spec.multilinear.whir import Iteration
from spec.protocol.encoding import Reader, Writer
from spec.rejection import Rejected, Rejection

PROOF_MAGIC = b"LIMPIDPF"
PROOF_VERSION = 2
"""Version 1 was the univariate argument with FRI; its proofs cannot be read any more."""

KEY_MAGIC = b"LIMPIDVK"
KEY_VERSION = 2

NAME_BYTES = 16
NONCE_BYTES = 8
LAYER_ROUND_DEGREE = 2
OUTPUT_BYTES_MAXIMUM = 1 << 30
"""Far above every machine's output region; the machine's own bound is the verifier's to check."""


def encode_key(key: VerificationKey) -> bytes:
    """The key's canonical bytes."""
    writer = Writer()
    write_key(writer, key)
    return writer.encoded()


def write_key(writer: Writer, key: VerificationKey) -> None:
    """Magic, version, parameters, machine, heights, start, then root and answers by stacking height."""
    writer.raw(KEY_MAGIC)
    writer.unsigned(KEY_VERSION, 2)
    writer.raw(_name_field(key.parameters))
    writer.raw(parameters_digest(key.parameters))
    writer.raw(key.machine.digest)
    writer.raw(bytes(key.program_heights_log2))
    writer.elements(key.start)
    for _, commitment in sorted(key.commitments.items()):
        writer.raw(digest_bytes(commitment.root))
        writer.extensions(commitment.answers)


def decode_key(encoded: bytes, machine: Machine) -> VerificationKey:
    """The key of these bytes. Raises Rejected for anything that is not a key of this machine."""
    reader = Reader(encoded)
    key = read_key(reader, machine)
    reader.finish()
    return key


def read_key(reader: Reader, machine: Machine) -> VerificationKey:
    """Reads what `write_key` wrote. Raises Rejected for anything that is not a key of this machine."""
    if reader.raw(len(KEY_MAGIC)) != KEY_MAGIC:
        raise Rejected(Rejection.KEY_MAGIC)
    version = reader.unsigned(2)
    if version != KEY_VERSION:
        raise Rejected(Rejection.KEY_VERSION, _version_detail(version, KEY_VERSION))
    parameters = _parameters_named(reader.raw(NAME_BYTES))
    if reader.raw(32) != parameters_digest(parameters):
        raise Rejected(Rejection.PARAMETERS_CHANGED, parameters.name)
    if reader.raw(32) != machine.digest:
        raise Rejected(Rejection.MACHINE_DIFFERS, f"this verifier has the machine {machine.name}")
    heights = tuple(reader.raw(len(machine.chips_of(Role.PROGRAM_TABLE))))
    if any(not MINIMUM_HEIGHT_LOG2 <= height <= parameters.tallest_log2 for height in heights):
        raise Rejected(Rejection.FIXED_TABLE_HEIGHT, f"the program's tables have heights 2^{list(heights)}")
    start = reader.elements(len(machine.joins))
    if any(number >= join.start_limit for number, join in zip(start, machine.joins, strict=True)):
        raise Rejected(Rejection.KEY_START, f"{list(start)}")
    commitments = {}
    for height in key_heights(parameters, heights):
        count = program_stacking(machine, heights, height).count
        commitments[height] = ProgramCommitment(_read_root(reader, bool(count)), reader.extensions(count))
    return VerificationKey(machine, parameters, heights, start, commitments)


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
    reader = Reader(encoded)
    if reader.raw(len(PROOF_MAGIC)) != PROOF_MAGIC:
        raise Rejected(Rejection.PROOF_MAGIC)
    version = reader.unsigned(2)
    if version != PROOF_VERSION:
        raise Rejected(Rejection.PROOF_VERSION, _version_detail(version, PROOF_VERSION))
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
    """Reads what `encode_segment` wrote, up to the heights' further conditions. Raises Rejected."""
    public_values = reader.elements(len(machine.public_values))
    form = SegmentForm(_read_shape(reader, machine, parameters), parameters)
    layouts = form.layouts
    return SegmentProof(
        public_values=public_values,
        shape=form.shape,
        continuation_root=_read_root(reader, bool(layouts[Commitment.CONTINUATION].count)),
        pinned_answers=reader.extensions(layouts[Commitment.CONTINUATION].count),
        main_root=_read_root(reader, bool(layouts[Commitment.MAIN].count)),
        bus_totals=_read_four(reader),
        layers=tuple(
            LayerProof(_read_rounds(reader, number, LAYER_ROUND_DEGREE), _read_four(reader))
            for number in range(1, form.circuit.variables)
        ),
        zerocheck_rounds=_read_rounds(reader, form.zerocheck_rounds, zerocheck.ROUND_DEGREE),
        column_values={which: reader.extensions(len(layout.columns)) for which, layout in layouts.items()},
        stacking_rounds=_read_rounds(reader, form.height_log2, columns.ROUND_DEGREE),
        stacked_values=reader.extensions(form.stacked_count),
        column_batching_nonce=_read_nonces(
            reader, bool(parameters.schedule(form.height_log2).column_batching_grinding_bits)
        ),
        iterations=tuple(_read_iteration(reader, form, iteration) for iteration in form.iterations),
        final_vector=reader.extensions(1 << form.iterations[-1].folded_log2),
    )


def _read_iteration(reader: Reader, form: SegmentForm, iteration: Iteration) -> IterationProof:
    return IterationProof(
        rounds=_read_rounds(reader, iteration.folding_log2, whir.ROUND_DEGREE),
        folding_nonces=_read_nonces(reader, iteration.folding_log2 if iteration.folding_grinding_bits else 0),
        root=_read_root(reader, not iteration.is_last),
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
        raise Rejected(Rejection.TABLE_COUNT, "the segment has no table")
    return shape


def _read_heights(reader: Reader, machine: Machine, chip: Chip, parameters: ParameterSet) -> tuple[int, ...]:
    count = reader.unsigned(1)
    if count > machine.maximum_instances:
        raise Rejected(Rejection.TABLE_COUNT, f"{count} tables of {chip.name}")
    heights = tuple(reader.raw(count))
    if any(not MINIMUM_HEIGHT_LOG2 <= height <= parameters.tallest_log2 for height in heights):
        raise Rejected(Rejection.TABLE_HEIGHT, f"{chip.name} has heights 2^{list(heights)}")
    return heights


def _read_root(reader: Reader, is_present: bool) -> Digest:
    return digest_words(reader.digest()) if is_present else ()


def _read_four(reader: Reader) -> tuple[Extension, Extension, Extension, Extension]:
    first, second, third, fourth = reader.extensions(4)
    return (first, second, third, fourth)


def _write_rounds(writer: Writer, rounds: Sequence[RoundPolynomial]) -> None:
    for sent in rounds:
        writer.extensions(sent)


def _read_rounds(reader: Reader, count: int, degree: int) -> tuple[RoundPolynomial, ...]:
    return tuple(reader.extensions(degree) for _ in range(count))


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
    return MerkleOpening(rows, tuple(map(digest_words, siblings)), tuple(map(digest_words, cap)))


def _version_detail(found: int, expected: int) -> str:
    older = ": it belongs to the univariate argument that this version replaced" if found == 1 else ""
    return f"version {found}, this verifier reads {expected}{older}"


def _name_field(parameters: ParameterSet) -> bytes:
    return parameters.name.encode("ascii").ljust(NAME_BYTES, b"\0")


def _parameters_named(name: bytes) -> ParameterSet:
    for parameters in PARAMETER_SETS.values():
        if _name_field(parameters) == name:
            return parameters
    raise Rejected(Rejection.PARAMETERS_UNKNOWN, repr(name.rstrip(b"\0")))
