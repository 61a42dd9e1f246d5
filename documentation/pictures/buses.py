"""Chips and buses as a graph: a line for each bus, a row for each family of chips, a mark where they meet."""

from __future__ import annotations

from documentation.bus_tables import verifier_tokens
from documentation.chip_families import chip_families
from documentation.pictures.svg import MUTED, Picture
from spec.air.bus import Bus, Scope
from spec.air.chip import Role
from spec.rv64im.buses import BUSES

_LEFT, _TOP, _ROW, _COLUMN = 190, 110, 24, 50

Signs = dict[str, set[int]]
"""By bus name, the signs with which somebody speaks on it."""


def _rows() -> list[tuple[str, Signs]]:
    rows: list[tuple[str, Signs]] = []
    for family in chip_families():
        together = family.chips[0].role is Role.INSTRUCTION
        for group in [family.chips] if together else [(chip,) for chip in family.chips]:
            signs: Signs = {}
            for chip in group:
                for interaction in chip.interactions:
                    signs.setdefault(interaction.bus.name, set()).add(interaction.sign)
            rows.append((f"{family.name} ({len(group)})" if together else group[0].name, signs))
    verifier: Signs = {}
    for token in verifier_tokens():
        verifier.setdefault(token.bus.name, set()).add(token.sign)
    return [*rows, ("verifier", verifier)]


def draw() -> str:
    """The picture."""
    rows = _rows()
    width, height = _LEFT + _COLUMN * len(BUSES) + 20, _TOP + _ROW * len(rows) + 50
    picture = Picture(width, height, "Chips and buses")
    bottom = _TOP + _ROW * len(rows)
    for column, bus in enumerate(BUSES):
        _bus_line(picture, bus, _LEFT + _COLUMN * column + 20, bottom, column)
    for row, (name, signs) in enumerate(rows):
        y = _TOP + _ROW * row + 12
        picture.text(_LEFT - 12, y + 4, name, "end")
        for column, bus in enumerate(BUSES):
            x = _LEFT + _COLUMN * column + 20
            said = signs.get(bus.name, set())
            if said == {+1, -1}:
                picture.dot(x - 6, y, filled=True)
                picture.dot(x + 6, y, filled=False)
            elif said:
                picture.dot(x, y, filled=+1 in said)
    picture.dot(_LEFT + 20, bottom + 28, filled=True)
    picture.text(_LEFT + 32, bottom + 32, "sends")
    picture.dot(_LEFT + 110, bottom + 28, filled=False)
    picture.text(_LEFT + 122, bottom + 32, "receives")
    picture.line(_LEFT + 220, bottom + 28, _LEFT + 250, bottom + 28)
    picture.text(_LEFT + 258, bottom + 32, "local bus")
    picture.line(_LEFT + 360, bottom + 28, _LEFT + 390, bottom + 28, dashed=True)
    picture.text(_LEFT + 398, bottom + 32, "global bus")
    return picture.source()


def _bus_line(picture: Picture, bus: Bus, x: float, bottom: float, column: int) -> None:
    level = 30 + 22 * (column % 3)
    picture.text(x, level, bus.name, "middle", bold=True)
    picture.line(x, level + 6, x, bottom, MUTED, dashed=bus.scope is Scope.GLOBAL)
