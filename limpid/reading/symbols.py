"""Names of functions as their authors wrote them: C++ and Rust hand longer ones to the linker."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace

from limpid.guest_build.toolchain import TARGET
from spec.program import Program

TOOLS = (f"{TARGET}-c++filt", "c++filt", "llvm-cxxfilt")
"""Any of them comes with a compiler for guests; without one names stay as the linker has them."""

_MANGLED = ("_Z", "_R")
"""How names of C++ and of Rust begin [Itanium C++ ABI, 5.1; Rust RFC 2603]."""

_CRATE_HASH = re.compile(r"\[[0-9a-f]{6,16}\]")
"""It tells apart crates of one name."""


def readable(program: Program) -> Program:
    """The same program with such names, for people."""
    names = demangled([symbol.name for symbol in program.symbols])
    symbols = (replace(symbol, name=name) for symbol, name in zip(program.symbols, names, strict=True))
    return replace(program, symbols=tuple(symbols))


def readable_place(place: str) -> str:
    """The same of `name+0x...`, as `Program.symbol_at` gives it."""
    name, plus, distance = place.rpartition("+0x")
    return f"{demangled([name])[0]}{plus}{distance}" if plus else demangled([place])[0]


def demangled(names: Sequence[str]) -> list[str]:
    """The names, in order; as they were where no tool is there."""
    tool = next(filter(None, map(shutil.which, TOOLS)), None)
    if tool is None or not any(name.startswith(_MANGLED) for name in names):
        return list(names)
    text = "".join(f"{name}\n" for name in names)
    answer = subprocess.run([tool], input=text, capture_output=True, text=True, check=False).stdout.splitlines()
    # A name with a line break in it is no compiler's: then none is changed.
    return [_CRATE_HASH.sub("", name) for name in answer] if len(answer) == len(names) else list(names)
