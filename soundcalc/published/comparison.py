"""Two published systems side by side: parameters and figures, with what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from soundcalc.exact import rounded_down
from soundcalc.published.export import toml_value
from soundcalc.published.summary import CircuitSummary, SystemSummary, weakest_round

ABSENT = "-"


@dataclass(frozen=True)
class Row:
    """One thing of both; `circuit` is "" for the systems themselves."""

    circuit: str
    what: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@dataclass(frozen=True)
class Side:
    """One of two things that are compared: facts about it, and about each of its parts by name."""

    name: str
    facts: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]


def side(summary: SystemSummary) -> Side:
    """A published system, its circuits as parts."""
    parts = {entry.circuit.name: _circuit_facts(summary, entry) for entry in summary.circuits}
    return Side(summary.configuration.name, _system_facts(summary), parts)


def compared(left: Side, right: Side) -> list[Row]:
    """Rows about both, then about their parts: those of one name are set beside each other.

    Where no two parts have one name, they are paired in their order.
    """
    rows = _rows("", left.facts, right.facts)
    for title, first, second in _pairs(left.parts, right.parts):
        rows += _rows(title, first, second)
    return rows


Facts = Mapping[str, str]


def _pairs(left: Mapping[str, Facts], right: Mapping[str, Facts]) -> list[tuple[str, Facts, Facts]]:
    if left.keys() & right.keys():
        return [(name, left.get(name, {}), right.get(name, {})) for name in dict.fromkeys([*left, *right])]
    names = zip_longest(left, right, fillvalue=ABSENT)
    return [(f"{first} / {second}", left.get(first, {}), right.get(second, {})) for first, second in names]


def _rows(circuit: str, left: Facts, right: Facts) -> list[Row]:
    names = dict.fromkeys([*left, *right])
    return [Row(circuit, name, left.get(name, ABSENT), right.get(name, ABSENT)) for name in names]


def _system_facts(summary: SystemSummary) -> dict[str, str]:
    lines, configuration = summary.proof_lines, summary.configuration
    facts = {
        "name": configuration.name,
        "version": configuration.version or ABSENT,
        "bits": str(rounded_down(summary.bits)),
        "weakest circuit": summary.weakest.circuit.name,
        "weakest round": weakest_round(summary.weakest),
        "bits by the public calculator": ABSENT if summary.public_bits is None else f"{summary.public_bits:g}",
        "non-interactive bits": str(rounded_down(lines.non_interactive)),
        "quantum bits": str(rounded_down(lines.quantum)),
        "collision cap": str(rounded_down(lines.collision_cap)),
        "circuits": str(len(summary.circuits)),
        "final proof, expected KiB": kibibytes(summary.final.size_expected_bits),
        "final proof, worst KiB": kibibytes(summary.final.size_worst_bits),
    }
    run = summary.run_lines
    if run is not None:
        facts["bits of a run"] = str(rounded_down(run.interactive))
        facts["non-interactive bits of a run"] = str(rounded_down(run.non_interactive))
    return facts


def _circuit_facts(summary: SystemSummary, entry: CircuitSummary) -> dict[str, str]:
    facts = {
        "proof system": entry.circuit.proof_system,
        "field": str(entry.circuit.field),
        "bits": str(rounded_down(entry.bits)),
        "best regime": entry.best.regime,
        "weakest round": weakest_round(entry),
        "expected KiB": kibibytes(entry.size_expected_bits),
        "worst KiB": kibibytes(entry.size_worst_bits),
    }
    tables: Any = summary.configuration.document["circuits"]
    table = next(table for table in tables if table["name"] == entry.circuit.name)
    lookups = table.get("lookups", [])
    for key, value in table.items():
        if key not in ("name", "lookups", "field"):
            facts[key] = toml_value(value)
    for lookup in lookups:
        parameters = ", ".join(f"{key} {toml_value(value)}" for key, value in lookup.items() if key != "name")
        facts[f"lookup {lookup['name']}"] = parameters
    return facts


def kibibytes(bits: int) -> str:
    """A size in KiB, rounded down as the public calculator's reports have it."""
    return str(bits // (8 * 1024))
