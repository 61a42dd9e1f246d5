"""The file of a tree of proofs, which reads back to the same figures: a circuit for each kind of segment, for each kind
of node, and for the final proof.

A table [limpid_tree], and for every kind of proof a table [[circuits]] with its number, its schedule and its counts. No
key has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from soundcalc.errors import ConfigurationError, ParameterError
from soundcalc.own.format import (
    HEIGHT,
    MAXIMUM_ABOUT,
    MAXIMUM_SEGMENTS,
    MAXIMUM_VARIABLES,
    RATE_AND_CAP,
    entries_of,
    require_segments,
    shape_of,
    tables_of,
)
from soundcalc.protocol.tree import ProofTree, Role, TreeCircuit
from soundcalc.published.export import written
from soundcalc.published.keys import Key, ValueKind, by_name, required
from soundcalc.published.section import Problems, Section

HEADER_COMMENT = """\
# Written by limpid soundcalc: all proofs behind one final proof of Limpid, with the counts of each kind. The public
# calculator, ethereum/soundcalc, has no words for the rounds of this protocol and cannot read it; limpid soundcalc
# reads it.
"""

TITLE = "limpid_tree"
"""The table by which such a file is known."""

CIRCUITS = "circuits"

MAXIMUM_CIRCUITS = 256
"""Ten times those of the tree."""

HEADER = by_name(
    (
        Key("name", ValueKind.TEXT, "the tree", '"tree"', True, maximum_length=100),
        Key("about", ValueKind.TEXT, "whose counts they are", '"the longest run"', True, maximum_length=MAXIMUM_ABOUT),
        required("segments", ValueKind.INTEGER, "segments of the run", "1024", 1, MAXIMUM_SEGMENTS),
        required(
           "depth_limit", ValueKind.INTEGER, "depth of the deepest tree that is accepted", "10", 0, MAXIMUM_VARIABLES,
       ),
    )
)  # fmt: skip

CIRCUIT = by_name(
    (
        Key("name", ValueKind.TEXT, "the kind of proof", '"combine of 2"', True, maximum_length=100),
        Key(
            "role", ValueKind.TEXT, "what it is in the tree", '"node"', True, choices=tuple(role.value for role in Role)
        ),
        required("proofs", ValueKind.INTEGER, "of this kind in the tree with most proofs", "1023", 0, MAXIMUM_SEGMENTS),
    ),
    RATE_AND_CAP,
    HEIGHT.values(),
)  # fmt: skip
"""The keys of one kind of proof: its number, its parameters, then every count of ArgumentSize."""

TABLES: Mapping[str, Mapping[str, Key]] = {f"[{TITLE}]": HEADER, f"[[{CIRCUITS}]], of a tree": CIRCUIT}
"""All keys, by table."""


@dataclass(frozen=True)
class TreeFile:
    """A tree with a name, and what it is about."""

    name: str
    about: str
    tree: ProofTree


def is_tree(document: Mapping[str, Any]) -> bool:
    """Whether a TOML document is of this format."""
    return TITLE in document


def tree_of(document: Mapping[str, Any], file: str) -> TreeFile:
    """The tree in a document.

    Raises ConfigurationError if the document is malformed, and ConfigurationProblemsError if it is in several places.
    """
    problems = Problems()
    header, tables = tables_of(document, file, problems, (TITLE, HEADER), CIRCUITS, MAXIMUM_CIRCUITS)
    circuits: list[TreeCircuit] = []
    for number, table in enumerate(tables, start=1):
        with problems.gathered():
            section = Section(file, f"circuit number {number}", table, CIRCUIT)
            shape = shape_of(section, section.integer("rate_log2"), section.integer("cap_log2"))
            circuit = TreeCircuit(section.text("name"), Role(section.text("role")), section.integer("proofs"), shape)
            if circuit.role is Role.SEGMENT:
                require_segments(section, shape, header)
            circuits.append(circuit)
    problems.raise_if_any()
    try:
        tree = ProofTree(header.integer("segments"), header.integer("depth_limit"), tuple(circuits))
    except ParameterError as error:
        raise ConfigurationError(file, "", error.parameter, error.reason) from error
    return TreeFile(header.text("name"), header.text("about"), tree)


def exported_tree(file: TreeFile) -> str:
    """The tree as a file."""
    header = {
        "name": file.name,
        "about": file.about,
        "segments": file.tree.segments,
        "depth_limit": file.tree.depth_limit,
    }
    return written(HEADER_COMMENT, {TITLE: header, CIRCUITS: [_entries(circuit) for circuit in file.tree.circuits]})


def _entries(circuit: TreeCircuit) -> dict[str, Any]:
    return {
        "name": circuit.name,
        "role": circuit.role.value,
        "proofs": circuit.proofs,
        "rate_log2": circuit.shape.rate_log2,
        "cap_log2": circuit.shape.cap_log2,
        **entries_of(circuit.shape),
    }
