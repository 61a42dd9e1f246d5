"""Where the validator's instructions go: accelerators, and opcodes of the Ethereum virtual machine by class."""

from __future__ import annotations

import re
from collections import Counter

from reference.executor.profiling import Profile

REST = "everything else"
"""Decoding, tries, transactions, and whatever the compiler has written out elsewhere."""

_ACCELERATOR = re.compile(r"^zkvm_\w+$")
_OPCODE = re.compile(r"16revm_interpreter12instructions\d+(?P<name>[a-z]\w*?)(?=\d)")
"""In a mangled name, each part of a path stands behind its length."""


def part_of(function: str) -> str | None:
    """The part that a function is the beginning of, by its name in the ELF file; None for a part of its caller's."""
    if _ACCELERATOR.match(function):
        return function
    opcode = _OPCODE.search(function)
    return None if opcode is None else f"opcodes: {opcode['name']}"


def instructions_by_part(profile: Profile) -> Counter[str]:
    """How many instructions each part took: each counts for the innermost part around it."""
    counts: Counter[str] = Counter()
    pending = [(profile.calls, REST)]
    while pending:
        node, around = pending.pop()
        part = part_of(profile.function_name(node.function)) or around
        counts[part] += node.instructions.total()
        pending += [(callee, part) for callee in node.children.values()]
    return counts
