"""A run: how its segments are bound to one another before the global challenge exists.

Each segment's continuation tables are committed and pinned: opened at a point that depends on the commitment. The
values make the segment's leaf. G binds the machine, the parameters, the program, the claimed output, the number of
segments and all leaves; the global challenge derives from G, and every segment's transcript starts from G. Nothing
that influences a global sum is chosen after that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from spec.field import Extension
from spec.protocol.hash import Prefix, tagged_digest
from spec.protocol.key import VerificationKey
from spec.protocol.logup import BusChallenges
from spec.protocol.shape import SegmentShape
from spec.protocol.transcript import Transcript

PINNING_POINT = "pinning_point"
"""Sampled: the point at which a segment's continuation tables are pinned."""

GLOBAL_ALPHA = "global_alpha"
GLOBAL_BETA = "global_beta"
"""Sampled: the fingerprint of the global buses."""

LOCAL_ALPHA = "local_alpha"
LOCAL_BETA = "local_beta"
"""Sampled: the fingerprint of a segment's local buses."""

CONSTRAINT_BATCHING = "constraint_batching"
"""Sampled: alpha, whose powers combine the constraints of all tables of one height."""

OUT_OF_DOMAIN = "out_of_domain"
"""Sampled: the point at which constraints and quotient are compared."""


@dataclass(frozen=True)
class RunStatement:
    """What a run proof is about. `parameters` and machine are those of the key."""

    key: VerificationKey
    output: bytes
    segment_count: int


def pinning_point(
    statement: RunStatement, index: int, shape: SegmentShape, continuation_root: bytes
) -> tuple[Extension, list[str]]:
    """The point z_k of segment k, and the labels sampled for it."""
    transcript = Transcript("limpid pinning")
    transcript.observe("machine", statement.key.machine_digest)
    transcript.observe("parameters", statement.key.parameters.encoded())
    transcript.observe("program", statement.key.program_id())
    transcript.observe("segment", index.to_bytes(4, "little"))
    transcript.observe("continuation_heights", continuation_heights(shape))
    transcript.observe("continuation_root", continuation_root)
    return transcript.sample_extension(PINNING_POINT), transcript.sampled_labels


def segment_leaf(index: int, shape: SegmentShape, continuation_root: bytes, values: Sequence[Extension]) -> bytes:
    """The leaf of segment k: its index, heights, commitment, and all columns' values at z_k in machine order."""
    transcript = Transcript("limpid leaf")
    transcript.observe("segment", index.to_bytes(4, "little"))
    transcript.observe("continuation_heights", continuation_heights(shape))
    transcript.observe("continuation_root", continuation_root)
    transcript.observe_extensions("pinned_values", values)
    return transcript.state


def continuation_heights(shape: SegmentShape) -> bytes:
    """Presence and heights of the boundary and memory tables: a count byte and height bytes each."""
    parts = [shape.heights_log2[name] for name in ("boundary", "memory")]
    return b"".join(bytes([len(heights), *heights]) for heights in parts)


def leaves_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root of the leaves: the tree of RFC 6962, section 2.1, whose left subtree is the largest
    full one that leaves a right one. Raises ValueError for no leaves."""
    if not leaves:
        raise ValueError("a run has at least one segment")
    if len(leaves) == 1:
        return tagged_digest(Prefix.RUN_LEAF, leaves[0])
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return tagged_digest(Prefix.RUN_NODE, leaves_root(leaves[:split]) + leaves_root(leaves[split:]))


def run_digest(statement: RunStatement, leaves: Sequence[bytes]) -> bytes:
    """G."""
    return run_digest_over(statement, leaves_root(leaves))


def run_digest_over(statement: RunStatement, root: bytes) -> bytes:
    """G from the root over the leaves."""
    transcript = Transcript("limpid run")
    transcript.observe("machine", statement.key.machine_digest)
    transcript.observe("parameters", statement.key.parameters.encoded())
    transcript.observe("program", statement.key.program_id())
    transcript.observe("output", hashlib.sha256(statement.output).digest())
    transcript.observe("segment_count", statement.segment_count.to_bytes(4, "little"))
    transcript.observe("leaves_root", root)
    return transcript.state


def global_challenges(run: bytes) -> tuple[BusChallenges, list[str]]:
    """The challenges of the global buses, from G, and the labels sampled for them."""
    transcript = Transcript("limpid global challenge")
    transcript.observe("run", run)
    challenges = BusChallenges(
        alpha=transcript.sample_extension(GLOBAL_ALPHA), beta=transcript.sample_extension(GLOBAL_BETA)
    )
    return challenges, transcript.sampled_labels


def start_segment_transcript(
    run: bytes, index: int, leaf: bytes, public_values: Sequence[int], shape: SegmentShape
) -> Transcript:
    """A segment's transcript up to its statement: G, index, own leaf, public values, heights of all tables."""
    transcript = Transcript("limpid segment")
    transcript.observe("run", run)
    transcript.observe("segment", index.to_bytes(4, "little"))
    transcript.observe("leaf", leaf)
    transcript.observe_elements("public_values", public_values)
    transcript.observe("heights", shape.encoded())
    return transcript


def sample_bus_challenges(transcript: Transcript, main_root: bytes) -> BusChallenges:
    """The challenges of the local buses, once everything that their messages depend on is committed."""
    transcript.observe("main_root", main_root)
    return BusChallenges(alpha=transcript.sample_extension(LOCAL_ALPHA), beta=transcript.sample_extension(LOCAL_BETA))
