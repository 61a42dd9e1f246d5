"""`limpid prove`: a proof of a run, in a file."""

from __future__ import annotations

from pathlib import Path

import click

from limpid.api import proving
from limpid.commands.options import (
    Count,
    backend_option,
    guest_argument,
    input_options,
    limit_option,
    load_guest,
    output_option,
    parameters_option,
    private_input,
    public_output_option,
    random_seed_option,
    require_distinct,
)
from limpid.commands.traps import explained_traps
from limpid.runs.backends import DEFAULT_BACKEND, Part, backend_named
from limpid.terminal.files import STANDARD_STREAM, require_writable, write_bytes
from limpid.terminal.output import Answer, answering, exit_code_text, shown, signed
from limpid.terminal.progress import compiling, showing
from limpid.terminal.security_lines import security_facts, security_lines, security_notes
from reference.segments.folder import PROOF_NAME
from spec.program import Program


@click.command("prove")
@guest_argument
@input_options
@random_seed_option
@limit_option
@output_option("PROOF", "The proof's file, - for standard output; with --out a copy.")
@click.option("--out", "folder", metavar="DIR", help="Prove segment by segment in this folder; go on where it stands.")
@click.option("--workers", type=Count(), metavar="N", help="With --out: so many processes on this machine.")
@click.option("--scheduler", metavar="ADDRESS", help="With --out: the workers of this Dask scheduler.")
@click.option("--segment-cost", type=Count(), metavar="N", help="With --out: smaller or larger segments.")
@click.option("--dev", is_flag=True, help="Execute only, and write a receipt that PROVES NOTHING, to test with.")
@public_output_option
@parameters_option
@backend_option
@answering
def prove_command(
    guest: str,
    input_file: str | None,
    input_hex: bytes | None,
    random_seed: bytes,
    limit: int | None,
    output: str | None,
    folder: str | None,
    workers: int | None,
    scheduler: str | None,
    segment_cost: int | None,
    dev: bool,
    public_output: str | None,
    parameters: str,
    backend: str,
) -> Answer:
    """Prove the run of GUEST.elf on a private input."""
    if output is None and folder is None:
        raise click.UsageError("name the proof's file with --output, or a folder for a long run with --out")
    if folder is None and (workers, scheduler, segment_cost) != (None, None, None):
        raise click.UsageError("--workers, --scheduler and --segment-cost need --out")
    if folder is not None and backend != DEFAULT_BACKEND:
        raise click.UsageError(f"--out proves with the backend {DEFAULT_BACKEND} only")
    if workers is not None and scheduler is not None:
        raise click.UsageError("--workers and --scheduler exclude each other")
    if dev and (output is None or folder is not None):
        raise click.UsageError("--dev writes its receipt to --output, and proves nothing with --out")
    require_distinct(
        {"GUEST.elf": guest, "--input": input_file}, {"--output": output, "--public-output": public_output}
    )
    for path in (output, public_output):
        if path is not None:
            require_writable(path)
    loaded, content = load_guest(guest), private_input(input_file, input_hex)
    program = loaded.program
    if dev and output is not None:
        with explained_traps(loaded, content):
            return _developed(program, content, random_seed, limit, output, public_output, parameters, backend)
    reports: list[str] = []
    compiled_notes = backend_named(backend).compile(Part.PROVER, compiling)
    with explained_traps(loaded, content), showing("proving") as display:
        if folder is None:
            proof = proving.prove(
                program,
                content,
                parameters=parameters,
                backend=backend,
                maximum_instructions=limit,
                observer=display,
                executed=display.executed,
                random_seed=random_seed,
            )
        else:
            from limpid.runs.long_runs import Place, prove_in_folder

            proof = prove_in_folder(
                Place(Path(folder), workers, scheduler, segment_cost),
                program,
                content,
                parameters=parameters,
                maximum_instructions=limit,
                observer=display,
                executed=display.executed,
                report=reports.append,
                random_seed=random_seed,
            )
    if output is not None:
        write_bytes(output, proof.encoded)
    if public_output is not None:
        write_bytes(public_output, proof.output)
    proof_path = output if output is not None else str(Path(folder or "") / PROOF_NAME)
    security = proof.security
    facts = {
        "proof": proof_path,
        "proof_bytes": len(proof.encoded),
        "program_id": proof.key.program_id.hex(),
        "parameters": parameters,
        "instructions": proof.instructions,
        "misaligned_accesses": sum(proof.misaligned_accesses.values()),
        "misaligned_by_pc": {f"{pc:#x}": count for pc, count in sorted(proof.misaligned_accesses.items())},
        "segments": proof.segments,
        **security_facts(security),
        "seconds": round(proof.seconds, 3),
        "exit_code": proof.exit_code,
        "output": proof.output.hex(),
        "unused_files": reports,
    }
    lines = {
        "proof": f"{proof_path}, {len(proof.encoded):,} bytes",
        "program id": proof.key.program_id.hex(),
        "instructions": f"{proof.instructions:,}",
        "misaligned accesses": f"{sum(proof.misaligned_accesses.values()):,}",
        "segments": proof.segments,
        **security_lines(security),
        "seconds": f"{proof.seconds:.1f}",
        "exit code": exit_code_text(proof.exit_code),
        "output": shown(proof.output),
    }
    notes = [*compiled_notes, *reports, *security_notes(security)]
    if not proof.key.parameters.secure:
        notes.append(f"the parameter set {parameters} is insecure; verify needs --allow-insecure")
    if proof.exit_code:
        notes.append(f"verify accepts this proof only with --exit-code {signed(proof.exit_code)}")
    return Answer(facts, lines, notes=tuple(notes), to_error=STANDARD_STREAM in (output, public_output))


def _developed(
    program: Program,
    content: bytes,
    random_seed: bytes,
    limit: int | None,
    output: str,
    public_output: str | None,
    parameters: str,
    backend: str,
) -> Answer:
    """The receipt of a run that is executed and not proven."""
    with showing("executing") as display:
        run = proving.prove_dev(
            program,
            content,
            parameters=parameters,
            backend=backend,
            maximum_instructions=limit,
            executed=display.executed,
            random_seed=random_seed,
        )
    receipt = run.receipt
    write_bytes(output, run.encoded)
    if public_output is not None:
        write_bytes(public_output, receipt.output)
    facts = {
        "receipt": output,
        "receipt_bytes": len(run.encoded),
        "proven": False,
        "program_id": receipt.key.program_id.hex(),
        "parameters": parameters,
        "instructions": run.instructions,
        "seconds": round(run.seconds, 3),
        "exit_code": receipt.exit_code,
        "output": receipt.output.hex(),
    }
    lines = {
        "receipt": f"{output}, {len(run.encoded):,} bytes, NOT PROVEN",
        "program id": receipt.key.program_id.hex(),
        "instructions": f"{run.instructions:,}",
        "seconds": f"{run.seconds:.1f}",
        "exit code": exit_code_text(receipt.exit_code),
        "output": shown(receipt.output),
    }
    note = "this is a development receipt: it PROVES NOTHING, and verify rejects it without --allow-dev"
    return Answer(facts, lines, notes=(note,), to_error=STANDARD_STREAM in (output, public_output))
