"""What a command says: one JSON object for programs, or aligned lines for people."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec

import click

from limpid.errors import DONE, LimpidError

SCHEMA_VERSION = 1
"""Of the JSON objects. It grows when a key changes its meaning or goes away; new keys may come at any time."""

SHOWN_BYTES = 64
"""Longer byte strings are cut in lines for people, never in JSON."""

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
        answer = command(*args, **kwargs)
        if as_json:
            click.echo(json_text(answer.facts))
        else:
            click.echo(aligned(answer.lines))
        for note in answer.notes:
            click.echo(f"Note: {note}", err=True)
        return answer.exit_status

    return answered


def json_text(facts: Mapping[str, object]) -> str:
    """One JSON object on one line, with the schema version in front."""
    return json.dumps({"schema": SCHEMA_VERSION, **facts})


def error_facts(error: LimpidError) -> dict[str, object]:
    """An error for programs: details may not take the place of kind, message and next step."""
    return {
        "error": {**error.details, "kind": error.kind, "message": error.message, "next_step": error.next_step},
    }


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
