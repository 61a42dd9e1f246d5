from __future__ import annotations

from dataclasses import replace

from soundcalc.protocol.labels import messages
from soundcalc.protocol.shape import ProofShape


def test_messages_of_a_small_proof_are_those_of_the_protocol(small_shape: ProofShape) -> None:
    assert messages(small_shape) == (
        ("program_pinning",),
        ("continuation_pinning",),
        ("global_alpha", "global_beta"),
        ("local_alpha", "local_beta"),
        ("gkr_scope", "gkr_batching_1"),
        ("gkr_round_1_0",),
        ("gkr_merge_1", "gkr_batching_2"),
        ("gkr_round_2_0",),
        ("gkr_round_2_1",),
        ("gkr_merge_2", "gkr_batching_3"),
        ("gkr_round_3_0",),
        ("gkr_round_3_1",),
        ("gkr_round_3_2",),
        ("gkr_merge_3", "gkr_batching_4"),
        ("gkr_round_4_0",),
        ("gkr_round_4_1",),
        ("gkr_round_4_2",),
        ("gkr_round_4_3",),
        ("gkr_merge_4", "zerocheck_batching"),
        *((f"zerocheck_round_{i}",) for i in range(6)),
        ("stacking_batching",),
        *((f"stacking_round_{i}",) for i in range(7)),
        ("column_batching",),
        ("folding_0_0",),
        ("folding_0_1",),
        ("out_of_domain_0",),
        ("queries_0", "query_batching_0"),
        ("folding_1_0",),
        ("folding_1_1",),
        ("folding_1_2",),
        ("queries_1",),
    )


def test_points_and_global_challenges_are_drawn_without_commitments_and_messages_too(small_shape: ProofShape) -> None:
    argument = replace(small_shape.argument, program_columns=0, continuation_columns=0, global_messages=0)
    assert messages(replace(small_shape, argument=argument)) == messages(small_shape)


def test_no_label_occurs_twice(large_shape: ProofShape) -> None:
    labels = [label for message in messages(large_shape) for label in message]
    assert len(labels) == len(set(labels))
    layers = large_shape.argument.circuit_depth - 1
    assert sum(label.startswith("gkr_round_") for label in labels) == layers * (layers + 1) // 2
