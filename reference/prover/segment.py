"""Proving one segment: pinned first, proven once the run's digest is known.

The steps and their numbers are those of Section 4.5 of the whitepaper, as in `reference.verifier.segment`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference.prover.kernels import CircuitValues, Committed, Kernels, Rounds
from reference.prover.keys import ProvingKey
from reference.prover.opening import prove_opening
from reference.prover.progress import Progress, Stage
from reference.tables import Table, Trace
from spec.air.bus import Scope
from spec.air.chip import Role
from spec.field import Extension
from spec.protocol.columns import PINNED, ColumnClaims
from spec.protocol.cube import powers
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.hash import Digest, digest_words
from spec.protocol.labels import Label
from spec.protocol.proof import LayerProof, RoundPolynomial, SegmentProof
from spec.protocol.run import (
    RunStatement,
    SegmentPlace,
    continuation_pinning_point,
    global_challenges,
    sample_local_challenges,
    segment_leaf,
    start_segment_transcript,
)
from spec.protocol.shape import SegmentShape, TableShape
from spec.protocol.stacking import Commitment, Stacking, stack
from spec.protocol.transcript import Transcript
from spec.protocol.zerocheck import batching_powers, table_weights

NumberTranscript = Transcript[int, Extension, int, int]


@dataclass(frozen=True, eq=False)
class PinnedSegment:
    """A segment whose continuation tables are committed and pinned: all of it that the run's digest needs."""

    place: SegmentPlace
    trace: Trace
    continuation: Committed | None
    point: Extension
    answers: tuple[Extension, ...]
    leaf: Digest


def commit(
    kernels: Kernels, form: SegmentForm, tables: Sequence[Table], which: Commitment, layout: Stacking
) -> Committed | None:
    """The commitment to the columns that a layout of these tables places; None where it places none."""
    if not layout.count:
        return None
    folding_log2 = form.iterations[0].folding_log2
    return kernels.commit(tables, which, layout, form.parameters.rate_log2, folding_log2, form.commitment_tree(which))


def root_of(committed: Committed | None) -> Digest:
    """The root; empty for a commitment without columns."""
    return () if committed is None else committed.root


def answers_of(committed: Committed | None, point: Extension) -> tuple[Extension, ...]:
    """The answers at a point; none for a commitment without columns."""
    return () if committed is None else committed.answers(point)


def pin_segment(
    kernels: Kernels, statement: RunStatement, index: int, shape: SegmentShape, trace: Trace
) -> PinnedSegment:
    """Commits to the continuation tables and answers at the point that their commitment determines.

    `shape` is the whole segment's, which decides the stacking height; `trace` may hold the continuation tables alone.
    """
    algebra = kernels.algebra()
    place = SegmentPlace(statement, index, SegmentForm(shape, statement.parameters))
    tables = [table for table in trace.tables if table.chip.role is Role.CONTINUATION]
    shapes = [TableShape(table.chip, table.height_log2) for table in tables]
    layout = stack(Commitment.CONTINUATION, shapes, place.form.height_log2)
    committed = commit(kernels, place.form, tables, Commitment.CONTINUATION, layout)
    root = root_of(committed)
    point, _ = continuation_pinning_point(algebra, place, digest_words(statement.program_id), index, root)
    answers = answers_of(committed, point)
    leaf = tuple(segment_leaf(algebra, place, index, root, answers))
    return PinnedSegment(place, trace, committed, point, answers, leaf)


def prove_segment(
    kernels: Kernels, key: ProvingKey, run: Sequence[int], pinned: PinnedSegment, progress: Progress
) -> SegmentProof:
    """The proof of a pinned segment in the run with digest `run`."""
    algebra = kernels.algebra()
    place, trace, form = pinned.place, pinned.trace, pinned.place.form
    machine = form.shape.machine

    # 1. The statement.
    public_values = tuple(trace.public_values[name] for name in machine.public_values)
    transcript = start_segment_transcript(algebra, place, run, place.index, pinned.leaf, public_values)

    # 2. The totals of the buses.
    progress.begin(Stage.MAIN, place.index)
    main = commit(kernels, form, trace.tables, Commitment.MAIN, form.layouts[Commitment.MAIN])
    local = sample_local_challenges(transcript, machine, root_of(main))
    progress.begin(Stage.BUSES, place.index)
    across, _ = global_challenges(algebra, machine, run)
    challenges = {Scope.LOCAL: local, Scope.GLOBAL: across}
    circuit = kernels.circuit(trace.tables, form.circuit, trace.public_values, challenges)
    transcript.absorb_values(Label.BUS_TOTALS, circuit.totals)

    # 3. The circuit.
    layers, point = _circuit_layers(transcript, circuit, form.circuit.variables)

    # 4. The zerocheck.
    progress.begin(Stage.CONSTRAINTS, place.index)
    zerocheck_messages, column_values, zerocheck_point = _zerocheck(kernels, transcript, pinned, point, challenges)

    # 5. From table columns to stacked columns.
    progress.begin(Stage.OPENINGS, place.index)
    program = key.at_height(kernels, form.height_log2)
    committed = {
        which: commitment
        for which, commitment in (
            (Commitment.PROGRAM, program.committed),
            (Commitment.CONTINUATION, pinned.continuation),
            (Commitment.MAIN, main),
        )
        if commitment is not None
    }
    pinning_points = {Commitment.PROGRAM: program.point, Commitment.CONTINUATION: pinned.point}
    stacking_messages, stacked_values, stacked_point = _stacking(
        kernels, transcript, form, committed, zerocheck_point, pinning_points
    )

    # 6. WHIR.
    opening = prove_opening(kernels, transcript, form, list(committed.values()), stacked_point)
    return SegmentProof(
        public_values=public_values,
        shape=form.shape,
        continuation_root=root_of(pinned.continuation),
        pinned_answers=pinned.answers,
        main_root=root_of(main),
        bus_totals=circuit.totals,
        layers=layers,
        zerocheck_rounds=zerocheck_messages,
        column_values=column_values,
        stacking_rounds=stacking_messages,
        stacked_values=stacked_values,
        column_batching_nonce=opening.column_batching_nonce,
        iterations=opening.iterations,
        final_vector=opening.final_vector,
    )


