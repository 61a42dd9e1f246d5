"""A cluster of two workers on this machine, made once a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import Client

from limpid.runs.cluster import local_cluster


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_cluster(2) as connected:
        yield connected
