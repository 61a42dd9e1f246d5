"""A run: how its segments are bound to one another before the global challenges exist.

Each segment's continuation tables are committed and pinned: their stacked columns are answered at an out-of-domain
point that depends on the commitment, so that from then on the commitment is one vector even in the list-decoding
regime. The answers join the segment's leaf. G binds the machine, the parameters, the program, the claimed output, the
number of segments and all leaves; the global challenges derive from G, and every segment's transcript starts from G.
Nothing that influences a global sum is chosen after that.

Numbers of a proof that several of these steps hash (a segment's index, the program's id, a root) are arguments: whoever
records the steps reads such a number once, so that it cannot be another one in another step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spec.air.bus import Scope
from spec.air.machine import Machine
from spec.parameters import ParameterSet
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges, bus_challenges, widest_message
from spec.protocol.hash import BLOCK_WORDS, WORD_BYTES, Domain, Prefix, digest_words, tagged_digest
from spec.protocol.labels import Label
from spec.protocol.sha256 import SHA256_INITIAL_VALUE, WORD_MASK
from spec.protocol.transcript import Transcript


@dataclass(frozen=True)
class RunStatement:
    """What a run proof is about."""

    machine: Machine
    parameters: ParameterSet
    program_id: bytes
    output: bytes
    segment_count: int


@dataclass(frozen=True)
class SegmentPlace:
    """A segment of a run, as far as its statement goes."""

    statement: RunStatement
    index: int
    form: SegmentForm


def parameters_digest(parameters: ParameterSet) -> bytes:
    """The digest of all numbers of a parameter set."""
    return tagged_digest(Prefix.PARAMETERS, parameters.encoded())


def stacking_numbers(parameters: ParameterSet, height_log2: int) -> list[int]:
    """What says how a root's columns are stacked and coded: h, the rate and the first folding."""
    return [height_log2, parameters.rate_log2, parameters.schedule(height_log2).folds[0]]


def _absorb_statement(
    transcript: Transcript[Element, Value, Word, Bit], machine: Machine, parameters: ParameterSet
) -> None:
    transcript.absorb_numbers(Label.MACHINE, digest_words(machine.digest))
    transcript.absorb_numbers(Label.PARAMETERS, digest_words(parameters_digest(parameters)))


def program_pinning_point(
    algebra: Algebra[Element, Value, Word, Bit],
    machine: Machine,
    parameters: ParameterSet,
    heights: Sequence[int],
    height_log2: int,
    root: Sequence[Word],
) -> tuple[Value, list[str]]:
    """The point at which a program's commitment at h is pinned, and the labels sampled for it.

    `heights` are the numbers of the program's tables (`heights_numbers`).
    """
    transcript = Transcript(algebra, Domain.PROGRAM_PINNING)
    _absorb_statement(transcript, machine, parameters)
    transcript.absorb_numbers(Label.STACKING, stacking_numbers(parameters, height_log2))
    transcript.absorb_numbers(Label.HEIGHTS, heights)
    transcript.absorb(Label.PROGRAM_ROOT, root)
    return transcript.sample(Label.PROGRAM_PINNING), transcript.sampled_labels


def _absorb_continuation(
    transcript: Transcript[Element, Value, Word, Bit], place: SegmentPlace, index: Word, root: Sequence[Word]
) -> None:
    transcript.absorb(Label.SEGMENT_INDEX, [index])
    transcript.absorb_numbers(Label.STACKING, stacking_numbers(place.form.parameters, place.form.height_log2))
    transcript.absorb_numbers(Label.HEIGHTS, place.form.shape.continuation_numbers())
    transcript.absorb(Label.CONTINUATION_ROOT, root)


def continuation_pinning_point(
    algebra: Algebra[Element, Value, Word, Bit],
    place: SegmentPlace,
    program: Sequence[Word],
    index: Word,
    root: Sequence[Word],
) -> tuple[Value, list[str]]:
    """The point at which a segment's continuation tables are pinned, and the labels sampled for it.

    `program` is the program's id, `index` the segment's; `root` is empty for a segment without continuation tables.
    """
    transcript = Transcript(algebra, Domain.CONTINUATION_PINNING)
    _absorb_statement(transcript, place.statement.machine, place.statement.parameters)
    transcript.absorb(Label.PROGRAM, program)
    _absorb_continuation(transcript, place, index, root)
    return transcript.sample(Label.CONTINUATION_PINNING), transcript.sampled_labels


def segment_leaf(
    algebra: Algebra[Element, Value, Word, Bit],
    place: SegmentPlace,
    index: Word,
    root: Sequence[Word],
    answers: Sequence[Value],
) -> Sequence[Word]:
    """The leaf of a segment: index, h, rate, presence and heights, root, and the answers at the pinning point."""
    transcript = Transcript(algebra, Domain.SEGMENT_LEAF)
    _absorb_continuation(transcript, place, index, root)
    transcript.absorb_values(Label.PINNED_ANSWERS, answers)
    return transcript.state


