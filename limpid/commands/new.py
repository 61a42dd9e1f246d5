"""`limpid new`: a guest project to start from."""

from __future__ import annotations

from pathlib import Path

import click

from limpid.errors import FileError
from limpid.guest_build.build import SDK
from limpid.terminal.files import cause_of
from limpid.terminal.output import Answer, answering

SKELETON = SDK / "skeleton"
"""The files of a new project."""


@click.command("new")
@click.argument("name", metavar="NAME")
@answering
def new_command(name: str) -> Answer:
    """Make the directory NAME with a small guest, an input, a Makefile and a README."""
    if not name:
        raise click.UsageError("NAME is empty")
    directory = Path(name)
    written = []
    try:
        directory.mkdir()
        for source in sorted(SKELETON.iterdir()):
            (directory / source.name).write_bytes(source.read_bytes())
            written.append(str(directory / source.name))
    except FileExistsError as error:
        raise FileError(name, "exists already", "choose another name") from error
    except OSError as error:
        raise FileError(name, f"cannot be made: {cause_of(error)}") from error
    return Answer({"files": written}, {"files": ", ".join(written), "next": f"cd {name} && make run"})
