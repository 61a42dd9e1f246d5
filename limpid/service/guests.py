"""The programs that are served, under names that may be anything a file can be called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from limpid.advice.memory_advice import available_memory_bytes
from limpid.commands.options import LARGEST_ELF_BYTES
from limpid.service.durable import write_durably
from limpid.service.limits import LONGEST_NAME, MEBIBYTE
from limpid.service.refusals import Code, RefusalError, ServiceGuestError
from limpid.service.settings import NamedGuest
from limpid.terminal.files import read_file

FORBIDDEN_IN_NAMES = ",/"
"""A comma separates names in a request, a slash the parts of an address."""


class Kind(Enum):
    """What is proven of a run; the value is what people and programs read."""

    SEGMENTS = "segments"
    """Every segment, one by one."""
    FINAL = "final"
    """One small proof that all segments are folded into."""

    def type_name(self, guest: str) -> str:
        """The name by which clients ask for such proofs of a guest."""
        return guest if self is Kind.SEGMENTS else f"{guest}-{self.value}"


@dataclass(frozen=True)
class ServedGuest:
    """A guest with one kind of proof: its ELF file stands in the server's folder, where nobody changes it."""

    name: str
    """What clients ask for."""

    elf: Path
    key: bytes
    """The verification key's canonical bytes."""

    program_id: bytes
    is_block_validator: bool
    parameters: str
    """The name of the set that its runs are proven under, which the key belongs to."""

    kind: Kind
    least_memory_bytes: int = 0
    """What the prover takes, whatever is proven; 0 where that is known of each run only."""

    @property
    def statement(self) -> tuple[str, str, Kind]:
        """What it proves, whatever its name: program id, parameter set, kind."""
        return self.program_id.hex(), self.parameters, self.kind


def require_name(name: str) -> None:
    """Raises ServiceGuestError unless a guest can have this name."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or set(FORBIDDEN_IN_NAMES) & set(name):
        raise ServiceGuestError(
            f"{name[:LONGEST_NAME]!r} cannot be a guest's name: it has 1 to {LONGEST_NAME} printable characters, "
            "and neither comma nor slash",
            "give the guest another one with NAME=GUEST.elf",
        )
    if name in (".", ".."):
        raise ServiceGuestError(f"{name!r} cannot be a guest's name", "give the guest another one with NAME=GUEST.elf")


def require_memory(guest: ServedGuest, held_bytes: int) -> None:
    """Raises RefusalError where this machine lacks what every proof of this kind takes. What the prover's process holds
    is free again before that: a final proof has a new one."""
    available = available_memory_bytes()
    if available is not None and guest.least_memory_bytes > available + held_bytes:
        needed = guest.least_memory_bytes // MEBIBYTE
        raise RefusalError(
            Code.RESOURCE_EXHAUSTED,
            f"this machine has no room for a final proof, which takes about {needed:,} MiB",
            "ask for the proof of the segments",
        )


@contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    """Removes what is new in a folder where the block fails."""
    known = set(folder.iterdir())
    try:
        yield
    except BaseException:
        for path in set(folder.iterdir()) - known:
            path.unlink(missing_ok=True)
        raise


def kept_elf(guest: NamedGuest, folder: Path) -> Path:
    """Copies a guest's file into the server's folder, under the digest of its content. Raises FileError if it
    cannot be read, and OSError if the disk refuses."""
    content = read_file(guest.path, LARGEST_ELF_BYTES)
    target = folder / f"{hashlib.sha256(content).hexdigest()}.elf"
    if not target.exists():
        write_durably(target, content)
    return target


class GuestList:
    """All guests of a server by name; the first one is the default."""

    def __init__(self, guests: list[ServedGuest]) -> None:
        self._by_name = {guest.name: guest for guest in guests}

    @property
    def all(self) -> tuple[ServedGuest, ...]:
        """In the order of the command line."""
        return tuple(self._by_name.values())

    def named(self, name: str) -> ServedGuest:
        """The guest of this name. Raises RefusalError if there is none."""
        if name not in self._by_name:
            raise RefusalError(Code.NOT_FOUND, "no guest has that name", "ask for /v1/proof_types: it lists them")
        return self._by_name[name]
