"""What a parameter set promises holds for the largest proofs that a verifier admits."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from soundcalc.largest_run import compared_proof, full_segment, largest_argument, largest_proof
from soundcalc.machine import proof_shape, proof_shapes
from soundcalc.parameters import ProofShape, TableShape, uniform_folding
from soundcalc.report import run_figures, tree_figures
from soundcalc.security import security
from soundcalc.size import proof_size
from spec.air.chip import Role
from spec.air.limits import CLOCK_LIMIT
from spec.air.machine import CHIPS, INSTRUCTION_CHIPS
from spec.field import EXTENSION_DEGREE, TWO_ADICITY, P
from spec.parameters import FINAL, PARAMETER_SETS, RECURSION, SEGMENT, ParameterSet
from spec.protocol.domain import maximum_height_log2
from spec.protocol.machine_commitments import MACHINE_HEIGHTS_BY_CHIP
from spec.protocol.recursion_shapes import PROGRAM_HEIGHTS_LOG2, RECURSION_SHAPES
from spec.protocol.shape import MAXIMUM_SEGMENTS, SegmentShape, check_run_messages, check_shape, listed_segment

FIXED_ROLES = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)


def _require_admitted(shape: SegmentShape, parameters: ParameterSet) -> None:
    key_heights = {chip.name: shape.heights_log2[chip.name][0] for chip in CHIPS if chip.role in FIXED_ROLES}
    check_shape(shape, key_heights, parameters)
    check_run_messages([shape])


FIXED_HEIGHTS = {**MACHINE_HEIGHTS_BY_CHIP, **{name: heights[0] for name, heights in PROGRAM_HEIGHTS_LOG2.items()}}
ANY_HEIGHTS = [parameters for parameters in PARAMETER_SETS.values() if not parameters.listed_shapes]


@pytest.mark.parametrize("parameters", ANY_HEIGHTS, ids=lambda parameters: parameters.name)
def test_largest_segment_is_admitted_by_the_verifier(parameters: ParameterSet) -> None:
    tallest = maximum_height_log2(parameters.rate_log2)
    shape = full_segment(tallest, {})
    _require_admitted(shape, parameters)
    assert shape.distinct_heights[0] == tallest


@pytest.mark.parametrize("name", RECURSION_SHAPES)
def test_listed_segment_is_admitted_by_the_verifier_and_no_weaker_than_the_largest_proof(name: str) -> None:
    shape = listed_segment(name, FIXED_HEIGHTS)
    _require_admitted(shape, RECURSION)
    proof = proof_shape(shape, RECURSION, largest_argument(RECURSION.rate_log2))
    assert security(proof).error <= security(largest_proof(RECURSION)).error


@pytest.mark.parametrize(("parameters", "bits"), [(SEGMENT, 140), (RECURSION, 140), (FINAL, 130)])
def test_largest_proof_reaches_the_bits_of_its_parameter_set(parameters: ParameterSet, bits: int) -> None:
    report = security(largest_proof(parameters))
    assert report.security_bits >= bits
    assert not report.regime.line_bound.status.value.startswith("refuted")
    assert 127 <= report.figures.non_interactive <= 128
    assert report.figures.collision_cap == 128


def test_most_segments_and_a_tree_on_1024_of_them_sum_to_128_bits() -> None:
    assert run_figures([security(largest_proof(SEGMENT))] * MAXIMUM_SEGMENTS).interactive >= 128
    assert tree_figures(security(largest_proof(RECURSION)), 1024).interactive >= 128


@pytest.mark.parametrize("parameters", [SEGMENT, FINAL], ids=lambda parameters: parameters.name)
@pytest.mark.parametrize("chip", ["constant", "divide", "store_misaligned", "halt"])
def test_clock_spent_on_one_chip_keeps_the_bits(parameters: ParameterSet, chip: str) -> None:
    """Another extreme: one instruction chip takes almost all accesses that the clock can count."""
    tallest = maximum_height_log2(parameters.rate_log2)
    accesses = next(declared.accesses for declared in INSTRUCTION_CHIPS if declared.name == chip)
    clock_log2 = (CLOCK_LIMIT - 2**12) // max(1, accesses)
    height = min(tallest, clock_log2.bit_length() - 1)
    heights = dict(full_segment(tallest, {}).heights_log2)
    heights |= {declared.name: () for declared in INSTRUCTION_CHIPS} | {chip: (height,)}
    shape = SegmentShape(heights)
    _require_admitted(shape, parameters)
    bits = {SEGMENT: 140, FINAL: 130}[parameters]
    argument = largest_argument(parameters.rate_log2)
    assert security(proof_shape(shape, parameters, argument)).security_bits >= bits


def test_largest_argument_exceeds_that_of_a_run_of_the_largest_segment() -> None:
    argument = largest_argument(SEGMENT.rate_log2)
    (single,) = proof_shapes([full_segment(23, {})], SEGMENT)
    assert single.global_argument is not None
    counts = {interaction.bus: interaction.count for interaction in argument.interactions}
    assert all(interaction.count <= counts[interaction.bus] for interaction in single.global_argument.interactions)
    assert argument.pinned_rows >= single.global_argument.pinned_rows
    # Each row of a continuation table has two tuples on the global memory bus, which takes fewer than p.
    assert argument.pinned_rows == (P - 1) // 2


def test_heights_of_a_program_replace_the_tallest() -> None:
    shape = full_segment(23, {"program_table": 9})
    assert shape.heights_log2["program_table"] == (9,)
    assert shape.heights_log2["image_table"] == (23,)


def test_compared_proof_fits_every_rate() -> None:
    shape = compared_proof(SEGMENT)
    assert all(replace(shape, blowup_log2=blowup).domain_log2 <= TWO_ADICITY for blowup in range(1, 7))


def _wrapped(rows_log2: int, parameters: ParameterSet) -> ProofShape:
    """One table of 100 columns with 15 LogUp columns and 40 fixed ones, as a circuit that verifies proofs has."""
    table = TableShape(
        name="circuit",
        height_log2=rows_log2,
        columns={"fixed": 40, "main": 100, "logup": 15 * EXTENSION_DEGREE, "quotient": 2 * EXTENSION_DEGREE},
        openings={"out_of_domain": 152 + 15 * EXTENSION_DEGREE, "next_row": EXTENSION_DEGREE},
        constraints=200,
        maximum_degree=3,
    )
    return ProofShape(
        blowup_log2=parameters.rate_log2,
        base_field_size=P,
        extension_degree=EXTENSION_DEGREE,
        two_adicity=TWO_ADICITY,
        tables=(table,),
        local_interactions=(),
        global_argument=None,
        folding=uniform_folding((rows_log2,), parameters.folding_arity_log2, parameters.final_degree_log2),
        queries=parameters.queries,
        digest_bits=256,
        grinding_bits=parameters.grinding,
    )


@pytest.mark.parametrize("rows_log2", [18, 20])
def test_final_proof_of_a_circuit_of_100_columns_stays_below_300_kib(rows_log2: int) -> None:
    shape = _wrapped(rows_log2, FINAL)
    assert proof_size(shape).total_bytes < 300 * 1024
    assert security(shape).security_bits >= 130


def test_documented_figures_are_the_computed_ones() -> None:
    text = (Path(__file__).parents[2] / "docs/soundcalc.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+/\d+) \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    expected = [
        (
            parameters.name,
            f"1/{1 << parameters.rate_log2}",
            str(parameters.queries),
            str(security(largest_proof(parameters)).security_bits),
        )
        for parameters in PARAMETER_SETS.values()
    ]
    assert sorted(rows) == sorted(expected)
    sizes = [round(proof_size(_wrapped(rows_log2, FINAL)).total_bytes / 1024) for rows_log2 in (18, 20)]
    assert f"{sizes[0]} KiB for 2^18 rows of 100 columns, {sizes[1]} for 2^20" in text
