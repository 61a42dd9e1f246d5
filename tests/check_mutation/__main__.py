"""Weakens the checks one at a time and records who notices: `python -m tests.check_mutation [GROUP ...]`."""

from __future__ import annotations

import argparse
import datetime
import random
import sys
from collections.abc import Iterator, Mapping

from tests.check_mutation.groups import GROUP_BY_NAME, Group
from tests.check_mutation.mutants import Mutant
from tests.check_mutation.record import Entry, digests, read_record, write_record
from tests.check_mutation.sweep import Fate, fates, group_mutants


def main() -> None:
    """Tries the mutants that are not on record of the sources as they are, and records each fate as soon as it is
    known."""
    parser = argparse.ArgumentParser(prog="python -m tests.check_mutation", description=main.__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUP_BY_NAME))
    parser.add_argument("--sample", type=int, metavar="N", help="at most so many of a group, drawn with a fixed seed")
    parser.add_argument("--survivors", action="store_true", help="try again those that are not killed")
    arguments = parser.parse_args()
    if unknown := set(arguments.groups) - set(GROUP_BY_NAME):
        parser.error(f"there is no group {', '.join(sorted(unknown))}: name some of {', '.join(GROUP_BY_NAME)}")
    record = read_record()
    for name in arguments.groups or GROUP_BY_NAME:
        group = GROUP_BY_NAME[name]
        for entry in _swept(group, record.get(name), arguments.sample, again=arguments.survivors):
            record[name] = entry
            write_record(record)


def _swept(group: Group, known: Entry | None, sample: int | None, *, again: bool) -> Iterator[Entry]:
    """The record of a group after each mutant that is tried."""
    sources = digests(group)
    mutants = group_mutants(group)
    is_kept = known is not None and known.sources == sources
    found = dict(known.by_mutant) if known is not None and is_kept else {}
    chosen = mutants if sample is None else _drawn(group, mutants, sample)
    tried = [mutant for mutant in chosen if _is_to_be_tried(mutant, found, again=again)]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for number, (mutant, fate) in enumerate(fates(group, tried) if tried else (), start=1):
        found[mutant.name] = fate
        sys.stderr.write(f"{group.name} {number} of {len(tried)}: {mutant.name}: {_said(fate)}\n")
        yield Entry.of(today, sources, len(mutants), found)


def _said(fate: Fate) -> str:
    if fate.test is None:
        return "survived"
    return f"{'refused for another reason in' if fate.is_refused_otherwise else 'killed by'} {fate.test}"


def _drawn(group: Group, mutants: list[Mutant], sample: int) -> list[Mutant]:
    """So many of the mutants, in their order: the same ones each time, and more of them for a larger sample."""
    order = list(range(len(mutants)))
    random.Random(group.name).shuffle(order)
    return [mutants[position] for position in sorted(order[:sample])]


def _is_to_be_tried(mutant: Mutant, found: Mapping[str, Fate], *, again: bool) -> bool:
    if mutant.name not in found:
        return not again
    return again and not found[mutant.name].is_kill


if __name__ == "__main__":
    main()
