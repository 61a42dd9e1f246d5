"""Results of an audit for people and programs: facts, text, and one self-contained HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from proofs_of_constraints.assumptions import ASSUMPTIONS
from proofs_of_constraints.obligation import Counterexample, Kind, Result, Verdict
from proofs_of_constraints.table_obligations import TABLE_ASSUMPTIONS

EVERY_ASSUMPTION: Mapping[str, str] = {**ASSUMPTIONS, **TABLE_ASSUMPTIONS}
"""By name, every assumption that some obligation makes, and what stands for it."""

TRUSTED = (
    "Z3, and Python's integers and this package's translation: polynomials, intervals, lifting to the integers",
    "the meanings of instructions in spec.isa, on which every function obligation rests",
    "the text of the proof system: soundness of the STARK and of LogUp is the security report's matter",
)
"""What an audit's verdict rests on besides the assumptions."""


def facts_of(result: Result) -> dict[str, object]:
    """A result for programs. Numbers of a counterexample are hexadecimal strings."""
    outcome = result.outcome
    return {
        "id": result.identity,
        "kind": result.kind.value,
        "chip": result.chip,
        "instruction": result.instruction,
        "verdict": outcome.verdict.value,
        "detail": outcome.detail,
        "seconds": round(result.seconds, 3),
        "queries": result.queries,
        "assumptions": list(result.assumptions),
        "wraps": list(outcome.wraps),
        "counterexample": None if outcome.counterexample is None else _counterexample_facts(outcome.counterexample),
    }


def _counterexample_facts(found: Counterexample) -> dict[str, object]:
    return {
        "columns": {name: hex(value) for name, value in found.columns.items()},
        "failed": list(found.failed),
        "expected": {name: hex(value) for name, value in found.expected.items()},
        "actual": {name: hex(value) for name, value in found.actual.items()},
        "messages": list(found.messages),
        "satisfies_declaration": found.satisfies_declaration,
    }


def counterexample_lines(found: Counterexample) -> list[str]:
    """A counterexample as an auditor reads it."""
    lines = [f"fails: {name}" for name in found.failed]
    for name, expected in found.expected.items():
        lines.append(f"{name}: expected {expected:#x}, the row says {found.actual[name]:#x}")
    lines += found.messages
    lines.append("columns: " + " ".join(f"{name}={value:#x}" for name, value in found.columns.items()))
    if found.satisfies_declaration:
        lines.append("the row satisfies every constraint and lookup modulo p")
    return lines


def verdict_counts(results: Sequence[Result]) -> Counter[Verdict]:
    """How many results have each verdict."""
    return Counter(result.outcome.verdict for result in results)


def html_page(results: Sequence[Result]) -> str:
    """The coverage matrix, the failures, the assumptions and the trusted code."""
    counts = verdict_counts(results)
    summary = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict)
    seconds = sum(result.seconds for result in results)
    kinds = [kind for kind in Kind if any(result.kind is kind for result in results)]
    header = "".join(f"<th>{escape(kind.value)}</th>" for kind in kinds)
    rows = []
    for chip, instruction in dict.fromkeys((result.chip, result.instruction) for result in results):
        cells = "".join(_cell(results, kind, chip, instruction) for kind in kinds)
        rows.append(f"<tr><th>{escape(chip)}</th><th>{escape(instruction)}</th>{cells}</tr>")
    used = {name for result in results for name in result.assumptions}
    assumptions = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in EVERY_ASSUMPTION.items() if name in used
    )
    failures = "".join(_failure(r) for r in results if r.outcome.verdict is not Verdict.PROVEN)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Limpid: constraint proofs</title>"
        f"<style>{_STYLE}</style></head><body><h1>Constraint proofs</h1>"
        f"<p>{len(results)} obligations: {summary}; {seconds:.0f} s of solving and translation.</p>"
        f"<h2>Coverage</h2><table><tr><th>chip</th><th>instruction</th>{header}</tr>{''.join(rows)}</table>"
        f"<h2>Not proven</h2>{failures or '<p>Nothing.</p>'}"
        f"<h2>Assumptions</h2><dl>{assumptions}</dl>"
        f"<h2>Trusted</h2><ul>{''.join(f'<li>{escape(text)}</li>' for text in TRUSTED)}</ul></body></html>\n"
    )


_STYLE = (
    "body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:2px 6px;text-align:left}"
    ".proven{background:#d7f0d7}.refuted,.unknown{background:#f5c6c6}pre{white-space:pre-wrap}"
)


def _cell(results: Sequence[Result], kind: Kind, chip: str, instruction: str) -> str:
    for result in results:
        if (result.kind, result.chip, result.instruction) == (kind, chip, instruction):
            verdict = result.outcome.verdict.value
            title = escape(f"{result.outcome.detail}; {result.seconds:.2f} s", quote=True)
            return f"<td class='{verdict}' title='{title}'>{verdict}</td>"
    return "<td></td>"


def _failure(result: Result) -> str:
    lines = [result.outcome.detail]
    if result.outcome.counterexample is not None:
        lines += counterexample_lines(result.outcome.counterexample)
    text = "\n".join(lines)
    return f"<h3>{escape(result.identity)}: {result.outcome.verdict.value}</h3><pre>{escape(text)}</pre>"
