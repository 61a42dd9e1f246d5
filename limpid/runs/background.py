"""Work that goes on beside the caller's, and that nobody has to wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def begun(work: Callable[[], Result]) -> Future[Result]:
    """The future result, or error, of work that a thread of its own has begun. A process that ends does not wait."""
    future: Future[Result] = Future()

    def finish() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=finish, daemon=True).start()
    return future
