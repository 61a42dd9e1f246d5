"""What `limpid soundcalc` says of our own sets, keys and proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from limpid.reading.calculation import ProofSubject, SetSubject, TreeSubject
from limpid.terminal.security_lines import security_notes
from soundcalc.exact import float_bits, floor_bits, rounded_down
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.report import security_blocks, security_facts
from soundcalc.protocol.search import Found
from soundcalc.protocol.security import segments_error
from soundcalc.protocol.tree_report import tree_blocks, tree_facts
from soundcalc.report.document import Block, Heading, Paragraph, table


@dataclass(frozen=True)
class Report:
    """For people blocks, for programs one JSON object."""

    blocks: Sequence[Block]
    facts: Mapping[str, object]
    notes: tuple[str, ...] = ()
    has_schema: bool = True
    """False where the keys are those of another program's format."""

    error: Fraction | None = None
    """By which it is decided whether a bound on the bits is kept; None where there is no one figure."""


def set_report(subject: SetSubject) -> Report:
    """The largest proofs under a parameter set."""
    worst, segments = subject.weakest, subject.segments
    rows = [
        (
            f"2^{height}",
            rounded_down(float_bits(report.error)),
            rounded_down(report.security_bits_float),
            rounded_down(float_bits(report.run_error(segments))),
        )
        for height, report in subject.reports.items()
    ]
    header = ("stacking height", "bits of a proof, summed", "round by round", f"bits of a run of {segments}, summed")
    blocks = [
        Paragraph(f"{subject.name}: {subject.about}"),
        table(header, rows),
        Paragraph(f"The weakest, stacked to 2^{worst.shape.schedule.height_log2}:"),
        *security_blocks(worst, segments),
    ]
    facts = {
        "kind": "parameter set",
        "name": subject.name,
        "about": subject.about,
        **security_facts(worst, segments),
        "heights": {
            str(height): {
                "proof_sum_bits": floor_bits(report.error),
                "run_sum_bits": floor_bits(report.run_error(segments)),
            }
            for height, report in subject.reports.items()
        },
    }
    return Report(blocks, facts, error=worst.run_error(segments))


def proof_report(subject: ProofSubject) -> Report:
    """A proof at hand, with its whole run."""
    security = subject.security
    size = f"Size: {subject.size_bytes:,} bytes; expected of such a proof: {subject.expected_bytes:,.0f}."
    bits = rounded_down(security.run_figures.interactive)
    run = f"Whole run of {subject.segments}: {bits} bits, all rounds added up."
    blocks = [
        Paragraph(f"{subject.name}: {subject.about}"),
        *security_blocks(security.weakest, subject.segments),
        Paragraph(run),
        Paragraph(size),
    ]
    facts = {
        "kind": "proof",
        "name": subject.name,
        "about": subject.about,
        **security_facts(security.weakest, subject.segments),
        "whole_run_bits": security.whole_run_bits,
        "size_bytes": subject.size_bytes,
        "expected_size_bytes": round(subject.expected_bytes),
    }
    return Report(blocks, facts, security_notes(security), error=segments_error(security.reports))


def tree_report(subject: TreeSubject) -> Report:
    """All proofs behind one final proof."""
    file = subject.file
    about = Paragraph(f"{file.name}: {file.about}")
    facts = {"kind": "tree", "name": file.name, "about": file.about, **tree_facts(subject.security)}
    return Report([about, *tree_blocks(subject.security)], facts, error=subject.security.error)


def set_search_report(name: str, target_bits: int, segments: int | None, found: Sequence[Found], sizes: str) -> Report:
    """Schedules of a parameter set that reach a target, for a proof or for a run of so many; `sizes` says of which
    proofs the sizes are."""
    rows, found_facts = [], {}
    for result in found:
        schedule, height = result.schedule, result.problem.height_log2
        size = proof_bytes(result.problem.usual_shape(schedule)).total_bytes
        bits = float_bits(result.report.error)
        numbers = [" ".join(map(str, part)) for part in (schedule.folds, schedule.queries)]
        work = [str(schedule.column_batching_grinding_bits)]
        work += [" ".join(map(str, part)) for part in (schedule.folding_grinding_bits, schedule.query_grinding_bits)]
        rows.append((f"2^{height}", *numbers, *work, str(rounded_down(bits)), f"{size / 1024:.0f}"))
        found_facts[str(height)] = {
            "folds": list(schedule.folds),
            "queries": list(schedule.queries),
            "column_batching_grinding_bits": schedule.column_batching_grinding_bits,
            "folding_grinding_bits": list(schedule.folding_grinding_bits),
            "query_grinding_bits": list(schedule.query_grinding_bits),
            "proof_sum_bits": floor_bits(result.report.error),
            f"{sizes}_proof_bytes": round(size),
        }
    header = (
        "height", "folds", "queries", "work before delta", "before folds", "before queries", "bits", f"{sizes} KiB",
    )  # fmt: skip
    what = "a proof" if segments is None else f"a run of {segments}"
    head = Heading(f"{target_bits} bits summed over {what}, with the least {found[0].problem.goal.value}")
    facts: dict[str, object] = {"kind": "search", "name": name, "target_bits": target_bits}
    facts |= {"segments": segments or 1, "heights": found_facts}
    error = max(result.report.run_error(segments or 1) for result in found)
    return Report([head, table(header, rows)], facts, error=error)
