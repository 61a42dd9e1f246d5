"""The verification of a proof of the right form that says nothing, written down where only the form matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference.recursion.blank_proof import blank_proof
from spec.parameters import ParameterSet
from spec.protocol.algebra import OpenedLeaf
from spec.protocol.hash import STATE_WORDS
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.shape import SegmentShape
from tests.recorded_verification import Recording
from tests.recording_algebra import RecordingAlgebra


class BlankLeaves(RecordingAlgebra):
    """Zeros stand at every queried position: which rows and digests an opening has, its positions decide."""

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[Any]], shape: TreeShape, where: str
    ) -> list[OpenedLeaf[Any, Any]]:
        return [
            OpenedLeaf(
                self.read_elements([0] * shape.width),
                [self.read_words([0] * STATE_WORDS) for _ in range(shape.path_length)],
            )
            for _ in positions
        ]


def blank_recording(shape: SegmentShape, parameters: ParameterSet) -> Recording:
    """The verification of every proof of this shape, written down without one."""
    return Recording(blank_proof(shape, parameters), BlankLeaves)
