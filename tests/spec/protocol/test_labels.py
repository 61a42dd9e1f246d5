"""Labels: their numbers never change, and their texts are the keys of soundcalc's terms."""

from __future__ import annotations

from spec.protocol.labels import Label, label_text


def test_numbers_of_labels_are_the_protocols() -> None:
    """A number that changes makes every proof a proof of another protocol."""
    assert {label.name.lower(): int(label) for label in Label} == {
        "machine": 1,
        "parameters": 2,
        "program": 3,
        "segment_index": 4,
        "stacking": 5,
        "heights": 6,
        "continuation_root": 7,
        "pinned_answers": 8,
        "output": 9,
        "segment_count": 10,
        "leaves_root": 11,
        "run": 12,
        "leaf": 13,
        "public_values": 14,
        "program_root": 15,
        "main_root": 16,
        "program_commitment": 17,
        "start": 18,
        "bus_totals": 32,
        "gkr_round_polynomial": 33,
        "gkr_layer_ends": 34,
        "zerocheck_round_polynomial": 35,
        "column_values": 36,
        "stacking_round_polynomial": 37,
        "stacked_values": 38,
        "folding_round_polynomial": 39,
        "folded_root": 40,
        "out_of_domain_answer": 41,
        "final_vector": 42,
        "program_pinning": 64,
        "continuation_pinning": 65,
        "global_alpha": 66,
        "global_beta": 67,
        "local_alpha": 68,
        "local_beta": 69,
        "gkr_scope": 70,
        "gkr_batching": 71,
        "gkr_round": 72,
        "gkr_merge": 73,
        "zerocheck_batching": 74,
        "zerocheck_round": 75,
        "stacking_batching": 76,
        "stacking_round": 77,
        "column_batching": 78,
        "folding": 79,
        "out_of_domain": 80,
        "queries": 81,
        "query_batching": 82,
    }


def test_text_of_a_label_has_its_indices() -> None:
    assert label_text(Label.LOCAL_ALPHA) == "local_alpha"
    assert label_text(Label.QUERIES, 2) == "queries_2"
    assert label_text(Label.GKR_ROUND, 3, 1) == "gkr_round_3_1"


def test_texts_of_labels_with_indices_are_all_different() -> None:
    """No name of a label ends in what could be an index of another one."""
    texts = [label_text(label, *indices) for label in Label for indices in ((), (0,), (1,), (0, 1), (1, 0))]
    assert len(set(texts)) == len(texts)
