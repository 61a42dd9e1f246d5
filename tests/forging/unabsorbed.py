"""A protocol with one message fewer in its transcript, for prover and verifier alike, and forgeries that this admits.

What follows a message that is not absorbed does not depend on it: a prover learns the challenges, and then chooses what
it says so that the next check holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sympy import GF
from sympy.polys.matrices import DomainMatrix

from reference.prover.keys import proving_key
from spec.field import EXTENSION_DEGREE, ZERO, Extension, P
from spec.protocol.hash import Domain
from spec.protocol.labels import Label
from spec.protocol.proof import RunProof
from spec.protocol.transcript import Transcript
from tests.changed_traces import plus_cells, table_of, with_cells, with_public
from tests.forging import attacks, lies
from tests.forging.bent_kernels import FoldedBend
from tests.forging.conversations import Overheard, Place, overheard, say_rounds
from tests.forging.liars import Liar, difference
from tests.forging.lies import BALANCE, FINAL_CLAIM, LAST
from tests.small_machine import CONTINUATION, RANGE, SMALL_MACHINE, Move, program_cells
from tests.small_runs import KERNELS, ONE_SEGMENT, SMALL, Example, counted, prove_claiming

SEGMENT = ONE_SEGMENT.segments[0]

Said = tuple[Domain, Label]


@contextmanager
def unabsorbed(domain: Domain, label: Label) -> Iterator[None]:
    """Within it, no transcript of a domain absorbs what is said under a label."""
    start, absorb, sample = Transcript.__init__, Transcript.absorb, Transcript.sample
    domains: dict[int, tuple[Any, Domain]] = {}

    def noting_start(self: Any, algebra: Any, of: Domain) -> None:
        start(self, algebra, of)
        # The transcript is kept, so that no other one gets its identity.
        domains[id(self)] = (self, of)

    def leaving_out(self: Any, said: Label, words: Sequence[Any], *indices: int) -> None:
        # What a second challenge from one state absorbs is no message.
        if not words or (domains[id(self)][1], said) != (domain, label):
            absorb(self, said, words, *indices)

    def another_sample(self: Any, of: Label, *indices: int) -> Any:
        """Lies are remembered by it."""
        return sample(self, of, *indices)

    lies.false_layer.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        say_rounds(patch)
        patch.setattr(Transcript, "__init__", noting_start)
        patch.setattr(Transcript, "absorb", leaving_out)
        patch.setattr(Transcript, "sample", another_sample)
        yield
    lies.false_layer.cache_clear()


def learned(liar: Liar, label: Label, *indices: int) -> Extension:
    """A challenge that follows what a liar says."""
    return liar.heard()[1].challenge(label, *indices)


def learned_positions(liar: Liar, iteration: int) -> tuple[int, ...]:
    """The positions of an iteration's queries."""
    found: list[tuple[int, ...]] = []

    def draw(place: Place, drawn: Any, _: Overheard) -> Any:
        if (place.domain, place.label, place.indices) == (Domain.SEGMENT, Label.QUERIES, (iteration,)):
            found.append(tuple(sum(int(bit) << i for i, bit in enumerate(bits)) for bits in drawn))
        return drawn

    with overheard(draw=draw):
        liar.proof()
    return found[0]


def weights(vectors: Sequence[Extension], total: Extension) -> list[int]:
    """Numbers below p of which the sum of multiples of the extension elements is `total`: six equations in as many
    unknowns."""
    field = GF(P, symmetric=False)
    rows = [[field(vector.coefficients[i]) for vector in vectors] for i in range(EXTENSION_DEGREE)]
    right = [[field(total.coefficients[i])] for i in range(EXTENSION_DEGREE)]
    matrix = DomainMatrix(rows, (EXTENSION_DEGREE, len(vectors)), field)
    found = matrix.lu_solve(DomainMatrix(right, (EXTENSION_DEGREE, 1), field))
    return [int(row[0]) % P for row in found.to_list()]


def main_root() -> RunProof:
    """A stolen balance, and counts of lookups that make up for it: they are chosen when fingerprints are known."""
    liar = lies.stolen()
    alpha, beta = (learned(liar, label) for label in (Label.LOCAL_ALPHA, Label.LOCAL_BETA))
    values = range(EXTENSION_DEGREE)
    fractions = [(alpha + RANGE.identity + beta * value).inverse() for value in values]
    missing = ZERO - difference(liar.proof(), BALANCE)
    counts = dict(zip(values, weights(fractions, missing), strict=True))
    return replace(liar, segments=(plus_cells(liar.segments[0], counted(counts)),)).proof()


