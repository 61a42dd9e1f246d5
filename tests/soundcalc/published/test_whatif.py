from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from soundcalc.errors import ParameterError
from soundcalc.published.export import exported
from soundcalc.published.figures import figures, public_levels
from soundcalc.published.format import configuration_of, parse_configuration, read_configuration
from soundcalc.published.fri import FriOpening
from soundcalc.published.rounds import Step
from soundcalc.published.sweep import swept
from soundcalc.published.system import PublishedConfiguration
from soundcalc.published.template import FAMILIES, template
from soundcalc.published.whatif import Axis, Change, axis, change, changed
from soundcalc.published.whir import WhirOpening
from soundcalc.report.plot import curves, drawn_png, picture, switches

PUBLISHED = Path(__file__).parent


def _read(name: str) -> PublishedConfiguration:
    return read_configuration(PUBLISHED / f"{name}.toml")


def _with(name: str, *texts: str) -> PublishedConfiguration:
    document, _ = changed(_read(name), [change(text) for text in texts])
    return configuration_of(document, "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("queries=120", Change("", "queries", None, 120)),
        ("core.rho = 0.5", Change("core", "rho", None, Fraction(1, 2))),
        ("num_queries[2]=7", Change("", "num_queries", 2, 7)),
        ("a.b.key=[1, 2]", Change("a.b", "key", None, [1, 2])),
        ("field=KoalaBear^5", Change("", "field", None, "KoalaBear^5")),
    ],
)
def test_change_is_read(text: str, expected: Change) -> None:
    assert change(text) == expected


@pytest.mark.parametrize("text", ["", "queries", "=3", "queries=", "q[x]=1", "q[-1]=1"])
def test_text_that_changes_nothing_is_refused(text: str) -> None:
    with pytest.raises(ParameterError):
        change(text)


def test_short_name_changes_every_circuit_and_a_circuit_by_name_only_itself() -> None:
    openings = [circuit.opening for circuit in _with("sp1", "queries=120", "core.queries=77").circuits]
    assert [opening.queries for opening in openings if isinstance(opening, FriOpening)] == [77, 120, 120]


def test_one_entry_of_a_list_is_changed() -> None:
    opening = _with("dummy_whir", "riscv.num_queries[1]=99").circuits[0].opening
    assert isinstance(opening, WhirOpening)
    assert opening.queries == (55, 99, 22, 17, 14)


def test_field_degree_height_and_rate_have_names_of_their_own() -> None:
    configuration = _with("openvm", "degree=5", "internal.height=20", "internal.rate=1/8")
    internal = configuration.circuits[2]
    assert all(str(circuit.field) == "BabyBear^5" for circuit in configuration.circuits)
    assert (internal.opening.height, internal.opening.rates[0]) == (1 << 20, Fraction(1, 8))


@pytest.mark.parametrize(("name", "rates"), [("dummy_whir", (3, 6, 9, 12, 15)), ("openvm2", (3, 6, 9))])
def test_rate_of_whir_is_that_of_its_first_code(name: str, rates: tuple[int, ...]) -> None:
    opening = _with(name, "rate=1/8").circuits[0].opening
    assert isinstance(opening, WhirOpening)
    assert opening.rates_log2[: len(rates)] == rates


def test_stated_rates_of_whir_give_way_to_another_first_one() -> None:
    text = template("whir").replace("# whir_log_inv_rates", "whir_log_inv_rates")
    document, _ = changed(parse_configuration(text, "x"), [change("rate=0.25")])
    opening = configuration_of(document, "x").circuits[0].opening
    assert isinstance(opening, WhirOpening)
    assert opening.rates_log2 == (2, 5, 8)


def test_rate_that_is_no_power_of_two_is_refused_as_a_rate() -> None:
    for name, key in (("sp1", "rho"), ("dummy_whir", "log_inv_rate")):
        with pytest.raises(ValueError, match=f"key '{key}': '?0.3'? is not"):
            _with(name, "rate=0.3")


def test_last_layer_follows_a_domain_that_grows_and_folds_one_that_shrinks() -> None:
    document, notes = changed(_read("openvm"), [change("app.rho=0.25"), change("leaf.height=20")])
    app, leaf, internal = document["circuits"]
    assert (len(app["fri_folding_factors"]), app["fri_early_stop_degree"]) == (23, 4)
    assert (len(leaf["fri_folding_factors"]), leaf["fri_early_stop_degree"]) == (20, 2)
    assert internal == _read("openvm").document["circuits"][2]  # type: ignore[index]
    assert [note.partition(":")[0] for note in notes] == ["app", "leaf"]


