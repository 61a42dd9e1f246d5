"""Measures how soon commands start: processor time of those that need no compiled code, and of each command's help.

    python -m benchmarks.start

Each runs in a process of its own, several times; the median counts. Exit status 1 if a figure misses its bound.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from limpid.command_table import COMMANDS

START_SECONDS_MAXIMUM = 0.3
"""What a command that needs no compiled code may take to start."""

RUNS = 5
"""So many times each command is run."""


def seconds_of(arguments: list[str]) -> float:
    """Processor seconds of the command in a process of its own, the median of some runs. Raises CalledProcessError if
    it fails."""
    taken = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "limpid", *arguments], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(taken)


def main() -> int:
    """Measures and prints; the exit status."""
    console = Console()
    table = Table("command", "seconds")
    measured = {}
    for arguments in (["--version"], ["--help"], ["completion", "bash"], *([name, "--help"] for name in COMMANDS)):
        measured[" ".join(arguments)] = seconds_of(arguments)
    for command, seconds in measured.items():
        table.add_row(f"limpid {command}", f"{seconds:.2f}")
    console.print(table)
    late = [command for command, seconds in measured.items() if seconds > START_SECONDS_MAXIMUM]
    for command in late:
        console.print(f"MISSED: limpid {command} takes more than {START_SECONDS_MAXIMUM} s to start", style="bold red")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
