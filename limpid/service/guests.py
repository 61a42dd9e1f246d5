"""The programs that are served, under names that may be anything a file can be called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from limpid.commands.options import LARGEST_ELF_BYTES
from limpid.service.durable import write_durably
from limpid.service.limits import LONGEST_NAME
from limpid.service.refusals import Code, RefusalError, ServiceGuestError
from limpid.service.settings import NamedGuest
from limpid.terminal.files import read_file

FORBIDDEN_IN_NAMES = ",/"
"""A comma separates names in a request, a slash the parts of an address."""


@dataclass(frozen=True)
class ServedGuest:
    """A guest as the server has it: its ELF file in the server's folder, which nobody changes."""

    name: str
    elf: Path
    key: bytes
    """The verification key's canonical bytes."""

    program_id: bytes
    is_block_validator: bool


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
