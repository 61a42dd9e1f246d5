"""What a run over block tests has found: for programs, for people, and as a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from limpid.ethereum.conformance import Summary, Verdict
from limpid.ethereum.schema import FORKS


def summary_facts(summary: Summary) -> dict[str, object]:
    """For programs: counts by fork and verdict, every outcome, what was left out, and instructions by part."""
    return {
        "blocks": len(summary.outcomes),
        "right": len(summary.outcomes) - len(summary.misses),
        "forks": {
            fork: {"blocks": summary.count(fork), **{v.value: summary.count(fork, v) for v in Verdict}}
            for fork in FORKS
            if summary.count(fork)
        },
        "instructions": sum(outcome.instructions for outcome in summary.outcomes),
        "instructions_by_part": dict(summary.instructions_by_part.most_common()),
        "outcomes": [outcome.facts() for outcome in summary.outcomes],
        "unsupported": [{"test": name, "message": text} for name, text in summary.unsupported],
        "faulty": [error.message for error in summary.faulty],
    }


def summary_lines(summary: Summary) -> dict[str, object]:
    """For people."""
    counts = [outcome.instructions for outcome in summary.outcomes if outcome.instructions]
    lines: dict[str, object] = {
        fork: f"blocks {summary.count(fork)}: "
        + ", ".join(f"{summary.count(fork, verdict)} {verdict.value}" for verdict in Verdict)
        for fork in FORKS
        if summary.count(fork)
    }
    lines["verdicts"] = f"{len(summary.outcomes) - len(summary.misses)} of {len(summary.outcomes)} as expected"
    if counts:
        spread = f"least {min(counts):,}, median {sorted(counts)[len(counts) // 2]:,}, most {max(counts):,}"
        lines["instructions"] = f"{sum(counts):,} in all; {spread}"
    return lines


_INTRODUCTION = """\
Made by `limpid ethereum conformance DIRECTORY --report docs/ethereum-conformance.md` of the block tests in a directory;
[ethereum.md](ethereum.md) says what the guest checks. Every block ran with a minimal witness. Where the instructions go
is known of the blocks that ran with `--count`."""

_PARTS = """\
Each instruction counts for the innermost accelerator or class of
opcodes around it. What the compiler has written out inside another function counts for that."""


def page(summary: Summary) -> str:
    """The page docs/ethereum-conformance.md, in Markdown."""
    sections = [
        "# Conformance of the Ethereum guest",
        _INTRODUCTION,
        "\n".join(f"- {name}: {value}" for name, value in summary_lines(summary).items()),
        "## Wrong verdicts",
        _misses(summary),
        "## Blocks that are not valid, and why the guest says so",
        _reasons(summary),
    ]
    if summary.instructions_by_part:
        counted = sum(outcome.instructions_by_part is not None for outcome in summary.outcomes)
        sections += ["## Where the instructions go", f"Blocks that were counted: {counted}. {_PARTS}", _parts(summary)]
    if summary.unsupported:
        sections += ["## Left out", _table(("test", "reason"), summary.unsupported)]
    if summary.faulty:
        sections += ["## Tests that do not fit together", "\n".join(f"- {error.message}" for error in summary.faulty)]
    return "\n\n".join(sections) + "\n"


def _misses(summary: Summary) -> str:
    rows = [
        (miss.test, miss.index, miss.expected_exception or Verdict.VALID.value, miss.reason or miss.verdict.value)
        for miss in summary.misses
    ]
    return _table(("test", "block", "expected", "found"), rows) if rows else "None."


def _reasons(summary: Summary) -> str:
    counts = Counter(
        (outcome.expected_exception, outcome.verdict.value, _kind_of(outcome.reason))
        for outcome in summary.outcomes
        if outcome.expected_exception is not None
    )
    rows = [(*key, count) for key, count in sorted(counts.items(), key=str)]
    return _table(("expected exception", "verdict", "reason", "blocks"), rows)


def _parts(summary: Summary) -> str:
    parts = summary.instructions_by_part
    rows = [(name, f"{count:,}", f"{count / parts.total():.1%}") for name, count in parts.most_common()]
    return _table(("part", "instructions", "share"), rows)


def _kind_of(reason: str) -> str:
    """A reason without what only one block has: numbers."""
    return re.sub(r"0x[0-9a-f]+|\d+", "N", reason.removeprefix("invalid: "))


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, [":---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