def leaves_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root of the leaves: the tree of RFC 6962, section 2.1, whose left subtree is the largest full one
    that leaves a right one. Raises ValueError for no leaves."""
    if not leaves:
        raise ValueError("a run has at least one segment")
    if len(leaves) == 1:
        return tagged_digest(Prefix.RUN_LEAF, leaves[0])
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return tagged_digest(Prefix.RUN_NODE, leaves_root(leaves[:split]) + leaves_root(leaves[split:]))


def tagged_words(
    algebra: Algebra[Element, Value, Word, Bit], prefix: Prefix, payload: Sequence[Word]
) -> Sequence[Word]:
    """`tagged_digest` of words, by SHA-256 as it stands: its own initial value, and its padding."""
    message = [algebra.word(int.from_bytes(prefix.value[i : i + 4], "big")) for i in range(0, len(prefix.value), 4)]
    message += payload
    bits = 8 * WORD_BYTES * len(message)
    padding = [0x80000000, *[0] * (-(len(message) + 3) % BLOCK_WORDS), bits >> 32, bits & WORD_MASK]
    initial = [algebra.word(word) for word in SHA256_INITIAL_VALUE]
    return algebra.chain(initial, [*message, *map(algebra.word, padding)])


def tree_root(algebra: Algebra[Element, Value, Word, Bit], roots: Sequence[Sequence[Word]]) -> Sequence[Word]:
    """The root over neighbouring subtrees, in the shape of `leaves_root`."""
    if len(roots) == 1:
        return roots[0]
    split = 1 << ((len(roots) - 1).bit_length() - 1)
    left, right = tree_root(algebra, roots[:split]), tree_root(algebra, roots[split:])
    return tagged_words(algebra, Prefix.RUN_NODE, [*left, *right])


def run_digest(algebra: Algebra[Element, Value, Word, Bit], statement: RunStatement, root: bytes) -> Sequence[Word]:
    """G, from the root over the leaves."""
    program, leaves = ([algebra.word(word) for word in digest_words(of)] for of in (statement.program_id, root))
    return run_digest_over(algebra, statement, program, leaves)


def run_digest_over(
    algebra: Algebra[Element, Value, Word, Bit], statement: RunStatement, program: Sequence[Word], root: Sequence[Word]
) -> Sequence[Word]:
    """G, from the program's id and the root over the leaves, which a proof may hold. The statement's own program does
    not matter."""
    transcript = Transcript(algebra, Domain.RUN)
    _absorb_statement(transcript, statement.machine, statement.parameters)
    transcript.absorb(Label.PROGRAM, program)
    transcript.absorb_numbers(Label.OUTPUT, digest_words(tagged_digest(Prefix.OUTPUT, statement.output)))
    transcript.absorb_numbers(Label.SEGMENT_COUNT, [statement.segment_count])
    transcript.absorb(Label.LEAVES_ROOT, root)
    return transcript.state


def global_challenges(
    algebra: Algebra[Element, Value, Word, Bit], machine: Machine, run: Sequence[Word]
) -> tuple[BusChallenges[Value], list[str]]:
    """The challenges of the global buses, from G, and the labels sampled for them."""
    transcript = Transcript(algebra, Domain.GLOBAL_CHALLENGES)
    transcript.absorb(Label.RUN, run)
    alpha, beta = transcript.sample(Label.GLOBAL_ALPHA), transcript.sample(Label.GLOBAL_BETA)
    challenges = bus_challenges(alpha, beta, widest_message(machine.chips, Scope.GLOBAL))
    return challenges, transcript.sampled_labels


def start_segment_transcript(
    algebra: Algebra[Element, Value, Word, Bit],
    place: SegmentPlace,
    run: Sequence[Word],
    index: Word,
    leaf: Sequence[Word],
    public_values: Sequence[Element],
) -> Transcript[Element, Value, Word, Bit]:
    """A segment's transcript up to its statement: G, index, own leaf, public values, h, heights of all tables."""
    transcript = Transcript(algebra, Domain.SEGMENT)
    transcript.absorb(Label.RUN, run)
    transcript.absorb(Label.SEGMENT_INDEX, [index])
    transcript.absorb(Label.LEAF, leaf)
    transcript.absorb_elements(Label.PUBLIC_VALUES, public_values)
    transcript.absorb_numbers(Label.STACKING, stacking_numbers(place.form.parameters, place.form.height_log2))
    transcript.absorb_numbers(Label.HEIGHTS, place.form.shape.numbers())
    return transcript


def sample_local_challenges(
    transcript: Transcript[Element, Value, Word, Bit], machine: Machine, main_root: Sequence[Word]
) -> BusChallenges[Value]:
    """The challenges of the local buses, once everything that their messages depend on is committed."""
    transcript.absorb(Label.MAIN_ROOT, main_root)
    alpha, beta = transcript.sample(Label.LOCAL_ALPHA), transcript.sample(Label.LOCAL_BETA)
    return bus_challenges(alpha, beta, widest_message(machine.chips, Scope.LOCAL))
