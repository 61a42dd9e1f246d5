"""`limpid sdk`: headers, library and linker script for any compiler."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from limpid.advice.build_advice import build_error
from limpid.guest_build.build import DEFAULT_COMPILER, BuildError
from limpid.guest_build.guest_library import install_sdk
from limpid.terminal.output import Answer, answering


@click.command("sdk")
@click.argument("directory", metavar="DIRECTORY")
@click.option("--compiler", metavar="NAME", help=f"A GCC or clang for RISC-V.  [default: {DEFAULT_COMPILER}]")
@answering
def sdk_command(directory: str, compiler: str | None) -> Answer:
    """Write the guest SDK to DIRECTORY.

    Headers, libzkvm.a and linker script, for builds without `limpid build`.
    """
    try:
        installed = install_sdk(Path(directory), compiler=compiler)
    except BuildError as error:
        raise build_error(error, directory) from error
    flags, link_flags = list(installed.compile_flags), list(installed.link_flags)
    facts = {
        "library": str(installed.library),
        "linker_script": str(installed.linker_script),
        "headers": [str(header) for header in installed.headers],
        "compile_flags": flags,
        "link_flags": link_flags,
    }
    lines = {
        "library": installed.library,
        "linker script": installed.linker_script,
        "headers": ", ".join(str(header) for header in installed.headers),
        "compile with": shlex.join(flags),
        "link with": shlex.join(link_flags),
    }
    return Answer(facts, lines)
