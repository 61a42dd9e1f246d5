"""`limpid demo`: one program proven and verified from end to end."""

from __future__ import annotations

import hashlib

import click

from limpid.commands.options import output_option, parameters_option, require_distinct
from limpid.errors import LimpidError
from limpid.guest_build.build import EXAMPLES, SDK
from limpid.runs.backends import DEFAULT_BACKEND, Part, backend_named
from limpid.terminal.files import STANDARD_STREAM, read_file, require_writable, write_bytes
from limpid.terminal.output import Answer, answering, shown
from limpid.terminal.progress import compiling, showing
from spec.memory_map import INPUT_CAPACITY_BYTES
from spec.parameters import PARAMETER_SETS
from spec.rejection import Rejected

GUEST = EXAMPLES / "elf" / "sha256.elf"
DEFAULT_INPUT = SDK / "include" / "zkvm_io.h"
"""Any file would do; this one comes with every installation."""


class DemoError(LimpidError):
    """The demonstration shows something that must not happen: a defect of Limpid."""

    kind = "demo"


@click.command("demo")
@click.option("--input", "input_file", metavar="FILE", help="The file to hash.  [default: a header of the guest SDK]")
@output_option("PROOF", "Keep the proof in this file; - is standard output.")
@parameters_option
@answering
def demo_command(input_file: str | None, output: str | None, parameters: str) -> Answer:
    """Prove the SHA-256 of a file in the zkVM, and verify the proof."""
    # Imported for its work only: the help does not wait for the machine.
    from limpid.api import proving, verifying
    from limpid.terminal.security_lines import security_facts, security_lines, security_notes

    name = str(DEFAULT_INPUT) if input_file is None else input_file
    require_distinct({"--input": name}, {"--output": output})
    if output is not None:
        require_writable(output)
    content = read_file(name, INPUT_CAPACITY_BYTES)
    backend = backend_named(DEFAULT_BACKEND)
    notes = {note for part in Part for note in backend.compile(part, compiling)}
    with showing("proving") as display:
        proof = proving.prove(GUEST, content, parameters=parameters, observer=display, executed=display.executed)
    if proof.output != hashlib.sha256(content).digest():
        raise DemoError("the guest's output is not the SHA-256 of its input")
    insecure = not PARAMETER_SETS[parameters].secure
    with showing("verifying"):
        accepted = verifying.verify(proof.encoded, program=proof.key, output=proof.output, allow_insecure=insecure)
    wrong_output = bytes([proof.output[0] ^ 1]) + proof.output[1:]
    try:
        verifying.verify(proof.encoded, program=proof.key, output=wrong_output, allow_insecure=insecure)
    except Rejected as error:
        rejected = error
    else:
        raise DemoError("the verifier accepted another output")
    if output is not None:
        write_bytes(output, proof.encoded)
    security = proof.security
    facts = {
        "instructions": proof.instructions,
        "segments": proof.segments,
        "seconds": round(proof.seconds, 3),
        "proof_bytes": len(proof.encoded),
        "program_id": accepted.program_id.hex(),
        "output": accepted.output.hex(),
        "accepted": True,
        **security_facts(security),
        "rejected_with_another_output": rejected.reason.name,
    }
    lines = {
        "input": f"{name}, {len(content):,} bytes",
        "output": f"{shown(accepted.output)}, its SHA-256",
        "instructions": f"{proof.instructions:,}",
        "proving": f"{proof.seconds:.1f} seconds, {proof.segments} segment{'s' if proof.segments > 1 else ''}",
        "proof": f"{len(proof.encoded):,} bytes",
        "verdict": "ACCEPTED",
        "parameters": parameters,
        **security_lines(security),
        "another output": f"REJECTED, {rejected.reason.name}",
    }
    return Answer(facts, lines, notes=(*notes, *security_notes(security)), to_error=output == STANDARD_STREAM)
