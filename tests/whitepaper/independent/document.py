"""The whitepaper as a reader has it: its generated tables by name, and the files that it names beside its chapters."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

WHITEPAPER = Path(__file__).resolve().parents[3] / "spec" / "whitepaper"

_BLOCK = re.compile(r"<!-- generated: (\w+) -->(.*?)<!-- end of generated -->", re.DOTALL)


@cache
def _blocks() -> dict[str, str]:
    text = "\n".join(path.read_text() for path in sorted(WHITEPAPER.glob("*.md")))
    return dict(_BLOCK.findall(text))


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a generated table, without its heading. Code marks are taken off."""
    lines = [line for line in _blocks()[name].splitlines() if line.startswith("| ")]
    return tuple(tuple(cell.strip().strip("`") for cell in line.strip("|").split(" | ")) for line in lines[2:])


def beside(name: str) -> Path:
    """A file that the chapter on bytes names."""
    return WHITEPAPER / "bytes" / name


def _constant(symbol: str) -> int:
    (value,) = (row[1] for row in table("constants") if row[0] == f"${symbol}$")
    return _number(value.strip("$").rpartition("= ")[2])


def _number(text: str) -> int:
    """A number, or p less one."""
    return P - int(text.removeprefix("p - ")) if text.startswith("p - ") else int(text)


P = _constant("p")
DEGREE = _constant("e")
GENERATOR = _constant("g")
TWO_ADICITY = _constant("s")
STATE_WORDS = _constant("\\nu")
BLOCK_WORDS = _constant("\\tau")
MOST_MAIN_COLUMNS = _constant("W_{main}")
DOUBLEWORD_BYTES = _constant("d")
LIMB_BITS = _constant("b")
LIMBS = _constant("\\ell")
INSTRUCTION_BYTES = _constant("u")
SINK = _constant("Z")
PC_BITS = _constant("C")
UNREACHABLE = _constant("\\top")

OUTPUT_START = next(int(start, 16) for name, start, *_ in table("memory_map") if name == "public output")
"""The byte address where the output region begins."""

LABELS = {name: int(number) for row in table("labels") for name, number in re.findall(r"(\w+)`? (\d+)", " ".join(row))}
"""The number of each label."""

INITIAL_VALUES = {name: bytes.fromhex(value) for name, value in table("hash_domains")}
"""By use of the compression function, 32 bytes."""

PREFIXES = {use: text.replace("\\0", "\0").encode("ascii") for use, text in table("hash_prefixes")}
"""By use of SHA-256 itself."""

WIDTHS = {kind: int(size) for kind, size, *_ in table("byte_widths")}
"""The bytes of each kind of field."""

MAGICS = {what: (bytes.fromhex(magic), int(version)) for what, magic, _, version in table("byte_magics")}
"""By format, its first bytes and its version."""

PARAMETER_TEXTS = {row[0]: row[1] for row in table("parameter_texts")}
"""By parameter set, all of its numbers as the text that its digest is made of."""
