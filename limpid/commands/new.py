"""`limpid new`: a guest project to start from."""

from __future__ import annotations

from pathlib import Path

import click

from limpid.build import SDK
from limpid.errors import FileError
from limpid.files import cause_of
from limpid.output import Answer, answering
from limpid.rust import SUPPORT_CRATE

SKELETON = SDK / "skeleton"
RUST_SKELETON = SDK / "skeleton_rust"
"""The files of a new project, in C and in Rust."""


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option("--rust", is_flag=True, help="A cargo package in Rust instead of a program in C.")
@answering
def new_command(name: str, rust: bool) -> Answer:
    """Make the directory NAME with a small guest, an input, a Makefile and a README."""
    if not name:
        raise click.UsageError("NAME is empty")
    directory = Path(name)
    contents = _contents(RUST_SKELETON if rust else SKELETON)
    if rust:
        contents[Path("limpid_guest") / SUPPORT_CRATE.name] = SUPPORT_CRATE.read_bytes()
    try:
        directory.mkdir()
        for path, content in sorted(contents.items()):
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(content)
    except FileExistsError as error:
        raise FileError(name, "exists already", "choose another name") from error
    except OSError as error:
        raise FileError(name, f"cannot be made: {cause_of(error)}") from error
    written = [str(directory / path) for path in sorted(contents)]
    return Answer({"files": written}, {"files": ", ".join(written), "next": f"cd {name} && make run"})


def _contents(skeleton: Path) -> dict[Path, bytes]:
    """The files of a skeleton by their paths in it."""
    return {path.relative_to(skeleton): path.read_bytes() for path in skeleton.rglob("*") if path.is_file()}
