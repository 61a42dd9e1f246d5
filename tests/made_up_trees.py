"""Trees over a run under parameters for tests: real segments, made-up nodes.

No circuit over segments of RV64IM is small enough for tests; what nodes are is tested with the small machine's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from limpid.api import final_proving, proving
from limpid.api.proving import Proof
from limpid.runs import checked_workers, memory_limits
from limpid.runs.long_runs import Place, prove_in_folder
from limpid.runs.workbench import TreeRecipe
from reference.prover.progress import Observer, Stage
from reference.recursion.jobs import TreeBench
from reference.recursion.node_files import NodeFolder
from reference.trace.limits import SegmentLimits
from spec.circuit.nodes import TreeDesign
from spec.parameters import TINY
from spec.protocol.final_encoding import FinalProof
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from tests import small_tree
from tests.limpid.commands.invocation import FIBONACCI
from tests.small_tree import DESIGN

INPUT = (60).to_bytes(8, "little")
COST = 12_000
"""The most that a segment costs: the run has several."""

OUTPUT = (1548008755920).to_bytes(8, "little")

Trees = Callable[..., None]
"""Prepares trees; `refuses`: no node can be made."""


def proven_run(folder: Path) -> Proof:
    """The run, segment by segment and without a tree."""
    proof = prove_in_folder(Place(folder, segment_cost=COST), FIBONACCI, INPUT, parameters=TINY.name)
    assert proof.segments >= 3
    return proof


@dataclass(frozen=True)
class MadeUpNodes:
    """In place of a `TreeProver`: every node is a proof that lies ready, whatever it is made of."""

    design: TreeDesign
    observer: Observer
    refuses: bool = False

    @property
    def workshop(self) -> object:
        return SimpleNamespace(verification=lambda _: small_tree.run().key)

    @property
    def keys(self) -> object:
        return SimpleNamespace(root=(0,) * 8, path=lambda _: None)

    def convert(self, *_: object) -> object:
        if self.refuses:
            raise Rejected(Rejection.NODE_STATEMENT, "convert")
        self.observer(Stage.BUSES, 0.5)
        return SimpleNamespace(proof=small_tree.run())

    combine = convert

    def finish(self, _: object) -> object:
        return small_tree.run()


def made_up_trees(proven: Proof, monkeypatch: pytest.MonkeyPatch) -> Trees:
    """Trees over this run, whose nodes are made up and whose final proofs are accepted: each is `final`."""
    shapes = {f"shape {number}": shape for number, shape in enumerate(proven.shapes)}
    design = replace(DESIGN, segments=RV64IM, segment_parameters=TINY, segment_shapes=shapes, segment_counts=(1, 2))

    def prepare(*, refuses: bool = False) -> None:
        def bench(recipe: TreeRecipe) -> TreeBench:
            segments = None if recipe.segments is None else recipe.segments.bench
            prover = cast("Any", lambda observer: MadeUpNodes(design, observer, refuses))
            return TreeBench(proven.key, prover, segments)

        monkeypatch.setattr(TreeRecipe, "bench", bench)

    def accept(final: FinalProof, exit_code: int) -> bytes:
        assert (final.program, final.output, exit_code) == (proven.key, proven.output, proven.exit_code)
        return b"final"

    monkeypatch.setattr(final_proving, "RECURSION", TINY)
    monkeypatch.setattr(final_proving, "accepted", accept)
    monkeypatch.setattr(final_proving, "require_memory", lambda _: None)
    monkeypatch.setattr(proving, "limits_under", lambda *_: SegmentLimits(cost=COST))
    monkeypatch.setattr(memory_limits, "available_memory_bytes", lambda: None)
    monkeypatch.setattr(NodeFolder, "_require_accepted", lambda *_: None)
    monkeypatch.setattr(checked_workers, "require_made", lambda *_: None)
    prepare()
    return prepare
