"""The licences of everything in requirements.lock, as docs/licences.md: python -m releasing.licences writes it anew."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "licences.md"

HEAD = """# Licences of dependencies

Every package that `requirements.lock` pins, with the licence that the package states of itself. `make sbom` writes this
page, and a bill of materials with the same packages. Limpid itself is MIT or Apache-2.0; of its wheel none of these
packages is part: they are installed beside it. A package may carry other people's programs under their own licences, as
pypandoc-binary carries pandoc, which is under the GPL.

| package | version | licence |
| :--- | :--- | :--- |
"""

STATED_ELSEWHERE: Mapping[str, str] = {"cvc5": "BSD-3-Clause"}
"""Licences of packages whose metadata state none, as read in the files of theirs that hold them."""

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>\S+)", re.MULTILINE)
_LONGEST_NAME = 60
"""A longer text in the field of the licence is the licence itself, not its name."""


class LicenceError(ValueError):
    """A package that is not installed as pinned, or that states no licence; the message says which."""


@dataclass(frozen=True)
class Licence:
    """One row of the page."""

    package: str
    version: str
    licence: str

    def row(self) -> str:
        """As a row of the table."""
        return f"| {self.package} | {self.version} | {self.licence} |"


def pins(lock: str) -> dict[str, str]:
    """Versions by package, as a lock file pins them."""
    return {pin["name"]: pin["version"] for pin in _PIN.finditer(lock)}


def listed(page: str) -> dict[str, Licence]:
    """The rows of the page, by package."""
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (.+) \|$", page, re.MULTILINE)
    return {name: Licence(name, version, licence) for name, version, licence in rows if name not in ("package", ":---")}


def licence_of(package: str, version: str) -> Licence:
    """The licence that an installed package states.

    Raises LicenceError if a package is not installed as pinned, or states no licence.
    """
    try:
        found = distribution(package)
    except PackageNotFoundError as error:
        raise LicenceError(f"{package} is not installed: make writes .venv from requirements.lock") from error
    if found.version != version:
        raise LicenceError(f"{package} is installed as {found.version}, requirements.lock pins {version}")
    # importlib's own type does not say that it is a message.
    metadata = cast(Message, found.metadata)
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in metadata.get_all("Classifier", [])
        if text.startswith("License :: ") and text != "License :: OSI Approved"
    ]
    name = (metadata.get("License") or "").strip()
    stated = (
        metadata.get("License-Expression")
        or (name if len(name) <= _LONGEST_NAME and name != "UNKNOWN" and "\n" not in name else "")
        or ", ".join(sorted(classifiers))
        or STATED_ELSEWHERE.get(package, "")
    )
    if not stated:
        raise LicenceError(f"{package} states no licence: read its archive, and add it to STATED_ELSEWHERE")
    return Licence(package, version, stated.replace("|", "/"))


def page(lock: str) -> str:
    """The page for a lock file, from what is installed.

    Raises LicenceError if a package is not installed as pinned, or states no licence.
    """
    rows = [licence_of(name, version).row() for name, version in sorted(pins(lock).items())]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    try:
        PAGE.write_text(page(LOCK.read_text()))
    except LicenceError as error:
        sys.exit(f"Error: {error}")
