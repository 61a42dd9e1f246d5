from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.errors import NoSolutionError
from soundcalc.published.export import exported, with_openings
from soundcalc.published.format import configuration_of, parse_configuration, read_configuration
from soundcalc.published.fri import FriOpening
from soundcalc.published.opening import Opening
from soundcalc.published.schema import Family
from soundcalc.published.search import Target, proof_error, smallest
from soundcalc.published.search_whir import Work, hashes_of
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.template import template
from soundcalc.published.whir import WhirOpening
from tests.soundcalc.published.exhaustive import Whir, smaller_fri

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


# Of a circuit of 100 columns there are 272 openings: 40 fixed columns, 10 of LogUp in the extension at two points, the
# quotient's. The last length and the folds of the first two are those of the smallest proofs that a search over real
# trees had missed: 196,437 and 110,104 bytes by that count, which has columns of the base field.
FRI_CASES = [
    (18, 272, 128, "KoalaBear^6"),
    (16, 232, 100, "KoalaBear^6"),
    (12, 20, 80, "KoalaBear^5"),
    (20, 300, 100, "BabyBear^6"),
    (14, 10, 110, "Goldilocks^3"),
    (9, 1000, 120, "BabyBear^6"),
]


@pytest.mark.parametrize(("height_log2", "functions", "bits", "field"), FRI_CASES)
def test_fri_search_is_within_a_percent_of_an_exhaustive_one(
    height_log2: int, functions: int, bits: int, field: str
) -> None:
    circuit, target = _fri(height_log2, functions, field), Target(bits)
    found = smallest(circuit, target)
    assert found.proof_error == proof_error(found.circuit)[1] <= target.proof_error
    assert found.size_bits == found.circuit.size_bits(is_expected=True)
    limit = int(found.size_bits / 1.01)
    assert not any(
        proof_error(smaller)[1] <= target.proof_error for smaller in smaller_fri(circuit, limit, target.proof_error)
    )


def test_exhaustive_enumeration_of_fri_has_what_the_search_finds() -> None:
    circuit, target = _fri(12, 20, "KoalaBear^5"), Target(80)
    found = smallest(circuit, target)
    openings = [
        replace(smaller.opening, grinding_query=0, grinding_commit=0)
        for smaller in smaller_fri(circuit, found.size_bits + 1, target.proof_error)
        if isinstance(smaller.opening, FriOpening)
    ]
    assert isinstance(found.circuit.opening, FriOpening)
    assert replace(found.circuit.opening, grinding_query=0, grinding_commit=0) in openings


@pytest.mark.parametrize(
    ("height_log2", "functions", "bits", "expected"),
    [(18, 272, 128, (64, 38, (16, 8, 8), 256)), (16, 232, 100, (256, 21, (16, 16), 256))],
)
def test_large_fri_search_finds_the_openings_that_are_known_to_be_small(
    height_log2: int, functions: int, bits: int, expected: tuple[int, int, tuple[int, ...], int]
) -> None:
    circuit = _fri(height_log2, functions)
    opening = smallest(circuit, Target(bits)).circuit.opening
    assert isinstance(opening, FriOpening)
    last = int(opening.final_domain_size * opening.rate)
    # The first has 37 queries where the rounds need not add up to the target, only each one reach it.
    assert (opening.rate.denominator, opening.queries, opening.folding_factors, last) == expected


