"""Progress on standard error, for people only: silent when it is not a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from optimized.steps import Report
from reference.prover.progress import Observer


@contextmanager
def showing(activity: str) -> Iterator[Observer]:
    """Shows that something goes on, until the block ends; the observer moves a bar once a prover calls it."""
    with _bar(activity) as move:
        yield lambda stage, fraction: move(stage.value, fraction)


@contextmanager
def compiling() -> Iterator[Report]:
    """Shows what is compiled, until the block ends."""
    with _bar("compiling, this once") as move:
        yield move


@contextmanager
def _bar(activity: str) -> Iterator[Report]:
    console = Console(stderr=True)
    text = TextColumn("{task.description}")
    columns = (SpinnerColumn(), text, BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task(activity, total=None)

        def move(step: str, fraction: float) -> None:
            display.update(task, description=f"{activity}: {step}", total=1.0, completed=fraction)

        yield move
