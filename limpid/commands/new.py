"""`limpid new`: a guest project to start from."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from limpid.guest_build.guest_library import SDK
from limpid.guest_build.rust import SUPPORT_CRATE
from limpid.terminal.files import new_directory
from limpid.terminal.output import Answer, answering

SKELETON = SDK / "skeleton"
RUST_SKELETON = SDK / "skeleton_rust"
"""The files of a new project, in C and in Rust."""


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option("--rust", is_flag=True, help="A cargo package in Rust instead of a program in C.")
@answering
def new_command(name: str, rust: bool) -> Answer:
    """Make the directory NAME with a small guest, an input, a Makefile and a README."""
    contents = _contents(RUST_SKELETON if rust else SKELETON)
    if rust:
        contents[Path("limpid_guest") / SUPPORT_CRATE.name] = SUPPORT_CRATE.read_bytes()
    with new_directory(name) as directory:
        for path, content in sorted(contents.items()):
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(content)
    written = [os.path.join(name, path) for path in sorted(contents)]
    return Answer({"files": written}, {"files": ", ".join(written), "next": f"cd {shlex.quote(name)} && make run"})


def _contents(skeleton: Path) -> dict[Path, bytes]:
    """The files of a skeleton by their paths in it."""
    return {path.relative_to(skeleton): path.read_bytes() for path in skeleton.rglob("*") if path.is_file()}
