"""The one canonical byte string of a verification key. Decoding gives the object or raises Rejected."""

from __future__ import annotations

from spec.air.chip import Role
from spec.air.machine import Machine
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.protocol.canonical import Reader, Writer
from spec.protocol.hash import DIGEST_BYTES, Digest, digest_bytes, digest_words
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.protocol.run import parameters_digest
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2, heights_admitted
from spec.rejection import Rejected, Rejection, between

KEY_MAGIC = b"LIMPIDVK"
KEY_VERSION = 2
"""The format, counted by itself: it changes when the bytes mean something else."""

NAME_BYTES = 16
"""The longest name of a parameter set has nine letters; the field is padded with zeros."""


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
    magic = reader.raw(len(KEY_MAGIC))
    if magic != KEY_MAGIC:
        raise Rejected(Rejection.KEY_MAGIC, expected=KEY_MAGIC.hex(), found=magic.hex())
    version = reader.unsigned(2)
    if version != KEY_VERSION:
        detail = version_detail(version, KEY_VERSION)
        raise Rejected(Rejection.KEY_VERSION, detail, expected=KEY_VERSION, found=version)
    parameters = _parameters_named(reader.raw(NAME_BYTES))
    stated, digest = reader.raw(DIGEST_BYTES), parameters_digest(parameters)
    if stated != digest:
        raise Rejected(Rejection.PARAMETERS_CHANGED, parameters.name, expected=digest.hex(), found=stated.hex())
    stated = reader.raw(DIGEST_BYTES)
    if stated != machine.digest:
        detail = f"this verifier has the machine {machine.name}"
        raise Rejected(Rejection.MACHINE_DIFFERS, detail, expected=machine.digest.hex(), found=stated.hex())
    heights = tuple(reader.raw(len(machine.chips_of(Role.PROGRAM_TABLE))))
    detail = f"the program's tables have heights 2^{list(heights)}"
    if any(not MINIMUM_HEIGHT_LOG2 <= height <= parameters.tallest_log2 for height in heights):
        admitted = heights_admitted(parameters)
        raise Rejected(Rejection.FIXED_TABLE_HEIGHT, detail, expected=admitted, found=list(heights))
    listed = [tuple(program.values()) for program in machine.listed_programs]
    if parameters.listed_shapes and heights not in listed:
        raise Rejected(Rejection.SHAPE_NOT_LISTED, detail, expected=list(map(list, listed)), found=list(heights))
    start = reader.elements(len(machine.joins))
    if any(number >= join.start_limit for number, join in zip(start, machine.joins, strict=True)):
        limits = [between(0, join.start_limit - 1) for join in machine.joins]
        raise Rejected(Rejection.KEY_START, f"{list(start)}", expected=limits, found=list(start))
    commitments = {}
    for height in key_heights(parameters, heights):
        count = program_stacking(machine, heights, height).count
        commitments[height] = ProgramCommitment(read_root(reader, bool(count)), reader.extensions(count))
    key = VerificationKey(machine, parameters, heights, start, commitments)
    return key if reader.algebra is None else key.hashed_by(reader.algebra())


def read_root(reader: Reader, is_present: bool) -> Digest:
    """A root where there is one."""
    return digest_words(reader.digest()) if is_present else ()


def version_detail(found: int, expected: int) -> str:
    """Why another version is refused: what it is, and what is read."""
    older = ": it belongs to the univariate argument that this version replaced" if found == 1 else ""
    return f"version {found}, this verifier reads {expected}{older}"


def _name_field(parameters: ParameterSet) -> bytes:
    return parameters.name.encode("ascii").ljust(NAME_BYTES, b"\0")


def _parameters_named(name: bytes) -> ParameterSet:
    for parameters in PARAMETER_SETS.values():
        if _name_field(parameters) == name:
            return parameters
    detail = repr(name.rstrip(b"\0"))
    raise Rejected(Rejection.PARAMETERS_UNKNOWN, detail, expected=list(PARAMETER_SETS), found=name.hex())
