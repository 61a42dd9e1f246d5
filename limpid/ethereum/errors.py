"""What can be wrong with block tests and blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from limpid.errors import LimpidError


class BlockTestError(LimpidError):
    """A file that should hold block tests and does not, or one of whose tests does not fit together."""

    kind = "block_test"

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(
            f"{path}: {cause}", "give a blockchain test of github.com/ethereum/tests, as published", {"path": path}
        )


class UnsupportedForkError(LimpidError):
    """A block test of a fork that the guest does not validate."""

    kind = "unsupported_fork"

    def __init__(self, fork: str, supported: Sequence[str]) -> None:
        names = " and ".join(supported)
        super().__init__(
            f"the fork {fork} is not supported", f"give a test of {names}", {"fork": fork, "supported": list(supported)}
        )


class BlockFormError(LimpidError):
    """A block that no payload request can express, so that it never comes before a guest: it is not valid."""

    kind = "block_form"

    def __init__(self, cause: str) -> None:
        super().__init__(cause, "choose another block: this one is not valid, and no input for a guest describes it")


@contextmanager
def container_errors(refused: str) -> Iterator[None]:
    """Within it, SSZ containers are made of what others state. Raises BlockFormError, whose message begins with what is
    refused, where a value does not fit."""
    try:
        yield
    except Exception as error:
        # Of a wrong length remerkleable raises Exception itself.
        if type(error) is not Exception and not isinstance(error, ValueError | TypeError):
            raise
        raise BlockFormError(f"{refused}: {error}") from error


class WitnessError(LimpidError):
    """A witness that does not do what it is made for: a defect of Limpid."""

    kind = "witness"
