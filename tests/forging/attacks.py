"""Attacks on a challenge that is known in advance: for each of them a false statement that is then accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.prover.keys import proving_key
from reference.tables import Table, Trace
from spec.air.chip import ChipBuilder, Role
from spec.field import ONE, ZERO, Extension, P, inverse
from spec.protocol.labels import Label
from spec.protocol.proof import RunProof
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.changed_traces import Cell, cell, plus_cells, with_cells
from tests.forging import lies
from tests.forging.bent_kernels import FoldedBend, folded_point
from tests.forging.liars import Addend, difference, repaired
from tests.forging.lies import FINAL_CLAIM, FORM, LAST, STACKING, ZEROCHECK, layer_check
from tests.small_machine import CONTINUATION, MEMORY, RANGE, SMALL_MACHINE, Move, program_cells
from tests.small_runs import KERNELS, ONE_SEGMENT, SMALL, Example, counted, encoded, prove_claiming

R = Rejection
SEGMENT = ONE_SEGMENT.segments[0]
SOME = Extension((7, 11, 13, 17, 19, 23))
"""A fixed challenge like any other."""


def base(number: int) -> Extension:
    """A fixed challenge in the base field, where cells lie."""
    return Extension.of(number)


@dataclass(frozen=True)
class Attack:
    """A way to make use of a challenge that is known in advance."""

    label: Label
    indices: tuple[int, ...]
    challenge: Any
    """The challenge; of positions, their numbers."""

    prove: Callable[[Any], RunProof]
    """The proof of a false statement by a prover that believes in the challenge."""

    refused: Refusal
    """What the real transcript makes of it."""

    def __str__(self) -> str:
        return "_".join([self.label.name.lower(), *map(str, self.indices)])


# Bus challenges: two lists of messages with the same sum of fractions.


def local_beta(beta: Extension) -> RunProof:
    """beta^2 * 2 = beta^3 for beta = 2: a balance two higher and a clock one lower have the same fingerprint."""
    assert beta == base(2)
    segment = plus_cells(SEGMENT, {("boundary", 1, "balance_out"): 2, ("boundary", 1, "last_clock"): -1})
    return ONE_SEGMENT.proven([segment], encoded([(1, 70, 1), (2, 52, 1)]))


def local_alpha(alpha: Extension) -> RunProof:
    """A fingerprint that factors is a sum of those of lookups, whatever beta is.

    With alpha = -1 the memory bus has constant 2 and the range bus 3. Account 6 is taken with a balance of 4 instead
    of 0, and

        1 / (2 + 6 beta) = (3/2) / (3 + 9 beta),
        1 / (2 + 6 beta + 4 beta^2) = 3 / (3 + 6 beta) - (3/2) / (3 + 3 beta).
    """
    assert alpha + MEMORY.identity == base(2)
    assert alpha + RANGE.identity == base(3)
    example = Example((Move(6, 10),))
    changes: dict[Cell, int] = {("move", 0, "before"): 4, ("move", 0, "after"): 4, ("boundary", 0, "balance_out"): 4}
    three_halves = 3 * inverse(2)
    segment = plus_cells(example.segments[0], changes | counted({9: -three_halves, 6: 3, 3: -three_halves}))
    return example.proven([segment], encoded([(6, 14, 1)]))


def global_beta(beta: Extension) -> RunProof:
    """beta^2 * 2 = beta^3 for beta = 2: the same as a claim about the output."""
    assert beta == base(2)
    return ONE_SEGMENT.proven([SEGMENT], encoded([(1, 70, 1), (2, 52, 0)]))


def _opening() -> ChipBuilder:
    row = ChipBuilder("opening", Role.CONTINUATION, "Accounts with nothing on them, opened as often as one likes.")
    account, times = row.column("account"), row.column("times")
    row.receive("is_small", RANGE, [account])
    row.send("opens", CONTINUATION, [account, 0, 0], times)
    return row


OPENING = _opening().build()
OPENING_MACHINE = replace(SMALL_MACHINE, name="accounts with openings", chips=(*SMALL_MACHINE.chips, OPENING))
"""The small machine's global messages count at most once; these do not."""


