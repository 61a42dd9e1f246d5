"""docs/auditing.md: its code runs, and says what the page shows."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from limpid.commands.audit import audit_command
from tests.conftest import README, ROOT

PAGE = ROOT / "docs" / "auditing.md"


def _blocks() -> list[tuple[str, str]]:
    """Language and text of every block of code, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def _without_numbers(text: str) -> str:
    """Solvers find other rows each time, and take other times; columns of numbers are as wide as they are."""
    return re.sub(r"(0x[0-9a-f]+|\b\d+\.\d+\b)", "#", re.sub(r"(?m)^(queries +)\d+", r"\1#", text)).strip()


def _shown_after(language: str) -> list[tuple[str, str | None]]:
    """The blocks of a language, each with the output shown right after it, if there is one."""
    blocks = _blocks()
    following = [*blocks[1:], ("", "")]
    return [
        (text, shown if kind == "text" else None)
        for (found, text), (kind, shown) in zip(blocks, following, strict=True)
        if found == language
    ]


def test_python_of_the_page_runs_and_prints_what_it_shows() -> None:
    namespace: dict[str, object] = {}
    for code, shown in _shown_after("python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), namespace)
        if shown is not None:
            assert _without_numbers(printed.getvalue()) == _without_numbers(shown)


def test_commands_of_the_page_run_and_print_what_it_shows(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "limpid").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m limpid "$@"\n')
    (tools / "limpid").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    for commands, shown in _shown_after("sh"):
        command = ["bash", "-e", "-c", commands]
        completed = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        assert shown is not None
        assert _without_numbers(completed.stdout) == _without_numbers(shown)


def test_page_has_the_outputs_that_the_tests_compare() -> None:
    languages = [language for language, _ in _blocks()]
    assert [languages.count(language) for language in ("python", "sh", "text")] == [6, 2, 5]


@pytest.mark.parametrize("option", sorted(re.findall(r"`[^`]*?limpid audit[^`]*? (--[\w-]+)", PAGE.read_text())))
def test_options_of_the_page_exist(option: str) -> None:
    known = {name for parameter in audit_command.params for name in parameter.opts}
    assert option in known


def test_readme_links_the_page() -> None:
    assert "(docs/auditing.md)" in README.read_text()
