"""The whole document: which block is made by whom, which files there are, and what each must hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from documentation import (
    bus_tables,
    calculator_pages,
    call_tables,
    chip_pages,
    circuit_pages,
    constants,
    crosswalk,
    cut_example,
    deterministic_steps,
    edges,
    evidence,
    front_page,
    hash_tables,
    instruction_tables,
    memory_tables,
    mutants,
    parameter_tables,
    protocol_tables,
    recursion_tables,
    rejection_order,
    theorem_tables,
    verdicts,
    walks,
)
from documentation.blocks import Generator, block, filled
from documentation.chip_families import ChipFamily, chip_families
from documentation.encodings import conversation, digests, fields, final_tables, layouts, listing, payloads, rows
from documentation.encodings.example import BESIDE
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
    "calls": call_tables.calls,
    "roles": protocol_tables.roles,
    "buses": bus_tables.overview,
    "bus_contracts": bus_tables.contracts,
    "verifier_tokens": bus_tables.tokens,
    "rounds": protocol_tables.rounds,
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
    "rejection_order": rejection_order.rejection_order,
    "recursion_relations": recursion_tables.relations,
    "node_statement": recursion_tables.node_statement,
    "circuit_buses": circuit_pages.circuit_buses,
    "circuit_tables": circuit_pages.circuit_tables,
    "circuit_forms": circuit_pages.circuit_forms,
    "circuit_chips": circuit_pages.circuit_chips,
    "invocations": edges.invocations,
    "edges": edges.edges,
    "recursion_shapes": recursion_tables.shapes,
    "recursion_costs": recursion_tables.costs,
    "recursion_nodes": recursion_tables.nodes,
    "recursion_security": recursion_tables.security,
    "deterministic_steps": deterministic_steps.deterministic_steps,
    "theorem_inputs": theorem_tables.theorem_inputs,
    "theorem_figures": theorem_tables.theorem_figures,
    "identity": front_page.identity,
    "glance_figures": front_page.glance_figures,
    "evidence": evidence.evidence,
    "all_obligations": verdicts.all_obligations,
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
    "byte_widths": fields.byte_widths,
    "byte_magics": fields.byte_magics,
    "byte_key": fields.byte_key,
    "byte_proof": fields.byte_proof,
    "byte_segment": fields.byte_segment,
    "byte_final": fields.byte_final,
    "byte_absorbed": payloads.byte_absorbed,
    "parameter_texts": digests.parameter_texts,
    "machine_text": digests.machine_text,
    "byte_roots": digests.byte_roots,
    "byte_layout": layouts.byte_layout,
    "byte_weights": layouts.byte_weights,
    "fixed_rows": rows.fixed_rows,
    "elf_segments": rows.elf_segments,
    "instruction_formats": rows.instruction_formats,
    "program_row_examples": rows.program_row_examples,
    "program_rows": rows.program_rows,
    "circuits_text": final_tables.circuits_text,
    "final_constants": final_tables.final_constants,
    "final_example_lines": final_tables.final_example_lines,
    "final_facts": final_tables.final_facts,
    "example_facts": listing.example_facts,
    "byte_listing": listing.byte_listing,
    "byte_challenges": payloads.byte_challenges,
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

BESIDE_BYTES: Mapping[str, Generator] = {
    "machine.txt": digests.machine_file,
    "example.txt": listing.listing,
    "transcript.txt": conversation.transcript_file,
    "program.txt": rows.program_file,
    "circuits.txt": final_tables.circuits_file,
    "circuit-keys.txt": final_tables.circuit_keys_file,
    "final.txt": listing.final_listing,
    "final-transcript.txt": conversation.final_transcript_file,
}
"""By name, the files beside the chapter on bytes that are generated: all but the examples' proofs."""


def chapter_paths() -> list[Path]:
    """The chapters with prose, then the appendices with letters, in reading order."""
    return sorted(WHITEPAPER.glob("[0-9A-Z]*.md"))


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
    """What every file of the document must hold; prose is taken from the files as they stand.

    Raises BlockError if marks do not pair up, or nobody generates a block.
    """
    expected = {
        path: filled(path.read_text(), path.relative_to(ROOT).as_posix(), GENERATORS)
        for path in (*chapter_paths(), *PAGES)
    }
    expected |= {appendix_path(family): appendix(family) for family in chip_families()}
    expected |= {WHITEPAPER / "pictures" / f"{name}.svg": draw() for name, draw in PICTURES.items()}
    expected |= {BESIDE / name: write() for name, write in BESIDE_BYTES.items()}
    return expected


def generated_files_present() -> set[Path]:
    """The committed files that nobody writes by hand."""
    return {
        *(WHITEPAPER / "chips").glob("*.md"),
        *(WHITEPAPER / "pictures").glob("*.svg"),
        *BESIDE.glob("*.txt"),
    }


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
