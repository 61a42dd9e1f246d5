"""`limpid debug`: a guest under GDB."""

from __future__ import annotations

import shlex

import click

from limpid.commands.options import Count, guest_argument, input_options, load_guest, private_input, require_distinct
from limpid.debugger.server import serve_debugger
from limpid.errors import InputError, PortError
from limpid.terminal.output import Answer, answering
from reference.machine_memory import InputTooLongError

PORTS = 1 << 16
"""TCP numbers them with 16 bits."""


@click.command("debug")
@guest_argument
@input_options
@click.option("--port", type=Count(0, PORTS), default=0, metavar="N", help="The port.  [default: a free one]")
@answering
def debug_command(guest: str, input_file: str | None, input_hex: bytes | None, port: int) -> Answer:
    """Wait for GDB, and let it run GUEST.elf.

    It can break, watch, step forth and back, and look at registers and memory. Build the guest with --flag -g to see
    source lines.
    """
    require_distinct({"GUEST.elf": guest, "--input": input_file}, {})
    program, content = load_guest(guest).program, private_input(input_file, input_hex)

    def listening(chosen: int) -> None:
        click.echo(f"Connect with: gdb-multiarch {shlex.quote(guest)} -ex 'target remote :{chosen}'", err=True)

    try:
        serve_debugger(program, content, port, listening)
    except InputTooLongError as error:
        raise InputError(str(error)) from error
    except OSError as error:
        raise PortError(f"cannot listen on port {port}: {error.strerror}", "choose another with --port") from error
    return Answer({"session": "ended"}, {"session": "ended"})