def test_configuration_itself_is_left_as_it_is() -> None:
    configuration = _read("openvm")
    changed(configuration, [change("queries=1"), change("degree=5"), change("rho=0.25")])
    assert configuration == _read("openvm")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nowhere.queries=3", "no circuit is called nowhere; there are riscv, convert, combine, embed"),
        ("colour=3", "no circuit has the key colour"),
        ("num_queries=3", "num_queries is a list: set all of it, or one entry as num_queries[0]=..."),
        ("num_queries[9]=3", "num_queries has no entry 9"),
        ("height=0", "a height is the logarithm of one, from 1 to 40"),
    ],
)
def test_change_that_fits_nothing_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        changed(_read("dummy_whir"), [change(text)])
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("queries=80:100:10", Axis("", "queries", (80, 90, 100))),
        ("core.queries=1:3", Axis("core", "queries", (1, 2, 3))),
        ("num_queries[2]=3:4", Axis("", "num_queries", (3, 4), 2)),
        ("fri_folding_factors=[2, 2],[4]", Axis("", "fri_folding_factors", ([2, 2], [4]))),
        ("rate=1/2,1/4", Axis("", "rate", ("1/2", "1/4"))),
        ("rho=0.5,0.25", Axis("", "rho", (Fraction(1, 2), Fraction(1, 4)))),
        ("field=KoalaBear^4,BabyBear^5", Axis("", "field", ("KoalaBear^4", "BabyBear^5"))),
    ],
)
def test_axis_is_read(text: str, expected: Axis) -> None:
    assert axis(text) == expected


@pytest.mark.parametrize(
    "text",
    ["queries", "queries=", "q=3:1", "q=1:9:0", "q=1:2:3:4", "q=0:9999999", "q=0:99999999999999", "q=a:b", "q=,"],
)
def test_axis_that_makes_no_points_is_refused(text: str) -> None:
    with pytest.raises(ParameterError):
        axis(text)


def test_sweep_computes_every_point_as_a_file_with_that_value_would() -> None:
    points = swept(_read("openvm"), "x", axis("queries=100:200:50"))
    for point in points:
        assert point.summary is not None
        alone = _with("openvm", f"queries={point.value}")
        assert figures(alone) == figures(point.summary.configuration)
        assert min(point.by_step.values()) == pytest.approx(point.summary.bits)
        assert max(point.by_regime.values()) <= point.summary.bits + 1e-9


def test_sweep_tells_of_every_value_before_its_turn() -> None:
    heard: list[tuple[str, float]] = []
    swept(_read("openvm"), "x", axis("queries=100,150"), report=lambda *step: heard.append(step))
    assert heard == [("100", 0.0), ("150", 0.5)]


@pytest.mark.parametrize("name", ["proofs", "segments"])
def test_sweep_of_proofs_keeps_a_proof_and_lowers_the_run(name: str) -> None:
    points = swept(_read("sp1"), "x", axis(f"{name}=1,1024"))
    one, many = (point.summary for point in points)
    assert one is not None
    assert many is not None
    assert one.bits == many.bits
    assert one.run_lines is not None
    assert many.run_lines is not None
    assert one.run_lines.interactive - many.run_lines.interactive == pytest.approx(10)


def test_value_that_makes_no_system_says_why_and_leaves_the_others() -> None:
    points = swept(_read("pico"), "x", axis("riscv.rho=0.5,0.125"))
    assert points[0].summary is not None
    assert points[1].summary is None
    assert "a domain of 33554432 points exceeds 2^24" in points[1].reason


def test_curves_hold_the_best_the_regimes_and_the_weakest_rounds() -> None:
    points = swept(_read("openvm"), "x", axis("queries=60:260:50"))
    names = [curve.name for curve in curves(points)]
    assert names[:3] == ["best regime", "regime UDR", "regime JBR"]
    assert f"round: {Step.QUERIES.value}" in names
    # Lists are better with few queries, unique decoding with many.
    ((place, regime),) = switches(points)
    assert (points[place].value, regime) == (160, "UDR")


def test_plot_is_a_png() -> None:
    points = swept(_read("pico"), "x", axis("riscv.rho=0.5,0.125"))
    shown = picture("Pico", "rho", points)
    assert drawn_png(shown).startswith(b"\x89PNG")
    assert drawn_png(shown, (10, 20)).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["pico", "zisk", "sp1", "dummy_whir", "openvm2", "zkdtvm_v080"])
def test_exported_configuration_reads_back_to_the_same_figures(name: str) -> None:
    configuration = _read(name)
    again = parse_configuration(exported(configuration), "x")
    assert again.circuits == configuration.circuits
    assert public_levels(again) == public_levels(configuration)
    assert figures(again) == figures(configuration)


def test_exported_text_holds_what_a_toml_string_must_escape() -> None:
    text = template("fri").replace("# blowup_factor = 2", 'group = "a\\u007f\\"\\\\\\n"')
    configuration = parse_configuration(text, "x")
    again: Any = parse_configuration(exported(configuration), "x").document
    assert again["circuits"][0]["group"] == 'a\x7f"\\\n'


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_template_is_a_file_with_figures_and_with_every_optional_key(kind: str) -> None:
    text = template(kind)
    configuration = parse_configuration(text, "x")
    assert figures(configuration)
    family, opened = FAMILIES[kind]
    (circuit,) = configuration.circuits
    assert (circuit.family, circuit.opening.label.lower()) == (family, opened)
