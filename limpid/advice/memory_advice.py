"""How much memory this process may take, which limit says so, and what to do about it."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from limpid.errors import OutOfMemoryError

MEBIBYTE = 1 << 20
"""Bytes; what people read memory in."""


@dataclass(frozen=True)
class Allowance:
    """What one limit leaves to a process."""

    size_bytes: int
    limit: str
    """Which it is, for people."""

    fix: str

    def __str__(self) -> str:
        return f"{self.size_bytes // MEBIBYTE:,} MiB are left by {self.limit}"


def memory_allowances() -> list[Allowance]:
    """What each limit that is known leaves, the tightest first."""
    return sorted(_allowances(), key=lambda allowance: allowance.size_bytes)


def available_memory_bytes() -> int | None:
    """What a new process can have: the least that a limit leaves; None if nothing is known."""
    return min((allowance.size_bytes for allowance in _allowances()), default=None)


def resident_bytes(process: int | str = "self") -> int:
    """What a process holds of memory, by its number; 0 where that cannot be told."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory_error(message: str, needed_bytes: int | None = None) -> OutOfMemoryError:
    """The error of too little memory: needed, allowed, and which limit."""
    allowances = memory_allowances()
    if not allowances:
        return OutOfMemoryError(message)
    tightest = allowances[0]
    details = {"needed_bytes": needed_bytes, "allowed_bytes": tightest.size_bytes, "limit": tightest.limit}
    return OutOfMemoryError(f"{message}: {tightest}", tightest.fix, details)


def _allowances() -> Iterator[Allowance]:
    for size, limit, fix in (
        (_machine_bytes(), "the machine", "close other programs, or add swap"),
        (_control_group_bytes(), "the control group", "give the container or the service more memory"),
        (_address_space_bytes(), "the limit on addresses (ulimit -v)", "raise it with: ulimit -v unlimited"),
    ):
        if size is not None:
            yield Allowance(size, limit, fix)


def _machine_bytes() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        try:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (ValueError, OSError):
            return None
    kibibytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return 1024 * (kibibytes["MemAvailable"] + kibibytes["SwapFree"])


def _control_group_bytes() -> int | None:
    """What is left of a container's limit (cgroup version 2)."""
    group = Path("/sys/fs/cgroup")
    try:
        return int((group / "memory.max").read_text()) - int((group / "memory.current").read_text())
    except (OSError, ValueError):
        # No control group, or no limit: the file then says "max".
        return None


def _address_space_bytes() -> int | None:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY:
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return soft
    return max(0, soft - pages * os.sysconf("SC_PAGE_SIZE"))
