"""Fuzzes every door with changed files, and keeps the record: `python -m tests.fuzzing --cases 1000000`.

A case is made from its door and number alone, so a fault is had again by --door NAME --number NUMBER. What is on record
of this machine is gone on from.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.fuzzing.corpus import CORPUS, MOST_BYTES, keep_smallest
from tests.fuzzing.doors import DOORS, Door, known_sets
from tests.fuzzing.mutation import changed
from tests.fuzzing.record import RECORD, DoorRecord, Record, read_record, write_record
from tests.fuzzing.trial import answered, limited

SAVED_EVERY_SECONDS = 10.0
SHARES = 1000


class FaultError(Exception):
    """A file that a door has no answer to."""


def case(door: Door, name: str, number: int, seeds: Sequence[bytes]) -> bytes:
    """The file with a number."""
    return changed(seeds, Random(f"{name} {number}"), is_text=door.is_text)


def fuzz(name: str, cases: int, record: Record, path: Path, corpus: Path) -> None:
    """Tries a door's next cases until so many are on record. Raises FaultError at the first that is not answered as it
    should be."""
    door, entry = DOORS[name], record.doors.setdefault(name, DoorRecord())
    seeds, saved, smallest = door.seeds(), time.monotonic(), dict[str, int]()
    with tempfile.TemporaryDirectory() as directory:
        while entry.cases < cases:
            content = case(door, name, entry.cases, seeds)
            try:
                outcome, seconds = answered(door, content, Path(directory))
            except Exception as error:
                raise FaultError(f"--door '{name}' --number {entry.cases}: {type(error).__name__}: {error}") from error
            entry.cases += 1
            entry.seconds += seconds
            entry.slowest_seconds = max(entry.slowest_seconds, seconds)
            entry.outcomes[outcome] = entry.outcomes.get(outcome, 0) + 1
            if len(content) < smallest.get(outcome, MOST_BYTES):
                smallest[outcome] = len(content)
                keep_smallest(name, outcome, content, corpus)
            if time.monotonic() - saved > SAVED_EVERY_SECONDS:
                write_record(record, path)
                saved = time.monotonic()
                sys.stderr.write(f"{name}: {entry.cases:,} of {cases:,}, {entry.cases / entry.seconds:,.0f} a second\n")
    write_record(record, path)


def main() -> int:
    """The command line; 1 if a door has no answer to a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="of all doors together (default: %(default)s)")
    parser.add_argument("--door", choices=DOORS, help="this one alone")
    parser.add_argument("--number", type=int, help="try only the door's case of this number, and record nothing")
    arguments = parser.parse_args()
    if arguments.number is not None and arguments.door is None:
        parser.error("a number is that of a case of a door: give --door as well")
    names = [arguments.door] if arguments.door else list(DOORS)
    with known_sets():
        if arguments.number is not None:
            door, (name,) = DOORS[arguments.door], names
            with tempfile.TemporaryDirectory() as directory:
                print(*answered(door, case(door, name, arguments.number, door.seeds()), Path(directory)))
            return 0
        record = read_record()
        if record.machine != Record().machine:
            record = Record()
        with limited():
            for name in names:
                fuzz(name, arguments.cases * DOORS[name].share // SHARES, record, RECORD, CORPUS)
    print(f"{record.cases:,} changed files on record, each answered or refused for a typed reason")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except FaultError as fault:
        print(fault, file=sys.stderr)
        sys.exit(1)
