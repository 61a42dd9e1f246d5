"""Requirement, section, file, test: where the document answers the requirements of an architecture whitepaper."""

from __future__ import annotations

from dataclasses import dataclass

from documentation.error_terms import SOURCES
from documentation.markdown import codes, table


@dataclass(frozen=True)
class Requirement:
    """One demand of W1, and where it is met. Sections are numbers of headings."""

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
        ("1.7", "4.8"),
        ("reference/verifier/run.py", "reference/verifier/program.py"),
        ("tests/reference/verifier/test_run.py",),
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
        "3.2", "precompiles (open)", ("2.5",), ("spec/rv64im/buses.py",), ("tests/spec/rv64im/test_machine.py",)
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
        ("spec/rv64im/gadgets.py", "spec/rv64im/chips/fixed_tables.py"),
        ("tests/reference/test_fixed_tables.py", "tests/reference/trace/test_multiplicities.py"),
    ),
    Requirement(
        "3.5",
        "recursion topology (open)",
        ("5.1",),
        ("reference/verifier/run.py", "spec/rv64im/recursion_shapes.py"),
        ("tests/reference/verifier/test_run.py", "tests/spec/rv64im/test_recursion_shapes.py"),
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
        ("tests/soundcalc/composition/test_claim.py",),
    ),
)
"""In the order of the requirements."""


def table_of_requirements() -> str:
    """The crosswalk."""
    rows = [(r.number, r.demand, ", ".join(r.sections), codes(r.files), codes(r.tests)) for r in REQUIREMENTS]
    return table(("W1", "requirement", "sections", "files", "tests"), rows, (6, 28, 14, 36, 42))
