"""`limpid audit --mutants`: does anybody notice when a chip is weakened in one place?"""

from __future__ import annotations

from collections import Counter

import click

from limpid.errors import DONE, FAILED
from limpid.terminal.output import Answer
from proofs_of_constraints.mutation.fate import Fate, MutantResult
from proofs_of_constraints.mutation.record import ChipRecord, record_of, stored_record, write_record
from proofs_of_constraints.mutation.reviewed import reason_of
from proofs_of_constraints.mutation.sweep import killing_power, run_mutants
from spec.rv64im.machine import CHIPS


def mutants_answer(chip: str | None, jobs: int, keep: bool) -> Answer:
    """The fates of the mutants of one chip or of all, held against the record; with `keep` they become the record.

    Raises UsageError if no chip has that name.
    """
    chips = [c for c in CHIPS if chip in (None, c.name)]
    if not chips:
        raise click.UsageError(f"there is no chip {chip}")
    recorded = stored_record()
    found: dict[str, ChipRecord] = {}
    results: list[MutantResult] = []
    for each, of_chip in run_mutants(chips, jobs):
        found[each.name] = record_of(each, of_chip)
        results += of_chip
        click.echo(f"{each.name}: {_counts_text(of_chip)}", err=True)
    surprises = [surprise for r in results if (surprise := _surprise(r, None if keep else recorded.get(r.chip)))]
    if keep:
        write_record({**recorded, **found}, CHIPS)
    power = killing_power([r.fate for r in results])
    facts = {
        "as_recorded": not surprises,
        "killing_power_percent": round(power.percent, 2),
        "killing_power_with_checks_percent": round(power.percent_with_checks, 2),
        "surprises": surprises,
        "mutants": [_facts(r) for r in results],
    }
    lines: dict[str, object] = {"mutants": len(results)}
    lines |= {fate.value: count for fate, count in _counts(results).items()}
    lines["killed"] = str(power)
    lines |= {f"surprise {i}": surprise for i, surprise in enumerate(surprises, start=1)}
    return Answer(facts, lines, FAILED if surprises else DONE)


def _surprise(result: MutantResult, recorded: ChipRecord | None) -> str | None:
    """What a person has to look at: a fate that is not the recorded one, or that nobody has given a reason for."""
    if recorded is not None and not recorded.expects(result):
        known = recorded.without_row.get(result.change)
        before = "killed by a row" if known is None else known[0].value
        return f"{result.name}: {result.fate.value}, recorded as {before} ({result.reason})"
    if not result.fate.is_killed and reason_of(result) is None:
        return f"{result.name}: {result.fate.value}, and no reason is reviewed ({result.reason})"
    return None


def _facts(result: MutantResult) -> dict[str, object]:
    return {
        "chip": result.chip,
        "change": result.change,
        "operator": result.operator.value,
        "fate": result.fate.value,
        "reason": result.reason,
        "reviewed": reason_of(result),
        "row": None if result.row is None else {name: hex(cell) for name, cell in result.row.items()},
    }


def _counts(results: list[MutantResult]) -> dict[Fate, int]:
    counts = Counter(r.fate for r in results)
    return {fate: counts[fate] for fate in Fate}


def _counts_text(results: list[MutantResult]) -> str:
    return ", ".join(f"{count} {fate.value}" for fate, count in _counts(results).items() if count)
