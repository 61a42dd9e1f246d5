"""An audit as one self-contained HTML page: the coverage matrix, to be searched, and what a verdict rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from html import escape

from proofs_of_constraints.obligations.assumptions import ASSUMPTIONS
from proofs_of_constraints.obligations.obligation import Kind, Result, Verdict
from proofs_of_constraints.report.resting import resting, resting_text
from proofs_of_constraints.report.results import NOT_COVERED, TRUSTED, result_lines, verdict_counts

_STYLE = (
    "body{font:14px sans-serif;margin:2em;color:#222}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:2px 6px;text-align:left}thead th{position:sticky;top:0;background:#eee}"
    "td.number{text-align:right}.proven{background:#d7f0d7}.refuted,.unknown{background:#f5c6c6}"
    ".resting{background:#f7e7b0}.proven,.resting,.refuted,.unknown{text-align:right}pre{white-space:pre-wrap;background:#f6f6f6;padding:1em}"
    "dt{font-weight:bold}input[type=search]{width:24em;padding:4px}"
)

_SCRIPT = (
    "const search=document.getElementById('search'),failed=document.getElementById('failed');"
    "function show(){const words=search.value.toLowerCase().split(/\\s+/);"
    "for(const row of document.querySelectorAll('tbody tr')){const text=row.textContent.toLowerCase();"
    "row.hidden=!words.every(word=>text.includes(word))||"
    "(failed.checked&&!row.querySelector('.refuted,.unknown,.resting'))}}"
    "search.value=decodeURIComponent(location.hash.slice(1));show();"
    "search.addEventListener('input',show);failed.addEventListener('change',show);"
)
"""Hides the rows of all tables that do not hold every word searched for; `page.html#lw` starts with a search."""

MutantCounts = Mapping[str, Mapping[str, int]]
"""By chip, how many of its mutants have each fate."""

Rests = Mapping[str, Sequence[str]]
"""By a proven obligation, what it rests on that is not proven."""


@dataclass(frozen=True)
class Audit:
    """What a page is about: when, which machine, how much of it, and what is not of this declaration."""

    date: str
    subject: str
    scope: str
    stale_mutants: frozenset[str] = frozenset()
    """Chips of whose declaration the record of mutants says nothing."""

    is_of_a_machine: bool = True


def html_page(results: Sequence[Result], mutants: MutantCounts, audit: Audit) -> str:
    """The coverage matrix with times, what is not proven, mutants, assumptions and the trusted code."""
    rests = resting(results)
    counts = verdict_counts(results)
    summary = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict)
    seconds = sum(result.seconds for result in results)
    failures = "".join(_failure(result) for result in results if result.outcome.verdict is not Verdict.PROVEN)
    used = {name for result in results for name in result.assumptions}
    assumptions = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in ASSUMPTIONS.items() if name in used
    )
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Limpid: constraint proofs</title>"
        f"<style>{_STYLE}</style></head><body><h1>Constraint proofs</h1>"
        f"<p>{escape(audit.subject)}, {escape(audit.date)}. Scope: {escape(audit.scope)}.</p>"
        f"<p>{len(results)} obligations: {summary}; {seconds:.0f} s of solving and translation. "
        f"{len(rests)} of the proven rest on what is not proven.</p>"
        f"{_not_covered(audit)}"
        "<p><input type='search' id='search' placeholder='chip, instruction, property'> "
        "<label><input type='checkbox' id='failed'> only what is not proven</label></p>"
        f"<h2>Not proven</h2>{failures or '<p>Nothing.</p>'}"
        "<h2>Coverage</h2><p>Proven, with the seconds it took; hold the pointer over a cell for details.</p>"
        f"{_matrix(results, rests)}"
        f"{_whole_machine(results, rests)}{_mutant_table(mutants, audit.stale_mutants)}"
        f"<h2>Assumptions</h2><dl>{assumptions}</dl>"
        f"<h2>Trusted</h2><ul>{''.join(f'<li>{escape(text)}</li>' for text in TRUSTED)}</ul>"
        f"<script>{_SCRIPT}</script></body></html>\n"
    )


def _not_covered(audit: Audit) -> str:
    if not audit.is_of_a_machine:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in NOT_COVERED)
    return f"<h2>Not covered</h2><ul>{items}</ul>"


def _table(header: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _matrix(results: Sequence[Result], rests: Rests) -> str:
    """Chip and instruction by kind, with what is claimed of all rows of the chip, or of the instruction anywhere."""
    about_rows = [result for result in results if not result.kind.is_about_the_machine]
    kinds = [kind for kind in Kind if any(result.kind is kind for result in about_rows)]
    found = {(result.chip, result.instruction, result.kind): result for result in about_rows}
    pairs = list(dict.fromkeys((result.chip, result.instruction) for result in about_rows))
    with_instruction = {part for pair in pairs if all(pair) for part in pair}
    rows = []
    for chip, instruction in pairs:
        if not all((chip, instruction)) and (chip or instruction) in with_instruction:
            continue
        places = ((chip, instruction), (chip, ""), ("", instruction))
        cells = [next((found[*place, kind] for place in places if (*place, kind) in found), None) for kind in kinds]
        about = f"<th>{escape(chip)}</th><th>{escape(instruction)}</th>"
        rows.append(f"<tr>{about}{''.join(_cell(cell, rests) for cell in cells)}</tr>")
    return _table(["chip", "instruction", *(kind.value for kind in kinds)], rows)


def _cell(result: Result | None, rests: Rests) -> str:
    if result is None:
        return "<td></td>"
    verdict = result.outcome.verdict
    text = f"{result.seconds:.2f}" if verdict is Verdict.PROVEN else verdict.value
    details = [f"{verdict.value}: {result.outcome.detail}", *(f"assumes {name}" for name in result.assumptions)]
    if result.second is not None:
        details.append(f"second solver {result.second.agreement.value}")
    shown = verdict.value
    if result.identity in rests:
        shown, text = "resting", f"{text} rests"
        details.append(resting_text(rests[result.identity]))
    return f"<td class='{shown}' title='{escape('; '.join(details), quote=True)}'>{text}</td>"


def _whole_machine(results: Sequence[Result], rests: Rests) -> str:
    rows = [
        f"<tr><th>{escape(result.kind.value)}</th><th>{escape(result.instruction)}</th>{_cell(result, rests)}"
        f"<td>{escape(result.outcome.detail)}</td></tr>"
        for result in results
        if result.kind.is_about_the_machine
    ]
    if not rows:
        return ""
    return f"<h2>The machine as a whole</h2>{_table(['kind', 'property', 'seconds', 'detail'], rows)}"


def _mutant_table(mutants: MutantCounts, stale: Set[str]) -> str:
    if not mutants:
        return ""
    fates = list(dict.fromkeys(fate for counts in mutants.values() for fate in counts))
    rows = []
    for chip, counts in mutants.items():
        cells = "".join(f"<td class='number'>{counts.get(fate, 0)}</td>" for fate in fates)
        mark = " (stale: of another declaration)" if chip in stale else ""
        rows.append(f"<tr><th>{escape(chip + mark)}</th>{cells}</tr>")
    explanation = "<p>Chips changed in one place at a time, and who noticed, as recorded.</p>"
    return f"<h2>Mutants</h2>{explanation}{_table(['chip', *fates], rows)}"


def _failure(result: Result) -> str:
    text = "\n".join(result_lines(result))
    return f"<h3>{escape(result.identity)}</h3><pre>{escape(text)}</pre>"