def global_alpha(alpha: Extension) -> RunProof:
    """With alpha = -4 the continuation bus has constant 1, and an account that nothing touched gets a balance:

        1 / (1 + 3 beta + 2 beta^2) = 2 / (1 + 2 beta) - 1 / (1 + beta).

    Its first message is (3, 0, 0), its last one is claimed to be (3, 2, 0).
    """
    assert alpha + CONTINUATION.identity == ONE
    return proven_with_openings({0: 0, 1: -1, 2: 2, 3: -1})


def proven_with_openings(times: Mapping[int, int]) -> RunProof:
    """The honest run with accounts opened so often, which claims that account 3 has a balance as well."""
    main = np.array([[account, count % P] for account, count in times.items()], dtype=np.uint64)
    segment = plus_cells(SEGMENT, counted(dict.fromkeys(times, 1)))
    tables = (*segment.tables, Table(OPENING, main, np.zeros((len(times), 0), dtype=np.uint64)))
    key = proving_key(KERNELS, OPENING_MACHINE, SMALL, program_cells(ONE_SEGMENT.moves), [0])
    cells = Trace(OPENING_MACHINE, tables, segment.public_values, b"")
    return prove_claiming(KERNELS, key, [cells], encoded([(1, 70, 1), (2, 50, 1), (3, 2, 0)]))


# The bus circuit: wrong totals, whose combination at a known challenge is right.


def gkr_scope(scope: Extension) -> RunProof:
    """Totals that lie on the right line at the known coordinate: the local one balances, the global one is the same."""
    liar = lies.stolen()
    totals = lies.totals_of(liar)
    _, _, numerator, denominator = totals.segment.bus_totals
    over_segments = numerator * denominator.inverse()
    excess = totals.excess
    in_denominators = (ZERO - excess) * (scope * (over_segments + totals.verifiers_part)).inverse()
    in_numerators = over_segments * in_denominators
    additions = (
        scope * in_numerators,
        scope * in_denominators,
        (scope - 1) * in_numerators,
        (scope - 1) * in_denominators,
    )
    return liar.adding(*(Addend(Label.BUS_TOTALS, i, amount) for i, amount in enumerate(additions))).proof()


def gkr_batching(batching: Extension) -> RunProof:
    """A numerator that is too small by as much as the known weight makes of a denominator that is too large."""
    liar = lies.stolen()
    totals = lies.totals_of(liar)
    in_denominator = totals.excess * (batching - totals.verifiers_part).inverse()
    in_numerator = ZERO - batching * in_denominator
    return liar.adding(Addend(Label.BUS_TOTALS, 0, in_numerator), Addend(Label.BUS_TOTALS, 1, in_denominator)).proof()


def gkr_batching_below(layer: int) -> Callable[[Extension], RunProof]:
    """The same at the end of the layer above: whatever the merging, the claim is the right one."""
    above = layer - 1

    def prove(batching: Extension) -> RunProof:
        in_numerator = Addend(Label.GKR_LAYER_ENDS, 0, ZERO - batching, (above,))
        in_denominator = Addend(Label.GKR_LAYER_ENDS, 2, ONE, (above,))
        return repaired(lies.false_layer(above), layer_check(above), in_numerator, in_denominator).proof()

    return prove


def gkr_round(layer: int, number: int) -> Callable[[Extension], RunProof]:
    """A round polynomial of the wrong sum with the right value at the known challenge."""

    def prove(_challenge: Extension) -> RunProof:
        addend = Addend(Label.GKR_ROUND_POLYNOMIAL, 0, ONE, (layer, number))
        return repaired(lies.false_layer(layer), layer_check(layer), addend).proof()

    return prove


def gkr_merge(layer: int) -> Callable[[Extension], RunProof]:
    """Two numerators that lie on the right line at the known coordinate."""

    def prove(merge: Extension) -> RunProof:
        left = Addend(Label.GKR_LAYER_ENDS, 0, merge, (layer,))
        right = Addend(Label.GKR_LAYER_ENDS, 1, merge - 1, (layer,))
        return repaired(lies.false_layer(layer), layer_check(layer), left, right).proof()

    return prove


LAYERS = range(1, FORM.circuit.variables)


