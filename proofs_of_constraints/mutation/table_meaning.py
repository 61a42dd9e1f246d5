"""One concrete row of the boundary or the memory table, read from its bus messages: does it keep memory together?

As for instructions, no column and no constraint is known by name.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_of_constraints.mutation.spoken import Spoken
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.memory_map import SINK, RegionKind, Space
from spec.rv64im.buses import CONTINUATION, CURSOR, IMAGE, LIMB_BITS, MEMORY, OUTPUT, REGION, SEGMENT_GAP_BITS
from spec.rv64im.chips.continuation import ADDRESS_BITS, BOUNDARY

LAST_CURSOR = (1 << ADDRESS_BITS) + SINK + 1


def _directions(spoken: Spoken) -> list[tuple[str, int]]:
    buses = (MEMORY, CONTINUATION, CURSOR, REGION, IMAGE, OUTPUT)
    return sorted((bus.name, sign) for bus, sign, _ in spoken.messages if bus in buses)


def table_inadmissible(row: ConcreteRow) -> Iterator[str]:
    """Why the other tables would not let the row stand, lookups and bus contracts apart."""
    spoken = Spoken(row)
    if any(origin >> SEGMENT_GAP_BITS for *_, origin in spoken.on(CONTINUATION, -1)):
        yield "no segment has this index"
    if any(cursor > LAST_CURSOR for (cursor,) in spoken.on(CURSOR, -1)):
        yield "no cursor gets this far"
    for space, kind, start, end in spoken.on(REGION, -1):
        limit = {Space.MEMORY: 1 << ADDRESS_BITS, Space.REGISTERS: SINK + 1}.get(Space(space), 0) if space < 2 else 0
        is_of_registers = kind == RegionKind.REGISTERS
        if kind not in list(RegionKind) or not start < end <= limit or is_of_registers != (space == Space.REGISTERS):
            yield "no program has this region"


def table_faults(row: ConcreteRow) -> Iterator[str]:
    """What the row does that its table must not."""
    spoken = Spoken(row)
    if spoken.partial:
        yield spoken.partial[0]
    elif spoken.messages:
        yield from _boundary_faults(row, spoken) if row.chip.name == BOUNDARY.name else _memory_faults(spoken)


def _boundary_faults(row: ConcreteRow, spoken: Spoken) -> Iterator[str]:
    expected = [(CONTINUATION.name, -1), (CONTINUATION.name, 1), (MEMORY.name, -1), (MEMORY.name, 1)]
    if _directions(spoken) != expected:
        yield f"the row says {_directions(spoken)}"
        return
    segment = row.public("segment")
    ((*before, origin),), ((*after, end),) = spoken.on(CONTINUATION, -1), spoken.on(CONTINUATION, +1)
    ((*entering, start),), ((*leaving, _),) = spoken.on(MEMORY, +1), spoken.on(MEMORY, -1)
    if (entering, start) != (before, 0):
        yield "what enters the segment is not what came from before"
    if (leaving, end) != (after, segment + 1):
        yield "what goes on is not what leaves the segment"
    if before[:2] != after[:2]:
        yield "two places in one row"
    if origin > segment:
        yield "the token is from a later segment"


def _memory_faults(spoken: Spoken) -> Iterator[str]:
    always = [(CONTINUATION.name, -1), (CONTINUATION.name, 1), (CURSOR.name, -1), (CURSOR.name, 1), (REGION.name, -1)]
    regions = spoken.on(REGION, -1)
    kinds = [kind for _, kind, *_ in regions]
    extra = {RegionKind.IMAGE: [(IMAGE.name, -1)], RegionKind.OUTPUT: [(OUTPUT.name, 1)]}
    expected = sorted([*always, *(pair for kind in kinds for pair in extra.get(RegionKind(kind), []))])
    if _directions(spoken) != expected:
        yield f"the row says {_directions(spoken)}"
        return
    ((space, address, *initial, first),), ((*place, _),) = spoken.on(CONTINUATION, +1), spoken.on(CONTINUATION, -1)
    if first or tuple(place[:2]) != (space, address):
        yield "the address's chain does not start at 0, or does not end where it starts"
    ((region_space, kind, start, end),) = regions
    if (region_space, start <= address < end) != (space, True):
        yield "the address is not in its region"
    ((cursor,),), ((successor,),) = spoken.on(CURSOR, -1), spoken.on(CURSOR, +1)
    key = (space << ADDRESS_BITS) + address
    if not cursor <= key or successor != key + 1:
        yield "the row is not after the cursor"
    if any(limb >> LIMB_BITS for limb in initial):
        yield "an initial limb has more than 16 bits"
    if kind in (RegionKind.ZERO, RegionKind.REGISTERS, RegionKind.OUTPUT) and any(initial):
        yield "memory that starts as zero does not"
    if kind == RegionKind.IMAGE and spoken.on(IMAGE, -1) != [(address, *initial)]:
        yield "the initial value is not the image's"
    if kind == RegionKind.OUTPUT and spoken.on(OUTPUT, +1) != [(address, *place[2:])]:
        yield "the output is not the final value"
