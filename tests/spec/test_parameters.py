"""Parameter sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spec.parameters import FINAL, PARAMETER_SETS, RECURSION, SEGMENT, TINY


def test_parameter_sets_are_found_by_their_names() -> None:
    assert dict(PARAMETER_SETS) == {"tiny": TINY, "segment": SEGMENT, "recursion": RECURSION, "final": FINAL}


def test_tiny_is_marked_insecure_and_segment_secure() -> None:
    assert not TINY.secure
    assert SEGMENT.secure


@pytest.mark.parametrize(
    "change",
    [
        {"rate_log2": 0},
        {"rate_log2": 9},
        {"queries": 0},
        {"queries": 1025},
        {"folding_arity_log2": 0},
        {"folding_arity_log2": 7},
        {"final_degree_log2": -1},
        {"final_degree_log2": 13},
        {"grinding": {"queries": 41}},
        {"grinding": {"queries": -1}},
    ],
)
def test_parameter_set_with_meaningless_number_raises(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="parameter set tiny"):
        replace(TINY, **change)


def test_grinding_bits_of_an_undeclared_round_are_zero() -> None:
    assert TINY.grinding_bits("queries") == 2
    assert TINY.grinding_bits("fri_folding") == 0


def test_grinding_cannot_be_changed_through_the_given_mapping() -> None:
    given = {"queries": 3}
    parameters = replace(TINY, grinding=given)
    given["queries"] = 0
    assert parameters.grinding_bits("queries") == 3


def test_equal_parameter_sets_compare_and_hash_equal() -> None:
    assert replace(TINY) == TINY
    assert hash(replace(TINY)) == hash(TINY)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"rate_log2": 2},
        {"queries": 5},
        {"folding_arity_log2": 3},
        {"final_degree_log2": 3},
        {"secure": True},
        {"grinding": {"queries": 2}},
    ],
)
def test_encoding_depends_on_every_parameter(change: dict[str, Any]) -> None:
    assert replace(TINY, **change).encoded() != TINY.encoded()


def test_encoding_ignores_the_order_of_grinding_and_zero_bits() -> None:
    reordered = replace(TINY, grinding={"queries": 2, "fri_folding": 0, "deep_batching": 1})
    assert reordered.encoded() == TINY.encoded()
