"""What the reader holds between the keys of the families beyond plain FRI."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.errors import ConfigurationError, ParameterError
from soundcalc.published.arguments import Jagged
from soundcalc.published.format import parse_configuration, read_configuration
from soundcalc.published.lookups import LOGUP_LISTED
from soundcalc.published.rounds import Round, Step, checked
from soundcalc.published.schema import Family
from soundcalc.published.swirl import Swirl
from soundcalc.published.template import template
from soundcalc.published.whir import WhirOpening

PUBLISHED = Path(__file__).parent


def test_mixed_system_has_circuits_of_several_families() -> None:
    configuration = read_configuration(PUBLISHED / "zkdtvm_v080.toml")
    assert [circuit.family for circuit in configuration.circuits] == [*[Family.JAGGED] * 3, Family.SWIRL]


def test_circuit_may_have_a_field_a_hash_and_a_family_of_its_own() -> None:
    text = template("whir").replace('protocol_family = "WHIR"', 'protocol_family = "JAGGED"', 1)
    start = text.index("[[circuits]]")
    own = 'name = "main"\nprotocol_family = "WHIR"\nfield = "Goldilocks^3"\nhash_size_bits = 200'
    text = text[:start] + text[start:].replace('name = "main"', own, 1)
    (circuit,) = parse_configuration(text, "x").circuits
    assert (circuit.family, str(circuit.field), circuit.digest_bits) == (Family.WHIR, "Goldilocks^3", 200)


def test_whir_rates_fall_as_domains_halve() -> None:
    opening = read_configuration(PUBLISHED / "dummy_whir.toml").circuits[0].opening
    assert isinstance(opening, WhirOpening)
    # m_(i+1) = m_i - 4, mu_(i+1) = mu_i + 3
    assert opening.rates_log2 == (4, 7, 10, 13, 16)
    assert opening.heights_log2 == (22, 18, 14, 10, 6, 2)


def test_swirl_bounds_stand_in_for_sizes() -> None:
    text = template("swirl").replace("# soundness_num_airs = 50", "soundness_num_airs = 70")
    text = text.replace("# logup_pow_bits = 18", "logup_pow_bits = 11")
    argument = parse_configuration(text, "x").circuits[0].argument
    assert isinstance(argument, Swirl)
    assert (argument.tables, argument.constraints_of_a_table, argument.grinding_lookup) == (70, 1000, 11)


def test_jagged_trace_need_not_be_a_power_of_two() -> None:
    text = template("jagged").replace("trace_length = 65536", "trace_length = 60000")
    argument = parse_configuration(text, "x").circuits[0].argument
    assert isinstance(argument, Jagged)
    assert argument.trace_height == 60000


@pytest.mark.parametrize(
    ("kind", "old", "new", "key", "reason"),
    [
        ("whir", "[80, 40, 27]", "[80, 40]", "num_queries", "has 2 entries, not 3"),
        ("whir", "num_ood_samples = [1, 1]", "num_ood_samples = [1]", "num_ood_samples", "has 1 entries, not 2"),
        ("whir", "[20, 20, 20]", "[20]", "grinding_bits_queries", "has 1 entries, not 3"),
        ("whir", "[0, 0]", "[0, 0, 0]", "grinding_bits_ood", "has 3 entries, not 2"),
        ("whir", "folding_factors = [4, 4, 4]", "folding_factors = [4, 4]", "folding_factors", "has 2 entries, not 3"),
        ("whir", "[[10, 10, 10, 10], ", "[[10, 10, 10], ", "grinding_bits_folding",
         "has 3 entries for iteration 0, not 4"),
        ("whir", "[[10, 10, 10, 10], ", "[[10, 10, 10, 65], ", "grinding_bits_folding",
         "65 bits of proof of work exceed 64"),
        ("whir", "[[10, 10, 10, 10], ", "[7, ", "grinding_bits_folding", "7 is not a list"),
        ("whir", "log_degree = 16", "log_degree = 11", "log_degree",
         "11 variables are fewer than the 12 that are folded"),
        ("whir", "log_degree = 16", "log_degree = 28", "log_degree", "a domain of 2^25 blocks exceeds 2^24"),
        ("whir", "constraint_degree = 3", "constraint_degree = 2", "constraint_degree", "2 is below 3"),
        ("whir", "# whir_log_inv_rates = [1, 4, 7]", "whir_log_inv_rates = [1, 4]", "whir_log_inv_rates",
         "has 2 entries, not 3"),
        ("whir", "# whir_log_inv_rates = [1, 4, 7]", "whir_log_inv_rates = [2, 4, 7]", "whir_log_inv_rates",
         "begins with 2, not with log_inv_rate"),
        ("jagged-whir", "# multilinear_batching = false", "multilinear_batching = true", "multilinear_batching",
         "WHIR batches by powers or by independent coefficients"),
        ("jagged-whir", "# dense_length = 65536", "dense_length = 32768", "dense_length",
         "is not 2^log_degree = 65536"),
        ("jagged-whir", 'dense_pcs = "whir"', 'dense_pcs = "kzg"', "dense_pcs", "'kzg' is not one of fri, whir"),
        ("jagged", "# blowup_factor = 2", "blowup_factor = 4", "blowup_factor", "is not 1/rho"),
        ("jagged", "# explicit_regime", "explicit_regime = \"list\" #", "explicit_regime",
         "'list' is not one of unique"),
        ("swirl", 'explicit_regime = "unique"', 'explicit_regime = "list"', "explicit_m",
         "is missing, as explicit_regime is 'list'"),
        ("swirl", "[68, 30, 20]", "[]", "whir_num_queries", "is empty"),
        ("swirl", "[68, 30, 20]", "[68, 30, 20, 10, 5]", "l_skip",
         "19 variables are fewer than the 20 that are folded"),
        ("swirl", "# soundness_num_airs = 50", "soundness_num_airs = 49", "soundness_num_airs",
         "49 is below num_airs = 50"),
        ("swirl", "[swirl]", "[swirls]", "swirls", "is unknown"),
        ("swirl", "log_blowup = 3", "log_inv_rate = 3\nlog_blowup = 3", "log_inv_rate",
         "is unknown: it is called log_blowup"),
        ("fri", "num_queries", "AIR_max_degree = 3\nnum_queries", "AIR_max_degree",
         "is unknown: it is called air_max_degree"),
        ("fri", 'protocol_family = "FRI_STARK"', 'protocol_family = "MIXED"', "protocol_family",
         "is missing, here and in [zkevm]"),
    ],
)  # fmt: skip
def test_keys_that_do_not_fit_each_other_are_refused(kind: str, old: str, new: str, key: str, reason: str) -> None:
    text = template(kind)
    assert old in text
    with pytest.raises((ConfigurationError, ValueError)) as refusal:
        parse_configuration(text.replace(old, new, 1), "x")
    problems = getattr(refusal.value, "problems", [refusal.value])
    assert (key, reason) in [(problem.key, problem.reason) for problem in problems]


def test_two_rounds_of_one_name_are_no_list_of_rounds() -> None:
    rounds = [Round(name, Step.LOOKUP, Fraction(1, 2), LOGUP_LISTED) for name in ("a", "b", "A ")]
    assert checked(rounds[:2]) == tuple(rounds[:2])
    with pytest.raises(ParameterError, match="'A ' names two rounds"):
        checked(rounds)
    with pytest.raises(ParameterError, match="'Total' names two rounds"):
        checked([Round("Total", Step.LOOKUP, Fraction(1, 2), LOGUP_LISTED)])
