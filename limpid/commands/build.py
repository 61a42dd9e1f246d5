"""`limpid build`: sources to an ELF file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from limpid.advice.build_advice import build_error
from limpid.commands.options import output_option
from limpid.guest_build.build import DEFAULT_COMPILER, BuildError, Runtime, build
from limpid.terminal.files import STANDARD_STREAM, write_standard_output
from limpid.terminal.output import Answer, answering


@click.command("build")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@output_option("GUEST.elf", "The ELF file to write; - is standard output.", required=True)
@click.option("--compiler", metavar="GCC", help=f"A GCC for RISC-V.  [default: {DEFAULT_COMPILER}]")
@click.option(
    "--runtime",
    type=click.Choice(["limpid", "linux"]),
    default="limpid",
    show_default=True,
    help="What to link against: this machine, or Linux for user-mode QEMU.",
)
@click.option(
    "--flag",
    "flags",
    multiple=True,
    metavar="FLAG",
    help="One more flag for compiler and linker; in a build with Rust, for rustc.",
)
@answering
def build_command(
    sources: tuple[str, ...], output: str, compiler: str | None, runtime: Runtime, flags: tuple[str, ...]
) -> Answer:
    """Compile SOURCEs in C, C++, Rust or assembler, or the package of a Cargo.toml, and link them into a guest."""
    paths = [Path(name) for name in sources]
    try:
        with tempfile.TemporaryDirectory() as directory:
            elf = Path(directory) / "guest.elf" if output == STANDARD_STREAM else Path(output)
            build(paths, elf, compiler=compiler, runtime=runtime, extra_flags=flags)
            size_bytes = elf.stat().st_size
            if output == STANDARD_STREAM:
                write_standard_output(elf.read_bytes())
    except BuildError as error:
        raise build_error(error, os.path.dirname(output)) from error
    facts, lines = {"elf": output, "elf_bytes": size_bytes}, {"ELF": f"{output}, {size_bytes} bytes"}
    return Answer(facts, lines, to_error=output == STANDARD_STREAM)
