"""Verification keys: the commitments to everything fixed, and the program's id."""

from __future__ import annotations

from dataclasses import dataclass

from spec.air.chip import Role
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.protocol.domain import MINIMUM_HEIGHT_LOG2, maximum_height_log2
from spec.protocol.encoding import Reader, Writer
from spec.protocol.hash import Prefix, tagged_digest
from spec.protocol.recursion_shapes import is_listed_program
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import chips_of, machine_digest
from spec.rv64im.machine_commitments import MACHINE_COMMITMENTS
from spec.rv64im.program_row import PC_LIMIT

KEY_MAGIC = b"LIMPIDVK"
KEY_VERSION = 1
NAME_BYTES = 16


@dataclass(frozen=True)
class VerificationKey:
    """What a verifier needs to know of a program: roots and heights of its fixed tables, and its entry.

    Heights are base-2 logarithms in machine order; `entry` is a byte address.
    """

    parameters: ParameterSet
    machine_digest: bytes
    machine_root: bytes
    machine_heights_log2: tuple[int, ...]
    program_root: bytes
    program_heights_log2: tuple[int, ...]
    entry: int

    def heights_by_chip(self) -> dict[str, int]:
        """The height of every fixed table."""
        machine = zip(chips_of(Role.MACHINE_TABLE), self.machine_heights_log2, strict=True)
        program = zip(chips_of(Role.PROGRAM_TABLE), self.program_heights_log2, strict=True)
        return {chip.name: height for chip, height in (*machine, *program)}

    def encoded(self) -> bytes:
        """The key's canonical bytes."""
        writer = Writer()
        write_key(writer, self)
        return writer.encoded()

    def program_id(self) -> bytes:
        """The digest of the whole key: it names the program under these parameters and this machine."""
        return tagged_digest(Prefix.KEY, self.encoded())


def write_key(writer: Writer, key: VerificationKey) -> None:
    """The key's canonical bytes, of fixed length."""
    writer.raw(KEY_MAGIC)
    writer.unsigned(KEY_VERSION, 2)
    writer.raw(_name_field(key.parameters))
    writer.raw(tagged_digest(Prefix.PARAMETERS, key.parameters.encoded()))
    writer.raw(key.machine_digest)
    writer.raw(key.machine_root)
    writer.raw(bytes(key.machine_heights_log2))
    writer.raw(key.program_root)
    writer.raw(bytes(key.program_heights_log2))
    writer.unsigned(key.entry, 8)


def read_key(reader: Reader) -> VerificationKey:
    """Reads what `write_key` wrote. Raises Rejected for anything that is not a key of this machine."""
    if reader.raw(len(KEY_MAGIC)) != KEY_MAGIC:
        raise Rejected(Rejection.KEY_MAGIC)
    version = reader.unsigned(2)
    if version != KEY_VERSION:
        raise Rejected(Rejection.KEY_VERSION, f"version {version}, this verifier reads {KEY_VERSION}")
    parameters = _parameters_named(reader.raw(NAME_BYTES))
    if reader.digest() != tagged_digest(Prefix.PARAMETERS, parameters.encoded()):
        raise Rejected(Rejection.PARAMETERS_CHANGED, parameters.name)
    key = VerificationKey(
        parameters=parameters,
        machine_digest=reader.digest(),
        machine_root=reader.digest(),
        machine_heights_log2=tuple(reader.raw(len(chips_of(Role.MACHINE_TABLE)))),
        program_root=reader.digest(),
        program_heights_log2=tuple(reader.raw(len(chips_of(Role.PROGRAM_TABLE)))),
        entry=reader.unsigned(8),
    )
    if key.machine_digest != machine_digest():
        raise Rejected(Rejection.MACHINE_DIFFERS, "other chips or buses")
    machine = MACHINE_COMMITMENTS[parameters.rate_log2]
    if (key.machine_root, key.machine_heights_log2) != (machine.root, machine.heights_log2):
        raise Rejected(Rejection.MACHINE_DIFFERS, "other fixed tables")
    heights = key.program_heights_log2
    if any(not MINIMUM_HEIGHT_LOG2 <= h <= maximum_height_log2(parameters.rate_log2) for h in heights):
        raise Rejected(Rejection.FIXED_TABLE_HEIGHT, f"the program's tables have heights 2^{list(heights)}")
    if parameters.listed_shapes and not is_listed_program(heights):
        raise Rejected(Rejection.SHAPE_NOT_LISTED, f"the program's tables have heights 2^{list(heights)}")
    if key.entry % 4 or key.entry // 4 >= PC_LIMIT:
        raise Rejected(Rejection.KEY_ENTRY, f"{key.entry:#x}")
    return key


def decode_key(encoded: bytes) -> VerificationKey:
    """The key of these bytes. Raises Rejected for anything that is not a key of this machine."""
    reader = Reader(encoded)
    key = read_key(reader)
    reader.finish()
    return key


def _name_field(parameters: ParameterSet) -> bytes:
    return parameters.name.encode("ascii").ljust(NAME_BYTES, b"\0")


def _parameters_named(field: bytes) -> ParameterSet:
    for parameters in PARAMETER_SETS.values():
        if _name_field(parameters) == field:
            return parameters
    raise Rejected(Rejection.PARAMETERS_UNKNOWN, repr(field.rstrip(b"\0")))
