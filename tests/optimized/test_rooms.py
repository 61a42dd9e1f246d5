"""Every room of compiled steps has a page that draws it and names the plain twin."""

from __future__ import annotations

import importlib.util
import re

import pytest

ROOMS = ("circuit", "commitment", "execution", "openings", "trace", "zerocheck")
"""The rooms that hold a step of executing or proving."""


def _page(room: str) -> str:
    page = importlib.import_module(f"optimized.{room}").__doc__
    assert page is not None
    return page


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_draws_its_steps_and_names_its_plain_twin(room: str) -> None:
    page = _page(room)
    assert "──>" in page
    (twins,) = re.findall(r"(?:Its plain twin is|The plain twins are)(.*?)[.;]\s", page + " ", re.DOTALL)
    first, *others = re.findall(r"`([\w.]+)`", twins)
    assert importlib.util.find_spec(first) is not None, first
    package = first.rpartition(".")[0]
    for name in others:
        assert importlib.util.find_spec(f"{package}.{name}") is not None, name
