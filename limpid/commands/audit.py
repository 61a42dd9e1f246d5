"""`limpid audit`: Z3 proves that the constraints mean the instructions."""

from __future__ import annotations

from collections.abc import Sequence

import click

from limpid.commands.options import Count, require_distinct
from limpid.terminal.output import Answer, answering
from proofs_of_constraints.obligations.obligation import DEFAULT_TIMEOUT_SECONDS, Kind
from proofs_of_constraints.obligations.second_solver import DEFAULT_SECOND_SOLVER_SECONDS

MACHINES = ("circuit", "rv64im")
"""Names of `AUDITS`, which come with the machines; the help does not wait for those."""

DEFAULT_MACHINE = "rv64im"

FORMATS = ("lean", "picus", "smt2")
"""Names of `WRITERS`, for the same reason."""


@click.command("audit")
@click.argument("file", metavar="[FILE]", required=False)
@click.option(
    "--machine",
    "machine_name",
    type=click.Choice(MACHINES),
    default=DEFAULT_MACHINE,
    show_default=True,
    help="The machine of guests, or that of the circuits that verify proofs.",
)
@click.option("--instruction", metavar="NAME", help="Only what concerns this instruction.")
@click.option("--chip", metavar="NAME", help="Only what concerns this chip.")
@click.option(
    "--kind",
    "kind_names",
    type=click.Choice([kind.value for kind in Kind]),
    multiple=True,
    help="Only obligations of this kind; may be given several times.",
)
@click.option("--jobs", type=Count(), default=1, show_default=True, metavar="N", help="Processes that prove at once.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_TIMEOUT_SECONDS,
    show_default=True,
    help="Seconds for one query; no answer in time is a failure.",
)
@click.option(
    "--total-timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Seconds for all queries together; what is not proven by then is unknown.",
)
@click.option("--smt2", metavar="DIRECTORY", help="Write every query as an SMT-LIB file.")
@click.option(
    "--export",
    type=(click.Choice(FORMATS), str),
    metavar="FORMAT DIRECTORY",
    help=f"Prove nothing: write every chip, or that of --chip, as text for other tools: {', '.join(FORMATS)}.",
)
@click.option("--html", metavar="FILE", help="Write a page with the coverage of every instruction.")
@click.option("--trace", metavar="FILE", help="Write the rows of all counterexamples as JSON.")
@click.option(
    "--second-solver",
    is_flag=True,
    help="Let Bitwuzla and cvc5 answer every query again; a contradiction is a failure.",
)
@click.option(
    "--second-solver-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_SECOND_SOLVER_SECONDS,
    show_default=True,
    help="Seconds of the second solver for one obligation; no answer in time is no failure.",
)
@click.option(
    "--certificates",
    metavar="DIRECTORY",
    help="Have another solver refute the negation of what is proven of bit-vectors, check it, and write it.",
)
@click.option("--mutants", is_flag=True, help="Change the chips in one place at a time: somebody must notice.")
@click.option("--keep", is_flag=True, help="With --mutants: what is found becomes the record.")
@click.option(
    "--exploit",
    metavar="DIRECTORY",
    help="Weaken the chips in one place, and write a guest and an accepted proof of a false statement for each.",
)
@click.option("--mutant", metavar="CHANGE", help="With --exploit: only this mutant of the chip.")
@click.option(
    "--replay", metavar="DIRECTORY", help="Verify the files of an exploit on the weakened machine and on this one."
)
@click.option(
    "--assume",
    "assumed",
    metavar="NAME=CONDITION",
    multiple=True,
    help="What buses ensure of the variables of FILE, such as 'byte=(<= x 255)'; may be given several times.",
)
@answering
def audit_command(
    file: str | None,
    machine_name: str,
    instruction: str | None,
    chip: str | None,
    kind_names: tuple[str, ...],
    jobs: int,
    timeout: float,
    total_timeout: float | None,
    smt2: str | None,
    export: tuple[str, str] | None,
    html: str | None,
    trace: str | None,
    second_solver: bool,
    second_solver_timeout: float,
    certificates: str | None,
    mutants: bool,
    keep: bool,
    exploit: str | None,
    mutant: str | None,
    replay: str | None,
    assumed: tuple[str, ...],
) -> Answer:
    """Prove with Z3 that every chip's constraints mean its instructions, at full width.

    Of the machine of circuits: that they mean the circuit's operations.
    With a file of Picus constraints, or of an AIR's symbolic constraints as JSON: prove that the inputs of each of its
    modules determine the outputs.

    Exit status 1 if an obligation is refuted or not decided in time, if the second solver contradicts Z3, if a
    certificate is not accepted, or if a mutant's fate is not the recorded one or has no reviewed reason; if a chip that
    can be exploited is not, or a replay does not go as claimed.
    """
    selection = bool(instruction or kind_names)
    reports = bool(smt2 or html or trace or certificates or second_solver)
    if exploit is not None or replay is not None:
        others = bool(file or selection or mutants or keep or reports or export or assumed or jobs > 1)
        return _exploit_answer(exploit, replay, chip, mutant, others or machine_name != DEFAULT_MACHINE)
    if mutant:
        raise click.UsageError("--mutant goes with --exploit")
    _require_one_subject(file, assumed, machine_name, bool(selection or chip or mutants or jobs > 1), mutants or html)
    if mutants:
        if selection or reports or export or total_timeout:
            raise click.UsageError("--mutants goes with --chip, --jobs and --keep only")
        from limpid.commands.audit_mutants import mutants_answer

        return mutants_answer(chip, jobs, keep)
    if keep:
        raise click.UsageError("--keep goes with --mutants")
    if export is not None:
        if file is not None or selection or reports or total_timeout:
            raise click.UsageError("--export goes with --machine and --chip only")
        from limpid.commands.audit_export import export_answer

        return export_answer(machine_name, chip, *export)
    require_distinct({"FILE": file}, {"--html": html, "--trace": trace})
    from limpid.commands.audit_obligations import Proving, Subject, obligations_answer

    second_timeout = second_solver_timeout if second_solver else None
    return obligations_answer(
        Subject(file, assumed, machine_name, instruction, chip, [Kind(name) for name in kind_names]),
        Proving(jobs, timeout, total_timeout, second_timeout, smt2, certificates, html, trace),
    )


