"""The receipt of a run that was executed and not proven: for tests of applications, where proving would take long.

It has a magic of its own, and every verifier rejects it for a reason of its own. Whoever asks for it explicitly may
read the statement that a proof of the run would have; nothing says that the statement is true.
"""

from __future__ import annotations

from dataclasses import dataclass

from spec.air.machine import Machine
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.protocol.canonical import Reader, Writer
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import read_key, write_key
from spec.rejection import Rejected, Rejection

DEVELOPMENT_MAGIC = b"LIMPIDDV"
DEVELOPMENT_VERSION = 2
EXIT_CODE_BYTES = 8
"""The receipt's format, counted by itself; an exit code is a register."""


@dataclass(frozen=True)
class DevelopmentReceipt:
    """What is claimed of a run, without any proof."""

    key: VerificationKey
    output: bytes
    exit_code: int
    """Below 2^64."""

    def encoded(self) -> bytes:
        """The receipt's canonical bytes."""
        writer = Writer()
        writer.raw(DEVELOPMENT_MAGIC)
        writer.unsigned(DEVELOPMENT_VERSION, 2)
        write_key(writer, self.key)
        writer.count(len(self.output))
        writer.raw(self.output)
        writer.unsigned(self.exit_code, EXIT_CODE_BYTES)
        return writer.encoded()


def decode_development_receipt(encoded: bytes, machine: Machine) -> DevelopmentReceipt:
    """The receipt of these bytes. Raises Rejected for anything else."""
    reader = Reader(encoded)
    magic = reader.raw(len(DEVELOPMENT_MAGIC))
    if magic != DEVELOPMENT_MAGIC:
        raise Rejected(Rejection.DEVELOPMENT_MAGIC, expected=DEVELOPMENT_MAGIC.hex(), found=magic.hex())
    version = reader.unsigned(2)
    if version != DEVELOPMENT_VERSION:
        detail = f"version {version}, {DEVELOPMENT_VERSION} is read"
        raise Rejected(Rejection.DEVELOPMENT_VERSION, detail, expected=DEVELOPMENT_VERSION, found=version)
    key = read_key(reader, machine)
    output = reader.raw(reader.count("output bytes", 0, OUTPUT_CAPACITY_BYTES))
    receipt = DevelopmentReceipt(key, output, reader.unsigned(EXIT_CODE_BYTES))
    reader.finish()
    return receipt
