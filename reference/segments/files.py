"""The files of a long run: written beside and renamed, so a file that exists under its name is whole; and checked
when they are read, because a disk, a person or another run may have changed them.

    magic  version  kind  index  binding  payload length  payload  SHA-256 of all before
    8      2        8     4      32       8               ...      32                      bytes

The binding is a digest of what the file belongs to.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_MAGIC = b"LIMPIDRF"
_VERSION = 2
"""The version of the head below: another one is refused."""

_HEAD = struct.Struct("<8sH8sI32sQ")
_DIGEST_BYTES = 32
"""SHA-256 of all that precedes it."""

SCRATCH_SUFFIX = ".partial"


class FileKind(Enum):
    """What a file holds; the value is what its header says and how its name ends."""

    SEGMENT_PLAN = "plan"
    LEAF = "leaf"
    SEGMENT_PROOF = "proof"
    CIRCUIT = "circuit"
    NODE_PROOF = "node"


class FileFault(Enum):
    """Why a file is not used; the value is the reason in words."""

    DAMAGED = "it is damaged"
    VERSION = "it is in another version of its format"
    FOREIGN = "it belongs to another run or segment"


class UnusableFileError(Exception):
    """A file that is there and does not hold what it should."""

    def __init__(self, path: Path, fault: FileFault) -> None:
        super().__init__(f"{path}: {fault.value}")
        self.path = path
        self.fault = fault


@dataclass(frozen=True)
class Label:
    """What a file is, beside its payload."""

    kind: FileKind
    index: int
    """The segment's, the first one's of a node, or a circuit's place in the list of keys."""

    binding: bytes
    """A digest of what the file belongs to."""


def write_labelled(path: Path, label: Label, payload: bytes) -> None:
    """Writes a file that `read_labelled` reads. Raises OSError if the disk refuses."""
    head = _HEAD.pack(_MAGIC, _VERSION, _kind_field(label.kind), label.index, label.binding, len(payload))
    write_whole(path, head + payload + hashlib.sha256(head + payload).digest())


def read_labelled(path: Path, label: Label) -> bytes | None:
    """The payload of a file; None if there is none.

    Raises UnusableFileError if the file does not hold what it should, and OSError if the disk refuses.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    body, digest = content[:-_DIGEST_BYTES], content[-_DIGEST_BYTES:]
    if len(body) < _HEAD.size or hashlib.sha256(body).digest() != digest:
        raise UnusableFileError(path, FileFault.DAMAGED)
    magic, version, kind, index, binding, length = _HEAD.unpack_from(body)
    payload = body[_HEAD.size :]
    if magic != _MAGIC:
        raise UnusableFileError(path, FileFault.DAMAGED)
    if version != _VERSION:
        raise UnusableFileError(path, FileFault.VERSION)
    if length != len(payload):
        raise UnusableFileError(path, FileFault.DAMAGED)
    if (kind, index, binding) != (_kind_field(label.kind), label.index, label.binding):
        raise UnusableFileError(path, FileFault.FOREIGN)
    return payload


def write_whole(path: Path, content: bytes) -> None:
    """Writes beside the file, then renames. Raises OSError if the disk refuses."""
    # Two processes may write the same file of a cache: each has a scratch file of its own.
    scratch = path.with_name(f"{path.name}.{secrets.token_hex(4)}{SCRATCH_SUFFIX}")
    try:
        scratch.write_bytes(content)
        os.replace(scratch, path)
    except BaseException:
        # A full disk should not be left fuller, and an interrupted command leaves nothing half-written.
        scratch.unlink(missing_ok=True)
        raise


def _kind_field(kind: FileKind) -> bytes:
    return kind.value.encode("ascii").ljust(8, b"\0")
