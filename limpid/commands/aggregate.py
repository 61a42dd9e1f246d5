"""`limpid aggregate`: the segments of a proven run in one final proof."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from limpid.commands.options import Count, output_option, require_distinct
from limpid.errors import FileError
from limpid.reading.proof_files import read_run_proof
from limpid.runs.backends import DEFAULT_BACKEND, Part, backend_named
from limpid.terminal.files import STANDARD_STREAM, file_name, require_there, require_writable, write_bytes
from limpid.terminal.output import Answer, answering, shown
from limpid.terminal.progress import compiling, showing
from reference.segments.folder import FINAL_NAME
from spec.air.machine import exit_code_text
from spec.protocol.final_encoding import FINAL_MAGIC
from spec.rejection import Rejected
from spec.word import signed

if TYPE_CHECKING:
    from limpid.api.aggregating import Final
    from limpid.runs.long_runs import Place


@click.command("aggregate")
@click.argument("run", metavar="PROOF|DIR")
@output_option("FINAL", "The final proof's file, - for standard output; with a folder a copy.")
@click.option("--out", "folder", metavar="DIR", help="Keep the tree's nodes in this folder; go on where it stands.")
@click.option("--workers", type=Count(), metavar="N", help="With a folder: so many processes on this machine.")
@click.option("--scheduler", metavar="ADDRESS", help="With a folder: the workers of this Dask scheduler.")
@answering
def aggregate_command(
    run: str, output: str | None, folder: str | None, workers: int | None, scheduler: str | None
) -> Answer:
    """Fold the segments of a run, proven under the parameter set recursion, into one small final proof.

    DIR is a folder of prove --out: the nodes are kept there.
    """
    if folder is None and Path(run).is_dir():
        folder = run
    if output is None and folder is None:
        # Only of a path that is there it is known that it is no folder, which would need no --output.
        require_there(run)
        raise click.UsageError("name the final proof's file with --output, or a folder for the tree with --out")
    if folder is None and (workers, scheduler) != (None, None):
        raise click.UsageError("--workers and --scheduler need a folder")
    if workers is not None and scheduler is not None:
        raise click.UsageError("--workers and --scheduler exclude each other")
    require_distinct({"PROOF": run}, {"--output": output})
    if output is not None:
        require_writable(output)
    # Imported for its work only: the help does not wait for the machine.
    from limpid.api.aggregating import aggregate
    from limpid.runs.long_runs import Place

    encoded = read_run_proof(run)
    if encoded.startswith(FINAL_MAGIC):
        raise FileError(file_name(run), "is a final proof already", "name the proof that was made segment by segment")
    place = None if folder is None else Place(Path(folder), workers, scheduler)
    reports: list[str] = []
    notes = backend_named(DEFAULT_BACKEND).compile(Part.PROVER, compiling)
    with showing("folding") as display:
        try:
            final = aggregate(encoded, place, observer=display, told=display.done, report=reports.append)
        except Rejected as error:
            raise FileError(file_name(run), f"is no proof that can be folded: {error}", "prove the run anew") from error
    return final_answer(final, place, output, notes=notes, reports=reports)


def final_answer(
    final: Final,
    place: Place | None,
    output: str | None,
    *,
    notes: Sequence[str],
    reports: Sequence[str],
    to_error: bool = False,
) -> Answer:
    """Writes a final proof where it was asked for, and says what came of it. Lines for people go to standard error
    where a file goes to standard output, this one or, `to_error`, another."""
    from limpid.terminal.security_lines import security_facts, security_lines, security_notes

    if output is not None:
        write_bytes(output, final.encoded)
    path = output if output is not None or place is None else str(place.folder / FINAL_NAME)
    security, executed = final.security, final.instructions is not None
    facts = {
        **({"instructions": final.instructions} if executed else {}),
        "proof": str(path),
        "proof_bytes": len(final.encoded),
        "final": True,
        "program_id": final.key.program_id.hex(),
        "parameters": final.key.parameters.name,
        "segments": final.segments,
        **security_facts(security),
        "seconds": round(final.seconds, 3),
        "exit_code": final.exit_code,
        "output": final.output.hex(),
        "unused_files": [*reports],
    }
    lines = {
        **({"instructions": f"{final.instructions:,}"} if executed else {}),
        "final proof": f"{path}, {len(final.encoded):,} bytes",
        "program id": final.key.program_id.hex(),
        "segments": final.segments,
        **security_lines(security),
        "seconds": f"{final.seconds:.1f}",
        "exit code": exit_code_text(final.exit_code),
        "output": shown(final.output),
    }
    said = [*notes, *reports, *security_notes(security)]
    if final.exit_code:
        said.append(f"verify accepts this proof only with --exit-code {signed(final.exit_code)}")
    return Answer(facts, lines, notes=tuple(said), to_error=to_error or output == STANDARD_STREAM)