def say_rounds(
    transcript: NumberTranscript,
    rounds: Rounds,
    count: int,
    said: Label,
    sampled: Label,
    place: Sequence[int] = (),
) -> tuple[tuple[RoundPolynomial, ...], list[Extension]]:
    """The messages of a sumcheck and the point it binds, first coordinate first."""
    messages, bound = [], []
    for number in range(count):
        message = rounds.message()
        transcript.absorb_values(said, message, *place, number)
        challenge = transcript.sample(sampled, *place, number)
        rounds.bind(challenge)
        messages.append(message)
        bound.append(challenge)
    return tuple(messages), bound[::-1]


def _circuit_layers(
    transcript: NumberTranscript, circuit: CircuitValues, variables: int
) -> tuple[tuple[LayerProof, ...], list[Extension]]:
    """The layers from the circuit's root, which is absorbed, and the point of its last one."""
    # 3a. The scope.
    point = [transcript.sample(Label.GKR_SCOPE)]
    layers = []
    for number in range(1, variables):
        # 3b. Combining the claims.
        batching = transcript.sample(Label.GKR_BATCHING, number)

        # 3c. The rounds of the layer.
        rounds = circuit.layer(number, point, batching)
        messages, bound = say_rounds(transcript, rounds, number, Label.GKR_ROUND_POLYNOMIAL, Label.GKR_ROUND, (number,))

        # 3d. The end of the layer.
        ends = rounds.ends()
        transcript.absorb_values(Label.GKR_LAYER_ENDS, ends, number)
        point = [*bound, transcript.sample(Label.GKR_MERGE, number)]
        layers.append(LayerProof(messages, ends))
    return tuple(layers), point


def _zerocheck(
    kernels: Kernels,
    transcript: NumberTranscript,
    pinned: PinnedSegment,
    circuit_point: Sequence[Extension],
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> tuple[tuple[RoundPolynomial, ...], dict[Commitment, tuple[Extension, ...]], list[Extension]]:
    """The messages, the values of every commitment's columns, which are absorbed, and the point they are taken at."""
    form, trace = pinned.place.form, pinned.trace

    # 4a. The weights.
    tables = form.shape.tables
    powers = batching_powers(transcript.algebra.value(1), transcript.sample(Label.ZEROCHECK_BATCHING), tables)
    weights = table_weights(tables, form.circuit, circuit_point, powers)

    # 4b. The rounds.
    count = form.zerocheck_rounds
    beside = circuit_point[len(circuit_point) - count :]
    rounds = kernels.zerocheck(trace.tables, weights, trace.public_values, challenges, beside)
    messages, point = say_rounds(transcript, rounds, count, Label.ZEROCHECK_ROUND_POLYNOMIAL, Label.ZEROCHECK_ROUND)

    # 4c. The end.
    by_table = rounds.values()
    column_values: dict[Commitment, tuple[Extension, ...]] = {}
    for which, layout in form.layouts.items():
        values = []
        for placed in layout.columns:
            # Fixed columns follow the committed ones.
            offset = len(trace.tables[placed.table].chip.columns) if which is Commitment.PROGRAM else 0
            values.append(by_table[placed.table][offset + placed.column])
        column_values[which] = tuple(values)
    said = [value for which in Commitment for value in column_values[which]]
    transcript.absorb_values(Label.COLUMN_VALUES, said)
    return messages, column_values, point


def _stacking(
    kernels: Kernels,
    transcript: NumberTranscript,
    form: SegmentForm,
    committed: Mapping[Commitment, Committed],
    point: Sequence[Extension],
    pinning_points: Mapping[Commitment, Extension],
) -> tuple[tuple[RoundPolynomial, ...], tuple[Extension, ...], list[Extension]]:
    """The messages, the values of the stacked columns, which are absorbed, and the point they are taken at."""
    # 5a. The claim.
    scales = powers(transcript.algebra.value(1), transcript.sample(Label.STACKING_BATCHING), form.claim_count)
    claims = ColumnClaims(form.layouts, point, {which: pinning_points[which] for which in PINNED}, scales)
    rounds = kernels.stacking(committed, claims)

    # 5b. The rounds.
    messages, stacked_point = say_rounds(
        transcript, rounds, form.height_log2, Label.STACKING_ROUND_POLYNOMIAL, Label.STACKING_ROUND
    )

    # 5c. The end.
    values = rounds.values()
    transcript.absorb_values(Label.STACKED_VALUES, values)
    return messages, values, stacked_point
