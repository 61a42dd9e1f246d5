from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.errors import NoSolutionError
from soundcalc.published.export import exported, with_openings
from soundcalc.published.figures import Bounds
from soundcalc.published.format import configuration_of, parse_configuration, read_configuration
from soundcalc.published.fri import FriOpening
from soundcalc.published.search import Target, proof_error, smallest
from soundcalc.published.search_whir import Iteration, improved, opening_of
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.template import template
from soundcalc.published.whir import WhirOpening
from soundcalc.regimes.proximity import first_false

PUBLISHED = Path(__file__).parent


def _fri(height_log2: int, columns: int, field: str = "KoalaBear^6", grinding: int = 20) -> PublishedCircuit:
    text = template("fri")
    for old, new in (
        ("trace_length = 1048576", f"trace_length = {1 << height_log2}"),
        ("batch_size = 100", f"batch_size = {columns}"),
        ("[4, 4, 4, 4, 4, 4]", f"{[2] * height_log2}"),
        ("fri_early_stop_degree = 512", "fri_early_stop_degree = 2"),
        ("# grinding_query_phase = 0", f"grinding_query_phase = {grinding}"),
        ("KoalaBear^4", field),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    return parse_configuration(text, "x").circuits[0]


def _cuts(total_log2: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Every way to fold by up to so many bits, down to a last length of 2^0 to 2^12."""
    if total_log2 <= 12:
        yield ()
    for first in range(1, min(largest, total_log2) + 1):
        for rest in _cuts(total_log2 - first, largest):
            yield (first, *rest)


def _plain(published: FriOpening, rate_log2: int, queries: int, height_log2: int) -> FriOpening:
    return replace(
        published,
        rate=Fraction(1, 1 << rate_log2),
        queries=queries,
        folding_factors=(2,) * height_log2,
        final_domain_size=1 << rate_log2,
    )


def _exhaustive_fri(circuit: PublishedCircuit, target: Target) -> int:
    """Every rate and number of queries, and for each of them every cut: the least size."""
    published = circuit.opening
    assert isinstance(published, FriOpening)
    height_log2 = published.height.bit_length() - 1
    cuts = [tuple(1 << part for part in cut) for cut in _cuts(height_log2, 4)]
    least: int | None = None
    for rate_log2 in range(1, 9):
        if height_log2 + rate_log2 > circuit.field.domain_log2:
            break

        def missed(queries: int, rate_log2: int = rate_log2) -> bool:
            opening = _plain(published, rate_log2, queries, height_log2)
            return proof_error(replace(circuit, opening=opening))[1] > target.proof_error

        fewest = first_false(missed, 1, 400)
        for queries in range(fewest, fewest + 6):
            rated = _plain(published, rate_log2, queries, height_log2)
            for folds in cuts:
                opening = replace(rated, folding_factors=folds)
                final = int(opening.domain_size) // math.prod(folds)
                proposed = replace(circuit, opening=replace(opening, final_domain_size=final))
                size = proposed.size_bits(is_expected=True)
                if least is not None and size >= least:
                    continue
                if proof_error(proposed)[1] <= target.proof_error:
                    least = size
    assert least is not None
    return least


@pytest.mark.parametrize(
    ("height_log2", "columns", "bits", "field"),
    [
        (8, 60, 100, "KoalaBear^6"),
        (10, 100, 128, "KoalaBear^6"),
        (9, 20, 80, "KoalaBear^5"),
        (10, 300, 60, "KoalaBear^4"),
        (11, 10, 110, "Goldilocks^3"),
        (9, 1000, 120, "BabyBear^6"),
    ],
)
def test_fri_search_is_within_a_percent_of_an_exhaustive_one(
    height_log2: int, columns: int, bits: int, field: str
) -> None:
    circuit = _fri(height_log2, columns, field)
    found = smallest(circuit, Target(bits))
    assert found.size_bits <= 1.01 * _exhaustive_fri(circuit, Target(bits))
    assert found.proof_error <= Fraction(1, 1 << bits)


@pytest.mark.parametrize(("height_log2", "columns", "bits"), [(18, 100, 128), (16, 60, 100)])
def test_large_fri_search_takes_seconds_and_reaches_its_target(height_log2: int, columns: int, bits: int) -> None:
    circuit = _fri(height_log2, columns)
    began = time.process_time()
    found = smallest(circuit, Target(bits))
    assert time.process_time() - began < 15
    # The figures of a report, computed anew.
    assert proof_error(found.circuit)[1] == found.proof_error <= Fraction(1, 1 << bits)
    assert found.size_bits < circuit.size_bits(is_expected=True)


@pytest.mark.slow
def test_whir_search_is_within_a_percent_of_every_schedule_improved() -> None:
    text = template("whir").replace("log_degree = 16", "log_degree = 14").replace("KoalaBear^4", "KoalaBear^6")
    circuit = parse_configuration(text, "x").circuits[0]
    target = Target(90)
    found = smallest(circuit, target)
    published = circuit.opening
    assert isinstance(published, WhirOpening)
    least = found.size_bits
    for rate in (5, 6, 7, 8):
        for folds in _cuts(14, 6):
            if not 2 <= len(folds) <= 3 or min(folds) < 3:
                continue
            rates, iterations = rate, []
            for number, fold in enumerate(folds):
                iterations.append(Iteration(fold, rates, 90 // rates + 8, int(number > 0)))
                rates += fold - 1
            opening = improved(circuit, opening_of(published, tuple(iterations)), target.proof_error, Bounds.PROVEN)
            proposed = replace(circuit, opening=opening)
            if proof_error(proposed)[1] <= target.proof_error:
                least = min(least, proposed.size_bits(is_expected=True))
    assert found.size_bits <= 1.01 * least


def test_target_of_a_run_takes_the_logarithm_of_its_proofs() -> None:
    circuit = _fri(12, 100)
    one, many = smallest(circuit, Target(100)), smallest(circuit, Target(100, 1024))
    assert many.proof_error <= Fraction(1, 1 << 110) < one.proof_error
    assert many.size_bits > one.size_bits


def test_target_that_no_opening_reaches_is_refused_with_what_there_is() -> None:
    with pytest.raises(
        NoSolutionError, match=r"circuit main: no opening reaches 180 bits over 2 proofs; the file's own"
    ):
        smallest(_fri(12, 100), Target(180, 2))


@pytest.mark.parametrize(("name", "bits"), [("pico", 45), ("openvm2", 98)])
def test_openings_found_are_written_and_read_back(name: str, bits: int) -> None:
    configuration = read_configuration(PUBLISHED / f"{name}.toml")
    found = [smallest(circuit, Target(bits)).circuit for circuit in configuration.circuits]
    document = with_openings(configuration, found)
    written = parse_configuration(exported(configuration_of(document, "x")), "x")
    assert [circuit.opening for circuit in written.circuits] == [circuit.opening for circuit in found]
