"""Writes the constants of the accelerators' curves, one C header each, from the few numbers that define a curve.

python -m guest.accelerators.generate_constants
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from guest.accelerators.constants.bls12_381 import bls12_381
from guest.accelerators.constants.bn254 import bn254
from guest.accelerators.constants.secp256 import secp256k1, secp256r1

DIRECTORY = Path(__file__).resolve().parent

HEADERS: dict[str, Callable[[], list[str]]] = {
    "secp256k1_constants.h": secp256k1,
    "secp256r1_constants.h": secp256r1,
    "bn254_constants.h": bn254,
    "bls12_381_constants.h": bls12_381,
}


def header(name: str) -> str:
    """The text of one header of `HEADERS`."""
    guard = f"LIMPID_{name.removesuffix('.h').upper()}_H"
    begin = f"/* Written by generate_constants.py. */\n#ifndef {guard}\n#define {guard}\n"
    return "\n".join([begin, *HEADERS[name](), "", "#endif", ""])


if __name__ == "__main__":
    for header_name in HEADERS:
        (DIRECTORY / header_name).write_text(header(header_name))
