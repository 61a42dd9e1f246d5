"""`limpid soundcalc` of published systems: reports, comparison, what-if, sweeps, search, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limpid.command_line import main
from limpid.errors import DONE
from soundcalc.published.format import parse_configuration
from soundcalc.published.template import FAMILIES
from tests.limpid.commands.invocation import limpid
from tests.limpid.terminal.fake_terminal import shown_on_terminal

PUBLISHED = Path(__file__).parents[2] / "soundcalc/published"
SP1 = PUBLISHED / "sp1.toml"
OPENVM2 = PUBLISHED / "openvm2.toml"


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no line of a report is wrapped, wherever the tests run."""
    monkeypatch.setenv("COLUMNS", "240")


@pytest.mark.parametrize("name", ["sp1", "zkdtvm", "dummy_whir", "openvm2", "openvm", "zkdtvm_v080"])
def test_compatibility_mode_prints_the_reported_levels_and_nothing_else(name: str) -> None:
    reported = json.loads((PUBLISHED / "reported.json").read_text())[name]
    invocation = limpid("soundcalc", PUBLISHED / f"{name}.toml", "--compat", "--json")
    assert json.loads(invocation.stdout) == reported
    assert (invocation.status, invocation.stderr) == (0, "")


def test_report_begins_with_the_worst_total_and_what_is_left_of_it_without_interaction() -> None:
    lines = limpid("soundcalc", OPENVM2, "--proofs", "app=1000").stdout.strip().splitlines()
    assert lines[0] == "OpenVM2 2.0.0-beta"
    assert lines[2].startswith("**100.01 bits** round by round: circuit leaf, regime UDR, round Shift(i=1)")
    assert lines[3].startswith("One proof: 100.01 bits non-interactive, ")
    assert lines[4].startswith("A run of 1000 of app, 1 of leaf, 1 of internal, 1 of root, all rounds added up: 88.21")


