"""The architecture document says what the declarations say, and nothing by hand that they could change."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

import reference.verifier.segment
from documentation import bus_tables, parameter_tables, protocol_tables, transcript_record
from documentation.chapters import (
    GENERATORS,
    PAGES,
    PICTURES,
    ROOT,
    WHITEPAPER,
    chapter_paths,
    expected_files,
    stale_files,
)
from documentation.chip_families import chip_families
from documentation.chip_pages import PaddingError, chip_page
from documentation.crosswalk import REQUIREMENTS
from documentation.prose import forbidden_numbers, section_numbers, stated_results
from documentation.worked_example import worked_trace
from reference.checker import check_trace
from spec.air.chip import Constraint
from spec.air.expression import lift
from spec.parameters import PARAMETER_SETS, SEGMENT
from spec.protocol.labels import Label
from spec.rv64im.buses import PROGRAM
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, RV64IM

ADD = CHIP_BY_NAME["add"]


def _chapters() -> dict[str, str]:
    return {path.name: path.read_text() for path in chapter_paths()}


def test_document_committed_is_what_the_declarations_say() -> None:
    stale = [path.relative_to(ROOT).as_posix() for path in stale_files()]
    assert stale == [], "run `make whitepaper-text`"


def test_document_has_a_page_for_every_chip() -> None:
    pages = [chip.name for family in chip_families() for chip in family.chips]
    assert sorted(pages) == sorted(chip.name for chip in CHIPS)


def test_document_uses_every_generator_and_every_picture() -> None:
    text = "\n".join([*_chapters().values(), *(path.read_text() for path in PAGES)])
    assert [name for name in GENERATORS if f"<!-- generated: {name} -->" not in text] == []
    assert [name for name in PICTURES if f"(pictures/{name}.svg)" not in text] == []


def test_prose_of_every_chapter_has_no_number_of_its_own() -> None:
    chapters = _chapters()
    sections = section_numbers(chapters.values())
    results = stated_results(chapters.values())
    assert [f for name, text in chapters.items() for f in forbidden_numbers(text, name, sections, results)] == []


def test_crosswalk_names_sections_files_and_tests_that_exist() -> None:
    sections = section_numbers(_chapters().values())
    for requirement in REQUIREMENTS:
        assert [number for number in requirement.sections if number not in sections] == []
        assert [path for path in (*requirement.files, *requirement.tests) if not (ROOT / path).exists()] == []


def test_worked_example_is_an_honest_trace() -> None:
    assert check_trace(worked_trace()) == []


def test_file_superfluous_or_changed_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = WHITEPAPER / "00-conventions.md"
    expected = expected_files()
    monkeypatch.setattr("documentation.chapters.expected_files", lambda: {chapter: expected[chapter] + "\n"})
    assert chapter in stale_files()
    assert WHITEPAPER / "chips" / "addition.md" in stale_files()


@pytest.mark.parametrize(
    "changed",
    [
        replace(ADD, columns=("genuine", *ADD.columns[1:])),
        replace(ADD, constraints=ADD.constraints[1:]),
        replace(ADD, constraints=(Constraint("renamed", ADD.constraints[0].expression), *ADD.constraints[1:])),
        replace(ADD, interactions=ADD.interactions[1:]),
        replace(ADD, interactions=(replace(ADD.interactions[0], sign=+1), *ADD.interactions[1:])),
        replace(ADD, purpose="Something else."),
    ],
)
def test_page_of_a_chip_changed_differs(changed: object) -> None:
    assert isinstance(changed, type(ADD))
    assert chip_page(changed) != chip_page(ADD)


def test_page_of_a_chip_whose_zero_row_is_no_padding_is_refused() -> None:
    always = replace(ADD.interactions[0], multiplicity=lift(1))
    with pytest.raises(PaddingError, match=f"^add: {always.name} does not vanish"):
        chip_page(replace(ADD, interactions=(always, *ADD.interactions[1:])))


def test_section_of_a_bus_changed_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    before = bus_tables.contracts()
    changed = tuple(replace(bus, receiver_assumes="nothing") if bus is PROGRAM else bus for bus in RV64IM.buses)
    monkeypatch.setattr(bus_tables, "RV64IM", SimpleNamespace(buses=changed, tokens=RV64IM.tokens))
    assert bus_tables.contracts() not in before


def test_label_exchanged_in_the_verifier_changes_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    before = protocol_tables.rounds()
    exchanged = SimpleNamespace(**{**Label.__members__, "STACKED_VALUES": Label.COLUMN_VALUES})
    monkeypatch.setattr(reference.verifier.segment, "Label", exchanged)
    monkeypatch.setattr(protocol_tables, "conversation", transcript_record.conversation.__wrapped__)
    assert "`stacked_values`, " in before
    assert protocol_tables.rounds() == before.replace("`stacked_values`, ", "")


def test_parameter_changed_changes_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    before = parameter_tables.schedules()
    height = SEGMENT.tallest_log2
    schedule = SEGMENT.schedule(height)
    more = replace(schedule, queries=(schedule.queries[0] + 1, *schedule.queries[1:]))
    changed = replace(SEGMENT, schedules={**SEGMENT.schedules, height: more})
    monkeypatch.setattr(parameter_tables, "PARAMETER_SETS", {**PARAMETER_SETS, "segment": changed})
    assert parameter_tables.schedules() != before
