"""Files of a tree of proofs."""

from __future__ import annotations

import pytest

from soundcalc.errors import ConfigurationError, ConfigurationProblemsError
from soundcalc.own.format import is_own
from soundcalc.own.tree_format import CIRCUIT, HEADER, TreeFile, exported_tree, is_tree, tree_of
from soundcalc.protocol.tree import Role, proof_tree, tree_security
from soundcalc.published.toml_text import parsed
from spec.rv64im.tree import tree_design

WRITTEN = TreeFile("tree", "for a test", proof_tree(tree_design(), 5, 100))
LAST = f"circuit number {len(WRITTEN.tree.circuits)}"


def _read(text: str) -> TreeFile:
    document = parsed(text, "x")
    assert is_tree(document)
    assert not is_own(document)
    return tree_of(document, "x")


def test_tree_that_is_written_reads_back_to_the_same_circuits_and_figures() -> None:
    again = _read(exported_tree(WRITTEN))
    assert again == WRITTEN
    assert tree_security(again.tree).error == tree_security(WRITTEN.tree).error


def test_file_has_a_circuit_for_each_kind_of_segment_of_node_and_the_final_proof() -> None:
    circuits = parsed(exported_tree(WRITTEN), "x")["circuits"]
    design = tree_design()
    assert [circuit["role"] for circuit in circuits] == [
        *["segment"] * len(design.segment_shapes),
        *["node"] * (len(design.segment_counts) + len(design.child_counts)),
        "final",
    ]


@pytest.mark.parametrize(
    ("old", "new", "circuit", "key", "reason"),
    [
        ("depth_limit = 10\n", "", "limpid_tree", "depth_limit", "is missing"),
        ("segments = 5\n", "segments = 5\ncolour = 2\n", "limpid_tree", "colour", "is unknown"),
        ("segments = 5\n", "segments = 6\n", "circuit number 1", "segments", "5 are fewer than those of the run"),
        ('role = "final"', 'role = "node"', "", "role", "no circuit has the role final"),
        ("proofs = 5\n", "proofs = 4\n", "", "proofs", "a run of 5 segments has so many proofs of any kind"),
        ("rate_log2 = 4", "rate_log2 = 9", LAST, "rate_log2", "9 exceeds 8"),
        (
            "rate_log2 = 4",
            "rate_log2 = 5",
            LAST,
            "schedule",
            "no domain of 2^25 points",
        ),
        ("[[circuits]]", "[extra]\n[[circuits]]", "", "extra", "is unknown"),
    ],
)
def test_file_with_a_wrong_value_is_refused_with_its_place(
    old: str, new: str, circuit: str, key: str, reason: str
) -> None:
    text = exported_tree(WRITTEN)
    assert old in text
    with pytest.raises((ConfigurationError, ConfigurationProblemsError)) as refusal:
        _read(text.replace(old, new, 1))
    problems = getattr(refusal.value, "problems", [refusal.value])
    assert (circuit, key, reason) in [(problem.circuit, problem.key, problem.reason) for problem in problems]


def test_role_of_another_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises((ConfigurationError, ConfigurationProblemsError), match="role") as refusal:
        _read(exported_tree(WRITTEN).replace('role = "final"', 'role = "root"'))
    assert all(role.value in str(refusal.value) for role in Role)


def test_file_with_more_circuits_than_any_tree_has_is_refused() -> None:
    document = parsed(exported_tree(WRITTEN), "x")
    with pytest.raises((ConfigurationError, ConfigurationProblemsError), match="has 257 tables, more than 256"):
        tree_of({**document, "circuits": [document["circuits"][0]] * 257}, "x")


def test_no_key_has_a_default() -> None:
    assert all(key.required for keys in (HEADER, CIRCUIT) for key in keys.values())
