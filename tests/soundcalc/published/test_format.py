from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.errors import ConfigurationError, ConfigurationProblemsError
from soundcalc.published.arguments import DeepAli
from soundcalc.published.format import parse_configuration, read_configuration
from soundcalc.published.fri import FriOpening
from soundcalc.published.regimes import LIST, UNIQUE
from soundcalc.published.template import template
from soundcalc.regimes.proximity import Batching

PUBLISHED = Path(__file__).parent

VALID = """
[zkevm]
name = "Example"
protocol_family = "FRI_STARK"
field = "KoalaBear^4"
hash_size_bits = 256

[[circuits]]
name = "main"
rho = 0.5
trace_length = 1024
air_max_degree = 3
num_constraints = 10
opening_points = 2
batch_size = 20
power_batching = true
num_queries = 50
fri_folding_factors = [4, 4]
fri_early_stop_degree = 128

[[circuits.lookups]]
name = "range"
rows_L = 1024
rows_T = 256
"""


def test_published_files_are_read_as_they_are() -> None:
    counts = {
        name: len(read_configuration(PUBLISHED / f"{name}.toml").circuits) for name in ("pico", "zisk", "airbender")
    }
    assert counts == {"pico": 5, "zisk": 44, "airbender": 1}


def test_circuit_is_read_with_defaults() -> None:
    configuration = parse_configuration(VALID, "example.toml")
    circuit = configuration.circuits[0]
    assert circuit.field.size == (2**31 - 2**24 + 1) ** 4
    assert configuration.version is None
    assert circuit.regimes == (UNIQUE, LIST)
    assert circuit.gap_to_radius is None
    assert circuit.opening == FriOpening(
        rate=Fraction(1, 2),
        coefficients=1024,
        functions=20,
        batching=Batching.POWERS,
        queries=50,
        folding_factors=(4, 4),
        final_domain_size=128,
        grinding_batching=0,
        grinding_commit=0,
        grinding_query=0,
    )
    assert circuit.argument == DeepAli(constraints=10, maximum_degree=3, opening_points=2, grinding_deep=0)
    (lookup,) = circuit.lookups
    assert (lookup.tuple_columns, lookup.lookups, lookup.is_multivariate) == (1, 1, False)


def test_decimal_numbers_are_exact() -> None:
    text = VALID.replace("num_queries = 50", "num_queries = 50\ngap_to_radius = 0.005")
    assert parse_configuration(text, "example.toml").circuits[0].gap_to_radius == Fraction(1, 200)


def test_byte_order_mark_in_front_is_passed_over() -> None:
    marked = parse_configuration(f"\ufeff{VALID}", "example.toml")
    assert marked == parse_configuration(VALID, "example.toml")


def test_single_function_is_read() -> None:
    circuit = parse_configuration(VALID.replace("batch_size = 20", "batch_size = 1"), "example.toml").circuits[0]
    assert circuit.opening.functions == 1


MISSING_TWO = VALID.replace("num_queries = 50\n", "").replace("batch_size = 20\n", "").replace("rows_T = 256", "")


def test_all_missing_keys_are_told_at_once() -> None:
    second = VALID[VALID.index("[[circuits]]") :].replace('"main"', '"other"').replace("rho = 0.5", "rho = 0.3")
    with pytest.raises(ConfigurationProblemsError) as refusal:
        parse_configuration(MISSING_TWO + second, "example.toml")
    assert str(refusal.value).splitlines() == [
        "example.toml, circuit 'main', key 'num_queries': is missing",
        "example.toml, circuit 'main', key 'batch_size': is missing",
        "example.toml, circuit 'other', key 'rho': 0.3 is not a power of two strictly between 0 and 1",
    ]


def test_many_problems_are_counted_where_they_do_not_fit() -> None:
    circuits = "\n".join(f'[[circuits]]\nname = "c{number}"' for number in range(10))
    with pytest.raises(ConfigurationProblemsError) as refusal:
        parse_configuration(VALID[: VALID.index("[[circuits]]")] + circuits, "example.toml")
    assert str(refusal.value).splitlines()[-1] == "and 60 more"


LOOKUPS = """
[[circuits.lookups]]
name = "{}"
rows_L = 1099511627776
rows_T = 0
"""


@pytest.mark.parametrize(
    "name",
    ["query phase", "total", "Total", "ALI", "deep", "batching", "commit round 3", "query  phase", "ＡＬＩ", "fin",
     "fold(i=0,s=1)", "OOD(i=1)", "Shift(i=2)", "zerocheck", "reduce to dense PCS"],
)  # fmt: skip
def test_lookup_with_the_name_of_a_round_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse_configuration(VALID + LOOKUPS.format(name), "example.toml")
    assert (refusal.value.circuit, refusal.value.key) == (f"main, lookup {name}", "name")
    assert refusal.value.reason == "is that of a round"


