"""Bounding the addresses of a process: those that it has reserved already are far more than it uses."""

from __future__ import annotations

import resource
from pathlib import Path


def leave_addresses(size_bytes: int) -> None:
    """From now on this process may have so many more than it has. Linux only."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + size_bytes, hard))
