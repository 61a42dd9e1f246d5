"""The code on a page of docs: its blocks, the output that is shown after each, and how its commands are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def blocks_of(page: Path) -> list[tuple[str, str]]:
    """Language and text of every block of code, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def shown_after(page: Path, language: str) -> list[tuple[str, str | None]]:
    """The blocks of a language, each with the output shown right after it, if there is one."""
    blocks = blocks_of(page)
    following = [*blocks[1:], ("", "")]
    return [
        (text, shown if kind == "text" else None)
        for (found, text), (kind, shown) in zip(blocks, following, strict=True)
        if found == language
    ]


def outputs_of_commands(page: Path, directory: Path) -> list[tuple[str, str | None]]:
    """What every block of commands prints, run in a directory, and what the page shows."""
    tools = directory / "tools"
    tools.mkdir()
    (tools / "limpid").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m limpid "$@"\n')
    (tools / "limpid").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    outputs = []
    for commands, shown in shown_after(page, "sh"):
        command = ["bash", "-e", "-c", commands]
        completed = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=True)
        outputs.append((completed.stdout, shown))
    return outputs
