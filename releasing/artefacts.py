"""The files of a release, with checksums: python -m releasing.artefacts DIRECTORY.

limpid-VERSION.whl        the package
GUEST.elf                 the example guests, and ethereum-validator
GUEST.PARAMETERS.key      their verification keys, under every set that is meant for proofs
programs.json             the ids of these keys, the machine's digest and the keys of the tree's nodes
*.cdx.json                bills of materials, of limpid and of ethereum-validator, where make sbom has made them
SHA256SUMS                the SHA-256 of all of these: the one file that is signed
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import limpid
from limpid.errors import LimpidError
from limpid.ethereum.guests import guest_elf
from limpid.guest_build.build import EXAMPLES
from releasing.wheel import ReleaseError, build_wheel
from spec.protocol.key_encoding import encode_key
from spec.rv64im.machine import RV64IM

ROOT = Path(__file__).resolve().parents[1]
TREE_KEYS = ROOT / "spec" / "rv64im" / "tree_keys.json"
ETHEREUM_GUEST = "ethereum-validator"
BILLS = tuple(ROOT / "build" / "sbom" / f"{name}.cdx.json" for name in ("limpid", ETHEREUM_GUEST))
CHECKSUMS = "SHA256SUMS"
PROGRAMS = "programs.json"
PARAMETERS = ("segment", "recursion")


def collect(directory: Path, guests: Mapping[str, Path], parameters: Sequence[str] = PARAMETERS) -> None:
    """Writes guests, given by name, with keys and ids. The same machine and guests give the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    programs: dict[str, Any] = {}
    for guest, elf in guests.items():
        shutil.copyfile(elf, directory / f"{guest}.elf")
        for name in parameters:
            key = limpid.keygen(elf, parameters=name)
            (directory / f"{guest}.{name}.key").write_bytes(encode_key(key))
            programs.setdefault(guest, {})[name] = key.program_id.hex()
    facts = {
        "machine_digest": RV64IM.digest.hex(),
        "tree_keys": json.loads(TREE_KEYS.read_text()),
        "programs": programs,
    }
    (directory / PROGRAMS).write_text(json.dumps(facts, indent=2) + "\n")


def write_checksums(directory: Path) -> Path:
    """Writes the SHA-256 of every other file of the folder, in the form that sha256sum --check reads."""
    names = sorted(path.name for path in directory.iterdir() if path.name != CHECKSUMS)
    lines = [f"{hashlib.sha256((directory / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    path = directory / CHECKSUMS
    path.write_text("".join(lines))
    return path


def main(directory: Path) -> None:
    """Makes a release's folder anew.

    Raises ReleaseError for one that holds something else, and BuildFailedError where the Ethereum guest cannot be
    built.
    """
    if directory.exists() and not (directory / CHECKSUMS).exists() and any(directory.iterdir()):
        raise ReleaseError(f"{directory} holds something else than a release: name another folder")
    guests = {elf.stem: elf for elf in sorted((EXAMPLES / "elf").glob("*.elf"))}
    guests[ETHEREUM_GUEST] = guest_elf("validator")
    shutil.rmtree(directory, ignore_errors=True)
    collect(directory, guests)
    build_wheel(ROOT, directory)
    for bill in filter(Path.exists, BILLS):
        shutil.copyfile(bill, directory / bill.name)
    print(write_checksums(directory))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m releasing.artefacts DIRECTORY")
    try:
        main(Path(sys.argv[1]))
    except (ReleaseError, LimpidError) as failure:
        sys.exit(f"Error: {failure}")
