"""`limpid build`: sources to an ELF file."""

from __future__ import annotations

from pathlib import Path

import click

from limpid.errors import BuildFailedError
from limpid.guest_build.build import DEFAULT_COMPILER, BuildError, Runtime, build
from limpid.terminal.output import Answer, answering


@click.command("build")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--output", required=True, metavar="GUEST.elf", help="The ELF file to write.")
@click.option("--compiler", metavar="GCC", help=f"A GCC for RISC-V.  [default: {DEFAULT_COMPILER}]")
@click.option(
    "--runtime",
    type=click.Choice(["limpid", "linux"]),
    default="limpid",
    show_default=True,
    help="What to link against: this machine, or Linux for user-mode QEMU.",
)
@click.option("--flag", "flags", multiple=True, metavar="FLAG", help="One more flag for compiler and linker.")
@answering
def build_command(
    sources: tuple[str, ...], output: str, compiler: str | None, runtime: Runtime, flags: tuple[str, ...]
) -> Answer:
    """Compile C, C++ or assembler SOURCEs and link them into a guest."""
    try:
        build([Path(name) for name in sources], Path(output), compiler=compiler, runtime=runtime, extra_flags=flags)
    except BuildError as error:
        raise BuildFailedError(error) from error
    size_bytes = Path(output).stat().st_size
    return Answer({"elf": output, "elf_bytes": size_bytes}, {"ELF": f"{output}, {size_bytes} bytes"})
