from __future__ import annotations

from dataclasses import replace

import pytest

from soundcalc.composition.rounds import round_errors
from soundcalc.errors import ParameterError
from soundcalc.parameters import ProofShape, TableShape
from soundcalc.published.export import export_configuration
from soundcalc.published.figures import LIST, UNIQUE, public_levels
from soundcalc.published.format import parse_configuration
from soundcalc.regimes.proximity import Johnson, UniqueDecoding


def test_export_is_read_back_with_the_same_parameters(segment_shape: ProofShape) -> None:
    configuration = parse_configuration(export_configuration(segment_shape, "Limpid", "segment"), "export.toml")
    circuit = configuration.circuits[0]
    assert configuration.field_size == segment_shape.field_size
    assert configuration.digest_bits == 256
    assert circuit.rate == segment_shape.rate
    assert circuit.trace_length == 1 << 22
    assert circuit.batch_size == 19 * 421
    assert circuit.constraints == 19 * 300
    assert circuit.folding_factors == (2,) * 18
    assert circuit.final_domain_size == 1 << 5
    assert circuit.opening_points == 2
    assert (circuit.grinding_batching, circuit.grinding_commit, circuit.grinding_query) == (20, 20, 20)
    assert circuit.grinding_deep == 0
    assert [(lookup.name, lookup.rows_looked_up, lookup.rows_table) for lookup in circuit.lookups] == [
        ("memory", 2**27, 0),
        ("range", 2**28, 2**18),
        ("global memory", 2**29, 0),
    ]


def test_export_of_one_height_keeps_the_figures_of_unique_decoding(segment_shape: ProofShape) -> None:
    table = TableShape("only", 22, {"main": 1000}, {"z": 1000}, 200, 3)
    shape = replace(segment_shape, tables=(table,), folding=(), local_interactions=(), global_argument=None)
    levels = public_levels(parse_configuration(export_configuration(shape, "Limpid", "one"), "export.toml"))["one"]
    own = round_errors(shape, UniqueDecoding())
    names = {
        "batching": "deep_batching",
        "query phase": "queries",
        "ALI": "constraint_batching",
        "DEEP": "out_of_domain",
    }
    assert {name: levels[UNIQUE][name] for name in names} == {name: own[label].bits for name, label in names.items()}
    assert levels[LIST]["query phase"] <= round_errors(shape, Johnson(51))["queries"].bits


def test_export_grinds_every_layer_as_much_as_the_least_ground(segment_shape: ProofShape) -> None:
    shape = replace(segment_shape, grinding_bits={"fri_folding": 9, "fri_folding_4": 5})
    text = export_configuration(shape, "Limpid", "segment")
    assert "grinding_commit_phase = 5\n" in text


def test_export_of_a_field_without_a_name_is_refused(segment_shape: ProofShape) -> None:
    with pytest.raises(ParameterError, match="no published name for the field of 97 elements"):
        export_configuration(replace(segment_shape, base_field_size=97), "Limpid", "segment")


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb"])
def test_export_under_a_name_that_needs_escaping_is_refused(segment_shape: ProofShape, name: str) -> None:
    with pytest.raises(ParameterError, match="has characters that need escaping"):
        export_configuration(segment_shape, name, "segment")
