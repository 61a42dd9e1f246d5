"""`limpid prove`: a proof of a run, in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from limpid.commands.options import (
    Count,
    Guest,
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
from limpid.terminal.output import Answer, answering, shown
from limpid.terminal.progress import compiling, showing
from reference.segments.folder import PROOF_NAME
from spec.air.machine import exit_code_text
from spec.parameters import RECURSION
from spec.program import Program
from spec.word import signed

if TYPE_CHECKING:
    from limpid.api.proving import Proof
    from limpid.runs.long_runs import Place


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
@click.option("--final", is_flag=True, help="Fold all segments into one small proof: takes minutes and 6 GB.")
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
    final: bool,
    dev: bool,
    public_output: str | None,
    parameters: str,
    backend: str,
) -> Answer:
    """Prove the run of GUEST.elf on a private input."""
    place_options = {"--workers": workers, "--scheduler": scheduler, "--segment-cost": segment_cost}
    _require_a_place(output, folder, place_options)
    _require_proving_mode(final, dev, output, folder, backend)
    if final:
        _require_parameters_of_final(parameters)
    require_distinct(
        {"GUEST.elf": guest, "--input": input_file}, {"--output": output, "--public-output": public_output}
    )
    for path in (output, public_output):
        if path is not None:
            require_writable(path)
    loaded, content = load_guest(guest), private_input(input_file, input_hex)
    if dev and output is not None:
        with explained_traps(loaded, content):
            return _developed(loaded.program, content, random_seed, limit, output, public_output, parameters, backend)
    # Imported for its work only, here and below: the help does not wait for the machine.
    from limpid.runs.long_runs import Place

    place = None if folder is None else Place(Path(folder), workers, scheduler, segment_cost)
    if final:
        return _proven_finally(loaded, content, random_seed, limit, place, output, public_output)
    reports: list[str] = []
    compiled_notes = backend_named(backend).compile(Part.PROVER, compiling)
    with explained_traps(loaded, content):
        proof = _proven(loaded.program, content, place, parameters, backend, limit, random_seed, reports)
    if public_output is not None:
        write_bytes(public_output, proof.output)
    if output is not None:
        write_bytes(output, proof.encoded)
    proof_path = output if output is not None else str(Path(folder or "") / PROOF_NAME)
    return _answer(proof, proof_path, compiled_notes, reports, to_error=STANDARD_STREAM in (output, public_output))


def _require_a_place(output: str | None, folder: str | None, place_options: Mapping[str, object]) -> None:
    """Raises click.UsageError if the proof would go nowhere, or if options of a folder come without or exclude it."""
    if output is None and folder is None:
        raise click.UsageError("name the proof's file with --output, or a folder for a long run with --out")
    given = [option for option, value in place_options.items() if value is not None]
    if folder is None and given:
        raise click.UsageError("--workers, --scheduler and --segment-cost need --out")
    if {"--workers", "--scheduler"} <= set(given):
        raise click.UsageError("--workers and --scheduler exclude each other")


def _require_proving_mode(final: bool, dev: bool, output: str | None, folder: str | None, backend: str) -> None:
    """Raises click.UsageError if a folder, --dev or --final is combined with what it cannot be."""
    if folder is not None and backend != DEFAULT_BACKEND:
        raise click.UsageError(f"--out proves with the backend {DEFAULT_BACKEND} only")
    if dev and (output is None or folder is not None):
        raise click.UsageError("--dev writes its receipt to --output, and proves nothing with --out")
    if final and (dev or backend != DEFAULT_BACKEND):
        raise click.UsageError(f"--final proves, and with the backend {DEFAULT_BACKEND} only")


def _require_parameters_of_final(parameters: str) -> None:
    """Raises click.UsageError if another parameter set is named than that of the segments of a final proof."""
    source = click.get_current_context().get_parameter_source("parameters")
    if source is not ParameterSource.DEFAULT and parameters != RECURSION.name:
        raise click.UsageError(f"--final folds segments under {RECURSION.name}: leave out --parameters")


def _proven(
    program: Program,
    content: bytes,
    place: Place | None,
    parameters: str,
    backend: str,
    limit: int | None,
    random_seed: bytes,
    reports: list[str],
) -> Proof:
    """The proof of a run, made at once or, with a place, in its folder; `reports` receives what stood there unused."""
    from limpid.api import proving
    from limpid.runs.long_runs import prove_in_folder

    with showing("proving") as display:
        if place is None:
            return proving.prove(
                program,
                content,
                parameters=parameters,
                backend=backend,
                maximum_instructions=limit,
                observer=display,
                executed=display.executed,
                random_seed=random_seed,
            )
        return prove_in_folder(
            place,
            program,
            content,
            parameters=parameters,
            maximum_instructions=limit,
            observer=display,
            executed=display.executed,
            report=reports.append,
            random_seed=random_seed,
        )


def _answer(
    proof: Proof, path: str, compiled_notes: Sequence[str], reports: Sequence[str], *, to_error: bool
) -> Answer:
    """What is known of a proof that stands in a file."""
    from limpid.terminal.security_lines import security_facts, security_lines, security_notes

    security, parameters = proof.security, proof.key.parameters
    facts = {
        "proof": path,
        "proof_bytes": len(proof.encoded),
        "program_id": proof.key.program_id.hex(),
        "parameters": parameters.name,
        "instructions": proof.instructions,
        "misaligned_accesses": sum(proof.misaligned_accesses.values()),
        "misaligned_by_pc": {f"{pc:#x}": count for pc, count in sorted(proof.misaligned_accesses.items())},
        "segments": proof.segments,
        **security_facts(security),
        "seconds": round(proof.seconds, 3),
        "exit_code": proof.exit_code,
        "output": proof.output.hex(),
        "unused_files": list(reports),
    }
    lines = {
        "proof": f"{path}, {len(proof.encoded):,} bytes",
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
    if not parameters.secure:
        notes.append(f"the parameter set {parameters.name} is insecure; verify needs --allow-insecure")
    if proof.exit_code:
        notes.append(f"verify accepts this proof only with --exit-code {signed(proof.exit_code)}")
    return Answer(facts, lines, notes=tuple(notes), to_error=to_error)


def _proven_finally(
    loaded: Guest,
    content: bytes,
    random_seed: bytes,
    limit: int | None,
    place: Place | None,
    output: str | None,
    public_output: str | None,
) -> Answer:
    """The final proof of a run."""
    from limpid.api import aggregating, final_proving
    from limpid.commands.aggregate import final_answer

    # Asked before anything is compiled or executed.
    aggregating.require_memory(place)
    reports: list[str] = []
    notes = backend_named(DEFAULT_BACKEND).compile(Part.PROVER, compiling)
    with explained_traps(loaded, content), showing("proving") as display:
        final = final_proving.prove_final(
            loaded.program,
            content,
            place,
            maximum_instructions=limit,
            observer=display,
            executed=display.executed,
            told=display.done,
            report=reports.append,
            random_seed=random_seed,
        )
    if public_output is not None:
        write_bytes(public_output, final.output)
    to_error = public_output == STANDARD_STREAM
    return final_answer(final, place, output, notes=notes, reports=reports, to_error=to_error)


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
    from limpid.api import proving

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
