"""`limpid keygen`: the verification key of a guest, and the id that names it."""

from __future__ import annotations

import click

from limpid.commands.options import guest_argument, load_guest, output_option, parameters_option, require_distinct
from limpid.terminal.files import STANDARD_STREAM, require_writable, write_bytes
from limpid.terminal.output import Answer, answering
from limpid.terminal.progress import showing
from spec.protocol.key_encoding import encode_key


@click.command("keygen")
@guest_argument
@output_option("KEY", "Write the verification key to this file; - is standard output.")
@parameters_option
@answering
def keygen_command(guest: str, output: str | None, parameters: str) -> Answer:
    """Make the verification key of GUEST.elf and print the program's id."""
    require_distinct({"GUEST.elf": guest}, {"--output": output})
    if output is not None:
        require_writable(output)
    # Imported for its work only: the help does not wait for the machine.
    from limpid.api import proving

    program = load_guest(guest).program
    with showing("making the key"):
        key = proving.keygen(program, parameters=parameters)
    encoded, program_id = encode_key(key), key.program_id.hex()
    if output is not None:
        write_bytes(output, encoded)
    facts = {"program_id": program_id, "parameters": parameters, "key": output, "key_bytes": len(encoded)}
    lines = {"program id": program_id, "parameters": parameters}
    if output is not None:
        lines["key"] = f"{output}, {len(encoded)} bytes"
    return Answer(facts, lines, to_error=output == STANDARD_STREAM)
