"""The threat model: what backs each promise is there."""

from __future__ import annotations

import re

from limpid.command_table import COMMANDS
from tests.conftest import ROOT


def _promises() -> list[list[str]]:
    """The rows of the table of promises, as cells."""
    text = (ROOT / "docs" / "threat-model.md").read_text()
    table = text.partition("| Promise |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_every_promise_names_a_test_or_command_that_is_there() -> None:
    promises = _promises()
    assert len(promises) > 9
    for promise, _, backing in promises:
        places = re.findall(r"`(tests/[\w/.]+)`", backing)
        commands = re.findall(r"`limpid (\w+)", backing)
        targets = re.findall(r"`make ([\w-]+)`", backing)
        assert places or commands or targets, promise
        assert [place for place in places if not (ROOT / place).exists()] == [], promise
        assert set(commands) <= set(COMMANDS), promise
        makefile = (ROOT / "Makefile").read_text()
        assert [target for target in targets if f"\n{target}:" not in makefile] == [], promise
