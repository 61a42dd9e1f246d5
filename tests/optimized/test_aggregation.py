"""From the segments of a run to its final proof, and what is kept on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reference.recursion.aggregate import Aggregation
from reference.recursion.key_files import kept_tree_keys
from reference.recursion.keys import TreeKeys
from reference.recursion.tree import TreeProver
from spec.circuit.nodes import Combine, Convert
from tests import small_tree
from tests.small_tree import DESIGN, KERNELS, keys, prover, run


class _MakesNothing(TreeProver):
    """Takes what is there, and makes the final proof alone."""

    def convert(self, *_: object) -> object:  # type: ignore[override]
        raise AssertionError("a node was made that was kept")

    combine = convert  # type: ignore[assignment]


@pytest.mark.slow
def test_run_is_aggregated_node_by_node_and_kept_nodes_are_not_made_again(tmp_path: Path) -> None:
    said: list[str] = []
    # Only the pairs are converted together, as in the tree that is proven by hand.
    pairs = replace(keys(), design=replace(DESIGN, segment_counts=(1, 2)))
    making = Aggregation(replace(prover(), keys=pairs), run(), tmp_path, said.append)
    final = making.final()
    assert said == ["segments 0 to 1", "segments 2 to 3", "segments 0 to 3", "final"]
    assert (final.program, final.output) == (run().key, run().output)
    assert final.proof == small_tree.final()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0000-0002.node", "0000-0004.node", "0002-0002.node"]

    said.clear()
    resumed = Aggregation(_MakesNothing(KERNELS, pairs), run(), tmp_path, said.append)
    assert resumed.final() == final
    assert said == ["final"]

    said.clear()
    top = tmp_path / "0000-0004.node"
    top.write_bytes(top.read_bytes()[:-1])
    with pytest.raises(AssertionError, match="a node was made that was kept"):
        resumed.final()
    assert said == [f"a node is made anew: {top}: it is damaged", "segments 0 to 3"]


def test_segments_of_a_shape_without_a_circuit_are_not_aggregated() -> None:
    other = replace(run(), segments=small_tree.EXAMPLE.proof.segments)
    with pytest.raises(ValueError, match="segment 0 has a shape that no circuit is made for"):
        Aggregation(prover(), other).final()


def _equal(left: TreeKeys, right: TreeKeys) -> bool:
    pairs = [*zip(left.nodes.values(), right.nodes.values(), strict=True), (left.final, right.final)]
    return all(
        one.verification.program_id == other.verification.program_id
        and all(np.array_equal(a.fixed, b.fixed) for a, b in zip(one.tables, other.tables, strict=True))
        for one, other in pairs
    )


@pytest.mark.slow
def test_keys_are_made_once_and_read_from_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(DESIGN, segment_counts=(1,))
    made = kept_tree_keys(KERNELS, small, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["combine_2.key", "convert_small_1.key", "final.key"]
    assert made.path(Convert("small", 1)).siblings[0] != made.path(Combine(2)).siblings[0]

    def refuse(*_: object) -> None:
        raise AssertionError("a circuit was written down anew")

    monkeypatch.setattr("reference.recursion.key_files.blank_circuit", refuse)
    assert _equal(kept_tree_keys(KERNELS, small, tmp_path), made)
    said: list[str] = []
    damaged = tmp_path / "convert_small_1.key"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(AssertionError, match="a circuit was written down anew"):
        kept_tree_keys(KERNELS, small, tmp_path, said.append)
    assert said == [f"{damaged} is made anew: {damaged}: it is damaged"]
