"""The TOML format in which zkVM teams publish their parameters: reading it strictly.

The keys of each table stand in `schema`; what holds between keys is checked here. One error names all
problems of a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from soundcalc.errors import ConfigurationError
from soundcalc.published.circuit_format import CircuitReader, Source
from soundcalc.published.rounds import comparable
from soundcalc.published.schema import (
    HEADER,
    MAXIMUM_WORK,
    TOP,
)
from soundcalc.published.section import Problems, Section, cut
from soundcalc.published.system import PublishedCircuit, PublishedConfiguration
from soundcalc.published.toml_text import parsed


def read_configuration(path: Path, lenient: bool = False) -> PublishedConfiguration:
    """The configuration in a TOML file.

    `lenient` lists unknown keys instead of refusing them. Raises ConfigurationError if the document is malformed,
    ConfigurationProblemsError if it is in several places, and OSError if the disk refuses.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(path.name, "", "", "is not UTF-8") from error
    return parse_configuration(text, path.name, lenient)


def parse_configuration(text: str, file: str, lenient: bool = False) -> PublishedConfiguration:
    """The configuration in this TOML text; `file` names it in errors. Raises as read_configuration does."""
    return configuration_of(parsed(text, file), file, lenient)


def configuration_of(document: Mapping[str, Any], file: str, lenient: bool = False) -> PublishedConfiguration:
    """The configuration in a document that was parsed with exact numbers. Raises as read_configuration does."""
    return _Reader(file, lenient).configuration(document)


class _Reader:
    def __init__(self, file: str, lenient: bool) -> None:
        self.source = Source(file, [] if lenient else None)
        self.problems = Problems()

    def configuration(self, document: Mapping[str, Any]) -> PublishedConfiguration:
        for name in document:
            if name not in TOP:
                if self.source.ignored is None:
                    self.problems.found.append(self.source.error("", name, "is unknown"))
                else:
                    self.source.ignored.append(cut(name))
        header = self._header(document)
        entries = document.get("circuits", [])
        if not isinstance(entries, list):
            self.problems.found.append(self.source.error("", "circuits", "is not an array of tables"))
        elif not entries:
            self.problems.found.append(self.source.error("", "circuits", "is missing"))
        elif len(entries) > TOP["circuits"].maximum_length:
            reason = f"has {len(entries)} tables, more than {TOP['circuits'].maximum_length}"
            self.problems.found.append(self.source.error("", "circuits", reason))
        if header is None or not isinstance(entries, list) or len(entries) > TOP["circuits"].maximum_length:
            self.problems.raise_if_any()
            raise AssertionError("a file without a header has problems")
        circuits = self._circuits(document, header, entries)
        work = sum(circuit.opening.folds_and_codes + len(circuit.lookups) for circuit in circuits)
        if work > MAXIMUM_WORK:
            reason = f"have {work} folds, iterations and lookups together, more than {MAXIMUM_WORK}"
            self.problems.found.append(self.source.error("", "circuits", reason))
        self.problems.raise_if_any()
        return PublishedConfiguration(
            name=header.text("name"),
            version=header.optional_text("version"),
            circuits=tuple(circuits),
            ignored_keys=tuple(self.source.ignored or ()),
            document=document,
        )

    def _header(self, document: Mapping[str, Any]) -> Section | None:
        if "zkevm" not in document:
            self.problems.found.append(self.source.error("", "zkevm", "is missing"))
            return None
        with self.problems.gathered():
            return self.source.section("zkevm", document["zkevm"], HEADER)
        return None

    def _circuits(self, document: Mapping[str, Any], header: Section, entries: Sequence[Any]) -> list[PublishedCircuit]:
        circuits: list[PublishedCircuit] = []
        names: set[str] = set()
        for number, table in enumerate(entries, start=1):
            with self.problems.gathered():
                circuit = CircuitReader(self.source, document, header, table, number).circuit()
                if comparable(circuit.name) in names:
                    raise self.source.error(circuit.name, "name", "is that of another circuit as well")
                names.add(comparable(circuit.name))
                circuits.append(circuit)
        return circuits
