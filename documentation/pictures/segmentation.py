"""A run cut into segments: what each states in public, how neighbours meet, and what memory carries across."""

from __future__ import annotations

from documentation.cut_example import cut_run
from documentation.pictures.svg import ACCENT, MUTED, Picture

_WIDTH, _GAP = 250, 40


def draw() -> str:
    """The picture of the cut example."""
    cut = cut_run()
    count = len(cut.segments)
    picture = Picture(20 + (_WIDTH + _GAP) * count, 300, "Segmentation")
    for plan, part in zip(cut.segments, cut.run.memory, strict=True):
        x = 20 + (_WIDTH + _GAP) * plan.index
        end = "HALTED" if plan.pc_out is None else hex(plan.pc_out)
        picture.box(
            x,
            20,
            _WIDTH,
            92,
            [
                f"segment {plan.index}",
                f"pc {plan.pc_in:#x} to {end}",
                f"clock 1 to {plan.clock_out}",
                f"{plan.instructions} instructions",
            ],
        )
        picture.box(x, 150, _WIDTH, 40, ["boundary table", f"{len(plan.cells)} addresses"])
        picture.box(x, 230, _WIDTH, 40, ["memory table", f"cursor {part.cursor_in} to {part.cursor_out}"])
        picture.arrow(x + _WIDTH / 2, 150, x + _WIDTH / 2, 112, MUTED)
        picture.text(x + _WIDTH / 2 + 8, 134, "bus memory", fill=MUTED)
        picture.arrow(x + _WIDTH / 2, 230, x + _WIDTH / 2, 190, ACCENT)
        picture.text(x + _WIDTH / 2 + 8, 214, "bus continuation", fill=ACCENT)
        if plan.index + 1 < count:
            picture.arrow(x + _WIDTH, 60, x + _WIDTH + _GAP, 60)
            picture.text(x + _WIDTH + _GAP / 2, 50, "pc", "middle")
            picture.arrow(x + _WIDTH, 170, x + _WIDTH + _GAP, 170, ACCENT)
            picture.arrow(x + _WIDTH, 250, x + _WIDTH + _GAP, 250)
            picture.text(x + _WIDTH + _GAP / 2, 242, "cur", "middle")
    return picture.source()
