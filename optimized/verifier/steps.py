"""The verifier's heavy steps on arrays: what `reference.verifier.steps.PlainSteps` does on plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from optimized.verifier import folding, scalars, sumcheck
from optimized.verifier.elements import Elements, Scalars, to_element, to_elements, to_scalars
from optimized.verifier.programs import add_constraints, add_pairs, chip_program, run_program
from optimized.verifier.refusal import UnexplainedRejected
from optimized.verifier.stacking import add_column_weights
from optimized.verifier.trees import check_opening
from reference.verifier.constraints import RowValues
from reference.verifier.queries import FoldedQuery
from spec.air.bus import Scope
from spec.air.expression import Interpretation
from spec.field import EXTENSION_DEGREE, GENERATOR, Extension, inverse, root_of_unity
from spec.protocol.columns import PINNED, ColumnClaims, first_stacked
from spec.protocol.cube import HALF, power_extension
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.labels import Label
from spec.protocol.merkle import MerkleOpening
from spec.protocol.numbers import Numbers
from spec.protocol.shape import TableShape
from spec.protocol.transcript import Transcript
from spec.protocol.whir import Iteration, Weight
from spec.protocol.zerocheck import TableWeights
from spec.rejection import Rejection

_HALF = np.uint64(HALF)
_INVERSE_ROOTS = np.array([inverse(root_of_unity(order)) for order in range(25)], dtype=np.uint64)


def _zeros(*shape: int) -> Scalars:
    return np.zeros((*shape, EXTENSION_DEGREE), dtype=np.uint64)


class OptimizedSteps:
    """Implements `VerifierSteps` on numbers."""

    def powers(self, algebra: Numbers, base: Extension, count: int) -> Elements:
        del algebra
        result = np.empty((count, EXTENSION_DEGREE), dtype=np.uint64)
        scalars.powers(to_scalars([base])[0], result)
        return Elements(result)

    def weighted_sum(self, algebra: Numbers, scales: Sequence[Extension], values: Sequence[Extension]) -> Extension:
        """The sum of values times scales. Raises ValueError if there are not as many of both."""
        del algebra
        if len(scales) != len(values):
            raise ValueError(f"{len(scales)} scales for {len(values)} values")
        total = _zeros()
        scalars.weighted_sum(to_scalars(scales), to_scalars(values), total)
        return to_element(total)

    def joined(self, parts: Sequence[Sequence[Extension]]) -> Elements:
        return Elements(np.concatenate([to_scalars(part) for part in parts]))

    def follow_rounds(
        self,
        transcript: Transcript[int, Extension, int, int],
        rounds: Sequence[Sequence[Extension]],
        claim: Extension,
        said: Label,
        sampled: Label,
        place: Sequence[int] = (),
        beside: Sequence[Extension] | None = None,
    ) -> tuple[Extension, list[Extension]]:
        return sumcheck.follow_rounds(transcript, rounds, claim, said, sampled, place, beside)

    def tables_value(
        self,
        algebra: Numbers,
        tables: Sequence[TableShape],
        rows: Sequence[Interpretation[Extension]],
        weights: Sequence[TableWeights[Extension]],
        challenges: Mapping[Scope, BusChallenges[Extension]],
    ) -> Extension:
        del algebra
        total = _zeros()
        of_scope = {scope: (to_scalars([c.alpha])[0], to_scalars(c.beta_powers)) for scope, c in challenges.items()}
        public_values: Mapping[str, Extension] = {}
        for table, given, of_table in zip(tables, rows, weights, strict=True):
            row = cast(RowValues[Any, Extension, Any, Any], given)
            if row.public_values is not public_values:
                public_values = row.public_values
                names, public = tuple(public_values), to_scalars(public_values.values())
            program = chip_program(table.chip, names)
            results = np.empty((len(program.code), EXTENSION_DEGREE), dtype=np.uint64)
            inputs = [to_scalars(row.main_values), to_scalars(row.fixed_values), public]
            registers = np.concatenate([*inputs, results])
            run_program(program.code, program.inputs, registers)
            add_constraints(registers, program.constraints, to_scalars(of_table.constraints), total)
            batching = to_scalars([of_table.batching])[0]
            start = 0
            for scope, (alpha, beta_powers) in of_scope.items():
                of_blocks = [weight for block, weight in of_table.blocks if block.scope is scope]
                messages = program.messages[start : start + len(of_blocks)]
                add_pairs(registers, messages, to_scalars(of_blocks), batching, alpha, beta_powers, total)
                start += len(of_blocks)
        return to_element(total)

    def stacked_weights(
        self, algebra: Numbers, claims: ColumnClaims[Extension], point: Sequence[Extension]
    ) -> Elements:
        first = first_stacked(claims.layouts)
        tables = [
            (where.stop - where.start, placed.height_log2, placed.start(len(point)), first[commitment])
            for commitment, layout in claims.layouts.items()
            for where in layout.of_table.values()
            for placed in [layout.columns[where.start]]
        ]
        scales, weights = to_scalars(claims.scales), _zeros(claims.stacked_count)
        of_tables, zerocheck_point = np.array(tables, dtype=np.int64), to_scalars(claims.zerocheck_point)
        add_column_weights(of_tables, len(point), scales, zerocheck_point, to_scalars(point), weights)
        at = sum(count for count, *_ in tables)
        for commitment in PINNED:
            count = claims.layouts[commitment].count
            if count:
                value = to_scalars([power_extension(algebra.value(1), claims.pinning_points[commitment], point)])
                of_commitment = weights[first[commitment] : first[commitment] + count]
                folding.add_multiples(scales[at : at + count], value[0], of_commitment)
                at += count
        return Elements(weights)

    def bind_weights(self, weights: Sequence[Weight[Extension]], challenges: Sequence[Extension]) -> None:
        powers = [weight for weight in weights if weight.is_power]
        for weight in weights:
            if not weight.is_power:
                for challenge in challenges:
                    weight.bind_last(challenge)
        if powers:
            scales = to_scalars([weight.scale for weight in powers])
            bases = to_scalars([weight.state[0] for weight in powers])
            folding.bind_powers(scales, bases, to_scalars(challenges))
            for weight, scale, base in zip(powers, to_elements(scales), to_elements(bases), strict=True):
                weight.scale, weight.state = scale, [base]

    def folded_queries(
        self,
        algebra: Numbers,
        form: SegmentForm,
        iteration: Iteration,
        openings: Sequence[MerkleOpening],
        roots: Sequence[Sequence[int]],
        positions: Sequence[Sequence[int]],
        batching: Sequence[Extension],
        challenges: Sequence[Extension],
        where: str,
    ) -> list[FoldedQuery[int, Extension]]:
        del algebra, where
        drawn = np.array(positions, dtype=np.int64) @ (1 << np.arange(iteration.fibres_log2))
        distinct, of_draw = np.unique(drawn, return_inverse=True)
        rows = [np.asarray(opening.rows, dtype=np.uint32) for opening in openings]
        for opening, of_tree, shape, root in zip(openings, rows, form.opened_trees(iteration), roots, strict=True):
            check_opening(opening, of_tree, distinct, shape, root)
        points = 1 << iteration.folding_log2
        row = np.concatenate(rows, axis=1)
        if iteration.number:
            fibres = row.reshape(len(distinct), points, EXTENSION_DEGREE).astype(np.uint64)
        else:
            fibres = np.empty((len(distinct), points, EXTENSION_DEGREE), dtype=np.uint64)
            folding.combine_fibres(row, to_scalars(batching), points, fibres)
        xs, reciprocals, folded_xs = np.empty((3, len(distinct)), dtype=np.uint64)
        step = root_of_unity(iteration.domain_log2)
        folding.domain_points(distinct, np.uint64(GENERATOR), np.uint64(step), xs)
        folding.domain_points(distinct, np.uint64(inverse(GENERATOR)), np.uint64(inverse(step)), reciprocals)
        folding.raised(xs, points, folded_xs)
        folding.fold_fibres(fibres, reciprocals, to_scalars(challenges), _INVERSE_ROOTS, _HALF)
        values = to_elements(fibres[:, 0])
        queries = [FoldedQuery(x, value) for x, value in zip(folded_xs.tolist(), values, strict=True)]
        return [queries[i] for i in of_draw.tolist()]

    def check_final_vector(
        self,
        algebra: Numbers,
        vector: Sequence[Extension],
        queries: Sequence[FoldedQuery[int, Extension]],
        weights: Sequence[Weight[Extension]],
        claim: Extension,
        where: str,
    ) -> None:
        """Step 7 of WHIR. Raises UnexplainedRejected if the final vector contradicts a query or the last claim."""
        del algebra
        coefficients = to_scalars(vector)
        points = np.array([query.point for query in queries], dtype=np.uint64)
        values = np.empty((len(queries), EXTENSION_DEGREE), dtype=np.uint64)
        folding.values_at(coefficients, points, values)
        if not np.array_equal(values, to_scalars([query.value for query in queries])):
            raise UnexplainedRejected(Rejection.FINAL_VECTOR_QUERY_MISMATCH, where)
        total = _zeros()
        for weight in weights:
            if not weight.is_power:
                inner = coefficients.copy()
                folding.bind_vector(inner, to_scalars(weight.state))
                folding.add_multiples(inner[:1], to_scalars([weight.scale])[0], total.reshape(1, -1))
        powers = [weight for weight in weights if weight.is_power]
        scales, bases = to_scalars([w.scale for w in powers]), to_scalars([w.state[0] for w in powers])
        folding.power_products(coefficients, bases, scales, total)
        if to_element(total) != claim:
            raise UnexplainedRejected(Rejection.FINAL_VECTOR_CLAIM_MISMATCH, where)
