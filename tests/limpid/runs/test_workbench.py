"""Recipes of benches: what travels, and what a process makes of it."""

from __future__ import annotations

import pickle

from limpid.runs.memory_limits import FittingTraces
from limpid.runs.workbench import SegmentRecipe, TreeRecipe
from spec.parameters import TINY
from spec.protocol.key_encoding import encode_key
from tests.reference.segmented_run import counting_key, counting_program


def test_bench_of_a_tree_has_the_bench_of_its_segments_where_these_are_to_be_proven() -> None:
    segments = SegmentRecipe(counting_program(), TINY.name, processes=2, with_nodes=True)
    recipe = TreeRecipe(encode_key(counting_key().verification), segments)
    bench = pickle.loads(pickle.dumps(recipe)).bench()
    assert bench.segments is not None
    made = bench.segments()
    assert made is segments.bench()
    assert made.key.verification == bench.key == counting_key().verification
    assert isinstance(made.traces, FittingTraces)
    assert (made.traces._processes, made.traces._with_nodes) == (2, True)
    assert TreeRecipe(recipe.key).bench().segments is None
