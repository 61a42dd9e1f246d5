"""What a command says: one JSON object for programs, or aligned lines for people."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec

import click

from limpid.errors import DONE, SCHEMA_VERSION
from limpid.terminal.files import STANDARD_STREAM

SHOWN_BYTES = 64
"""Longer byte strings are cut in lines for people, never in JSON."""

WRITTEN = ("output", "public_output", "html", "trace")
"""The parameters of commands that name a file to write."""

Parameters = ParamSpec("Parameters")


@dataclass(frozen=True)
class Answer:
    """What a command has to say."""

    facts: Mapping[str, object]
    """For programs, by key."""

    lines: Mapping[str, object]
    """For people: what, and its value."""

    exit_status: int = DONE
    notes: tuple[str, ...] = field(default=())
    """For people, on standard error: what they should know besides."""

    text: str | None = None
    """What stands on standard output in place of the lines."""

    to_error: bool = False
    """Whether standard output holds a file: the lines for people then go to standard error."""


def answering(command: Callable[Parameters, Answer]) -> Callable[Parameters, int]:
    """Gives a command the options --json and --debug, and prints its answer; returns the exit status.

    Whoever starts the command line reads --debug: it shows the traceback of an error.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(command)
    def answered(*args: Parameters.args, **kwargs: Parameters.kwargs) -> int:
        as_json = kwargs.pop("as_json")
        kwargs.pop("debug")
        if as_json and STANDARD_STREAM in (kwargs.get(name) for name in WRITTEN):
            raise click.UsageError("--json and a file cannot both go to standard output")
        answer = command(*args, **kwargs)
        if as_json:
            click.echo(json_text(answer.facts))
        else:
            click.echo(aligned(answer.lines) if answer.text is None else answer.text, err=answer.to_error)
        for note in answer.notes:
            tell(f"Note: {note}\n")
        return answer.exit_status

    return answered


def tell(text: str | bytes) -> None:
    """Writes to standard error for people; that nobody can read it changes nothing."""
    with contextlib.suppress(OSError):
        click.echo(text, nl=False, err=True)


def json_text(facts: Mapping[str, object]) -> str:
    """One JSON object on one line, with the schema version in front."""
    return json.dumps({"schema": SCHEMA_VERSION, **facts})


def aligned(lines: Mapping[str, object]) -> str:
    """Labels and values in two columns."""
    width = max(map(len, lines), default=0)
    return "\n".join(f"{label:<{width}}  {value}" for label, value in lines.items())


def shown(content: bytes) -> str:
    """Bytes for people: how many, and the first of them in hexadecimal."""
    size = f"{len(content)} byte{'' if len(content) == 1 else 's'}"
    if not content:
        return size
    return f"{size}: {content[:SHOWN_BYTES].hex()}{'...' if len(content) > SHOWN_BYTES else ''}"
