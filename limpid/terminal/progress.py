"""Progress on standard error, for people only: silent when it is not a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from optimized.steps import Report
from reference.prover.progress import Stage

if TYPE_CHECKING:
    from reference.recursion.tree_progress import Done


class Display:
    """What goes on, for people: an observer of a prover moves a bar, executed instructions are counted beside it."""

    def __init__(self, move: Callable[[str, float | None], None]) -> None:
        self._move = move
        self._counts = ""

    def __call__(self, stage: Stage, fraction: float) -> None:
        self._move(f"{self._counts}{stage.value}", fraction)

    def done(self, done: Done) -> None:
        """So many segments and nodes of a tree are there."""
        counts = f"{done.segments:,} of {done.of_segments:,} segments, {done.nodes:,} of {done.of_nodes:,} nodes"
        self._counts = f"{counts}, "
        self._move(counts, done.fraction)

    def executed(self, instructions: int) -> None:
        """So many instructions have been executed; nobody knows how many there will be."""
        self._move(f"{instructions:,} instructions", None)


@contextmanager
def showing(activity: str) -> Iterator[Display]:
    """Shows that something goes on, until the block ends."""
    with _bar(activity) as move:
        yield Display(move)


@contextmanager
def stepping(activity: str) -> Iterator[Report]:
    """Shows which of its steps an activity is at, until the block ends."""
    with _bar(activity) as move:
        yield lambda step, fraction: move(step, fraction)


def compiling() -> AbstractContextManager[Report]:
    """Shows what is compiled, until the block ends."""
    return stepping("compiling, this once")


@contextmanager
def _bar(activity: str) -> Iterator[Callable[[str, float | None], None]]:
    console = Console(stderr=True)
    # A step may be the name of somebody's circuit: brackets in it are no markup.
    text = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), text, BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task(activity, total=None)

        def move(step: str, fraction: float | None) -> None:
            description = f"{activity}: {step}"
            if fraction is None:
                display.update(task, description=description)
            else:
                display.update(task, description=description, total=1.0, completed=fraction)

        yield move