@pytest.mark.parametrize("name", ["range", "Range", " range"])
def test_second_lookup_of_one_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is that of another lookup as well"):
        parse_configuration(VALID + LOOKUPS.format(name), "example.toml")


def test_second_circuit_of_one_name_is_refused() -> None:
    second = VALID[VALID.index("[[circuits]]") :]
    with pytest.raises(ConfigurationError, match="circuit 'main', key 'name': is that of another circuit as well"):
        parse_configuration(VALID + second, "example.toml")


@pytest.mark.parametrize(
    ("old", "new", "circuit", "key", "reason"),
    [
        ("num_queries = 50", "num_queries = 50\nqueries = 8", "main", "queries", "is unknown: is num_queries meant?"),
        ("rows_T = 256", "rows_T = 256\nrow = 1", "main, lookup range", "row",
         "is unknown: is rows_T meant?"),
        ("hash_size_bits = 256", "hash_size_bits = 256\nhash = 1", "zkevm", "hash", "is unknown"),
        ("[zkevm]", "[extra]\n[zkevm]", "", "extra", "is unknown"),
        ("num_queries = 50\n", "", "main", "num_queries", "is missing"),
        ("rows_T = 256", "", "main, lookup range", "rows_T", "is missing"),
        ("hash_size_bits = 256", "", "zkevm", "hash_size_bits", "is missing"),
        ("FRI_STARK", "PLONK", "zkevm", "protocol_family",
         "'PLONK' is not one of FRI_STARK, WHIR, JAGGED, SWIRL, MIXED"),
        ("rho = 0.5", "rho = 2.0", "main", "rho", "2.0 exceeds 1"),
        ("rho = 0.5", "rho = 0.3", "main", "rho", "0.3 is not a power of two strictly between 0 and 1"),
        ("rho = 0.5", 'rho = "x"', "main", "rho", "'x' is not a number"),
        ("trace_length = 1024", "trace_length = 1000", "main", "trace_length", "1000 is not a power of two"),
        ("trace_length = 1024", "trace_length = 16777216", "main", "trace_length",
         "a domain of 33554432 points exceeds 2^24"),
        ("num_queries = 50", "num_queries = 0", "main", "num_queries", "0 is below 1"),
        ("num_queries = 50", "num_queries = true", "main", "num_queries", "True is not an integer"),
        ("num_queries = 50", "num_queries = 50\ngrinding_query_phase = -1", "main", "grinding_query_phase",
         "-1 is below 0"),
        ("num_queries = 50", "num_queries = 50\ngrinding_deep = 65", "main", "grinding_deep",
         "65 bits of proof of work exceed 64"),
        ("num_queries = 50", "num_queries = 50\nmax_combo = 3", "main", "max_combo",
         "differs from opening_points, by which the figures go"),
        ("num_queries = 50", "num_queries = 50\ngap_to_radius = 0.3", "main", "gap_to_radius",
         "0.3 does not lie between 0 and 1 - sqrt(rho)"),
        ("num_queries = 50", "num_queries = 50\nexplicit_regime = 'x'", "main", "explicit_regime",
         "'x' is not one of unique, list"),
        ("power_batching = true", "power_batching = 1", "main", "power_batching", "1 is not true or false"),
        ("power_batching = true", "power_batching = true\nmultilinear_batching = true", "main",
         "multilinear_batching", "excludes power_batching"),
        ("fri_folding_factors = [4, 4]", "fri_folding_factors = [4, 3]", "main", "fri_folding_factors",
         "3 is not a power of two"),
        ("fri_early_stop_degree = 128", "fri_early_stop_degree = 64", "main", "fri_early_stop_degree",
         "folding 2048 points by [4, 4] does not leave 64"),
        ("KoalaBear^4", "KoalaBear^0", "zkevm", "field",
         "'KoalaBear^0' is not one of Goldilocks, BabyBear, KoalaBear, M31, BN254 with ^degree"),
        ("KoalaBear^4", "F7^4", "zkevm", "field",
         "'F7^4' is not one of Goldilocks, BabyBear, KoalaBear, M31, BN254 with ^degree"),
        ("KoalaBear^4", "KoalaBear^1000000", "zkevm", "field", "'KoalaBear^1000000' has a degree above 64"),
        *((written, other, "zkevm", "field",
           f"'{other}' is not one of Goldilocks, BabyBear, KoalaBear, M31, BN254 with ^degree")
          for written, other in (("KoalaBear^4", "KoalaBear^٣"), ("KoalaBear^4", "KoalaBear^04"),
                                 ("KoalaBear^4", "BabyBear^"), ("KoalaBear^4", "BabyBear^+4"))),
        ('name = "Example"', "name = 1", "zkevm", "name", "1 is not a string"),
        ("rows_L = 1024\nrows_T = 256", "rows_L = 0\nrows_T = 0", "main, lookup range", "rows_L",
         "and rows_T are both 0"),
        ("rows_T = 256", 'rows_T = 256\nlogup_type = "x"', "main, lookup range", "logup_type",
         "'x' is not one of univariate, multivariate"),
        ("rows_T = 256", "rows_T = 256\nreduction_error = -0.5", "main, lookup range", "reduction_error",
         "-0.5 is below 0"),
        ("rows_T = 256", "rows_T = 256\nreduction_error = 1e-999999999", "main, lookup range", "reduction_error",
         "1e-999999999 has more than 100 digits before or after the point"),
        ("rows_T = 256", "rows_T = 1.5", "main, lookup range", "rows_T", "1.5 is not an integer"),
        ("rows_T = 256", "rows_T = 99999999999999999999", "main, lookup range", "rows_T",
         "99999999999999999999 exceeds 1099511627776"),
        ("fri_folding_factors = [4, 4]", "fri_folding_factors = [4, 1.50]", "main", "fri_folding_factors",
         "1.50 is not an integer"),
        ("KoalaBear^4", "KoalaBear^99999999999", "zkevm", "field", "'KoalaBear^99999999999' has a degree above 64"),
    ],
)  # fmt: skip
def test_malformed_configuration_is_refused_with_file_circuit_and_key(
    old: str, new: str, circuit: str, key: str, reason: str
) -> None:
    assert old in VALID
    with pytest.raises(ConfigurationError) as refusal:
        parse_configuration(VALID.replace(old, new), "example.toml")
    assert str(refusal.value) == f"example.toml, circuit {circuit!r}, key {key!r}: {reason}"


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[zkevm]\nname = \"x\"\nprotocol_family = \"FRI_STARK\"\nfield = \"M31^4\"\nhash_size_bits = 1", "circuits",
         "is missing"),
        ("circuits = 3\n" + VALID[: VALID.index("[[circuits]]")], "circuits", "is not an array of tables"),
        (VALID[: VALID.index("[[circuits.lookups]]")] + "lookups = {}\n", "lookups", "is not an array of tables"),
        (VALID[: VALID.index("[[circuits.lookups]]")] + 'lookups = ""\n', "lookups", "is not an array of tables"),
    ],
)  # fmt: skip
def test_configuration_of_the_wrong_structure_is_refused(text: str, key: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse_configuration(text, "example.toml")
    assert (refusal.value.key, refusal.value.reason) == (key, reason)


@pytest.mark.parametrize(
    ("key", "number", "reason"),
    [
        ("num_queries", "99999999999999999999", "99999999999999999999 exceeds 4096"),
        ("num_queries", f"0x{'f' * 5000}", f"0x{'f' * 58}... exceeds 4096"),
        ("num_queries", "1.5", "1.5 is not an integer"),
        ("trace_length", str(1 << 41), f"{1 << 41} exceeds {1 << 40}"),
        ("air_max_degree", str(1 << 41), f"{1 << 41} exceeds {1 << 40}"),
        ("num_constraints", str(1 << 41), f"{1 << 41} exceeds {1 << 40}"),
        ("batch_size", str(1 << 41), f"{1 << 41} exceeds {1 << 40}"),
        ("opening_points", str(1 << 41), f"{1 << 41} exceeds {1 << 40}"),
        ("fri_early_stop_degree", str(1 << 41), f"{1 << 41} exceeds {1 << 40}"),
        ("grinding_query_phase", "99999999", "99999999 bits of proof of work exceed 64"),
        ("hash_size_bits", "4097", "4097 exceeds 4096"),
        ("rho", "1.5", "1.5 exceeds 1"),
        ("rho", "1e999999999", "1e999999999 has more than 100 digits before or after the point"),
        ("rho", "1e-99", "1e-99 is not a power of two strictly between 0 and 1"),
        ("gap_to_radius", "1e-300", "1e-300 has more than 100 digits before or after the point"),
        ("num_queries", "1000000000", "1000000000 exceeds 4096"),
        ("rho", "1e-999999999", "1e-999999999 has more than 100 digits before or after the point"),
        ("gap_to_radius", "1e400", "1e400 has more than 100 digits before or after the point"),
        ("gap_to_radius", "1e30", "1e30 exceeds 1"),
        ("gap_to_radius", "1e-30", "1e-30 is below 2^-20"),
    ],
)
def test_number_out_of_bounds_is_refused_as_the_file_has_it(key: str, number: str, reason: str) -> None:
    lines = [line for line in VALID.splitlines() if not line.startswith(f"{key} =")]
    lines.insert(lines.index("[zkevm]" if key == "hash_size_bits" else "[[circuits]]") + 1, f"{key} = {number}")
    with pytest.raises(ConfigurationError) as refusal:
        parse_configuration("\n".join(lines), "example.toml")
    assert (refusal.value.key, refusal.value.reason) == (key, reason)


def test_every_problem_of_a_file_without_structure_is_told() -> None:
    with pytest.raises(ConfigurationProblemsError) as refusal:
        parse_configuration("zkevm = 3\nother = 1", "example.toml")
    assert str(refusal.value).splitlines() == [
        "example.toml, circuit '', key 'other': is unknown",
        "example.toml, circuit 'zkevm', key '': is not a table",
        "example.toml, circuit '', key 'circuits': is missing",
    ]


@pytest.mark.parametrize("text", ["[zkevm", "x = nan", "x = inf", "x = 1e99999999999999999999"])
def test_text_that_is_not_toml_with_finite_numbers_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not TOML with finite numbers"):
        parse_configuration(text, "example.toml")


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"bad\.toml.*is not UTF-8"):
        read_configuration(path)


