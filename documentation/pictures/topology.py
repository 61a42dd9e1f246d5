"""Which proofs there are and how they hang together: verified one by one, or folded into a final proof."""

from __future__ import annotations

from documentation.pictures.svg import Picture

_SEGMENTS = ("segment 0", "segment 1", "segment m-1")


def draw() -> str:
    """The picture."""
    picture = Picture(880, 680, "Proof topology")
    columns = [10, 305, 600]
    for x, name in zip(columns, _SEGMENTS, strict=True):
        picture.box(x, 20, 270, 44, ["leaf", f"continuation tables of {name}"])
        picture.arrow(x + 135, 64, 440, 108)
        picture.box(x, 190, 270, 44, ["segment proof", f"{name}, under G"])
        picture.arrow(440, 152, x + 135, 190)
        picture.arrow(x + 135, 234, 440, 290)
    picture.box(300, 108, 280, 44, ["G", "digest of the run, global challenge"])
    for x in columns:
        picture.box(x, 400, 270, 36, ["convert"])
        picture.arrow(x + 70, 234, x + 70, 400)
    for start in (145, 440):
        picture.arrow(start, 436, 290, 476)
    picture.box(155, 476, 270, 36, ["combine"])
    picture.arrow(290, 512, 490, 552)
    picture.arrow(735, 436, 490, 552)
    picture.box(355, 552, 270, 36, ["combine"])
    picture.arrow(490, 588, 490, 624)
    picture.box(355, 624, 270, 36, ["final proof"])
    picture.box(270, 290, 340, 44, ["native verifier", "chain, local and global sums, output"])
    return picture.source()
