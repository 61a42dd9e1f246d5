"""`limpid inspect`: what a proof or a key states."""

from __future__ import annotations

import click

from limpid.terminal.output import Answer, answering


@click.command("inspect")
@click.argument("file", metavar="PROOF|KEY|DIR")
@click.option("--circuit", is_flag=True, help="Show instead how large the circuit is that verifies a segment.")
@answering
def inspect_command(file: str, circuit: bool) -> Answer:
    """Show what is in a proof or a verification key.

    Nothing is verified. DIR is a folder of prove --out.
    """
    # Each is imported for its work only: the help does not wait for the machine.
    if circuit:
        from limpid.commands.inspect_circuit import circuit_answer

        return circuit_answer(file)
    from limpid.commands.inspect_content import content_answer

    return content_answer(file)
