"""The circuits of the trees that are proven and accepted have the keys that are listed.

LIMPID_UPDATE_GOLDEN=1 lists the keys anew: after a change of the machine, of a listed shape, of a parameter set or of
the verifier. That takes a quarter of an hour.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from limpid.runs.tree_workshop import CompiledWorkshop
from reference.recursion.keys import listed_keys
from spec.circuit.nodes import NodeKind
from spec.protocol.hash import digest_bytes
from spec.protocol.key_list import KEY_LIST_LOG2
from spec.rv64im import tree
from spec.rv64im.machine import RV64IM
from spec.rv64im.tree import tree_design, tree_keys

LISTED = Path(tree.__file__).parent / "tree_keys.json"


def test_list_is_of_this_machine_and_of_all_its_circuits() -> None:
    """The cheap part: it tells whoever changes the machine."""
    listed = json.loads(LISTED.read_text())
    assert listed["machine"] == RV64IM.digest.hex()
    assert list(listed["nodes"]) == [kind.name for kind in tree_design().kinds]
    assert len(set(listed["nodes"].values()) | {listed["final"]}) == len(tree_design().kinds) + 1
    assert len(listed["nodes"]) <= 1 << KEY_LIST_LOG2


def test_last_circuit_has_the_listed_key(tmp_path: Path) -> None:
    """It verifies a node: a change of the verifier, of circuits or of a node's shape shows here."""
    workshop = CompiledWorkshop(tree_design(), tmp_path)
    assert workshop.verification(None).program_id == digest_bytes(tree_keys().final)


@pytest.mark.slow
@pytest.mark.skipif("LIMPID_UPDATE_GOLDEN" in os.environ, reason="the list is written anew")
@pytest.mark.parametrize("kind", tree_design().kinds, ids=[kind.name for kind in tree_design().kinds])
def test_circuit_has_the_listed_key(kind: NodeKind, tmp_path: Path) -> None:
    workshop = CompiledWorkshop(tree_design(), tmp_path)
    assert workshop.verification(kind).program_id == digest_bytes(tree_keys().nodes[kind])


@pytest.mark.slow
@pytest.mark.skipif("LIMPID_UPDATE_GOLDEN" not in os.environ, reason="the list stays as it is")
def test_list_is_written_anew(tmp_path: Path) -> None:
    made = listed_keys(CompiledWorkshop(tree_design(), tmp_path))
    facts = {
        "machine": RV64IM.digest.hex(),
        "nodes": {kind.name: digest_bytes(digest).hex() for kind, digest in made.nodes.items()},
        "final": digest_bytes(made.final).hex(),
    }
    LISTED.write_text(json.dumps(facts, indent=2) + "\n")
