"""What a process does for a tree: proving a segment, or making a node. A job is small and travels as bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from reference.prover.progress import Observer, Progress, Share, silent
from reference.recursion.convert import SpanProof
from reference.recursion.node_proof import NodeProof
from reference.recursion.tree import TreeProver
from reference.segments.checking import decoded_segment
from reference.segments.jobs import Job, PinJob, Workbench
from spec.circuit.nodes import NodeKind
from spec.protocol.hash import digest_words
from spec.protocol.key import VerificationKey
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import encode_segment


@dataclass(frozen=True)
class TreeBench:
    """What every job of a tree needs: made once in each process."""

    key: VerificationKey
    """The key of the program whose run it is."""

    prover: Callable[[Observer], TreeProver]
    """The prover whose stages an observer hears."""

    segments: Callable[[], Workbench] | None = None
    """What proves segments, made when it is first needed; None where all are proven."""


@dataclass(frozen=True)
class EncodedNode:
    """A node as it travels."""

    kind: NodeKind
    proof: bytes

    def decoded(self, prover: TreeProver) -> NodeProof:
        """The node. Raises Rejected for bytes that are none of its kind's."""
        key = prover.workshop.verification(self.kind)
        return NodeProof(RunProof(key, b"", (decoded_segment(self.proof, key),)), prover.keys.path(self.kind))


class TreeJob(Protocol):
    """Makes one node, the final proof, or what a segment needs."""

    @property
    def index(self) -> int:
        """The segment's number, or the node's, which come after the segments'."""
        ...

    @property
    def urgent(self) -> bool:
        """Nodes go before segments: each takes the place of what it is made of."""
        ...

    def execute(self, bench: TreeBench, observer: Observer = silent) -> bytes:
        """The canonical bytes of the proof. Raises Rejected for children that no circuit accepts."""
        ...


@dataclass(frozen=True)
class SegmentJob:
    """Pins or proves a segment."""

    share: Share
    job: Job

    urgent: ClassVar[bool] = False

    @property
    def index(self) -> int:
        """The segment's."""
        return self.job.index

    def execute(self, bench: TreeBench, observer: Observer = silent) -> bytes:
        """The result of the job. Raises what it raises, and ValueError at a bench that proves no segments."""
        if bench.segments is None:
            raise ValueError("the bench is that of a run whose segments are proven")
        heard = self.share.of(observer)
        if isinstance(self.job, PinJob):
            return self.job.execute(bench.segments(), heard)
        return self.job.prove(bench.segments(), Progress(heard, segment_count=1, first=self.index))


@dataclass(frozen=True)
class ConvertJob:
    """Makes the node of some segments."""

    index: int
    share: Share
    shape: str
    run: bytes
    """The run's digest G."""

    segments: tuple[bytes, ...]
    """Their encoded proofs."""

    urgent: ClassVar[bool] = True

    def execute(self, bench: TreeBench, observer: Observer = silent) -> bytes:
        """As `TreeJob.execute`."""
        segments = tuple(decoded_segment(encoded, bench.key) for encoded in self.segments)
        prover = bench.prover(self.share.of(observer))
        return _encoded(prover.convert(self.shape, SpanProof(bench.key, segments), digest_words(self.run)).proof)


@dataclass(frozen=True)
class CombineJob:
    """Makes the node over other nodes."""

    index: int
    share: Share
    children: tuple[EncodedNode, ...]

    urgent: ClassVar[bool] = True

    def execute(self, bench: TreeBench, observer: Observer = silent) -> bytes:
        """As `TreeJob.execute`."""
        prover = bench.prover(self.share.of(observer))
        return _encoded(prover.combine([child.decoded(prover) for child in self.children]).proof)


@dataclass(frozen=True)
class FinishJob:
    """Makes the final proof."""

    index: int
    share: Share
    child: EncodedNode

    urgent: ClassVar[bool] = True

    def execute(self, bench: TreeBench, observer: Observer = silent) -> bytes:
        """As `TreeJob.execute`."""
        prover = bench.prover(self.share.of(observer))
        return _encoded(prover.finish(self.child.decoded(prover)))


def _encoded(proof: RunProof) -> bytes:
    return encode_segment(proof.segments[0])
