"""What a server is started with."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class NamedGuest:
    """A guest's file and the name that clients know it by."""

    name: str
    path: str
    is_block_validator: bool = False
    """Whether it is the guest of `guest/ethereum`, whose requests go by the root of their payload."""


@dataclass(frozen=True)
class Settings:
    """All choices of whoever starts the server."""

    folder: Path
    """Where jobs and proofs stand; absolute."""

    guests: tuple[NamedGuest, ...]
    """At least one, of different names; the first is that of `/twirp`."""

    parameters: str
    """The name of the parameter set."""

    final: bool
    """Whether final proofs of all guests are served, too."""

    host: str
    port: int
    """0: a free one."""

    token: str | None
    maximum_instructions: int
    """The most that a run may have."""

    input_bytes: int
    """The most that a private input may have."""

    proof_bytes: int
    """The most that a proof may have that is to be verified."""

    queue: int
    """The most jobs that wait or are in work."""

    keep: int
    """The most finished jobs; the oldest go."""

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host, by its name or address, is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