def leaves_root() -> RunProof:
    """A balance that nothing moved, and accounts opened so often that it is balanced by them."""
    accounts = range(8)
    with overheard() as heard:
        attacks.proven_with_openings(dict.fromkeys(accounts, 0))
    alpha, beta = (
        next(drawn for place, drawn in heard.drawn.items() if place.label is label)
        for label in (Label.GLOBAL_ALPHA, Label.GLOBAL_BETA)
    )
    fresh = [(alpha + CONTINUATION.identity + beta * account).inverse() for account in range(EXTENSION_DEGREE)]
    claimed = (alpha + CONTINUATION.identity + beta * 3 + beta * beta * 2).inverse()
    found = dict(enumerate(weights(fresh, claimed - fresh[3])))
    return attacks.proven_with_openings({account: found.get(account, 0) for account in accounts})


def folded_root() -> RunProof:
    """A folded vector of the claimed weighted sum, right wherever it is looked at: that is known before it is made."""
    liar = lies.false_stacked_value()
    unseen = (learned(liar, Label.OUT_OF_DOMAIN, 0), *attacks.points_at(0, learned_positions(liar, 0)))
    at_zero, at_one = (
        difference(replace(liar, kernels=FoldedBend(unseen, scale)).proof(), FINAL_CLAIM)
        for scale in (ZERO, Extension.of(1))
    )
    scale = (ZERO - at_zero) * (at_one - at_zero).inverse()
    return replace(liar, kernels=FoldedBend(unseen, scale)).proof()


def program_commitment() -> RunProof:
    """Another program of as many instructions, which has the same id then."""
    return Example((Move(1, 7), Move(2, 50), Move(1, -3))).proof


def start() -> RunProof:
    """A run under a key that starts at the second instruction: the first move is left out."""
    tail = Example(ONE_SEGMENT.moves[1:])
    key = proving_key(KERNELS, SMALL_MACHINE, SMALL, program_cells(ONE_SEGMENT.moves), [1])
    fetched = table_of(with_cells(SEGMENT, {("program_table", 0, "multiplicity"): 0}), "program_table")
    later = {("move", 0, "pc"): 1, ("move", 1, "pc"): 1, ("halt", 0, "pc"): 1}
    segment = with_public(plus_cells(tail.segments[0], later), pc_in=1)
    tables = tuple(fetched if table.chip is fetched.chip else table for table in segment.tables)
    return prove_claiming(KERNELS, key, [replace(segment, tables=tables)], tail.run.output)


FORGERIES: Mapping[Said, Callable[[], RunProof]] = {
    (Domain.RUN, Label.LEAVES_ROOT): leaves_root,
    (Domain.GLOBAL_CHALLENGES, Label.RUN): leaves_root,
    (Domain.SEGMENT, Label.MAIN_ROOT): main_root,
    (Domain.SEGMENT, Label.BUS_TOTALS): lambda: attacks.gkr_scope(learned(lies.stolen(), Label.GKR_SCOPE)),
    (Domain.SEGMENT, Label.GKR_ROUND_POLYNOMIAL): lambda: attacks.gkr_round(1, 0)(ZERO),
    (Domain.SEGMENT, Label.GKR_LAYER_ENDS): lambda: attacks.gkr_merge(1)(
        learned(lies.false_layer(1), Label.GKR_MERGE, 1)
    ),
    (Domain.SEGMENT, Label.ZEROCHECK_ROUND_POLYNOMIAL): lambda: attacks.zerocheck_round(0)(ZERO),
    (Domain.SEGMENT, Label.COLUMN_VALUES): lambda: attacks.stacking_batching(
        learned(lies.minted(), Label.STACKING_BATCHING)
    ),
    (Domain.SEGMENT, Label.STACKING_ROUND_POLYNOMIAL): lambda: attacks.stacking_round(0)(ZERO),
    (Domain.SEGMENT, Label.STACKED_VALUES): lambda: attacks.column_batching(
        learned(lies.false_column_value(), Label.COLUMN_BATCHING)
    ),
    (Domain.SEGMENT, Label.FOLDING_ROUND_POLYNOMIAL): lambda: attacks.folding(0, 0)(ZERO),
    (Domain.SEGMENT, Label.FOLDED_ROOT): folded_root,
    (Domain.SEGMENT, Label.OUT_OF_DOMAIN_ANSWER): lambda: attacks.query_batching(ZERO),
    (Domain.SEGMENT, Label.FINAL_VECTOR): lambda: attacks.queries_of_last(
        learned_positions(lies.false_stacked_value(), LAST)
    ),
}
"""A false statement that is accepted where a message is not absorbed, though the caller names the whole key."""

