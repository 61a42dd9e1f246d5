"""The numbers from which a reader recomputes the error of a run, and what they give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from documentation import formulas
from documentation.error_terms import meant_runs, weakest_reports
from documentation.markdown import code, number, table
from soundcalc.composition.claim import BCS
from soundcalc.exact import float_bits, rounded_down
from soundcalc.protocol.security import ProofSecurity
from soundcalc.protocol.shape import ArgumentSize
from soundcalc.protocol.term import COEFFICIENT_BITS

MEANINGS = {
    "program_columns": "stacked columns of *program*",
    "continuation_columns": "stacked columns of *continuation*",
    "main_columns": "stacked columns of *main*; $W$ of Lemma 8 is the sum",
    "circuit_depth": "$N$ of the circuit: it has layers 1 to $N - 1$",
    "local_messages": "$N$ of Lemma 4, local",
    "global_messages": "$N$ of Lemma 4, global, over the run",
    "busiest_local_bus": "most messages on one local bus, lookup tables apart",
    "busiest_global_bus": "most messages on one global bus",
    "widest_local_message": "$W$ of Lemma 4, local",
    "widest_global_message": "$W$ of Lemma 4, global",
    "constraints": "$C$ of Lemma 6",
    "column_claims": "values of columns; of Lemma 7 also an answer for each column of *program* and *continuation*",
    "zerocheck_rounds": "rounds of the zerocheck",
    "segments": "segments for which the global messages are counted",
}
"""What each count of an argument is called in the lemmas."""


_WIDTHS = (14, 5, 6, 8, 8, 14, 15, 8, 8, 11, 14)


def theorem_inputs() -> str:
    """The counts of the largest proofs, then what belongs to each iteration."""
    reports = weakest_reports()
    heads = [f"{code(name)} at $2^{{{report.shape.schedule.height_log2}}}$" for name, report in reports.items()]
    counts = [
        (MEANINGS[field.name], *(number(getattr(r.shape.argument, field.name)) for r in reports.values()))
        for field in fields(ArgumentSize)
    ]
    iterations = [row for name, report in reports.items() for row in _iterations(name, report)]
    header = (
        "set",
        "$i$",
        "$m_i$",
        "rate",
        "points",
        "coordinates bound",
        "multiplicity $m$",
        "$L_i$",
        "$t_i$",
        "work before a fold",
        "before the positions",
    )
    work = ", ".join(f"{code(n)} {r.shape.schedule.column_batching_grinding_bits}" for n, r in reports.items())
    rest = (
        f"A coefficient of a challenge is a number of {COEFFICIENT_BITS} bits modulo $p$. In iteration $i$ the "
        "relative agreement is $1 - \\theta_i = \\sqrt{\\text{rate}}\\,(1 + 1 / (2m))$; *gap* is the bound "
        "`mutual_curve` of Appendix A for a curve of degree 1, over the points of the first iteration in Lemma 8, "
        f"over those after the fold in Lemma 9. Work before `column_batching`: {work}."
        f"\n\nThe bound {code(BCS.key)} of the compiled proof [ePrint {BCS.source}]: {formulas.ERRORS[BCS.formula]}. "
        "The second term is that of $\\mathsf{coll}$."
    )
    return "\n\n".join([table(("count", *heads), counts), table(header, iterations, _WIDTHS), rest])


def _iterations(name: str, report: ProofSecurity) -> Iterator[tuple[str, ...]]:
    shape, schedule = report.shape, report.shape.schedule
    for i, regime in zip(shape.iterations, report.regimes, strict=True):
        rate = shape.rate(i)
        domain = schedule.domain_log2(i, shape.rate_log2)
        yield (
            code(name),
            str(i),
            str(schedule.variables(i)),
            f"$2^{{-{domain - schedule.variables(i)}}}$",
            f"$2^{{{domain}}}$",
            str(schedule.folds[i]),
            str(getattr(regime, "multiplicity", "unique decoding")),
            number(int(regime.list_size(rate))),
            str(schedule.queries[i]),
            str(schedule.folding_grinding_bits[i]),
            str(schedule.query_grinding_bits[i]),
        )


def theorem_figures() -> str:
    """Bits of one proof and of a run that the set is meant for, and where the bound on success reaches 1."""
    rows = []
    for name, run in meant_runs().items():
        rows.append(
            (
                code(name),
                str(rounded_down(float_bits(run.report.error))),
                number(run.segments),
                str(rounded_down(run.figures.interactive)),
                str(rounded_down(run.figures.non_interactive)),
                str(rounded_down(run.figures.collision_cap, 0)),
            )
        )
    header = (
        "set",
        r"$-\log_2$ of the error of one proof",
        "segments",
        r"$-\log_2 \varepsilon_{\mathsf{run}}$",
        r"$\log_2 t$ at which $\kappa(t)$ reaches 1",
        "cap by collisions",
    )
    return table(header, rows)