def _exploit_answer(
    exploit: str | None, replay: str | None, chip: str | None, mutant: str | None, others: bool
) -> Answer:
    """Exploits are written, or replayed. Raises click.UsageError if `others`, further options, are given."""
    from limpid.commands.audit_exploits import exploits_answer, replay_answer

    if exploit is not None:
        if others or replay:
            raise click.UsageError("--exploit goes with --chip and --mutant only")
        if mutant and not chip:
            raise click.UsageError("--mutant needs the --chip that it is one of")
        return exploits_answer(exploit, chip, mutant)
    if mutant:
        raise click.UsageError("--mutant goes with --exploit")
    if others or chip or replay is None:
        raise click.UsageError("--replay goes with nothing else")
    return replay_answer(replay)


def _require_one_subject(
    file: str | None, assumed: Sequence[str], machine_name: str, selects: bool, needs_guests: object
) -> None:
    """Raises click.UsageError if a file comes with options of a machine, or a machine with those of another.

    `selects`: whether an option chooses among the obligations of a machine; `needs_guests`: whether one is given that
    only the machine of guests has.
    """
    if machine_name != DEFAULT_MACHINE and (file is not None or needs_guests):
        raise click.UsageError(
            "--machine goes with --chip, --kind, --jobs, time limits, --smt2, --trace, --certificates, a second solver"
        )
    if file is not None and selects:
        raise click.UsageError(
            "a file goes with --assume, --timeout, --total-timeout, --smt2, --certificates, --html, --trace and "
            "--second-solver only"
        )
    if assumed and file is None:
        raise click.UsageError("--assume is about a file of constraints")
