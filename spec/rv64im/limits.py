"""What the heights of a segment's tables must not exceed. The soundness of clocks and of bus balance rests on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from spec.air.chip import Chip, Role
from spec.field import P
from spec.rv64im.buses import CLOCK_BITS

CLOCK_LIMIT = 2**CLOCK_BITS
"""All clocks of a segment lie below."""

MESSAGE_LIMIT = P
"""The chips' tuples on a bus are fewer, so no count of equal ones vanishes modulo p without being zero."""

LOOKUP_ROLES = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)
"""The other side of a lookup: its multiplicities are free elements, so that counting its rows bounds nothing."""


def clock_end(tables: Iterable[tuple[Chip, int]]) -> int:
    """An exclusive bound on the clocks of a segment with these (chip, height): as if no row were padding.

    Clocks start at 1.
    """
    return 1 + sum(height * chip.accesses for chip, height in tables)


def message_counts(tables: Iterable[tuple[Chip, int]]) -> Counter[str]:
    """By bus name, padded height times interactions summed over the chips (chip, height), lookup tables apart."""
    counts: Counter[str] = Counter()
    for chip, height in tables:
        if chip.role not in LOOKUP_ROLES:
            for interaction in chip.interactions:
                counts[interaction.bus.name] += height
    return counts
