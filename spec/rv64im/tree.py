"""The tree over the segments of a run of RV64IM: which circuits there are, and how their proofs look.

A node's circuit has room for 21,845 compressions of SHA-256: two segments of any ordinary listed shape, or two nodes.
That takes tables of some 220 million cells, and a prover six gigabytes; a circuit of four children would take twice
as much. Of the shapes with the calls of accelerators a node takes one segment: there are five times as many columns or
more, and the transcript hears of each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from spec.circuit.buses import NARROW_SHA256
from spec.circuit.listed_keys import ListedKeys
from spec.circuit.nodes import CircuitShape, TreeDesign
from spec.parameters import FINAL, RECURSION
from spec.protocol.hash import Digest, digest_words
from spec.protocol.shape import listed_shape
from spec.rv64im.machine import RV64IM
from spec.rv64im.recursion_shapes import CALL_SHAPES_LOG2

SIZES = ("small", "medium", "large")
"""The sizes of a program's tables, in the order in which they are listed."""

NODE_HEIGHTS_LOG2: Mapping[str, int] = MappingProxyType(
    {
        "constant": 9,
        "constant_octet": 7,
        "hint": 14,
        "hint_element": 17,
        "hint_word": 8,
        "hint_octet": 14,
        "multiply_add": 19,
        "equal": 13,
        "join": 13,
        "split": 14,
        "equals_number": 7,
        "canonical": 18,
        "bits": 10,
        "pack": 15,
        "unpack": 11,
        "challenge": 10,
        "compress": 15,
        "choose": 16,
        "sha256_first": 15,
        "sha256_rest": 16,
    }
)
"""Two children fill the compressions to nine tenths; the other tables follow."""

FINAL_HEIGHTS_LOG2: Mapping[str, int] = MappingProxyType(
    {
        "constant": 9,
        "constant_octet": 7,
        "hint": 13,
        "hint_element": 16,
        "hint_word": 7,
        "hint_octet": 13,
        "multiply_add": 18,
        "equal": 12,
        "join": 12,
        "split": 13,
        "equals_number": 7,
        "canonical": 17,
        "bits": 9,
        "pack": 14,
        "unpack": 10,
        "challenge": 9,
        "compress": 14,
        "choose": 15,
        "sha256_first": 16,
        "sha256_rest": 17,
    }
)
"""One child. Four rounds a row make the smallest proof: fewer have more cells, more have more columns."""


@cache
def tree_design() -> TreeDesign:
    """The circuits of the trees that are proven and accepted."""
    return TreeDesign(
        segments=RV64IM,
        segment_parameters=RECURSION,
        segment_shapes={
            f"{name}_{size}": listed_shape(RV64IM, name, program)
            for name in RV64IM.listed_shapes
            for size, program in zip(SIZES, RV64IM.listed_programs, strict=True)
        },
        segment_counts=(1, 2),
        alone=[f"{name}_{size}" for name in CALL_SHAPES_LOG2 for size in SIZES],
        child_counts=(2,),
        nodes=CircuitShape(RECURSION, NODE_HEIGHTS_LOG2),
        final=CircuitShape(FINAL, FINAL_HEIGHTS_LOG2, NARROW_SHA256),
    )


@cache
def tree_keys() -> ListedKeys:
    """The keys of these circuits by their digests: constants, which a test makes anew."""
    listed = json.loads((Path(__file__).parent / "tree_keys.json").read_text())
    nodes = {kind: _digest(listed["nodes"][kind.name]) for kind in tree_design().kinds}
    return ListedKeys(nodes, _digest(listed["final"]))


def _digest(text: str) -> Digest:
    return digest_words(bytes.fromhex(text))
