"""`limpid soundcalc`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limpid import inspect
from limpid.inspection import ProofContent
from soundcalc.composition.claim import RECURSION_IDEALISATION
from soundcalc.published.format import read_configuration
from spec.parameters import PARAMETER_SETS
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof_encoding import decode_proof
from spec.rv64im.machine import RV64IM
from tests.limpid.commands.invocation import limpid

PUBLISHED = Path(__file__).parents[2] / "soundcalc/published"


@pytest.mark.parametrize(("name", "bits"), [("segment", 140), ("recursion", 140), ("final", 130)])
def test_parameter_set_by_name_states_its_bits(name: str, bits: int) -> None:
    document = limpid("soundcalc", name, "--json").document
    assert document["security_bits"] >= bits
    assert document["weakest_round"] in document["terms"]
    assert 127 <= document["non_interactive_bits_rounded"] <= 128
    assert document["collision_cap_bits_rounded"] == 128
    assert document["size_bytes"] is None
    assert document["about"] == f"the largest run that a verifier admits, {name}"


def test_parameter_set_for_people_names_weakest_round_and_idealisation() -> None:
    text = limpid("soundcalc", "segment").stdout
    assert "weakest round: queries" in text
    assert "| non-interactive | 127." in text
    assert "| cap by collisions of the hash | 128.00 |" in text
    assert f"Idealisation: {RECURSION_IDEALISATION}." in text


def test_bounds_are_printed_with_source_status_and_note() -> None:
    assert "| queries |" in limpid("soundcalc", "segment", "--bounds").stdout
    bounds = {bound["key"]: bound for bound in limpid("soundcalc", "segment", "--bounds", "--json").document["bounds"]}
    assert bounds["johnson_line"]["source"].startswith("2025/2055 Theorem 4.2")
    assert bounds["capacity_line"]["status"] == "refuted"
    assert "the paper was not at hand" in bounds["deep"]["note"]


def test_proof_has_the_bits_that_inspect_states(tiny: Path) -> None:
    path = tiny / "proof"
    document = limpid("soundcalc", path, "--json").document
    content = inspect(path.read_bytes())
    assert isinstance(content, ProofContent)
    assert content.security is not None
    assert document["security_bits"] == content.security.security_bits
    assert document["size_bytes"] == content.size_bytes
    assert document["expected_size_bytes"] == pytest.approx(content.size_bytes, rel=0.03)
    assert document["run"]["segments"] == 1


def test_key_has_figures_of_its_program(tiny: Path, tmp_path: Path) -> None:
    key = decode_proof((tiny / "proof").read_bytes(), RV64IM).key
    (tmp_path / "fibonacci.key").write_bytes(encode_key(key))
    document = limpid("soundcalc", tmp_path / "fibonacci.key", "--json").document
    assert document["name"] == "fibonacci"
    assert document["about"] == f"the largest run of the program {key.program_id.hex()}, tiny"


@pytest.mark.parametrize(("system", "name"), [("Pico", "pico"), ("ZisK", "zisk"), ("Airbender", "airbender")])
def test_compatibility_mode_prints_the_published_levels_and_nothing_else(system: str, name: str) -> None:
    published = json.loads((PUBLISHED / "expected.json").read_text())["zkvms"][system]["circuits"]
    invocation = limpid("soundcalc", PUBLISHED / f"{name}.toml", "--compat", "--json")
    assert json.loads(invocation.stdout) == {circuit: entry["levels"] for circuit, entry in published.items()}
    assert invocation.stderr == ""


def test_published_file_shows_both_figures_with_the_reason() -> None:
    text = limpid("soundcalc", PUBLISHED / "airbender.toml").stdout
    assert "| circuit | regime | round | public calculator | Limpid | reason |" in text
    assert "vanishing denominators and the list size are charged" in text


def test_unknown_key_is_refused_and_listed_when_lenient(tmp_path: Path) -> None:
    path = tmp_path / "changed.toml"
    text = (PUBLISHED / "airbender.toml").read_text()
    path.write_text(text.replace("[[circuits]]", "[[circuits]]\ncolour = 1", 1))
    refused = limpid("soundcalc", path, "--compat", "--json")
    assert refused.status == 1
    assert refused.error["kind"] == "calculation"
    assert "key 'colour': is unknown" in refused.error["message"]
    lenient = limpid("soundcalc", path, "--compat", "--json", "--lenient")
    assert lenient.status == 0
    assert lenient.stdout == limpid("soundcalc", PUBLISHED / "airbender.toml", "--compat", "--json").stdout
    assert lenient.stderr.startswith("Note: ignored the unknown key ")
    assert lenient.stderr.endswith(".colour\n")


@pytest.mark.parametrize("family", ["JAGGED", "WHIR", "SWIRL"])
def test_family_that_is_not_analysed_is_named(family: str, tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(f'[zkevm]\nname = "x"\nprotocol_family = "{family}"\n')
    error = limpid("soundcalc", path, "--json").error
    assert error["message"] == f"other.toml: the protocol family {family} is not analysed yet"


def test_search_reaches_the_target() -> None:
    document = limpid("soundcalc", "final", "--target-bits", "100", "--minimize", "size", "--json").document
    assert document["security_bits"] >= 100
    assert document["minimized"] == "size"
    assert document["queries"] > 0


def test_sweep_prints_tables_and_draws_plots(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plots = [tmp_path / "sweep.png", tmp_path / "sweep.svg"]
    options = [argument for plot in plots for argument in ("--plot", plot)]
    document = limpid("soundcalc", "final", "--sweep", "queries", *options, "--json").document
    assert document["plots"] == [str(plot) for plot in plots]
    assert all(plot.stat().st_size > 1000 for plot in plots)
    bits = [point["security_bits"] for point in document["points"]]
    assert bits == sorted(bits)


def test_sweep_draws_a_plot_without_being_told_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    text = limpid("soundcalc", "final", "--sweep", "grinding").stdout
    assert text.endswith("\nwritten: final-sweep.png\n")
    assert (tmp_path / "final-sweep.png").exists()


def test_export_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "segment.toml"
    assert limpid("soundcalc", "segment", "--export", path).status == 0
    (circuit,) = read_configuration(path).circuits
    assert circuit.queries == PARAMETER_SETS["segment"].queries
    assert list(json.loads(limpid("soundcalc", path, "--compat", "--json").stdout)) == ["segment"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["segment", "--minimize", "size"], "--minimize belongs to --target-bits"),
        (["segment", "--plot", "x.png"], "--plot belongs to --sweep"),
        (["segment", "--compat"], "--compat and --lenient need a FILE.toml"),
        (
            ["segment", "--sweep", "rate", "--export", "x"],
            "--target-bits, --sweep and --export exclude one another",
        ),
        (
            [str(PUBLISHED / "pico.toml"), "--target-bits", "100"],
            "--target-bits, --sweep and --export need a parameter set, a proof or a key",
        ),
    ],
)
def test_senseless_options_are_misuse(arguments: list[str], message: str) -> None:
    invocation = limpid("soundcalc", *arguments)
    assert invocation.status == 2
    assert message in invocation.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["final", "--sweep", "colour"], "sweep: 'colour' is none of rate, queries, arity, grinding"),
        (["final", "--target-bits", "190"], "no parameters in the space reach 190 bits"),
        (["final", "--sweep", "queries", "--plot", "x.gif"], "x.gif: a plot ends in .png or .svg"),
        (["no-such-set"], "no-such-set: no such file or directory"),
    ],
)
def test_what_cannot_be_calculated_fails_with_its_reason(arguments: list[str], message: str) -> None:
    invocation = limpid("soundcalc", *arguments, "--json")
    assert invocation.status == 1
    assert invocation.error["message"] == message


def test_bytes_of_no_known_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(b"\xff\xfe")
    error = limpid("soundcalc", path, "--json").error
    assert error["message"] == f"{path}: is no proof, no key and no TOML file"
    assert "segment" in error["next_step"]


def test_damaged_proof_is_refused(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes((tiny / "proof").read_bytes()[:-1])
    assert limpid("soundcalc", path, "--json").error["reason"] == "ENCODING_TRUNCATED"
