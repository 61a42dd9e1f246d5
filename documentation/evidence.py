"""How often the verifier has been attacked and its checks taken out, from the records of that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from documentation.markdown import table
from proofs_of_constraints.mutation.record import stored_record

RECORD = Path(__file__).with_name("evidence.json")


def evidence() -> str:
    """What was tried, how often, what came of it, and which command tries it again."""
    recorded: dict[str, Any] = json.loads(RECORD.read_text())
    checks, attacks = recorded["mutants_of_checks"], sum(recorded["attacks"].values())
    fuzzed, guided = recorded["fuzzed"], recorded["fuzzed_by_coverage"]
    chips = [fate for chip in stored_record().values() for fate in chip.fates()]
    killed = sum(fate.is_killed for fate in chips)
    rows = [
        ("forged proofs", f"{attacks:,}", "all refused, each for the expected reason", "`pytest tests/forging`"),
        ("bad ELF files", f"{recorded['bad_elfs']:,}", "all refused", "`pytest tests/reference/loader`"),
        (
            "weakened checks of verifier, decoders, loader and calculator",
            f"{checks['tried']:,} of {checks['all']:,}",
            f"{checks['killed']:,} noticed by a fast test",
            "`make mutants-of-checks`",
        ),
        (
            f"changed files at {fuzzed['doors']} doors",
            f"{fuzzed['cases']:,}",
            f"each answered, or refused for a typed reason ({fuzzed['date']})",
            "`make fuzz`",
        ),
        (
            f"files at {guided['doors']} doors that libFuzzer made, by the lines that they reach",
            f"{guided['executions']:,}",
            "the same",
            "`make fuzz-coverage`",
        ),
        ("weakened constraints of chips", f"{len(chips):,}", f"{killed:,} shown wrong", "`make mutants`"),
    ]
    return table(["what", "how many", "outcome", "again by"], rows)