def _whir(variables: int, functions: int, field: str) -> PublishedCircuit:
    text = template("whir")
    for old, new in (
        ("log_degree = 16", f"log_degree = {variables}"),
        ("batch_size = 100", f"batch_size = {functions}"),
        ("KoalaBear^4", field),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    return parse_configuration(text, "x").circuits[0]


WHIR_CASES = [
    (12, 10, 80, "Goldilocks^3"),
    (14, 100, 90, "KoalaBear^6"),
    (16, 100, 100, "KoalaBear^6"),
    (18, 300, 80, "BabyBear^5"),
    (20, 50, 100, "KoalaBear^6"),
    (22, 20, 110, "KoalaBear^6"),
]


@pytest.mark.parametrize(
    ("variables", "functions", "bits", "field"),
    [WHIR_CASES[0], *(pytest.param(*case, marks=pytest.mark.slow) for case in WHIR_CASES[1:])],
)
def test_whir_search_is_within_a_percent_of_an_exhaustive_one(
    variables: int, functions: int, bits: int, field: str
) -> None:
    circuit, target = _whir(variables, functions, field), Target(bits)
    found = smallest(circuit, target)
    assert found.proof_error == proof_error(found.circuit)[1] <= target.proof_error
    every = Whir(circuit, target.proof_error)
    assert not any(
        smaller.size_bits(is_expected=True) < found.size_bits and proof_error(smaller)[1] <= target.proof_error
        for smaller in every.smaller(int(found.size_bits / 1.01))
    )


def _swirl(variables: int, columns: int, field: str, regime: str = "list") -> PublishedCircuit:
    text = template("swirl")
    for old, new in (
        ("n_stack = 17", f"n_stack = {variables - 2}"),
        ("w_stack = 512", f"w_stack = {columns}"),
        ("log_blowup = 3", "log_blowup = 1"),
        ("# explicit_m", "explicit_m"),
        ('"unique"', f'"{regime}"'),
        ("KoalaBear^4", field),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    return parse_configuration(text, "x").circuits[0]


@pytest.mark.parametrize(
    ("variables", "columns", "bits", "field"),
    [(14, 100, 90, "KoalaBear^5"), pytest.param(20, 300, 100, "BabyBear^6", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("regime", ["list", "unique"])
def test_swirl_search_is_within_a_percent_of_an_exhaustive_one(
    variables: int, columns: int, bits: int, field: str, regime: str
) -> None:
    circuit, target = _swirl(variables, columns, field, regime), Target(bits)
    found = smallest(circuit, target)
    assert found.proof_error == proof_error(found.circuit)[1] <= target.proof_error
    # What the argument adds is the same for every opening.
    opened = found.circuit.opening.size_bits(circuit.field, circuit.digest_bits, True)
    assert circuit.argument.size_bits(found.circuit.opening, circuit.field) == found.size_bits - opened
    every = Whir(circuit, target.proof_error)
    assert not any(
        smaller.size_bits(is_expected=True) < found.size_bits and proof_error(smaller)[1] <= target.proof_error
        for smaller in every.smaller(int(opened / 1.01))
    )


@pytest.mark.parametrize("regime", ["list", "unique"])
def test_exhaustive_enumeration_of_swirl_has_what_the_search_finds(regime: str) -> None:
    circuit, target = _swirl(14, 100, "KoalaBear^5", regime), Target(90)
    found = smallest(circuit, target)
    opened = found.circuit.opening.size_bits(circuit.field, circuit.digest_bits, True)
    sizes = [smaller.size_bits(is_expected=True) for smaller in Whir(circuit, target.proof_error).smaller(opened + 1)]
    assert found.size_bits in sizes


def test_exhaustive_enumeration_of_whir_has_what_the_search_finds() -> None:
    circuit, target = _whir(12, 10, "Goldilocks^3"), Target(80)
    found = smallest(circuit, target).circuit.opening
    assert isinstance(found, WhirOpening)
    limit = smallest(circuit, target).size_bits + 1
    schedules = [
        (smaller.opening.folds, smaller.opening.rates_log2, smaller.opening.queries, smaller.opening.samples)
        for smaller in Whir(circuit, target.proof_error).smaller(limit)
        if isinstance(smaller.opening, WhirOpening)
    ]
    assert (found.folds, found.rates_log2, found.queries, found.samples) in schedules


def _hashes(opening: WhirOpening) -> int:
    places = [*opening.grinding_queries, *(bits for fold in opening.grinding_folding for bits in fold)]
    return sum(map(hashes_of, places))


def test_proof_of_work_moves_to_where_it_saves_most_and_is_no_more_than_the_file_has() -> None:
    circuit, target = _whir(22, 1000, "KoalaBear^6"), Target(110)
    found = smallest(circuit, target).circuit.opening
    assert isinstance(found, WhirOpening)
    # Rows of 1000 columns are dear, so that the first queries have more bits than the file's.
    assert found.grinding_queries[0] > 20
    even = Work(10, (20,) * len(found.folds))
    assert _hashes(found) <= even.hashes(sum(found.folds))


def test_work_is_redistributed_within_its_hashes() -> None:
    work = Work(4, (10, 10, 10))
    others = list(work.redistributed(6))
    assert all(other.hashes(6) <= work.hashes(6) == 6 * 16 + 3 * 1024 for other in others)
    assert Work(4, (11, 9, 9)) in others
    assert work not in others
    # 3168 hashes less 64 of the first place and 6 of 2 bits: 2^11 and 2^10 are left to spend.
    assert Work(1, (6, 10, 11)) in others or Work(1, (6, 11, 10)) in others


@pytest.mark.parametrize("circuit", [_fri(12, 100), _whir(14, 100, "KoalaBear^6"), _swirl(14, 100, "KoalaBear^6")])
def test_proof_of_work_that_is_not_needed_is_left_out(circuit: PublishedCircuit) -> None:
    target = Target(90)
    found = smallest(circuit, target)
    less: list[Opening] = []
    match found.circuit.opening:
        case FriOpening() as fri:
            less.append(replace(fri, grinding_query=fri.grinding_query - 1))
        case WhirOpening() as whir if circuit.family is Family.SWIRL:
            (folding,) = {bits for fold in whir.grinding_folding for bits in fold}
            # A file may say less than 18 and 20 bits before folds and batching, and nothing of those before queries.
            assert 0 < folding < 18
            assert (whir.grinding_batching, set(whir.grinding_queries)) == (0, {20})
            less.append(replace(whir, grinding_folding=tuple((folding - 1,) * fold for fold in whir.folds)))
        case WhirOpening() as whir:
            assert 0 < whir.grinding_batching < 10
            less.append(replace(whir, grinding_batching=whir.grinding_batching - 1))
            for place, bits in enumerate(whir.grinding_queries):
                fewer = (*whir.grinding_queries[:place], bits - 1, *whir.grinding_queries[place + 1 :])
                less.append(replace(whir, grinding_queries=fewer))
    assert less
    for opening in less:
        assert proof_error(replace(found.circuit, opening=opening))[1] > target.proof_error


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
