"""Verification keys: the commitments to everything fixed, and the program's id."""

from __future__ import annotations

from dataclasses import dataclass

from spec.air.chip import Role
from spec.air.machine import chips_of, machine_digest
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.protocol.encoding import Reader, Writer
from spec.protocol.hash import DIGEST_BYTES, Prefix, tagged_digest
from spec.rejection import Rejected, Rejection

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
        writer.raw(KEY_MAGIC)
        writer.unsigned(KEY_VERSION, 2)
        writer.raw(encode_name(self.parameters.name))
        writer.raw(tagged_digest(Prefix.PARAMETERS, self.parameters.encoded()))
        writer.raw(self.machine_digest)
        writer.raw(self.machine_root)
        writer.raw(bytes(self.machine_heights_log2))
        writer.raw(self.program_root)
        writer.raw(bytes(self.program_heights_log2))
        writer.unsigned(self.entry, 8)
        return writer.encoded()

    def program_id(self) -> bytes:
        """The digest of the whole key: it names the program under these parameters and this machine."""
        return tagged_digest(Prefix.KEY, self.encoded())


def decode_key(encoded: bytes) -> VerificationKey:
    """The key of these bytes. Raises Rejected for anything that is not a key of this machine."""
    reader = Reader(encoded)
    if reader.raw(len(KEY_MAGIC)) != KEY_MAGIC:
        raise Rejected(Rejection.KEY_MAGIC)
    version = reader.unsigned(2)
    if version != KEY_VERSION:
        raise Rejected(Rejection.KEY_VERSION, f"version {version}, this verifier reads {KEY_VERSION}")
    parameters = parameters_named(reader.raw(NAME_BYTES))
    if reader.raw(DIGEST_BYTES) != tagged_digest(Prefix.PARAMETERS, parameters.encoded()):
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
    reader.finish()
    if key.machine_digest != machine_digest():
        raise Rejected(Rejection.MACHINE_DIFFERS, "the key was made for another machine")
    return key


def encode_name(name: str) -> bytes:
    """A parameter set's name, padded with zero bytes."""
    return name.encode("ascii").ljust(NAME_BYTES, b"\0")


def parameters_named(field: bytes) -> ParameterSet:
    """The parameter set of an encoded name. Raises Rejected."""
    for parameters in PARAMETER_SETS.values():
        if encode_name(parameters.name) == field:
            return parameters
    raise Rejected(Rejection.PARAMETERS_UNKNOWN, repr(field.rstrip(b"\0")))