OF_AN_ID: Mapping[Said, Callable[[], RunProof]] = {
    (Domain.PROGRAM, Label.PROGRAM_COMMITMENT): program_commitment,
    (Domain.PROGRAM, Label.START): start,
}
"""The same where the caller names a program by its id, which two keys have then."""

MADE_ONCE = "it is the same for all proofs that the verifier takes: "
SAID_TWICE = "what it binds is bound by another message of the same conversation: "
AFTER = "nothing that a prover can still choose is a free number of an equation that it enters: "

NO_FORGERY: Mapping[Said, str] = {
    **{
        (domain, Label.MACHINE): MADE_ONCE + "a verifier has one machine and refuses keys of others before"
        for domain in (Domain.CONTINUATION_PINNING, Domain.PROGRAM_PINNING, Domain.RUN, Domain.PROGRAM)
    },
    **{
        (domain, Label.PARAMETERS): SAID_TWICE + "the program's id, and the point of the answers that it binds"
        for domain in (Domain.CONTINUATION_PINNING, Domain.PROGRAM_PINNING, Domain.RUN, Domain.PROGRAM)
    },
    **{
        (domain, Label.STACKING): SAID_TWICE + "it follows from the heights, which the segment's own transcript absorbs"
        for domain in (
            Domain.CONTINUATION_PINNING,
            Domain.PROGRAM_PINNING,
            Domain.SEGMENT_LEAF,
            Domain.PROGRAM_COMMITMENT,
            Domain.SEGMENT,
        )
    },
    **{
        (domain, Label.HEIGHTS): AFTER + "a prover that chose heights late would have a choice of few, which costs bits"
        for domain in (
            Domain.CONTINUATION_PINNING,
            Domain.PROGRAM_PINNING,
            Domain.SEGMENT_LEAF,
            Domain.PROGRAM,
            Domain.SEGMENT,
        )
    },
    (Domain.CONTINUATION_PINNING, Label.PROGRAM): SAID_TWICE + "the point is fixed by the root that follows",
    (Domain.CONTINUATION_PINNING, Label.SEGMENT_INDEX): SAID_TWICE + "the leaf binds it",
    (Domain.CONTINUATION_PINNING, Label.CONTINUATION_ROOT): (
        "it matters where a commitment is near several vectors: test_frozen_challenges shows the weaker property"
    ),
    (Domain.PROGRAM_PINNING, Label.PROGRAM_ROOT): (
        "it matters where a commitment is near several vectors: test_frozen_challenges shows the weaker property"
    ),
    (Domain.SEGMENT_LEAF, Label.SEGMENT_INDEX): SAID_TWICE + "the place of the leaf in the tree and the public value",
    (Domain.SEGMENT_LEAF, Label.CONTINUATION_ROOT): SAID_TWICE + "the answers at a point that follows from the root",
    (Domain.SEGMENT_LEAF, Label.PINNED_ANSWERS): SAID_TWICE + "the root, of which the answers are opened",
    (Domain.RUN, Label.PROGRAM): AFTER + "a key is the caller's, and only its id is missing from the challenges",
    (Domain.RUN, Label.OUTPUT): (
        AFTER
        + "an output's numbers stand in denominators; one with as many equal entries as a multiple needs would be "
        "found by a reduced lattice, and would be thousands of entries long"
    ),
    (Domain.RUN, Label.SEGMENT_COUNT): SAID_TWICE + "the root over the leaves differs with their number",
    (Domain.PROGRAM_COMMITMENT, Label.PROGRAM_ROOT): SAID_TWICE + "the answers at a point that follows from the root",
    (Domain.PROGRAM_COMMITMENT, Label.PINNED_ANSWERS): SAID_TWICE + "the root, of which the answers are opened",
    (Domain.SEGMENT, Label.RUN): SAID_TWICE + "the leaf binds this segment's tables, and global challenges the run",
    (Domain.SEGMENT, Label.SEGMENT_INDEX): SAID_TWICE + "the leaf binds it, and the public values state it",
    (Domain.SEGMENT, Label.LEAF): SAID_TWICE + "the run's digest binds all leaves",
    (Domain.SEGMENT, Label.PUBLIC_VALUES): (
        AFTER + "six equations, and the three that a prover can choose stand in denominators of tokens"
    ),
    **{
        (Domain.SEGMENT, label): (
            "a nonce is no part of a statement: without it the next challenge is known before the work is done, which "
            "costs bits of grinding and lets nothing false pass by itself"
        )
        for label in (Label.COLUMN_BATCHING, Label.FOLDING, Label.QUERIES)
    },
}
"""Why no false statement is known to follow where one of the other messages alone is not absorbed."""
