"""The one canonical byte string of a final proof: the program's key and the output it claims, then the last circuit's
key and its proof.

Of the last circuit a verifier knows the digest of the key; what the digest covers travels with the proof.
"""

from __future__ import annotations

from dataclasses import dataclass

from spec.air.machine import Machine
from spec.protocol.canonical import Reader, Writer
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import read_key, write_key
from spec.protocol.node_statement import NumberStatement, public_names, statement_of
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import OUTPUT_BYTES_MAXIMUM, encode_segment, read_segment
from spec.rejection import Rejected, Rejection

FINAL_MAGIC = b"LIMPIDFN"
FINAL_VERSION = 1
"""The format, counted by itself: it changes when the bytes mean something else."""


@dataclass(frozen=True)
class FinalProof:
    """A proof of a whole run in one, with the statement that it claims."""

    program: VerificationKey
    output: bytes
    proof: RunProof
    """The proof of the circuit that ends a tree."""

    def stated(self, segments: Machine) -> NumberStatement:
        """What it states of a run of the machine's segments, accepted or not. Raises Rejected where public values spell
        no statement."""
        (segment,) = self.proof.segments
        return statement_of(NumberAlgebra(), segments, segment.public_values[-len(public_names(segments)) :], "final")


def encode_final(final: FinalProof) -> bytes:
    """The proof's canonical bytes."""
    writer = Writer()
    writer.raw(FINAL_MAGIC)
    writer.unsigned(FINAL_VERSION, 2)
    write_key(writer, final.program)
    writer.count(len(final.output))
    writer.raw(final.output)
    write_key(writer, final.proof.key)
    (segment,) = final.proof.segments
    writer.raw(encode_segment(segment))
    return writer.encoded()


def decode_final(encoded: bytes, segments: Machine, circuits: Machine) -> FinalProof:
    """The final proof of these bytes, about a run of one machine by a circuit of the other.

    Raises Rejected, and nothing else, for any other byte string.
    """
    return read_final(Reader(encoded), segments, circuits)


def read_final(reader: Reader, segments: Machine, circuits: Machine) -> FinalProof:
    """Reads a whole byte string that holds a final proof. Raises Rejected, and nothing else, for any other one."""
    magic = reader.raw(len(FINAL_MAGIC))
    if magic != FINAL_MAGIC:
        raise Rejected(Rejection.PROOF_MAGIC, expected=FINAL_MAGIC.hex(), found=magic.hex())
    version = reader.unsigned(2)
    if version != FINAL_VERSION:
        detail = f"version {version}, this verifier reads {FINAL_VERSION}"
        raise Rejected(Rejection.PROOF_VERSION, detail, expected=FINAL_VERSION, found=version)
    program = read_key(reader, segments)
    output = reader.raw(reader.count("output bytes", 0, OUTPUT_BYTES_MAXIMUM))
    key = read_key(reader, circuits)
    segment = read_segment(reader, circuits, key.parameters)
    reader.finish()
    return FinalProof(program, output, RunProof(key, b"", (segment,)))
