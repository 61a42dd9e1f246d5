"""The packages that commands of an extra need beside Limpid's own."""

from __future__ import annotations

import importlib.util

from limpid.errors import MissingPackagesError

NEEDED_PACKAGES: dict[str, tuple[str, ...]] = {
    "ethereum": ("trie", "rlp", "remerkleable", "eth_hash", "coincurve"),
    "service": ("starlette", "uvicorn", "sse_starlette", "prometheus_client", "google.protobuf"),
}
"""By extra, its packages by the names that are imported."""


def require_extra(extra: str) -> None:
    """Raises MissingPackagesError if a package of the extra is not installed."""
    for name in NEEDED_PACKAGES[extra]:
        try:
            is_there = importlib.util.find_spec(name) is not None
        except ModuleNotFoundError:
            # The package that it is a part of is missing.
            is_there = False
        if not is_there:
            raise MissingPackagesError(name, extra)
