"""The flame graph: one file, every frame where it belongs."""

from __future__ import annotations

import re

from limpid.profiling.flame_graph import ROW_HEIGHT_PIXELS, flame_graph
from limpid.profiling.weights import WeighedCall, Weight

SMALL = WeighedCall("small", 0x400, Weight(25, 1), Weight(25, 1), ())
INNER = WeighedCall("vector<int>::at", 0x300, Weight(50, 9), Weight(50, 9), ())
OUTER = WeighedCall("outer", 0x200, Weight(0, 0), Weight(50, 9), (INNER,))
ROOT = WeighedCall("_start", 0x100, Weight(25, 0), Weight(100, 10), (OUTER, SMALL))
FRAME = re.compile(
    r'style="left:([\d.]+)%;width:([\d.]+)%;top:(\d+)px;background:[^"]*" [^>]*title="([^"]*)">([^<]*) [\d.]+%<'
)


def _frames(page: str, graph: int) -> dict[str, tuple[float, float, int, str]]:
    """By name: left and width in percent, depth, and the text that pointing shows."""
    part = page.split('<div class="graph"')[1 + graph]
    return {
        name: (float(left), float(width), int(top) // ROW_HEIGHT_PIXELS, title)
        for left, width, top, title, name in FRAME.findall(part)
    }


def test_frames_stand_below_their_callers_with_the_width_of_their_weight() -> None:
    page = flame_graph(ROOT, "a run")
    inner = "vector&lt;int&gt;::at"
    assert _frames(page, 0) == {
        "_start": (0, 100, 0, "_start: 100 with callees (100.0%), 25 alone (25.0%)"),
        "outer": (0, 50, 1, "outer: 50 with callees (50.0%), 0 alone (0.0%)"),
        inner: (0, 50, 2, f"{inner}: 50 with callees (50.0%), 50 alone (50.0%)"),
        "small": (50, 25, 1, "small: 25 with callees (25.0%), 25 alone (25.0%)"),
    }
    assert _frames(page, 1)["small"] == (90, 10, 1, "small: 1 with callees (10.0%), 1 alone (10.0%)")


def test_frames_say_their_share() -> None:
    page = flame_graph(ROOT, "a run")
    assert ">outer 50.0%<" in page
    assert ">small 25.0%<" in page
    assert ">small 10.0%<" in page


def test_frames_too_narrow_to_show_are_left_out() -> None:
    tiny = WeighedCall("tiny", 0x200, Weight(1, 1), Weight(1, 1), ())
    root = WeighedCall("_start", 0x100, Weight(10**6, 1), Weight(10**6 + 1, 2), (tiny,))
    page = flame_graph(root, "a run")
    assert set(_frames(page, 0)) == {"_start"}
    assert set(_frames(page, 1)) == {"_start", "tiny"}


def test_page_needs_nothing_from_elsewhere_and_escapes_its_title() -> None:
    page = flame_graph(ROOT, "<b>&")
    assert "<title>&lt;b&gt;&amp;</title>" in page
    assert not re.search(r"(src|href)=|https?:|@import|url\(", page)
