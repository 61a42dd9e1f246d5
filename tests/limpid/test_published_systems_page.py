"""docs/published-systems.md: its code runs and prints what the page shows, and its options are the program's."""

from __future__ import annotations

import contextlib
import io
import re

import click

from limpid.commands.soundcalc import soundcalc_command
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "published-systems.md"


def _blocks() -> list[tuple[str, str]]:
    """Language and text of every block of code, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_python_of_the_page_runs_and_prints_what_it_shows() -> None:
    namespace: dict[str, object] = {}
    blocks = _blocks()
    assert [language for language, _ in blocks] == ["python", "text"] * 3
    for (_, code), (_, shown) in zip(blocks[::2], blocks[1::2], strict=True):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), namespace)
        assert printed.getvalue() == shown


def test_options_that_the_page_names_exist() -> None:
    known = {name for option in soundcalc_command.params if isinstance(option, click.Option) for name in option.opts}
    named = set(re.findall(r"--[a-z][a-z-]*", PAGE.read_text()))
    assert named
    assert named <= known
