"""What has been proven about a chip: its obligations, and the verdicts of the last audit on record.

The record holds the digest of the machine that was audited. For a machine with other declarations it says nothing, and
every verdict is open until `limpid audit --json` has run again and `python -m documentation --audit FILE` has read it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from documentation.markdown import capitalised, code, table
from proofs_of_constraints.audit import selected
from proofs_of_constraints.obligations.assumptions import ASSUMPTIONS
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Verdict
from proofs_of_constraints.report.results import TRUSTED
from spec.rv64im.machine import RV64IM

RECORD = Path(__file__).parent / "verdicts.json"
OPEN = "open"


class VerdictRecordError(ValueError):
    """A record or an audit that is not one; the message names the file and what is wrong."""


@dataclass(frozen=True)
class VerdictRecord:
    """Verdicts by the obligations' identities, for the machine with this digest."""

    machine: str
    verdicts: Mapping[str, Verdict]

    def encoded(self) -> str:
        """The record as the file holds it."""
        verdicts = {identity: verdict.value for identity, verdict in sorted(self.verdicts.items())}
        return json.dumps({"machine": self.machine, "verdicts": verdicts}, indent=1) + "\n"


def read_record(path: Path) -> VerdictRecord:
    """The record in a file. Raises VerdictRecordError if it is none."""
    try:
        content = json.loads(path.read_text())
        verdicts = {identity: Verdict(verdict) for identity, verdict in content["verdicts"].items()}
        return VerdictRecord(str(content["machine"]), verdicts)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise VerdictRecordError(f"{path.name} is no record of verdicts: {error!r}") from error


def record_of_audit(path: Path) -> VerdictRecord:
    """The record of an audit of this machine, from the output of `limpid audit --json`.

    Raises VerdictRecordError if the text is no such output, or of another machine.
    """
    try:
        obligations = json.loads(path.read_text())["obligations"]
        verdicts = {entry["id"]: Verdict(entry["verdict"]) for entry in obligations}
    except (KeyError, TypeError, ValueError) as error:
        raise VerdictRecordError(f"{path.name} is no output of limpid audit --json: {error!r}") from error
    unaudited = [obligation.identity for obligation in selected() if obligation.identity not in verdicts]
    if unaudited:
        raise VerdictRecordError(f"{path.name} leaves out {len(unaudited)} obligations, such as {unaudited[0]}")
    return VerdictRecord(RV64IM.digest.hex(), verdicts)


@cache
def _recorded() -> VerdictRecord | None:
    return read_record(RECORD) if RECORD.exists() else None


def verdict_of(identity: str, record: VerdictRecord | None) -> str:
    """The recorded verdict, or `open` if there is none for this machine."""
    if record is None or record.machine != RV64IM.digest.hex() or identity not in record.verdicts:
        return OPEN
    return record.verdicts[identity].value


def recorded_verdict(identity: str) -> str:
    """The verdict on record, or `open`."""
    return verdict_of(identity, _recorded())


def _obligation_table(obligations: list[Obligation]) -> str:
    rows = [
        (
            obligation.kind.value,
            code(obligation.instruction) if obligation.instruction else "-",
            ", ".join(obligation.assumptions) or "-",
            recorded_verdict(obligation.identity),
        )
        for obligation in obligations
    ]
    return table(("obligation", "operation", "assumptions", "verdict"), rows, (18, 22, 46, 14))


def verdicts_in_a_line(chip: str) -> str:
    """How many obligations about one chip have which verdict."""
    return _counted(selected(chip=chip))


def all_obligations() -> str:
    """The obligations about every chip."""
    parts = [f"**{code(chip.name)}**\n\n{_obligation_table(selected(chip=chip.name))}" for chip in RV64IM.chips]
    return "\n\n".join(parts)


def _counted(obligations: Iterable[Obligation]) -> str:
    found = Counter(recorded_verdict(obligation.identity) for obligation in obligations)
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(found.items()))


def machine_obligations() -> str:
    """The obligations about all chips and buses together."""
    return _obligation_table([obligation for obligation in selected() if obligation.kind is Kind.MACHINE])


def assumptions() -> str:
    """What obligations assume, and what stands for it."""
    return table(("assumption", "what stands for it"), ASSUMPTIONS.items(), (22, 78))


def trusted() -> str:
    """What a verdict rests on besides the assumptions."""
    return "\n".join(f"- {capitalised(text)}." for text in TRUSTED)


def kinds() -> str:
    """The kinds of obligation, and how many of each have which verdict."""
    rows = []
    for kind in Kind:
        found = [obligation for obligation in selected() if obligation.kind is kind]
        if found:
            rows.append((kind.value, _counted(found)))
    return table(("kind of obligation", "recorded verdicts"), rows)
