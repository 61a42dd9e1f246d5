"""The bridge from the machine to the calculator: proof shapes read from the verifier's own objects.

Columns and opening points are those that the verifier opens, constraints and interactions are counted from the
chips' declarations, layers and grinding are the verifier's. The caller gives only what a proof states: heights,
parameter set, length of the output.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.composition.claim import AttackFigures
from soundcalc.composition.security import SecurityReport, security, whole_run_error
from soundcalc.exact import floor_bits
from soundcalc.parameters import BusInteractions, FoldingLayer, GlobalArgument, ProofShape, TableShape
from spec.air.bus import Bus, Scope
from spec.air.chip import Role
from spec.field import EXTENSION_DEGREE, TWO_ADICITY, P, X
from spec.parameters import ParameterSet
from spec.protocol.constraints import constraint_count
from spec.protocol.folding import folding_schedule
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.run import OUT_OF_DOMAIN, PINNING_POINT
from spec.protocol.shape import COMMITMENTS, SegmentShape
from spec.rv64im.limits import LOOKUP_ROLES
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES
from spec.rv64im.program_row import HALTED
from spec.rv64im.tokens import Token, output_tokens, segment_tokens

NEXT_ROW = "next_row"
"""The name of the opening point one row after the out-of-domain point."""


@dataclass(frozen=True)
class RunSecurity:
    """The security of the proof of a run: one report per segment, in order."""

    reports: tuple[SecurityReport, ...]

    @property
    def weakest(self) -> SecurityReport:
        """The report with the largest error of a round."""
        return max(self.reports, key=lambda report: report.error)

    @property
    def security_bits(self) -> int:
        """The minimum over all rounds of all segments."""
        return self.weakest.security_bits

    @property
    def figures(self) -> AttackFigures:
        """The lines beside it, for the weakest segment."""
        return self.weakest.figures

    @property
    def whole_run_error(self) -> Fraction:
        """The errors of all rounds of all segments added up."""
        return whole_run_error(self.reports)

    @property
    def whole_run_bits(self) -> int:
        """floor(-log2 error) of the whole run."""
        return floor_bits(self.whole_run_error)


def run_security(shapes: Sequence[SegmentShape], parameters: ParameterSet, output: bytes) -> RunSecurity:
    """The security of the proof of a run with these segments and this claimed output.

    Segments of equal shape share one report. Raises CalculatorError where no regime applies.
    """
    reports: dict[bytes, SecurityReport] = {}
    for shape, proof in zip(shapes, proof_shapes(shapes, parameters, output), strict=True):
        if shape.encoded() not in reports:
            reports[shape.encoded()] = security(proof)
    return RunSecurity(tuple(reports[shape.encoded()] for shape in shapes))


def proof_shapes(
    shapes: Sequence[SegmentShape], parameters: ParameterSet, output: bytes = b""
) -> tuple[ProofShape, ...]:
    """What the calculator needs to know of each segment's proof in a run of these segments.

    The lookup of a segment is charged as if it halted. Raises ParameterError.
    """
    argument = _global_argument(shapes, output)
    return tuple(proof_shape(shape, parameters, argument) for shape in shapes)


def proof_shape(shape: SegmentShape, parameters: ParameterSet, argument: GlobalArgument) -> ProofShape:
    """The same for one segment, with the memory argument of its run given. Raises ParameterError."""
    return ProofShape(
        blowup_log2=parameters.rate_log2,
        base_field_size=P,
        extension_degree=EXTENSION_DEGREE,
        two_adicity=TWO_ADICITY,
        tables=_tables(shape),
        local_interactions=_local_interactions(shape),
        global_argument=argument,
        folding=_folding(shape, parameters),
        queries=parameters.queries,
        digest_bits=8 * DIGEST_BYTES,
        grinding_bits=parameters.grinding,
    )


def _tables(shape: SegmentShape) -> tuple[TableShape, ...]:
    """Everything of one height as one table: the verifier batches constraints and openings by height."""
    columns: dict[int, Counter[str]] = {height: Counter() for height in shape.distinct_heights}
    openings: dict[int, Counter[str]] = {height: Counter() for height in shape.distinct_heights}
    # Two points told apart from each other and from their next rows stand for the challenges.
    out_of_domain, pinning = X, X * X
    names = {out_of_domain: OUT_OF_DOMAIN, pinning: PINNING_POINT}
    parts = zip(COMMITMENTS, shape.matrices(), shape.points(out_of_domain, pinning), strict=True)
    for commitment, matrices, points in parts:
        for matrix, matrix_points in zip(matrices, points, strict=True):
            columns[matrix.height_log2][commitment] += matrix.width
            for point in matrix_points:
                openings[matrix.height_log2][names.get(point, NEXT_ROW)] += matrix.width
    return tuple(
        TableShape(
            name=f"2^{height}",
            height_log2=height,
            columns=columns[height],
            openings=openings[height],
            constraints=sum(constraint_count(t.chip) for t in shape.tables if t.height_log2 == height),
            maximum_degree=max(t.chip.maximum_degree for t in shape.tables if t.height_log2 == height),
        )
        for height in shape.distinct_heights
    )


def _folding(shape: SegmentShape, parameters: ParameterSet) -> tuple[FoldingLayer, ...]:
    height, layers = shape.distinct_heights[0], []
    for arity_log2 in folding_schedule(shape.distinct_heights, parameters):
        height -= arity_log2
        layers.append(FoldingLayer(arity_log2, injected=height in shape.distinct_heights))
    return tuple(layers)


def _local_interactions(shape: SegmentShape) -> tuple[BusInteractions, ...]:
    public_values = {**dict.fromkeys(SEGMENT_PUBLIC_VALUES, 0), "pc_out": HALTED}
    return _interactions([shape], Scope.LOCAL, segment_tokens(public_values))


def _global_argument(shapes: Sequence[SegmentShape], output: bytes) -> GlobalArgument:
    return GlobalArgument(
        pinned_rows=sum(max((t.height for t in shape.tables_of(Role.CONTINUATION)), default=0) for shape in shapes),
        interactions=_interactions(shapes, Scope.GLOBAL, output_tokens(output)),
    )


def _interactions(shapes: Iterable[SegmentShape], scope: Scope, tokens: Iterable[Token]) -> tuple[BusInteractions, ...]:
    """The fractions of a scope by bus and side, padding rows and the verifier's own tokens included."""
    counts: Counter[tuple[Bus, bool]] = Counter()
    for shape in shapes:
        for table in shape.tables:
            for interaction in table.chip.interactions:
                if interaction.bus.scope is scope:
                    counts[interaction.bus, table.chip.role in LOOKUP_ROLES] += table.height
    for token in tokens:
        counts[token.bus, False] += 1
    return tuple(BusInteractions(bus.name, bus.width, count, counted) for (bus, counted), count in counts.items())
