"""Nesting is bounded before the parser recurses, whatever limit the process has."""

from __future__ import annotations

import json
import sys

import pytest

from spec.nested_json import NestedTooDeepError, loads


def test_text_within_the_depth_is_parsed() -> None:
    value = {"a": [1, {"b": '[[[[{{{{ \\" ]'}], "c": "}"}
    assert loads(json.dumps(value), 3) == value


def test_text_beyond_the_depth_is_refused_also_where_the_process_may_recurse_far() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        with pytest.raises(NestedTooDeepError, match="nested deeper than 600"):
            loads("[" * 10**6, 600)
    finally:
        sys.setrecursionlimit(limit)


def test_text_that_does_not_end_is_the_parsers_error() -> None:
    with pytest.raises(json.JSONDecodeError):
        loads('["a', 4)
