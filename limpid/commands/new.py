"""`limpid new`: a guest project to start from."""

from __future__ import annotations

import os

import click

from limpid.guest_build.guest_library import SDK
from limpid.terminal.files import new_directory
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
    sources = sorted(SKELETON.iterdir())
    with new_directory(name) as directory:
        for source in sources:
            (directory / source.name).write_bytes(source.read_bytes())
    written = [os.path.join(name, source.name) for source in sources]
    return Answer({"files": written}, {"files": ", ".join(written), "next": f"cd {name} && make run"})