def of_layer(layer: int) -> list[Attack]:
    """The attacks on the challenges of a layer, of its rounds on the first and the last one."""
    here = Refusal(R.GKR_LAYER_MISMATCH, f"segment 0, layer {layer}")
    # The last layer's ends are what the zerocheck takes its claim from.
    below = Refusal(R.GKR_LAYER_MISMATCH, f"segment 0, layer {layer + 1}")
    if layer == LAYERS[-1]:
        below = Refusal(R.ZEROCHECK_MISMATCH, "segment 0")
    batched = gkr_batching if layer == 1 else gkr_batching_below(layer)
    return [
        Attack(Label.GKR_BATCHING, (layer,), SOME, batched, here),
        *(Attack(Label.GKR_ROUND, (layer, i), SOME, gkr_round(layer, i), here) for i in sorted({0, layer - 1})),
        Attack(Label.GKR_MERGE, (layer,), SOME, gkr_merge(layer), below),
    ]


# The zerocheck.


def zerocheck_batching(batching: Extension) -> RunProof:
    """Two constraints of tables of the same height, violated on the same rows so that they cancel.

    The halt counts twice on its first row and minus once on its second, so that the constraint that makes it boolean
    has the value 2 on both. On the two rows of the moves `balance_moves` has the value -2 chi: both accounts lose six.
    """
    assert batching == base(3)
    example = Example((Move(1, 100), Move(2, 50)))
    segment = example.segments[0]
    assert segment.shape.heights_log2["move"] == segment.shape.heights_log2["halt"] == (1,)
    names = [constraint.name for chip in SMALL_MACHINE.chips for constraint in chip.constraints]
    assert names[2:4] == ["balance_moves", "real_is_boolean"]
    changes: dict[Cell, int] = {("halt", 0, "real"): 1, ("halt", 1, "real"): -1}
    for row in range(2):
        changes |= {("move", row, "after"): -6, ("boundary", row, "balance_out"): -6}
    copied = {("halt", 1, name): cell(segment, "halt", 0, name) for name in ("pc", "clock", "code")}
    segment = with_cells(plus_cells(segment, changes), copied)
    return example.proven([segment], encoded([(1, 94, 1), (2, 44, 1)]))


def zerocheck_round(number: int) -> Callable[[Extension], RunProof]:
    """A round polynomial of the wrong sum with the right value at the known challenge."""

    def prove(_challenge: Extension) -> RunProof:
        return repaired(lies.minted(), ZEROCHECK, Addend(Label.ZEROCHECK_ROUND_POLYNOMIAL, 0, ONE, (number,))).proof()

    return prove


# From columns to one vector.


def stacking_batching(batching: Extension) -> RunProof:
    """Two column values that are wrong by as much as the known weights make of each other."""
    first, second = lies.PROGRAM_COUNTS, lies.RANGE_COUNTS
    assert first > second
    apart = Addend(Label.COLUMN_VALUES, second, ZERO - batching ** (first - second))
    return repaired(lies.minted(), ZEROCHECK, Addend(Label.COLUMN_VALUES, first, ONE), apart).proof()


def stacking_round(number: int) -> Callable[[Extension], RunProof]:
    """A wrong column value, and a round polynomial with the right value at the known challenge."""

    def prove(_challenge: Extension) -> RunProof:
        return repaired(
            lies.false_column_value(), STACKING, Addend(Label.STACKING_ROUND_POLYNOMIAL, 0, ONE, (number,))
        ).proof()

    return prove


def column_batching(batching: Extension) -> RunProof:
    """Two stacked columns' values that are wrong by as much as the known weights make of each other."""
    first = Addend(Label.STACKED_VALUES, 0, batching)
    second = Addend(Label.STACKED_VALUES, 1, ZERO - ONE)
    return repaired(lies.false_column_value(), STACKING, first, second).proof()


# The opening.


def folding(iteration: int, number: int) -> Callable[[Extension], RunProof]:
    """A wrong value of a stacked column, and a round polynomial with the right value at the known challenge."""

    def prove(_challenge: Extension) -> RunProof:
        return repaired(
            lies.false_stacked_value(),
            FINAL_CLAIM,
            Addend(Label.FOLDING_ROUND_POLYNOMIAL, 0, ONE, (iteration, number)),
        ).proof()

    return prove


