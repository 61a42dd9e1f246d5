"""SVG as text: the few shapes that the pictures use. All lengths are in pixels, y grows downwards."""

from __future__ import annotations

from xml.sax.saxutils import escape

FONT_PIXELS = 12
CHARACTER_PIXELS = 7.3
"""The width of a character of the monospaced font at this size."""

INK, PALE, MUTED, ACCENT = "#1f2933", "#f1f4f8", "#7b8794", "#1d5fa8"


class Picture:
    """An SVG document under construction."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._width, self._height, self._title = width, height, title
        self._shapes: list[str] = []

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str = PALE, dashed: bool = False
    ) -> None:
        """A box with its upper left corner at (x, y)."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._shapes.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3" '
            f'fill="{fill}" stroke="{INK}"{dash}/>'
        )

    def text(self, x: float, y: float, text: str, anchor: str = "start", fill: str = INK, bold: bool = False) -> None:
        """One line with its baseline at y; `anchor` is start, middle or end."""
        weight = ' font-weight="bold"' if bold else ""
        self._shapes.append(
            f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{fill}"{weight}>{escape(text)}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = INK, dashed: bool = False) -> None:
        """A thin line."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._shapes.append(f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" stroke="{stroke}" fill="none"{dash}/>')

    def arrow(self, x1: float, y1: float, x2: float, y2: float, stroke: str = INK, dashed: bool = False) -> None:
        """A line with a head at its end."""
        self.line(x1, y1, x2, y2, stroke, dashed)
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        left, right = (x2 - 8 * ux + 4 * uy, y2 - 8 * uy - 4 * ux), (x2 - 8 * ux - 4 * uy, y2 - 8 * uy + 4 * ux)
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((x2, y2), left, right))
        self._shapes.append(f'<polygon points="{points}" fill="{stroke}"/>')

    def dot(self, x: float, y: float, filled: bool) -> None:
        """A small circle."""
        fill = ACCENT if filled else "white"
        self._shapes.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="4.5" fill="{fill}" stroke="{ACCENT}" stroke-width="1.5"/>'
        )

    def box(self, x: float, y: float, width: float, height: float, lines: list[str], dashed: bool = False) -> None:
        """A box with centred lines, the first one bold."""
        self.rectangle(x, y, width, height, dashed=dashed)
        first = y + height / 2 - (len(lines) - 1) * 8 + 4
        for i, line in enumerate(lines):
            self.text(x + width / 2, first + 16 * i, line, "middle", bold=i == 0)

    def source(self) -> str:
        """The document."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width}" height="{self._height}" '
            f'viewBox="0 0 {self._width} {self._height}" font-family="DejaVu Sans Mono, monospace" '
            f'font-size="{FONT_PIXELS}">'
        )
        title = f"<title>{escape(self._title)}</title>"
        background = '<rect width="100%" height="100%" fill="white"/>'
        return "\n".join([head, title, background, *self._shapes, "</svg>"]) + "\n"
