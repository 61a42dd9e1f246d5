"""Files about an obligation's queries: their names, and that none is ever half written."""

from __future__ import annotations

import re
from pathlib import Path


def query_path(folder: Path, identity: str, number: int, suffix: str) -> Path:
    """Where what is known of a query of an obligation stands; queries are numbered from 0."""
    stem = re.sub(r"[^a-z0-9]+", "-", identity.lower()).strip("-")
    return folder / f"{stem}-{number:03}{suffix}"


def write_query_file(path: Path, text: str) -> None:
    """Writes a file at once, and its folder if there is none. Raises OSError if the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".unfinished")
    scratch.write_text(text)
    scratch.replace(path)