def query_batching(_batching: Extension) -> RunProof:
    """A wrong answer that makes up for a wrong claim at the known weight."""
    return repaired(lies.false_stacked_value(), FINAL_CLAIM, Addend(Label.OUT_OF_DOMAIN_ANSWER, 0, ONE, (0,))).proof()


def points_at(iteration: int, positions: Sequence[int]) -> tuple[Extension, ...]:
    """Where the queries at these positions tell the folded vector's code."""
    of = FORM.iterations[iteration]
    return tuple(folded_point(of, positions[i % len(positions)]) for i in range(of.queries))


def queries_of_last(positions: Sequence[int]) -> RunProof:
    """A last vector of the claimed weighted sum that is right at the known positions."""
    roots = with_roots_at(LAST, positions)
    additions = [Addend(Label.FINAL_VECTOR, i, entry) for i, entry in enumerate(roots)]
    return repaired(lies.false_stacked_value(), FINAL_CLAIM, *additions).proof()


def with_roots_at(iteration: int, positions: Sequence[int]) -> list[Extension]:
    """What can be added to an iteration's folded vector unseen at these positions."""
    return FoldedBend(points_at(iteration, positions)).added([ONE] * (1 << FORM.iterations[iteration].folded_log2))


def queries_of_first(positions: Sequence[int]) -> RunProof:
    """A folded vector of the claimed weighted sum that is right at the known positions."""
    liar, points = lies.false_stacked_value(), points_at(0, positions)
    offsets = [
        difference(replace(liar, kernels=FoldedBend(points, scale)).proof(), FINAL_CLAIM) for scale in (ZERO, ONE)
    ]
    scale = (ZERO - offsets[0]) * (offsets[1] - offsets[0]).inverse()
    return replace(liar, kernels=FoldedBend(points, scale)).proof()


ATTACKS = [
    Attack(Label.LOCAL_ALPHA, (), base(-1 % P), local_alpha, Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 0")),
    Attack(Label.LOCAL_BETA, (), base(2), local_beta, Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 0")),
    Attack(Label.GLOBAL_ALPHA, (), base(-4 % P), global_alpha, Refusal(R.GLOBAL_BUSES_UNBALANCED, "run")),
    Attack(Label.GLOBAL_BETA, (), base(2), global_beta, Refusal(R.GLOBAL_BUSES_UNBALANCED, "run")),
    Attack(Label.GKR_SCOPE, (), SOME, gkr_scope, Refusal(R.GKR_LAYER_MISMATCH, "segment 0, layer 1")),
    *(attack for layer in LAYERS for attack in of_layer(layer)),
    Attack(Label.ZEROCHECK_BATCHING, (), base(3), zerocheck_batching, Refusal(R.ZEROCHECK_MISMATCH, "segment 0")),
    *(
        Attack(Label.ZEROCHECK_ROUND, (i,), SOME, zerocheck_round(i), Refusal(R.ZEROCHECK_MISMATCH, "segment 0"))
        for i in range(FORM.zerocheck_rounds)
    ),
    Attack(Label.STACKING_BATCHING, (), SOME, stacking_batching, Refusal(R.STACKING_MISMATCH, "segment 0")),
    *(
        Attack(Label.STACKING_ROUND, (i,), SOME, stacking_round(i), Refusal(R.STACKING_MISMATCH, "segment 0"))
        for i in range(FORM.height_log2)
    ),
    Attack(
        Label.COLUMN_BATCHING,
        (),
        SOME,
        column_batching,
        Refusal(R.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}"),
    ),
    *(
        Attack(
            Label.FOLDING,
            (of.number, r),
            SOME,
            folding(of.number, r),
            Refusal(R.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}"),
        )
        for of in FORM.iterations
        for r in range(of.folding_log2)
    ),
    Attack(
        Label.QUERY_BATCHING,
        (0,),
        SOME,
        query_batching,
        Refusal(R.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}"),
    ),
    Attack(
        Label.QUERIES,
        (0,),
        (3, 1, 4),
        queries_of_first,
        Refusal(R.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}"),
    ),
    Attack(
        Label.QUERIES,
        (LAST,),
        (3, 1),
        queries_of_last,
        Refusal(R.FINAL_VECTOR_QUERY_MISMATCH, f"segment 0, iteration {LAST}"),
    ),
]