def test_unknown_keys_are_listed_when_lenient() -> None:
    text = VALID.replace("num_queries = 50", "num_queries = 50\nfuture_key = 8") + "other = 1\n"
    assert parse_configuration(text, "example.toml", lenient=True).ignored_keys == (
        "main.future_key",
        "main, lookup range.other",
    )


def test_file_with_more_circuits_than_any_system_has_is_refused() -> None:
    head, _, circuit = template("fri").partition("[[circuits]]")
    circuits = "".join(
        f"[[circuits]]{circuit.partition('[[circuits.lookups]]')[0]}".replace('"main"', f'"c{number}"')
        for number in range(129)
    )
    with pytest.raises(ConfigurationError) as refusal:
        parse_configuration(head + circuits, "x")
    assert (refusal.value.key, refusal.value.reason) == ("circuits", "has 129 tables, more than 128")


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('name = "main"', f'name = "{"n" * 101}"', "name", "has 101 characters, more than 100"),
        ('name = "main"', 'name = "  "', "name", "is empty"),
        ('name = "main"', 'name = ""', "name", "is empty"),
        ('name = "main"', 'name = "a\\u202eb"', "name", r"'a\u202eb' has characters that cannot be printed"),
        ('name = "main"', 'name = "a\\nb"', "name", r"'a\nb' has characters that cannot be printed"),
        ("[4, 4, 4, 4, 4, 4]", f"{[2] * 65}", "fri_folding_factors", "has 65 entries, more than 64"),
        ("rho = 0.5", "rho = true", "rho", "True is not a number"),
        ("num_queries = 100", "num_queries = -1", "num_queries", "-1 is below 1"),
        ("num_queries = 100", "num_queries = 4097", "num_queries", "4097 exceeds 4096"),
        ("# grinding_deep = 0", "grinding_deep = 65", "grinding_deep", "65 bits of proof of work exceed 64"),
        ("# gap_to_radius = 0.005", "gap_to_radius = 0.0000001", "gap_to_radius", "0.0000001 is below 2^-20"),
        ("# gap_to_radius = 0.005", "gap_to_radius = 0.3", "gap_to_radius",
         "0.3 does not lie between 0 and 1 - sqrt(rho)"),
    ],
)  # fmt: skip
def test_value_beyond_its_bound_is_refused_with_its_key(old: str, new: str, key: str, reason: str) -> None:
    text = template("fri")
    place = text.index(old, text.index("[[circuits]]"))
    with pytest.raises(ConfigurationError) as refusal:
        parse_configuration(text[:place] + new + text[place + len(old) :], "x")
    assert (refusal.value.key, refusal.value.reason) == (key, reason)


def test_circuit_with_more_lookups_than_any_has_is_refused() -> None:
    lookup = '[[circuits.lookups]]\nname = "l{}"\nrows_L = 1\nrows_T = 1\n'
    text = template("fri").partition("[[circuits.lookups]]")[0] + "".join(map(lookup.format, range(65)))
    with pytest.raises(ConfigurationError) as refusal:
        parse_configuration(text, "x")
    assert (refusal.value.key, refusal.value.reason) == ("lookups", "has 65 tables, more than 64")
