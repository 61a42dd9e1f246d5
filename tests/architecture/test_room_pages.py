"""Rooms of compiled code: the page of each draws what goes where, and names every module of the room."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

OPTIMIZED = Path(__file__).resolve().parents[2] / "optimized"
ROOMS = sorted(path.parent for path in OPTIMIZED.glob("*/__init__.py"))

_LINE = re.compile("──")
_MODULE = re.compile(r"`?\b((?:spec|reference|optimized)(?:\.[a-z_][a-z_0-9]*)+)")


def page(room: Path) -> str:
    """The docstring of the room. Raises AssertionError if there is none."""
    text = ast.get_docstring(ast.parse((room / "__init__.py").read_text()))
    assert text is not None, room.name
    return text


def unnamed(text: str, modules: list[str]) -> list[str]:
    """The modules that a page does not name."""
    return [module for module in modules if re.search(rf"\b{module}\b", text) is None]


def lost(text: str) -> list[str]:
    """The modules of other rooms that a page names and that are not there."""
    return [name for name in _MODULE.findall(text) if find_spec(name) is None]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_page_of_a_room_is_drawn_and_names_every_module(room: Path) -> None:
    text, modules = page(room), [path.stem for path in room.glob("*.py") if path.stem != "__init__"]
    assert modules
    assert _LINE.search(text) is not None
    assert unnamed(text, modules) == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_modules_of_other_rooms_that_a_page_names_are_there(room: Path) -> None:
    assert lost(page(room)) == []


def test_module_that_a_page_leaves_out_or_invents_is_reported() -> None:
    text = "rows ── stacking ──> columns. The plain twin is `reference.prover.nothing`, beside `spec.field`."
    assert unnamed(text, ["stacking", "tiles"]) == ["tiles"]
    assert lost(text) == ["reference.prover.nothing"]