def test_report_as_json_has_the_summary_and_every_figure() -> None:
    document = limpid("soundcalc", SP1, "--proofs", "64", "--json").document
    assert (document["bits"], document["public_bits"], document["weakest_circuit"]) == (99.92, 100, "core")
    assert document["run"]["proofs"] == {"core": 64, "compress": 64, "shrink": 64}
    assert document["run"]["interactive_bits"] < document["bits"] - 6
    assert len(document["figures"]) == 77
    assert [circuit["expected_bytes"] // 1024 for circuit in document["circuits"]] == [918, 735, 529]


def test_several_files_are_summed_up_the_weakest_first() -> None:
    document = limpid("soundcalc", SP1, PUBLISHED / "pico.toml", OPENVM2, "--json").document
    assert [system["name"] for system in document["systems"]] == ["Pico", "SP1", "OpenVM2"]
    text = limpid("soundcalc", SP1, OPENVM2).stdout
    assert text.index("SP1") < text.index("OpenVM2")


def test_report_names_and_cites_the_bounds_it_rests_on() -> None:
    text = limpid("soundcalc", PUBLISHED / "dummy_whir.toml", "--format", "markdown").stdout
    bounds = text[text.index("What these figures rest on:") :]
    for key in ("johnson_line", "johnson_list_at_agreement", "unique_decoding_line", "whir_folding", "logup_listed"):
        assert f"\n| {key} | " in bounds
    assert "| 2025/2055 | Ben-Sasson, Carmon, Haböck, Kopparty, Saraf: On Proximity Gaps" in bounds


def test_bound_that_is_only_derived_is_said_to_be_so() -> None:
    plain = limpid("soundcalc", PUBLISHED / "pico.toml").stdout
    loss = limpid("soundcalc", PUBLISHED / "pico.toml", "--loss").stdout
    assert "not proven for all of it" not in plain
    assert "not proven for all of it: unique decoding with proximity loss, derived for folds" in loss


def test_two_systems_are_compared_with_what_differs_marked() -> None:
    document = limpid("soundcalc", "compare", SP1, PUBLISHED / "zkdtvm.toml", "--json").document
    rows = {(row["circuit"], row["what"]): row for row in document["rows"]}
    assert rows["core", "rho"] == {
        "circuit": "core", "what": "rho", "left": "0.25", "right": "0.5", "differs": True,
    }  # fmt: skip
    text = limpid("soundcalc", "compare", SP1, PUBLISHED / "zkdtvm.toml", "--format", "markdown").stdout
    assert "| core | rho | **0.25** | **0.5** | ≠ |" in text
    assert "| core | trace_length | 4194304 | 4194304 |  |" in text


def test_changed_value_changes_the_figures_and_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    changed = limpid("soundcalc", SP1, "--set", "shrink.queries=20", "--export", path, "--json").document
    assert (changed["weakest_circuit"], changed["weakest_round"]) == ("shrink", "query phase")
    again = limpid("soundcalc", path, "--json").document
    assert again["figures"] == changed["figures"]


def test_sweep_is_a_table_and_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "sweep.png"
    document = limpid("soundcalc", SP1, "--sweep", "queries=40:120:40", "--plot", path, "--json").document
    assert [point["value"] for point in document["points"]] == ["40", "80", "120"]
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([SP1, "--sweep", "queries=40,80"], "sweeping: 80"),
        (["tiny", "--sweep", "segments=1,16"], "sweeping: 16"),
        ([PUBLISHED / "pico.toml", "--target-bits", "40"], "searching: "),
        (["tiny", "--target-bits", "40"], "searching: 2^"),
    ],
)
def test_what_takes_long_shows_how_far_it_is_on_a_terminal_and_nowhere_else(
    arguments: list[object], shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = shown_on_terminal(monkeypatch)
    with pytest.raises(SystemExit) as exit_of:
        main([*map(str, ["soundcalc", *arguments]), "--json"])
    assert exit_of.value.code == DONE
    assert shown in terminal.getvalue()
    json.loads(capsys.readouterr().out)
    assert limpid("soundcalc", *arguments, "--json").stderr == ""


def test_search_reaches_its_target_and_writes_what_it_found(tmp_path: Path) -> None:
    path = tmp_path / "found.toml"
    arguments = ("--target-bits", "40", "--segments", "256", "--export", path, "--json")
    document = limpid("soundcalc", PUBLISHED / "pico.toml", *arguments).document
    assert all(circuit["proof_sum_bits"] >= 48 for circuit in document["circuits"])
    assert all(circuit["expected_bytes"] < circuit["expected_bytes_before"] for circuit in document["circuits"])
    sizes = [circuit["expected_bytes"] for circuit in document["circuits"]]
    again = limpid("soundcalc", path, "--json").document
    assert [circuit["expected_bytes"] for circuit in again["circuits"]] == sizes


@pytest.mark.parametrize(("bits", "status"), [(99, 0), (100, 1)])
def test_figures_below_a_bound_fail(bits: int, status: int) -> None:
    invocation = limpid("soundcalc", SP1, "--fail-below", bits)
    assert invocation.status == status
    assert ("Error: 99.92 bits are below 100" in invocation.stderr) == bool(status)
    assert "99.92 bits" in invocation.stdout


def test_bound_is_about_the_run_where_its_proofs_are_counted() -> None:
    assert limpid("soundcalc", SP1, "--fail-below", 90).status == 0
    assert limpid("soundcalc", SP1, "--fail-below", 90, "--proofs", 4096).status == 1
    assert limpid("soundcalc", "segment", "--fail-below", 128).status == 0
    assert limpid("soundcalc", "segment", "--fail-below", 129).status == 1


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_template_is_a_file_that_is_answered(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text(limpid("soundcalc", "--template", kind).stdout)
    assert limpid("soundcalc", path, "--json").document["name"] == "Example"
    assert limpid("soundcalc", "--template", kind, "--json").document["text"] == path.read_text()


def test_schema_names_every_key() -> None:
    tables = limpid("soundcalc", "--schema", "--json").document["tables"]
    assert {"num_queries", "whir_num_queries", "dense_pcs", "logup_pow_bits"} <= {entry["key"] for entry in tables}
    assert "bits of proof of work" in limpid("soundcalc", "--schema", "--format", "markdown").stdout


@pytest.mark.parametrize(
    ("ending", "start"),
    [(".md", b"## SP1 6.1.0"), (".json", b'{"schema"'), (".tex", b"\\documentclass"), (".pdf", b"%PDF")],
)  # fmt: skip
def test_report_is_written_in_the_format_of_its_ending(ending: str, start: bytes, tmp_path: Path) -> None:
    if ending == ".pdf":
        pytest.importorskip("typst")
    path = tmp_path / f"report{ending}"
    assert limpid("soundcalc", SP1, "--bounds", "--report", path).status == 0
    content = path.read_bytes()
    assert content.startswith(start)
    if ending == ".tex":
        assert b"\\bibitem{2025/2055}" in content


def test_of_many_circuits_all_rounds_are_shown_when_asked_for() -> None:
    few = limpid("soundcalc", PUBLISHED / "zisk.toml", "--format", "markdown").stdout
    every = limpid("soundcalc", PUBLISHED / "zisk.toml", "--format", "markdown", "--rounds").stdout
    assert every.count("| total |") == few.count("| total |") == 88
    assert every.count("| ALI |") == 88
    assert few.count("| ALI |") == 2


def test_bounds_that_are_asked_for_are_used() -> None:
    pico = PUBLISHED / "pico.toml"
    plain = limpid("soundcalc", pico, "--json").document
    cubic = limpid("soundcalc", pico, "--curve", "cubic", "--json").document
    loss = limpid("soundcalc", pico, "--loss", "--json").document
    assert cubic["bits"] > plain["bits"]
    assert [document["bounds_used"].partition(" ")[0] for document in (plain, cubic, loss)] == [
        "proven", "the", "unique",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", SP1], "compare needs two FILE.toml, parameter sets or keys"),
        ([SP1, "segment"], "segment is not a FILE.toml of a published system"),
        (["compare", SP1, SP1, "--sweep", "queries=1,2"], "--sweep says nothing about a comparison"),
        ([SP1, SP1, "--export", "x.toml"], "--export says nothing about several files"),
        (["compare", "segment", SP1, "--proofs", "5"], "--proofs says nothing about a parameter set"),
        ([SP1, "--plot-range", "1:2"], "--plot-range is about a plot"),
        ([SP1, "--sweep", "queries=1,2", "--plot", "x.png", "--plot-range", "5:1"], "--plot-range 5:1 is empty"),
        ([SP1, "--sweep", "queries=1,2", "--plot", "x.png", "--plot-range", "5"], "--plot-range 5 is not LOW:HIGH"),
        ([SP1, "--segments", "4"], "--segments of a FILE.toml goes with --target-bits; --proofs N counts proofs"),
        ([SP1, "--curve", "printed"], "--curve printed is about mutual agreement in parameter sets"),
        ([SP1, "--curve", "cubic", "--loss"], "--loss does not go with --curve"),
        ([SP1, "--compat", "--proofs", "9"], "--compat does not go with --proofs"),
        ([SP1, "--target-bits", "9", "--sweep", "queries=1,2"], "--target-bits does not go with --sweep"),
        ([SP1, "--sweep", "queries=1,2", "--export", "x.toml"], "--sweep does not go with --export"),
        ([SP1, "--set", "colour=1"], "no circuit has the key colour"),
        ([SP1, "--set", "queries"], "is not KEY=VALUE"),
        ([SP1, "--sweep", "queries=9:1"], "a range grows"),
        ([SP1, "--plot", "x.png"], "--plot draws a sweep"),
        ([SP1, "--sweep", "queries=1,2", "--plot", "x.gif"], "a plot ends in .png"),
        ([SP1, "--report", "x.doc"], "a report ends in .md, .json, .tex, .txt, .pdf"),
        ([SP1, "--proofs", "many"], "--proofs many is not N or CIRCUIT=N"),
        ([SP1, "--proofs", "=2"], "--proofs =2 is not N or CIRCUIT=N"),
        ([SP1, "--template", "fri"], "--template and --schema are about no subject"),
        ([SP1, "--schema"], "--template and --schema are about no subject"),
        (["--schema", "--template", "fri"], "--template and --schema are about no subject, and exclude each other"),
        (["--template", "fri", "--report", "x.md"], "--template goes with no --report, --fail-below or --bounds"),
        (["--template", "fri", "--fail-below", "9"], "--template goes with no --report, --fail-below or --bounds"),
        (["--template", "fri", "--bounds"], "--template goes with no --report, --fail-below or --bounds"),
        (["--template", "fri", "--sweep", "queries=1,2"], "--sweep says nothing about the keys of a FILE.toml"),
        (["--schema", "--compat"], "--compat says nothing about the keys of a FILE.toml"),
        ([SP1, "--proofs", "nowhere=2"], "no circuit is called nowhere"),
        (["segment", "--set", "queries=1"], "queries is a list: set all of it, or one entry as queries[0]=..."),
        (["segment", "--proofs", "9", "--loss"], "--loss, --proofs say nothing about a parameter set"),
        ([], "Missing argument"),
        ([SP1, "--compat", "--fail-below", "90"], "--fail-below needs a subject with figures of its own"),
    ],
)
def test_senseless_requests_are_misuse(arguments: list[object], message: str) -> None:
    invocation = limpid("soundcalc", *arguments, "--json")
    assert invocation.status == 2
    assert message in invocation.error["message"]


def test_changed_value_that_no_system_has_is_refused_with_its_key() -> None:
    error = limpid("soundcalc", SP1, "--set", "queries=99999", "--json").error
    assert error["message"].splitlines()[0].endswith("circuit 'core', key 'num_queries': 99999 exceeds 4096")


def test_file_that_is_refused_says_where_keys_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "deep.toml"
    path.write_text("x = " + "[" * 5000 + "]" * 5000)
    error = limpid("soundcalc", path, "--json").error
    assert error["message"] == "deep.toml: is nested too deeply"
    assert error["next_step"] == "see every key and what it admits: limpid soundcalc --schema"


def test_file_with_a_byte_order_mark_has_the_figures_of_one_without(tmp_path: Path) -> None:
    path = tmp_path / "sp1.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SP1.read_bytes())
    assert limpid("soundcalc", path).stdout == limpid("soundcalc", SP1).stdout


def test_lookup_that_would_hide_a_round_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hidden.toml"
    path.write_text(SP1.read_text().replace('name = "lookup"', 'name = "query phase"'))
    error = limpid("soundcalc", path, "--compat", "--json").error
    first = "hidden.toml, circuit 'core, lookup query phase', key 'name': is that of a round"
    assert error["message"].splitlines()[0] == first


def test_refused_regime_of_a_circuit_leaves_the_report(tmp_path: Path) -> None:
    path = tmp_path / "slack.toml"
    text = (PUBLISHED / "airbender.toml").read_text()
    assert "opening_points = 2" in text
    path.write_text(text.replace("opening_points = 2", "opening_points = 8000000").replace("max_combo", "# max_combo"))
    invocation = limpid("soundcalc", path, "--format", "markdown")
    assert invocation.status == 0
    assert "refused" in invocation.stdout
    assert "the condition 'k + c < (1 - theta) n' fails" in invocation.stdout


def test_exported_file_says_how_the_public_calculator_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    limpid("soundcalc", SP1, "--export", path)
    text = path.read_text()
    assert "ethereum/soundcalc" in text
    assert parse_configuration(text, "x").name == "SP1"
