"""An arbitrary proof of the right form: it proves nothing, and says everything that a proof says."""

from __future__ import annotations

from proofs_of_constraints.machine.example_statement import example_digest
from proofs_of_constraints.machine.example_values import extension_point
from reference.verifier.form import LAYER_ROUND_DEGREE, check_form
from spec.field import Extension
from spec.protocol import columns, whir, zerocheck
from spec.protocol.form import SegmentForm
from spec.protocol.hash import STATE_WORDS, Digest
from spec.protocol.merkle import MerkleOpening, cap_digest_count
from spec.protocol.proof import IterationProof, LayerProof, RoundPolynomial, SegmentProof
from spec.protocol.stacking import Commitment
from spec.protocol.whir import Iteration

NONCE = (1 << 40) + 5
"""Both of its words are needed."""


def example_proof(form: SegmentForm) -> SegmentProof:
    """Every element and digest differs from every other."""
    schedule = form.parameters.schedule(form.height_log2)
    layouts = form.layouts
    proof = SegmentProof(
        public_values=tuple(range(1, len(form.shape.machine.public_values) + 1)),
        shape=form.shape,
        continuation_root=_root("continuation", layouts[Commitment.CONTINUATION].count),
        pinned_answers=_values("pinned answers", layouts[Commitment.CONTINUATION].count),
        main_root=_root("main", layouts[Commitment.MAIN].count),
        bus_totals=_four("totals"),
        layers=tuple(
            LayerProof(_rounds(f"layer {layer}", layer, LAYER_ROUND_DEGREE), _four(f"ends of layer {layer}"))
            for layer in range(1, form.circuit.variables)
        ),
        zerocheck_rounds=_rounds("zerocheck", form.zerocheck_rounds, zerocheck.ROUND_DEGREE),
        column_values={c: _values(f"columns of {c.value}", len(layout.columns)) for c, layout in layouts.items()},
        stacking_rounds=_rounds("stacking", form.height_log2, columns.ROUND_DEGREE),
        stacked_values=_values("stacked", form.stacked_count),
        column_batching_nonce=(NONCE,) if schedule.column_batching_grinding_bits else (),
        iterations=tuple(_iteration(form, iteration) for iteration in form.iterations),
        final_vector=_values("final vector", 1 << form.iterations[-1].folded_log2),
    )
    check_form(proof, form, "example")
    return proof


def _iteration(form: SegmentForm, iteration: Iteration) -> IterationProof:
    where = f"iteration {iteration.number}"
    openings = tuple(
        MerkleOpening(rows=((0,) * tree.width,), siblings=(), cap=((0,) * STATE_WORDS,) * cap_digest_count(tree))
        for tree in form.opened_trees(iteration)
    )
    return IterationProof(
        rounds=_rounds(where, iteration.folding_log2, whir.ROUND_DEGREE),
        folding_nonces=(NONCE,) * iteration.folding_log2 if iteration.folding_grinding_bits else (),
        root=_root(where, not iteration.is_last),
        answer=_values(f"answer of {where}", not iteration.is_last),
        query_nonce=(NONCE,) if iteration.query_grinding_bits else (),
        openings=openings,
    )


def _values(name: str, count: int) -> tuple[Extension, ...]:
    return tuple(extension_point(name, count))


def _four(name: str) -> tuple[Extension, Extension, Extension, Extension]:
    first, second, third, fourth = extension_point(name, 4)
    return first, second, third, fourth


def _rounds(name: str, count: int, degree: int) -> tuple[RoundPolynomial, ...]:
    return tuple(_values(f"round {number} of {name}", degree) for number in range(count))


def _root(name: str, is_present: int) -> Digest:
    return example_digest(f"root of {name}") if is_present else ()
