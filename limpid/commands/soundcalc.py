"""`limpid soundcalc`: bits of security of a parameter set, a proof, or published configurations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from limpid.commands.options import Count
from limpid.errors import DONE, FAILED
from limpid.terminal.output import json_text
from limpid.terminal.report_output import FORMATS, json_of, write_report
from soundcalc.exact import float_bits, rounded_down
from soundcalc.protocol.proximity import CurveBound
from soundcalc.published.template import FAMILIES, template

MOST_BITS = 256
"""As many as a hash has: no figure is higher."""

MOST_SEGMENTS = 1 << 20
"""Far more than a verifier of any system here admits."""


@click.command("soundcalc")
@click.argument("subjects", metavar="SET|tree|PROOF|KEY|FILE.toml...|compare A B", nargs=-1)
@click.option("--compat", is_flag=True, help="Of a FILE.toml: the figures of the public calculator, nothing else.")
@click.option("--lenient", is_flag=True, help="Of a FILE.toml: list unknown keys and ignore them.")
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", help="What if a FILE.toml, or a set, had this value."
)
@click.option("--sweep", metavar="KEY=LOW:HIGH:STEP", help="Figures along these values, or KEY=A,B,C.")
@click.option("--plot", metavar="FILE.png", help="Draw the sweep.")
@click.option("--plot-range", metavar="LOW:HIGH", help="Of the bits in the plot; all curves by default.")
@click.option(
    "--proofs", multiple=True, metavar="[CIRCUIT=]N", help="Of a FILE.toml: so many proofs in a run, and its figures."
)
@click.option("--target-bits", type=Count(1, MOST_BITS + 1), metavar="BITS", help="Search parameters that reach them.")
@click.option(
    "--segments",
    type=Count(1, MOST_SEGMENTS + 1),
    metavar="N",
    help="Of a run of so many proofs.",
)
@click.option(
    "--curve",
    type=click.Choice([curve.name.lower() for curve in CurveBound]),
    default=CurveBound.CORRECTED.name.lower(),
    show_default=True,
    help="The bound on (mutual) correlated agreement that folding and batching rest on.",
)
@click.option("--loss", is_flag=True, help="Of a FILE.toml: unique decoding with proximity loss, derived for folds.")
@click.option("--rounds", is_flag=True, help="Of a FILE.toml: every round of every circuit, however many there are.")
@click.option("--fail-below", type=Count(1, MOST_BITS + 1), metavar="BITS", help="Exit with 1 where there are fewer.")
@click.option("--bounds", is_flag=True, help="Print every bound, its source and its status as well.")
@click.option("--export", metavar="FILE.toml", help="Write the configuration or the set, with its changes.")
@click.option("--template", "kind", type=click.Choice(list(FAMILIES)), help="Print a FILE.toml to fill in.")
@click.option("--schema", is_flag=True, help="Print every key of a FILE.toml.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", help="Of standard output.")
@click.option("--report", metavar="FILE", help="Write the report as well, as its ending says: .md .json .tex .pdf .txt")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def soundcalc_command(
    subjects: tuple[str, ...],
    bounds: bool,
    fail_below: int | None,
    kind: str | None,
    schema: bool,
    form: str,
    report: str | None,
    as_json: bool,
    debug: bool,
    **options: Any,
) -> int:
    """Bits of security of a parameter set by its name, of a proof, of a key, or of published configurations.

    `tree` is all proofs behind one final proof. Several files are summed up in one table. For a file that has the name
    of a parameter set write ./NAME.
    """
    del debug  # Whoever starts the command line reads it.
    if bool(subjects) + schema + (kind is not None) > 1:
        raise click.UsageError("--template and --schema are about no subject, and exclude each other")
    if kind is not None and (report is not None or fail_below is not None or bounds):
        raise click.UsageError("--template goes with no --report, --fail-below or --bounds")
    # Imported for its work only: the help does not wait for the machine.
    from limpid.commands.soundcalc_reports import report_on, schema_report, wishes_of, with_bounds

    wishes = wishes_of(options)
    if schema or kind is not None:
        wishes.check_kind("the keys of a FILE.toml", frozenset())
    if kind is not None:
        text = template(kind)
        click.echo(f"{json_text({'kind': 'template', 'text': text})}\n" if as_json else text, nl=False)
        return DONE
    made = schema_report() if schema else report_on(subjects, wishes)
    if fail_below is not None and made.error is None:
        raise click.UsageError("--fail-below needs a subject with figures of its own")
    if bounds and made.has_schema:
        made = with_bounds(made)
    if report is not None:
        write_report(made, report)
    click.echo(f"{json_of(made)}\n" if as_json else FORMATS[form](made), nl=False)
    for note in made.notes:
        click.echo(f"Note: {note}", err=True)
    return _status(made.error, fail_below)


def _status(error: Fraction | None, fail_below: int | None) -> int:
    if error is None or fail_below is None or error <= Fraction(1, 1 << fail_below):
        return DONE
    click.echo(f"Error: {rounded_down(float_bits(error))} bits are below {fail_below}", err=True)
    return FAILED
