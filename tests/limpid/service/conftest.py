"""One server for many tests, of a guest with a name that is meant ill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.limpid.service.running import FIBONACCI, SHA256, Server, running

HOSTILE_NAME = "<script>document.title='taken over'<"
"""A guest's name that a page must not take for HTML. A slash would not be allowed in it."""

LIMIT = 3_000_000
"""Instructions of a run: one without an end is over in a second."""

INPUT_LIMIT = 100_000
"""Bytes: more than any honest input of the tests."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("service") / "folder"
    arguments = [str(FIBONACCI), f"{HOSTILE_NAME}={SHA256}", "--limit", str(LIMIT), "--keep", "2000"]
    arguments += ["--input-limit", str(INPUT_LIMIT)]
    with running(folder, *arguments) as started:
        yield started
