"""Which tests each module's checks answer to: fast ones that concern them, in the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Modules, and the files of tests that run for each mutant of them."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = (
    Group(
        "loader",
        ("reference.loader.headers", "reference.loader.elf"),
        ("tests/reference/loader/test_rejection.py", "tests/reference/loader/test_elf.py"),
    ),
    Group(
        "decoders",
        (
            "spec.protocol.canonical",
            "spec.protocol.proof_encoding",
            "spec.protocol.key_encoding",
            "spec.protocol.key_list",
            "spec.protocol.final_encoding",
            "spec.protocol.development",
        ),
        (
            "tests/spec/protocol/test_canonical.py",
            "tests/spec/protocol/test_encoding.py",
            "tests/spec/protocol/test_final_encoding.py",
            "tests/spec/protocol/test_key_list.py",
            "tests/spec/protocol/test_development.py",
            "tests/spec/protocol/test_key.py",
            "tests/spec/protocol/test_recursion.py",
        ),
    ),
    Group(
        "shapes",
        ("spec.protocol.shape",),
        ("tests/spec/protocol/test_shape.py", "tests/spec/rv64im/test_recursion_shapes.py"),
    ),
    Group("recursion", ("spec.protocol.recursion",), ("tests/spec/protocol/test_recursion.py",)),
    Group("form", ("reference.verifier.form",), ("tests/reference/verifier/test_form.py",)),
    Group("question", ("reference.verifier.question",), ("tests/reference/verifier/test_question.py",)),
    Group(
        "verifier",
        (
            "reference.verifier.run",
            "reference.verifier.statement",
            "reference.verifier.program",
            "reference.verifier.final",
            "reference.verifier.segment",
            "reference.verifier.buses",
            "reference.verifier.constraints",
            "reference.verifier.whir",
            "reference.verifier.queries",
            "reference.verifier.openings",
        ),
        (
            "tests/reference/verifier/test_run.py",
            "tests/reference/verifier/test_segments_joined.py",
            "tests/reference/verifier/test_openings.py",
            "tests/reference/verifier/test_run_numbers.py",
            "tests/reference/verifier/test_final.py",
            "tests/forging/test_statement_checks.py",
            "tests/forging/test_checks_are_needed.py",
        ),
    ),
    Group(
        "calculator",
        (
            "soundcalc.bounds",
            "soundcalc.exact",
            "soundcalc.protocol.shape",
            "soundcalc.protocol.security",
            "soundcalc.protocol.machine",
            "soundcalc.protocol.tree",
            "soundcalc.protocol.proximity",
            "soundcalc.regimes.proximity",
        ),
        (
            "tests/soundcalc/test_bounds.py",
            "tests/soundcalc/test_exact.py",
            "tests/soundcalc/protocol/test_shape.py",
            "tests/soundcalc/protocol/test_security.py",
            "tests/soundcalc/protocol/test_machine.py",
            "tests/soundcalc/protocol/test_proximity.py",
            "tests/soundcalc/regimes/test_proximity.py",
            "tests/soundcalc/protocol/test_tree.py",
        ),
    ),
    Group(
        "formats",
        ("soundcalc.published.section", "soundcalc.own.format", "soundcalc.own.tree_format", "soundcalc.own.variants"),
        (
            "tests/soundcalc/published/test_section.py",
            "tests/soundcalc/published/test_format.py",
            "tests/soundcalc/own/test_format.py",
            "tests/soundcalc/own/test_tree_format.py",
            "tests/soundcalc/own/test_variants.py",
        ),
    ),
)

GROUP_BY_NAME = {group.name: group for group in GROUPS}
