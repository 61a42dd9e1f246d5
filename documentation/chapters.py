"""The whole document: which block is made by whom, which files there are, and what each must hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from documentation import (
    bus_tables,
    calculator_pages,
    chip_pages,
    constants,
    crosswalk,
    cut_example,
    hash_tables,
    instruction_tables,
    memory_tables,
    mutants,
    parameter_tables,
    protocol_tables,
    recursion_tables,
    verdicts,
    walks,
)
from documentation.blocks import Generator, block, filled
from documentation.chip_families import ChipFamily, chip_families
from documentation.markdown import sentence
from documentation.pictures import buses, memory_map, rounds, segmentation, topology

ROOT = Path(__file__).resolve().parents[1]
WHITEPAPER = ROOT / "spec" / "whitepaper"

PAGES = (
    ROOT / "README.md",
    *(
        ROOT / "docs" / f"{name}.md"
        for name in ("soundcalc", "published-systems", "bounds", "instruction-path", "output")
    ),
)
"""Pages outside the document with generated blocks."""

GENERATORS: Mapping[str, Generator] = {
    "constants": constants.constants,
    "element_order": constants.element_order,
    "encodings": instruction_tables.encodings,
    "predicates": instruction_tables.predicates,
    "opcodes": instruction_tables.opcodes,
    "spaces": memory_tables.spaces,
    "memory_map": memory_tables.memory_map,
    "region_kinds": memory_tables.region_kinds,
    "regions": memory_tables.regions,
    "public_values": memory_tables.public_values,
    "cut_limits": cut_example.cut_limits,
    "cut_segments": cut_example.cut_segments,
    "one_address": cut_example.one_address,
    "roles": protocol_tables.roles,
    "buses": bus_tables.overview,
    "bus_contracts": bus_tables.contracts,
    "verifier_tokens": bus_tables.tokens,
    "rounds": protocol_tables.rounds,
    "transcripts": protocol_tables.transcripts,
    "commitments": protocol_tables.commitments,
    "hash_domains": hash_tables.domains,
    "hash_prefixes": hash_tables.prefixes,
    "message_layout": hash_tables.message_layout,
    "grinding_layout": hash_tables.grinding_layout,
    "labels": hash_tables.labels,
    "closed_forms": memory_tables.closed_forms,
    "parameter_sets": parameter_tables.parameter_sets,
    "schedules": parameter_tables.schedules,
    "security_claim": parameter_tables.security_claim,
    "security_figures": parameter_tables.security_figures,
    "security_by_height": parameter_tables.security_by_height,
    "bounds": parameter_tables.bounds,
    "bounds_registry": calculator_pages.bounds_registry,
    "bounds_papers": calculator_pages.bounds_papers,
    "published_schema": calculator_pages.published_schema,
    "rejections": protocol_tables.rejections,
    "load_rejections": protocol_tables.load_rejections,
    "recursion_relations": recursion_tables.relations,
    "recursion_shapes": recursion_tables.shapes,
    "recursion_costs": recursion_tables.costs,
    "obligation_kinds": verdicts.kinds,
    "machine_obligations": verdicts.machine_obligations,
    "mutant_operators": mutants.operators,
    "mutant_redundancies": mutants.redundancies,
    "assumptions": verdicts.assumptions,
    "trusted": verdicts.trusted,
    "instruction_word": walks.instruction_word,
    "instruction_path": walks.instruction_path,
    "instruction_chip": walks.instruction_chip,
    "instruction_verdicts": walks.instruction_verdicts,
    "output_path": walks.output_path,
    "crosswalk": crosswalk.table_of_requirements,
}
"""By block name."""

PICTURES: Mapping[str, Generator] = {
    "buses": buses.draw,
    "memory-map": memory_map.draw,
    "segmentation": segmentation.draw,
    "rounds": rounds.draw,
    "topology": topology.draw,
}
"""By file name without its ending."""


def chapter_paths() -> list[Path]:
    """The chapters with prose, in reading order."""
    return sorted(WHITEPAPER.glob("[0-9]*.md"))


def appendix_path(family: ChipFamily) -> Path:
    """The file that holds the pages of a family's chips."""
    return WHITEPAPER / "chips" / f"{family.name.replace('_', '-')}.md"


def appendix(family: ChipFamily) -> str:
    """The pages of a family's chips, all of it generated."""
    heading = f"# Chips: {sentence(family.name)}"
    pages = [chip_pages.chip_page(chip) for chip in family.chips]
    body = [f"Declared in `{family.source}`.", family.introduction, *pages]
    return f"{heading}\n\n{block('chips', chr(10).join(['', *_separated(body)]))}\n"


def _separated(parts: list[str]) -> list[str]:
    return [line for part in parts for line in (part, "")]


def expected_files() -> dict[Path, str]:
    """What every file of the document must hold; prose is taken from the files as they stand. Raises BlockError."""
    expected = {
        path: filled(path.read_text(), path.relative_to(ROOT).as_posix(), GENERATORS)
        for path in (*chapter_paths(), *PAGES)
    }
    expected |= {appendix_path(family): appendix(family) for family in chip_families()}
    expected |= {WHITEPAPER / "pictures" / f"{name}.svg": draw() for name, draw in PICTURES.items()}
    return expected


def generated_files_present() -> set[Path]:
    """The committed files that nobody writes by hand."""
    return {*(WHITEPAPER / "chips").glob("*.md"), *(WHITEPAPER / "pictures").glob("*.svg")}


def stale_files() -> list[Path]:
    """The files that are not what the declarations say, missing and superfluous ones included."""
    expected = expected_files()
    changed = {path for path, text in expected.items() if not path.exists() or path.read_text() != text}
    return sorted(changed | (generated_files_present() - set(expected)))


def write_files() -> list[Path]:
    """Brings every file up to date; returns those that changed."""
    expected = expected_files()
    stale = stale_files()
    for path in stale:
        if path in expected:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expected[path])
        else:
            path.unlink()
    return stale
