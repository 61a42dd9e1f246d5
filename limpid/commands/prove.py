"""`limpid prove`: a proof of a run, in a file."""

from __future__ import annotations

import click

from limpid import api
from limpid.commands.options import (
    guest_argument,
    input_options,
    parameters_option,
    private_input,
    public_output_option,
    require_distinct,
)
from limpid.files import require_writable, write_bytes
from limpid.output import Answer, answering, shown
from limpid.progress import showing


@click.command("prove")
@guest_argument
@input_options
@click.option("--output", required=True, metavar="PROOF", help="The proof's file.")
@public_output_option
@parameters_option
@answering
def prove_command(
    guest: str,
    input_file: str | None,
    input_hex: bytes | None,
    output: str,
    public_output: str | None,
    parameters: str,
) -> Answer:
    """Prove the run of GUEST.elf on a private input."""
    require_distinct(
        **{"GUEST.elf": guest, "--input": input_file, "--output": output, "--public-output": public_output}
    )
    for path in (output, public_output):
        if path is not None:
            require_writable(path)
    content = private_input(input_file, input_hex)
    with showing("proving") as observer:
        proof = api.prove(guest, content, parameters=parameters, observer=observer)
    write_bytes(output, proof.encoded)
    if public_output is not None:
        write_bytes(public_output, proof.output)
    facts = {
        "proof": output,
        "proof_bytes": len(proof.encoded),
        "program_id": proof.key.program_id().hex(),
        "parameters": parameters,
        "instructions": proof.instructions,
        "segments": proof.segments,
        "seconds": round(proof.seconds, 3),
        "exit_code": proof.exit_code,
        "output": proof.output.hex(),
    }
    lines = {
        "proof": f"{output}, {len(proof.encoded):,} bytes",
        "program id": proof.key.program_id().hex(),
        "instructions": f"{proof.instructions:,}",
        "segments": proof.segments,
        "seconds": f"{proof.seconds:.1f}",
        "exit code": proof.exit_code,
        "output": shown(proof.output),
    }
    notes = []
    if not proof.key.parameters.secure:
        notes.append(f"the parameter set {parameters} is insecure; verify needs --allow-insecure")
    if proof.exit_code:
        notes.append(f"verify accepts this proof only with --exit-code {proof.exit_code}")
    return Answer(facts, lines, notes=tuple(notes))
