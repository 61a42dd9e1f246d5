"""The crates of the Ethereum guest with their licences, as docs/crates.md, and as a bill of materials in CycloneDX.

    python -m releasing.crates              writes the page anew, from what cargo has downloaded
    python -m releasing.crates BILL.json    writes the bill, with the licences of the page

`cargo fetch --locked --manifest-path guest/ethereum/Cargo.toml` downloads all of them.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from releasing.licences import LicenceError

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "guest" / "ethereum" / "Cargo.lock"
PAGE = ROOT / "docs" / "crates.md"

HEAD = """# Crates of the Ethereum guest

Every crate that `guest/ethereum/Cargo.lock` pins, with the licence that the crate states of itself; cargo refuses a
file with another checksum than the lock file's. What is compiled of them is part of the guest's ELF, which a release
holds. Crates that are needed only to compile others, such as `syn`, are among them. `python -m releasing.crates` writes
this page, and `make sbom` a bill of materials with the same crates.

| crate | version | licence |
| :--- | :--- | :--- |
"""

SPECIFICATION = "1.6"
"""The version of CycloneDX that the bill is written in: the newest whose expressions of licences need no array."""

_ROW = re.compile(r"^\| (\S+) \| (\d\S*) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Crate:
    """A crate that comes from the registry, as the lock file pins it."""

    name: str
    version: str
    sha256: str
    """The SHA-256 of the archive, in hexadecimal."""


def crates(lock: str) -> list[Crate]:
    """The crates of a Cargo.lock that come from the registry, in order of name and version."""
    packages = tomllib.loads(lock)["package"]
    return sorted(Crate(one["name"], one["version"], one["checksum"]) for one in packages if "source" in one)


def licence_of(crate: Crate) -> str:
    """The licence that a downloaded crate states. Raises LicenceError if it states none, or was not downloaded."""
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    found = sorted(home.glob(f"registry/src/*/{crate.name}-{crate.version}/Cargo.toml"))
    if not found:
        raise LicenceError(f"the crate {crate.name} {crate.version} is not downloaded: cargo fetch --locked does")
    stated = tomllib.loads(found[0].read_text())["package"].get("license")
    if not stated:
        raise LicenceError(f"the crate {crate.name} {crate.version} names no licence: read its archive")
    # Crates of old write a slash for OR.
    return re.sub(r"\s*/\s*", " OR ", stated)


def page(lock: str) -> str:
    """The page of a lock file. Raises LicenceError if a crate states no licence, or was not downloaded."""
    rows = [f"| {crate.name} | {crate.version} | {licence_of(crate)} |\n" for crate in crates(lock)]
    return HEAD + "".join(rows)


def listed(written: str) -> dict[tuple[str, str], str]:
    """The licences of a page, by name and version."""
    return {(name, version): licence for name, version, licence in _ROW.findall(written)}


def bill(lock: str, written: str) -> dict[str, object]:
    """The bill of materials of a lock file, with the licences of a page.

    Raises LicenceError if the page lacks a crate.
    """
    licences = listed(written)
    components = []
    for crate in crates(lock):
        if (crate.name, crate.version) not in licences:
            raise LicenceError(f"{PAGE.name} lacks {crate.name} {crate.version}: python -m releasing.crates")
        locator = f"pkg:cargo/{crate.name}@{crate.version}"
        components.append(
            {
                "type": "library",
                "bom-ref": locator,
                "name": crate.name,
                "version": crate.version,
                "purl": locator,
                "hashes": [{"alg": "SHA-256", "content": crate.sha256}],
                "licenses": [{"expression": licences[crate.name, crate.version]}],
            }
        )
    return {"bomFormat": "CycloneDX", "specVersion": SPECIFICATION, "version": 1, "components": components}


def main(output: Path | None) -> None:
    """Writes the page, or the bill. Raises LicenceError if a crate was not downloaded, or is not on the page."""
    lock = LOCK.read_text()
    if output is None:
        PAGE.write_text(page(lock))
    else:
        output.write_text(json.dumps(bill(lock, PAGE.read_text()), indent=2) + "\n")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except LicenceError as error:
        sys.exit(f"Error: {error}")
