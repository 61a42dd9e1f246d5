"""The record of fuzzing: how many changed files each door has answered, what with, and of which machine that was."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spec.rv64im.machine import RV64IM

RECORD = Path(__file__).with_name("record.json")


@dataclass
class DoorRecord:
    """What is on record of a door."""

    cases: int = 0
    """Numbered from 0: the next one is the number of those that were tried."""

    seconds: float = 0.0
    """On the processor."""

    slowest_seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    """How often each."""


@dataclass
class Record:
    """What is on record."""

    machine: str = RV64IM.digest.hex()
    """The digest of the machine whose proofs and keys were fuzzed: another one is another record."""

    date: str = ""
    doors: dict[str, DoorRecord] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """Those of all doors."""
        return sum(door.cases for door in self.doors.values())


def read_record(path: Path = RECORD) -> Record:
    """The record; an empty one where there is none."""
    if not path.exists():
        return Record()
    stated: Mapping[str, Any] = json.loads(path.read_text())
    doors = {name: DoorRecord(**door) for name, door in stated["doors"].items()}
    return Record(stated["machine"], stated["date"], doors)


def write_record(record: Record, path: Path = RECORD) -> None:
    """Writes the record with today's date."""
    record.date = datetime.datetime.now(datetime.UTC).date().isoformat()
    doors = {
        name: asdict(door) | {"outcomes": dict(sorted(door.outcomes.items()))} for name, door in record.doors.items()
    }
    stated = {"machine": record.machine, "date": record.date, "doors": doors}
    path.write_text(json.dumps(stated, indent=1) + "\n")
