"""The guest's address space from its declared intervals; heights are not to scale."""

from __future__ import annotations

from documentation.memory_tables import INTERVALS
from documentation.pictures.svg import PALE, Picture
from spec.memory_map import ADDRESS_BITS, DEFAULT_IMAGE_START


def draw() -> str:
    """The picture, low addresses at the bottom."""
    blocks: list[tuple[str, int, int, bool]] = []
    reached = 0
    for name, interval, _ in INTERVALS:
        if interval.start > reached:
            blocks.append((_gap(reached, interval.start), reached, interval.start, False))
        blocks.append((name, interval.start, interval.end, True))
        reached = interval.end
    heights = [44 if is_fixed else 30 for *_, is_fixed in blocks]
    picture = Picture(560, sum(heights) + 50, "Memory map")
    y = sum(heights) + 20.0
    for (name, start, _, is_fixed), height in zip(blocks, heights, strict=True):
        y -= height
        picture.rectangle(140, y, 380, height, fill=PALE if is_fixed else "white", dashed=not is_fixed)
        picture.text(330, y + height / 2 + 4, name, "middle", bold=is_fixed)
        picture.text(130, y + height + 4, f"{start:#010x}", "end")
    picture.text(130, y + 4, f"{1 << ADDRESS_BITS:#x}", "end")
    return picture.source()


def _gap(start: int, end: int) -> str:
    return (
        "program segments (default image start here)"
        if start <= DEFAULT_IMAGE_START < end
        else "program segments may lie here"
    )
