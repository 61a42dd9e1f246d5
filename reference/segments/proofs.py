"""The proofs of a run's segments between the digest of the run and what is made of them: which there are, and the jobs
of those that there are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from reference.segments.checking import AnotherProofError, require_segment_proof
from reference.segments.codec import decode_segment_plan, encode_planned_segment
from reference.segments.files import FileKind
from reference.segments.folder import RunFolder
from reference.segments.jobs import ProveJob
from reference.trace.plan import PlannedSegment, RunEnd, RunPlan
from reference.trace.planned_shape import planned_shape
from reference.verifier.statement import VerifierTools
from spec.protocol.key import VerificationKey
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected


class SegmentProofs(Protocol):
    """The proofs of the segments of one run, all of which are pinned. Every method may raise what its disk raises."""

    @property
    def key(self) -> VerificationKey:
        """The program's."""
        ...

    @property
    def output(self) -> bytes:
        """The run's."""
        ...

    @property
    def run(self) -> bytes:
        """The run's digest G."""
        ...

    @property
    def segment_count(self) -> int:
        """How many there are."""
        ...

    @property
    def missing(self) -> Sequence[int]:
        """The segments that had no proof when this was made, ascending."""
        ...

    def shapes(self) -> list[SegmentShape]:
        """By segment."""
        ...

    def job(self, index: int) -> ProveJob:
        """What proves a segment."""
        ...

    def put(self, index: int, proof: bytes) -> None:
        """Takes in the proof of a segment."""
        ...

    def take(self, index: int) -> bytes:
        """The proof of a segment, which nobody takes twice."""
        ...


SecondPass = Callable[[SegmentProofs, RunEnd], None]
"""Proves the segments that are missing of a run that ends like this, and whatever is to be made of all of them."""


def planned_segment(folder: RunFolder, plan: RunPlan, index: int) -> PlannedSegment:
    """A segment with what became known at the end of the run, from its plan in the folder.

    Raises FileNotFoundError if the plan went away, and OSError if it cannot be read.
    """
    encoded = folder.read(FileKind.SEGMENT_PLAN, index, folder.identity)
    if encoded is None:
        raise FileNotFoundError(f"{folder.name(FileKind.SEGMENT_PLAN, index)} went away")
    return plan.segment(decode_segment_plan(encoded))


class FolderProofs:
    """`SegmentProofs` in the folder of their run. What is found there is used if the verifier accepts it for the
    planned segment. Every method raises OSError."""

    def __init__(
        self,
        folder: RunFolder,
        plan: RunPlan,
        key: VerificationKey,
        tools: VerifierTools,
        run: bytes,
        leaves: Sequence[bytes],
        complete: Callable[[FolderProofs], None],
    ) -> None:
        """`complete` is called as soon as every segment has a proof, which may be at once."""
        self.key, self.output, self.run, self.segment_count = key, plan.end.output, run, plan.segment_count
        self._folder, self._plan, self._tools, self._leaves = folder, plan, tools, leaves
        self._complete = complete
        self.missing = tuple(index for index in range(plan.segment_count) if not self._is_valid(index))
        self._left = len(self.missing)
        self._announce()

    def shapes(self) -> list[SegmentShape]:
        """As `SegmentProofs.shapes`."""
        heights = self.key.heights_by_chip()
        planned = (planned_segment(self._folder, self._plan, index) for index in range(self.segment_count))
        return [planned_shape(segment, heights) for segment in planned]

    def job(self, index: int) -> ProveJob:
        """As `SegmentProofs.job`."""
        planned = encode_planned_segment(planned_segment(self._folder, self._plan, index))
        return ProveJob(index, self.segment_count, planned, self.run, self._leaves[index])

    def put(self, index: int, proof: bytes) -> None:
        """As `SegmentProofs.put`."""
        self._folder.write(FileKind.SEGMENT_PROOF, index, self.run, proof)
        self._left -= 1
        self._announce()

    def take(self, index: int) -> bytes:
        """As `SegmentProofs.take`. Raises FileNotFoundError if the file went away."""
        encoded = self._folder.read(FileKind.SEGMENT_PROOF, index, self.run)
        if encoded is None:
            raise FileNotFoundError(f"{self._folder.name(FileKind.SEGMENT_PROOF, index)} went away")
        return encoded

    def _announce(self) -> None:
        if not self._left:
            self._complete(self)

    def _is_valid(self, index: int) -> bool:
        """Whether the segment's proof stands in the folder, is accepted, and is about the planned segment."""
        encoded = self._folder.read(FileKind.SEGMENT_PROOF, index, self.run)
        if encoded is None:
            return False
        planned, count, leaf = planned_segment(self._folder, self._plan, index), self.segment_count, self._leaves[index]
        try:
            require_segment_proof(encoded, planned, self.key, self._tools, segment_count=count, run=self.run, leaf=leaf)
        except AnotherProofError as another:
            self._folder.discard(FileKind.SEGMENT_PROOF, index, another.detail)
            return False
        except Rejected as rejected:
            self._folder.discard(FileKind.SEGMENT_PROOF, index, str(rejected))
            return False
        return True
