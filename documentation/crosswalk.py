"""Requirement, section, file, test: where the document answers the requirements of an architecture whitepaper."""

from __future__ import annotations

from dataclasses import dataclass

from documentation.error_terms import SOURCES
from documentation.markdown import codes, table


@dataclass(frozen=True)
class Requirement:
    """One demand of the whitepaper's levels, and where it is met. Sections are numbers of headings."""

    number: str
    demand: str
    sections: tuple[str, ...]
    files: tuple[str, ...]
    tests: tuple[str, ...]


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "3.1",
        "program, program execution, VM state",
        ("1.1", "1.2", "1.5"),
        ("spec/program.py", "spec/isa/step.py", "reference/loader/elf.py"),
        ("tests/spec/isa/test_step.py", "tests/reference/loader/test_elf.py"),
    ),
    Requirement(
        "3.1",
        "supported instructions",
        ("1.3", "1.4"),
        ("spec/isa/decode.py",),
        ("tests/spec/isa/test_decode.py", "tests/spec/isa/test_meanings.py"),
    ),
    Requirement(
        "3.1",
        "statement about the execution asserted in the final proof",
        ("1.7", "4.8", "5.4", "11.9"),
        ("reference/verifier/run.py", "reference/verifier/program.py", "reference/verifier/final.py"),
        ("tests/reference/verifier/test_run.py", "tests/whitepaper/test_final.py"),
    ),
    Requirement(
        "3.1",
        "where it is enforced that the output is what the verifier was told",
        ("4.8", "3.5"),
        ("reference/verifier/program.py", "reference/verifier/run.py", "spec/rv64im/tokens.py"),
        ("tests/reference/verifier/test_run.py", "tests/spec/rv64im/test_tokens.py"),
    ),
    Requirement(
        "3.2",
        "execution as segments",
        ("2.1", "2.2", "2.4"),
        ("spec/protocol/run.py", "reference/trace/segmentation.py"),
        ("tests/reference/trace/test_segmentation.py", "tests/reference/verifier/test_segments_joined.py"),
    ),
    Requirement(
        "3.2",
        "partition of segments into chips",
        ("2.3",),
        ("spec/rv64im/machine.py", "spec/rv64im/instruction_row.py"),
        ("tests/spec/rv64im/test_machine.py", "tests/spec/rv64im/test_golden_files.py"),
    ),
    Requirement(
        "3.2",
        "precompiles",
        ("2.5",),
        (
            "spec/isa/calls.py",
            "spec/rv64im/chips/sha256.py",
            "spec/rv64im/chips/keccak.py",
            "spec/air/chips/keccak.py",
            "spec/rv64im/chips/modular.py",
        ),
        ("tests/reference/trace/test_calls.py", "tests/proofs_of_constraints/calls/test_completion.py"),
    ),
    Requirement(
        "3.3",
        "types of memory",
        ("1.2", "3.4", "3.6"),
        ("spec/memory_map.py", "spec/rv64im/chips/continuation.py", "spec/rv64im/chips/program_tables.py"),
        ("tests/spec/rv64im/test_program_row.py", "tests/reference/test_fixed_tables.py"),
    ),
    Requirement(
        "3.3",
        "memory consistency across segments: argument and randomness",
        ("3.4", "3.5", "3.7"),
        ("spec/rv64im/chips/continuation.py", "spec/protocol/run.py"),
        (
            "tests/reference/trace/test_continuation.py",
            "tests/reference/test_checker_attacks.py",
            "tests/reference/verifier/test_segments_joined.py",
        ),
    ),
    Requirement(
        "3.3", "list of buses", ("3.1", "3.2"), ("spec/rv64im/buses.py",), ("tests/spec/rv64im/test_golden_files.py",)
    ),
    Requirement(
        "3.3",
        "argument of the buses",
        ("3.3",),
        ("spec/protocol/gkr.py", "reference/verifier/buses.py"),
        ("tests/reference/test_bus_traffic.py", "tests/reference/prover/test_circuit_values.py"),
    ),
    Requirement(
        "3.4",
        "circuits from segments and chips",
        ("4.1", "4.5"),
        ("spec/protocol/shape.py", "spec/protocol/form.py", "spec/protocol/zerocheck.py"),
        ("tests/reference/prover/test_zerocheck_rounds.py", "tests/reference/verifier/test_forged_traces.py"),
    ),
    Requirement(
        "3.4",
        "circuit types and their numbers",
        ("4.7", "5.1"),
        ("spec/parameters.py", *SOURCES),
        ("tests/documentation/test_transcript_record.py",),
    ),
    Requirement(
        "3.4",
        "commitment schemes and argument types",
        ("4.3", "4.4", "4.5", "4.6", "4.10"),
        (
            "spec/protocol/stacking.py",
            "spec/protocol/merkle.py",
            "spec/protocol/columns.py",
            "spec/protocol/whir.py",
            "spec/protocol/transcript.py",
        ),
        (
            "tests/reference/prover/test_stacked_columns.py",
            "tests/reference/prover/test_stacking_rounds.py",
            "tests/reference/prover/test_folded_vector.py",
        ),
    ),
    Requirement(
        "3.4",
        "additional subprotocols",
        ("6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.9"),
        (
            "spec/rv64im/gadgets.py",
            "spec/rv64im/chips/fixed_tables.py",
            "spec/air/chips/keccak_tables.py",
        ),
        ("tests/reference/test_fixed_tables.py", "tests/reference/trace/test_multiplicities.py"),
    ),
    Requirement(
        "3.5",
        "recursion topology",
        ("5.1",),
        (
            "spec/circuit/nodes.py",
            "spec/rv64im/tree.py",
            "reference/recursion/tree_plan.py",
            "spec/rv64im/recursion_shapes.py",
        ),
        (
            "tests/reference/recursion/test_aggregate.py",
            "tests/limpid/runs/test_listed_circuits.py",
            "tests/spec/rv64im/test_recursion_shapes.py",
        ),
    ),
    Requirement(
        "3.5",
        "relation of each node",
        ("5.2",),
        ("spec/protocol/recursion.py", "spec/protocol/node_statement.py", "spec/circuit/nodes.py"),
        (
            "tests/spec/protocol/test_recursion.py",
            "tests/reference/recursion/test_relations.py",
            "tests/optimized/test_tree.py",
        ),
    ),
    Requirement(
        "3.5",
        "nodes and circuits in soundcalc",
        ("5.1", "4.7"),
        (*SOURCES, "soundcalc/composition/claim.py"),
        ("tests/soundcalc/composition/test_claim.py", "tests/documentation/test_edges.py"),
    ),
    Requirement(
        "W2",
        "every proof invocation and every edge, with statement, witness and relation",
        ("5.1", "5.2"),
        ("documentation/edges.py", "spec/protocol/recursion.py"),
        ("tests/documentation/test_edges.py", "tests/reference/recursion/test_relations.py"),
    ),
    Requirement(
        "W2",
        "operation predicates with the fetch conjunct; the active branch is the fetched one",
        ("1.4", "6.5", "8.6"),
        ("spec/isa/step.py", "proofs_of_constraints/obligations/decode.py"),
        ("tests/proofs_of_constraints/obligations/test_decode.py",),
    ),
    Requirement(
        "W2",
        "commitments defined, with their binding",
        ("4.3", "4.4", "8.1", "8.3"),
        ("spec/protocol/stacking.py", "spec/protocol/merkle.py", "spec/protocol/columns.py"),
        ("tests/reference/prover/test_stacked_columns.py",),
    ),
    Requirement(
        "W2",
        "soundness sketch: an error for each step, standard, adapted or new",
        ("4.6", "8.4", "8.5"),
        ("soundcalc/protocol/terms.py",),
        ("tests/documentation/test_transcript_record.py", "tests/whitepaper/test_theorem_figures.py"),
    ),
    Requirement(
        "W2",
        "ledger of deviations, with what replaces each",
        ("7",),
        ("documentation/chapters.py",),
        ("tests/architecture/test_whitepaper.py",),
    ),
    Requirement(
        "W2",
        "auxiliary arguments: relation, reduction, degree, openings, error",
        ("6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.7", "6.8", "6.9"),
        ("spec/rv64im/gadgets.py",),
        ("tests/reference/test_fixed_tables.py",),
    ),
    Requirement(
        "W2",
        "a PDF and its source",
        ("0.1",),
        ("documentation/rendering.py",),
        ("tests/documentation/test_rendering.py",),
    ),
    Requirement(
        "W2",
        "what is left open, in one place",
        ("8.10",),
        ("soundcalc/composition/claim.py",),
        ("tests/soundcalc/composition/test_claim.py",),
    ),
    Requirement(
        "W3",
        "definitions: relation, extraction, argument of knowledge, correct-trace extractability, binding",
        ("8.1",),
        ("spec/isa/step.py",),
        ("tests/architecture/test_whitepaper.py",),
    ),
    Requirement(
        "W3",
        "a lemma for each layer, and the deterministic steps by their obligations",
        ("8.2", "8.3", "8.4", "8.5", "8.6"),
        ("documentation/deterministic_steps.py",),
        ("tests/documentation/test_deterministic_steps.py",),
    ),
    Requirement(
        "W3",
        "the theorem, with its total error as a formula and as numbers that a reader recomputes",
        ("8.7",),
        ("documentation/theorem_tables.py", "soundcalc/protocol/security.py"),
        ("tests/whitepaper/test_theorem_figures.py",),
    ),
    Requirement(
        "W3",
        "extraction across recursion to one execution, with its idealisation and multiplicities",
        ("8.8", "5.3"),
        ("soundcalc/protocol/tree.py",),
        ("tests/soundcalc/protocol/test_tree.py",),
    ),
    Requirement(
        "W3",
        "completeness",
        ("8.9",),
        ("proofs_of_constraints/obligations/completeness.py",),
        ("tests/reference/trace/test_every_instruction.py",),
    ),
)
"""In the order of the requirements."""


def table_of_requirements() -> str:
    """The crosswalk."""
    rows = [(r.number, r.demand, ", ".join(r.sections), codes(r.files), codes(r.tests)) for r in REQUIREMENTS]
    return table(("level", "requirement", "sections", "files", "tests"), rows, (6, 28, 14, 36, 42))
