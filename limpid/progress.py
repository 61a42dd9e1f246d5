"""Progress on standard error, for people only: silent when it is not a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from reference.prover.progress import Observer, Stage


@contextmanager
def showing(activity: str) -> Iterator[Observer]:
    """Shows that something goes on, until the block ends; the observer moves a bar once a prover calls it."""
    console = Console(stderr=True)
    text = TextColumn("{task.description}")
    columns = (SpinnerColumn(), text, BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task(activity, total=None)

        def observe(stage: Stage, fraction: float) -> None:
            display.update(task, description=f"{activity}: {stage.value}", total=1.0, completed=fraction)

        yield observe
