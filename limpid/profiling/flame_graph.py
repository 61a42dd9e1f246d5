"""A flame graph as one HTML file that needs nothing else: callers above, callees below, width by weight."""

from __future__ import annotations

import hashlib
import html

from limpid.profiling.weights import WeighedCall

ROW_HEIGHT_PIXELS = 20
"""A line of text, with a pixel between two frames."""

SMALLEST_FRACTION = 0.0002
"""Narrower frames are left out: they would not show."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
  body {{ font: 13px sans-serif; margin: 1em; }}
  .graph {{ position: relative; overflow: hidden; margin-bottom: 2em; }}
  .frame {{ position: absolute; height: {frame_height}px; line-height: {frame_height}px; overflow: hidden;
            white-space: nowrap; text-indent: 3px; border-radius: 2px; cursor: pointer; box-sizing: border-box;
            border-right: 1px solid white; }}
</style>
<h1>{title}</h1>
<p>Callers stand above their callees. Click a frame to enlarge it, the top one to go back; point at it for numbers.</p>
{graphs}
<script>
  for (const graph of document.querySelectorAll(".graph")) {{
    const frames = [...graph.children];
    graph.addEventListener("click", event => {{
      const chosen = event.target.closest(".frame");
      if (!chosen) return;
      const start = +chosen.dataset.start, size = +chosen.dataset.size;
      for (const frame of frames) {{
        const left = Math.max(0, (frame.dataset.start - start) / size);
        const right = Math.min(1, (+frame.dataset.start + +frame.dataset.size - start) / size);
        frame.style.display = right - left > 0.0002 ? "" : "none";
        frame.style.left = 100 * left + "%";
        frame.style.width = 100 * (right - left) + "%";
      }}
    }});
  }}
</script>
</html>
"""


def flame_graph(root: WeighedCall, title: str) -> str:
    """The tree of calls as an HTML page with two graphs: by instructions, and by the cost of the proof."""
    graphs = [
        f"<h2>{html.escape(heading)}</h2>\n{_graph(root, weight)}"
        for weight, heading in ((0, "Executed instructions"), (1, "Cost of the proof, without padding"))
    ]
    frame_height = ROW_HEIGHT_PIXELS - 1
    return _PAGE.format(title=html.escape(title), frame_height=frame_height, graphs="\n".join(graphs))


def _graph(root: WeighedCall, weight: int) -> str:
    """The frames of one graph; `weight` is the position of the chosen one in a Weight."""
    whole = max(1, root.total[weight])
    frames: list[str] = []
    deepest = 0
    pending = [(root, 0, 0)]
    while pending:
        call, depth, start = pending.pop()
        size = call.total[weight]
        if size / whole < SMALLEST_FRACTION:
            continue
        deepest = max(deepest, depth)
        name = html.escape(call.name)
        own = call.own[weight]
        numbers = f"{name}: {size:,} with callees ({size / whole:.1%}), {own:,} alone ({own / whole:.1%})"
        position = f"left:{start / whole:.4%};width:{size / whole:.4%};top:{depth * ROW_HEIGHT_PIXELS}px"
        frames.append(
            f'<div class="frame" style="{position};background:{_colour(call.name)}" data-start="{start / whole:.6f}" '
            f'data-size="{size / whole:.6f}" title="{numbers}">{name} {size / whole:.1%}</div>'
        )
        for callee in call.callees:
            pending.append((callee, depth + 1, start))
            start += callee.total[weight]
    height = (deepest + 1) * ROW_HEIGHT_PIXELS
    return f'<div class="graph" style="height:{height}px">\n' + "\n".join(frames) + "\n</div>"


def _colour(name: str) -> str:
    """A warm colour that a function keeps from run to run."""
    digest = hashlib.sha256(name.encode()).digest()
    return f"hsl({digest[0] * 60 // 256},80%,{60 + digest[1] * 20 // 256}%)"
