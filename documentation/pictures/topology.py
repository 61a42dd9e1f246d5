"""Which proofs there are and how they hang together: what stands today, and, dashed, what recursion will add."""

from __future__ import annotations

from documentation.pictures.svg import Picture

_SEGMENTS = ("segment 0", "segment 1", "segment m-1")


def draw() -> str:
    """The picture."""
    picture = Picture(880, 560, "Proof topology")
    columns = [10, 305, 600]
    for x, name in zip(columns, _SEGMENTS, strict=True):
        picture.box(x, 20, 270, 44, ["leaf", f"continuation tables of {name}"])
        picture.arrow(x + 135, 64, 440, 108)
        picture.box(x, 190, 270, 44, ["segment proof", f"{name}, under G"])
        picture.arrow(440, 152, x + 135, 190)
        picture.arrow(x + 135, 234, 440, 290)
    picture.box(300, 108, 280, 44, ["G", "digest of the run, global challenge"])
    picture.box(270, 290, 340, 44, ["native verifier", "chain, local and global sums, output"])
    for x in columns:
        picture.box(x, 370, 270, 36, ["convert (open)"], dashed=True)
    for x in (180, 460):
        picture.box(x, 430, 240, 36, ["combine (open)"], dashed=True)
    picture.box(320, 500, 240, 36, ["final (open)"], dashed=True)
    for start, end in ((160, 300), (440, 300), (440, 580), (720, 580)):
        picture.arrow(start, 406, end, 430, dashed=True)
    for start in (300, 580):
        picture.arrow(start, 466, 440, 500, dashed=True)
    return picture.source()
