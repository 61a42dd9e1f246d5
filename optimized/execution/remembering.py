"""What was made of the last programs that ran, for their next runs: of a large one it takes seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

Source = TypeVar("Source")
Made = TypeVar("Made")

REMEMBERED = 2
"""More than two programs hardly ever take turns, and what is made of one takes memory."""


def remembered(make: Callable[[Source], Made]) -> Callable[[Source], Made]:
    """The same function, which makes nothing a second time of the very object that it has just seen.

    Objects that are equal but not the same are others, since comparing them would take as long. Nobody may change what
    was made.
    """
    last: deque[tuple[Source, Made]] = deque(maxlen=REMEMBERED)

    def remembering(source: Source) -> Made:
        for known, made in last:
            if known is source:
                return made
        made = make(source)
        last.append((source, made))
        return made

    return remembering
