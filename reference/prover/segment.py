"""Proving one segment: pinned first, proven once the global challenge is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reference.prover.combination import TableCodewords
from reference.prover.commitment import CommittedData, commit, commit_coefficients, evaluate_at
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import Matrix
from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.opening import OpeningRequest, open_commitments
from reference.prover.progress import Progress, Stage
from reference.trace.table import Trace
from spec.air.bus import Scope
from spec.air.chip import Role
from spec.field import Extension
from spec.protocol.proof import SegmentProof
from spec.protocol.run import (
    CONSTRAINT_BATCHING,
    OUT_OF_DOMAIN,
    RunStatement,
    global_challenges,
    pinning_point,
    sample_bus_challenges,
    segment_leaf,
    start_segment_transcript,
)
from spec.protocol.shape import QUOTIENT_CHUNKS, SegmentShape
from spec.rv64im.machine import CHIPS, SEGMENT_PUBLIC_VALUES


@dataclass(frozen=True)
class PinnedSegment:
    """A segment whose continuation tables are committed and pinned: all of it that the run's digest needs."""

    index: int
    trace: Trace
    shape: SegmentShape
    continuation: CommittedData
    pinning_point: Extension
    leaf: bytes


def shape_of(trace: Trace) -> SegmentShape:
    """The heights of a trace's tables."""
    heights: dict[str, tuple[int, ...]] = {chip.name: () for chip in CHIPS}
    for table in trace.tables:
        heights[table.chip.name] += (table.height.bit_length() - 1,)
    return SegmentShape(heights)


def pin_segment(kernels: Kernels, statement: RunStatement, index: int, trace: Trace) -> PinnedSegment:
    """Commits to the continuation tables and evaluates them at the point that their commitment determines."""
    shape = shape_of(trace)
    tables = [table.main for table in trace.tables if table.chip.role is Role.CONTINUATION]
    committed = commit(kernels, tables, statement.key.parameters.rate_log2)
    point, _ = pinning_point(statement, index, shape, committed.root)
    values = [v for matrix in range(len(tables)) for v in evaluate_at(kernels, committed, matrix, point)]
    return PinnedSegment(index, trace, shape, committed, point, segment_leaf(index, shape, committed.root, values))


def prove_segment(
    kernels: Kernels, key: ProvingKey, run: bytes, pinned: PinnedSegment, progress: Progress
) -> SegmentProof:
    """The proof of a pinned segment in the run with digest `run`.

    Raises Rejected if a sampled point lies in a domain, which happens with probability below 2^-150.
    """
    parameters = key.verification.parameters
    rate_log2 = parameters.rate_log2
    trace, shape = pinned.trace, pinned.shape
    public_values = tuple(trace.public_values[name] for name in SEGMENT_PUBLIC_VALUES)
    transcript = start_segment_transcript(run, pinned.index, pinned.leaf, public_values, shape)

    progress.begin(Stage.MAIN, pinned.index)
    main_tables = [table for table in trace.tables if table.chip.role is not Role.CONTINUATION]
    main = commit(kernels, [table.main for table in main_tables], rate_log2)
    progress.begin(Stage.BUSES, pinned.index)
    challenges = {
        Scope.LOCAL: sample_bus_challenges(transcript, main.root),
        Scope.GLOBAL: global_challenges(run)[0],
    }
    in_scopes: list[tuple[Extension, ...]] = []

    def logup_columns() -> Iterator[Matrix]:
        # A table's columns are committed before the next table's are made: together they would take much memory.
        for table in trace.tables:
            columns = kernels.logup_matrices(table.chip, table.main, table.fixed, trace.public_values, challenges)
            in_scopes.append(columns.totals)
            yield from (matrix for matrix in (columns.helpers, columns.accumulators) if matrix.shape[1])

    logup_commitment = commit(kernels, kernels.ahead(logup_columns()), rate_log2)
    totals = tuple(in_scopes)
    transcript.observe("logup_root", logup_commitment.root)
    transcript.observe_extensions("totals", [total for of_table in totals for total in of_table])

    progress.begin(Stage.QUOTIENT, pinned.index)
    batching = transcript.sample_extension(CONSTRAINT_BATCHING)
    codewords = _table_codewords(key, pinned, main, logup_commitment, totals)

    def combined_by_height() -> Iterator[ExtensionArray]:
        for height_log2 in shape.distinct_heights:
            tables = [table for table in codewords if table.height == 1 << height_log2]
            yield kernels.combined_constraints(tables, trace.public_values, challenges, batching)

    quotients = map(kernels.quotient_coefficients, kernels.ahead(combined_by_height()))
    quotient = commit_coefficients(kernels, quotients, rate_log2)
    transcript.observe("quotient_root", quotient.root)

    progress.begin(Stage.OPENINGS, pinned.index)
    point = transcript.sample_extension(OUT_OF_DOMAIN)
    commitments = [key.machine, key.program, pinned.continuation, main, logup_commitment, quotient]
    points = shape.points(point, pinned.pinning_point)
    requests = [OpeningRequest(c, p) for c, p in zip(commitments, points, strict=True)]
    opened_values, opening = open_commitments(kernels, requests, transcript, parameters)
    return SegmentProof(
        public_values=public_values,
        shape=shape,
        continuation_root=pinned.continuation.root,
        main_root=main.root,
        logup_root=logup_commitment.root,
        totals=totals,
        quotient_root=quotient.root,
        opened_values=opened_values,
        opening=opening,
    )


def _table_codewords(
    key: ProvingKey,
    pinned: PinnedSegment,
    main: CommittedData,
    logup_commitment: CommittedData,
    totals: Sequence[tuple[Extension, ...]],
) -> list[TableCodewords]:
    """Every table's committed columns on the first 2 n points of its evaluation domain, in machine order."""
    fixed = dict(zip(_fixed_names(pinned.trace), (*key.machine.codewords, *key.program.codewords), strict=True))
    continuation_codewords, main_codewords = iter(pinned.continuation.codewords), iter(main.codewords)
    logup_codewords = iter(logup_commitment.codewords)
    tables = []
    for table, shape, of_table in zip(pinned.trace.tables, pinned.shape.tables, totals, strict=True):
        points = table.height * QUOTIENT_CHUNKS
        source = continuation_codewords if table.chip.role is Role.CONTINUATION else main_codewords
        cells = next(source)[:points]
        helpers = next(logup_codewords)[:points] if shape.logup_widths()[0] else cells[:, :0]
        tables.append(
            TableCodewords(
                chip=table.chip,
                main=cells,
                fixed=fixed[table.chip.name][:points] if table.chip.name in fixed else cells[:, :0],
                helpers=helpers,
                accumulators=next(logup_codewords)[:points],
                totals=of_table,
            )
        )
    return tables


def _fixed_names(trace: Trace) -> list[str]:
    roles = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)
    return [table.chip.name for role in roles for table in trace.tables if table.chip.role is role]
