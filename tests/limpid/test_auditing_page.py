"""docs/auditing.md: its code runs, and says what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from limpid.commands.audit import audit_command
from tests.conftest import README, ROOT
from tests.page_code import blocks_of, outputs_of_commands, shown_after

PAGE = ROOT / "docs" / "auditing.md"


def _without_numbers(text: str) -> str:
    """Solvers find other rows each time, and take other times; columns of numbers are as wide as they are."""
    return re.sub(r"(0x[0-9a-f]+|\b\d+\.\d+\b)", "#", re.sub(r"(?m)^(queries +)\d+", r"\1#", text)).strip()


def test_python_of_the_page_runs_and_prints_what_it_shows() -> None:
    namespace: dict[str, object] = {}
    for code, shown in shown_after(PAGE, "python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), namespace)
        if shown is not None:
            assert _without_numbers(printed.getvalue()) == _without_numbers(shown)


def test_commands_of_the_page_run_and_print_what_it_shows(tmp_path: Path) -> None:
    for printed, shown in outputs_of_commands(PAGE, tmp_path):
        assert shown is not None
        assert _without_numbers(printed) == _without_numbers(shown)


def test_page_has_the_outputs_that_the_tests_compare() -> None:
    languages = [language for language, _ in blocks_of(PAGE)]
    assert [languages.count(language) for language in ("python", "sh", "text")] == [6, 2, 5]


@pytest.mark.parametrize("option", sorted(re.findall(r"`[^`]*?limpid audit[^`]*? (--[\w-]+)", PAGE.read_text())))
def test_options_of_the_page_exist(option: str) -> None:
    known = {name for parameter in audit_command.params for name in parameter.opts}
    assert option in known


def test_readme_links_the_page() -> None:
    assert "(docs/auditing.md)" in README.read_text()
