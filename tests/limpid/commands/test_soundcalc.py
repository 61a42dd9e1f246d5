"""`limpid soundcalc`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from limpid import inspect
from limpid.reading.inspection import ProofContent
from limpid.terminal.security_lines import security_notes
from soundcalc.errors import NoSolutionError
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.sets import SET_TARGETS
from spec.parameters import PARAMETER_SETS, SEGMENT
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof_encoding import decode_proof
from spec.rv64im.machine import RV64IM
from tests.limpid.commands.invocation import limpid

PUBLISHED = Path(__file__).parents[2] / "soundcalc/published"


@pytest.fixture(scope="module")
def segment() -> dict[str, Any]:
    return limpid("soundcalc", "segment", "--bounds", "--json").document


@pytest.mark.parametrize(
    ("name", "bits", "run_bits"),
    # The machine's own segments are larger than what `final` is for, and it is for one proof.
    [("segment", 140, 128), ("recursion", 140, 128), ("final", 130, 118)],
)
def test_parameter_set_by_name_states_its_bits(name: str, bits: int, run_bits: int) -> None:
    document = limpid("soundcalc", name, "--json").document
    assert document["about"] == f"the largest run that a verifier admits, {name}"
    assert document["proof_sum_bits"] == bits
    assert document["security_bits"] >= bits
    assert document["segments"] == RV64IM.maximum_segments
    assert document["run_sum_bits"] == run_bits
    assert set(document["weakest_message"]) <= set(document["terms"])
    assert 127 <= document["non_interactive_bits_rounded"] <= 128
    assert document["collision_cap_bits_rounded"] == 128
    assert document["curve_bound"] == CurveBound.CORRECTED.value
    assert [int(height) for height in document["heights"]] == list(PARAMETER_SETS[name].heights_log2)
    assert min(figures["proof_sum_bits"] for figures in document["heights"].values()) == bits


def test_parameter_set_for_people_states_every_height_the_weakest_message_and_what_is_below_128() -> None:
    text = limpid("soundcalc", "segment", "--format", "markdown").stdout
    for height in SEGMENT.heights_log2:
        assert f"\n| 2^{height} | 140." in text
    assert "**140." in text
    assert "(weakest: queries_0, query_batching_0)" in text
    assert f"\nrun of {RV64IM.maximum_segments}, non-interactive: 126." in text
    assert "| cap by collisions of the hash | 128.00 | 128.00 |" in text
    assert "| bound | formula |" not in text


def test_bounds_are_printed_with_source_status_and_note(segment: dict[str, Any]) -> None:
    assert (
        "\n| multilinear_queries | (1 - theta_i)^t "
        in limpid("soundcalc", "segment", "--bounds", "--format", "markdown").stdout
    )
    bounds = {bound["key"]: bound for bound in segment["bounds"]}
    assert {term["bound"] for term in segment["terms"].values()} <= set(bounds)
    assert bounds["mutual_curve"]["source"].startswith("2025/2055 Theorem 4.6")
    assert bounds["capacity_line"]["status"] == "refuted"
    assert "the paper was not at hand" in bounds["deep"]["note"]
    assert "without an idealisation" in bounds["composition_sum"]["source"]


@pytest.mark.parametrize(("curve", "bound"), [("printed", "m as printed"), ("cubic", "carried over")])
def test_curve_chosen_is_what_the_figures_rest_on(curve: str, bound: str, segment: dict[str, Any]) -> None:
    chosen = limpid("soundcalc", "segment", "--curve", curve, "--json").document
    assert chosen["curve_bound"] != segment["curve_bound"]
    assert chosen["regimes"] != segment["regimes"]
    assert chosen["proof_sum_bits_rounded"] != segment["proof_sum_bits_rounded"]
    assert bound in limpid("soundcalc", "segment", "--curve", curve).stdout


def test_tree_states_the_sum_over_all_proofs_behind_a_final_one() -> None:
    document = limpid("soundcalc", "tree", "--json").document
    assert (document["kind"], document["segments"], document["depth_limit"]) == ("tree", 1024, 10)
    assert document["sum_bits"] == 128
    assert document["collision_cap_bits_rounded"] == 128
    assert list(document["below_goal"]) == ["non-interactive"]
    assert "without an idealisation" in document["idealisation"]
    kinds = {circuit["name"]: circuit for circuit in document["circuits"]}
    assert (kinds["combine of 2"]["proofs"], kinds["combine of 2"]["proof_sum_bits"]) == (1023, 140)
    assert (kinds["limpid final"]["proofs"], kinds["limpid final"]["proof_sum_bits"]) == (1, 130)
    assert document["proofs"] == 3072
    assert limpid("soundcalc", "tree", "--fail-below", "128").status == 0
    assert limpid("soundcalc", "tree", "--fail-below", "129").status == 1


def test_tree_for_people_states_every_kind_of_proof_the_depth_and_the_idealisation() -> None:
    text = limpid("soundcalc", "tree", "--segments", "3", "--format", "markdown").stdout
    assert "a final proof of 3 segments" in text
    assert "no accepted tree is deeper than 10" in text
    assert "| convert of 1 | 3 | 2^21 | 1/8 | 140." in text
    assert "| convert of 2 | 0 | 2^21 | 1/8 | 140.25 | - |" in text
    assert "| cap by collisions of the hash | 128.00 |" in text
    assert "without an idealisation" in text
    assert "\nnon-interactive: 127." in text


def test_tree_that_is_written_reads_back_to_the_same_answer(tmp_path: Path) -> None:
    path = tmp_path / "tree.toml"
    written = limpid("soundcalc", "tree", "--segments", "64", "--export", path, "--curve", "cubic", "--json").document
    assert written["segments"] == 64
    assert limpid("soundcalc", path, "--curve", "cubic", "--json").document == written
    assert limpid("soundcalc", path, "--json").document["sum_bits_rounded"] < written["sum_bits_rounded"]


def test_proof_has_the_bits_that_inspect_states(tiny: Path) -> None:
    path = tiny / "proof"
    document = limpid("soundcalc", path, "--json").document
    content = inspect(path.read_bytes())
    assert isinstance(content, ProofContent)
    assert content.security is not None
    assert document["security_bits"] == content.security.security_bits
    assert document["whole_run_bits"] == content.security.whole_run_bits
    assert document["size_bytes"] == content.size_bytes
    assert document["expected_size_bytes"] == pytest.approx(content.size_bytes, rel=0.03)
    assert document["segments"] == 1


def test_proof_names_what_its_run_falls_short_of_the_goal_as_prove_does(tiny: Path) -> None:
    content = inspect((tiny / "proof").read_bytes())
    assert isinstance(content, ProofContent)
    assert content.security is not None
    (note,) = security_notes(content.security)
    assert "run of 1, interactive" in note
    assert limpid("soundcalc", tiny / "proof").stderr == f"Note: {note}\n"


def test_proof_that_reaches_the_goal_has_no_note(quickstart: Path) -> None:
    assert limpid("soundcalc", quickstart / "build" / "sha256.proof").stderr == ""


def test_key_has_figures_of_its_program(tiny: Path, tmp_path: Path) -> None:
    key = decode_proof((tiny / "proof").read_bytes(), RV64IM).key
    (tmp_path / "fibonacci.key").write_bytes(encode_key(key))
    document = limpid("soundcalc", tmp_path / "fibonacci.key", "--json").document
    assert document["name"] == "fibonacci"
    assert document["about"] == f"the largest run of the program {key.program_id.hex()}, tiny"
    assert list(document["heights"]) == ["17", "20"]


@pytest.mark.parametrize(("system", "name"), [("Pico", "pico"), ("ZisK", "zisk"), ("Airbender", "airbender")])
def test_compatibility_mode_prints_the_published_levels_and_nothing_else(system: str, name: str) -> None:
    published = json.loads((PUBLISHED / "expected.json").read_text())["zkvms"][system]["circuits"]
    invocation = limpid("soundcalc", PUBLISHED / f"{name}.toml", "--compat", "--json")
    assert json.loads(invocation.stdout) == {circuit: entry["levels"] for circuit, entry in published.items()}
    assert invocation.stderr == ""


def test_published_file_shows_both_figures_with_the_reason() -> None:
    text = limpid("soundcalc", PUBLISHED / "airbender.toml", "--format", "markdown").stdout
    assert "| circuit | regime | round | public calculator | corrected | Limpid | reason |" in text
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


@pytest.mark.parametrize("name", list(PARAMETER_SETS))
def test_set_that_is_written_reads_back_to_the_same_answer(name: str, tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    document = limpid("soundcalc", name, "--export", path, "--json").document
    assert limpid("soundcalc", path, "--json").document == document
    assert limpid("soundcalc", path).stdout == limpid("soundcalc", name).stdout


def test_key_is_written_with_the_counts_of_its_program(tiny: Path, tmp_path: Path) -> None:
    key = decode_proof((tiny / "proof").read_bytes(), RV64IM).key
    (tmp_path / "fibonacci.key").write_bytes(encode_key(key))
    written = tmp_path / "written.toml"
    document = limpid("soundcalc", tmp_path / "fibonacci.key", "--export", written, "--json").document
    assert limpid("soundcalc", written, "--json").document == document


def test_set_with_another_value_has_the_figures_of_it() -> None:
    plain = limpid("soundcalc", "final", "--json").document
    fewer = limpid("soundcalc", "final", "--set", "queries[0]=40", "--json").document
    assert fewer["proof_sum_bits"] < plain["proof_sum_bits"] - 20
    short = limpid("soundcalc", "segment", "--segments", 16, "--json").document
    assert (short["segments"], short["run_sum_bits"]) == (16, 136)


def test_sweep_of_a_set_is_a_table_and_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "sweep.png"
    arguments = ("--sweep", "segments=1,64,4096", "--plot", path, "--json")
    document = limpid("soundcalc", "segment", *arguments).document
    assert document["axis"] == "segments"
    assert [point["segments"] for point in document["points"]] == [1, 64, 4096]
    bits = [point["run_sum_bits_rounded"] for point in document["points"]]
    assert bits[0] - 6 == pytest.approx(bits[1], abs=0.02)
    assert bits[2] == limpid("soundcalc", "segment", "--json").document["run_sum_bits_rounded"]
    assert path.read_bytes().startswith(b"\x89PNG")


def test_sets_are_compared_with_each_other_and_with_published_systems() -> None:
    rows = {
        (row["circuit"], row["what"]): row
        for row in limpid("soundcalc", "compare", "segment", "recursion", "--json").document["rows"]
    }
    assert (rows["", "rate_log2"]["left"], rows["", "rate_log2"]["right"]) == ("1", "3")
    assert rows["2^20", "folds"]["differs"]
    document = limpid("soundcalc", "compare", "final", PUBLISHED / "sp1.toml", "--json").document
    assert [system["name"] for system in document["systems"]] == ["final", "SP1"]


@pytest.mark.slow
def test_search_finds_the_committed_schedules_of_a_set() -> None:
    target = SET_TARGETS["final"]
    document = limpid("soundcalc", "final", "--target-bits", target.target_bits, "--json").document
    assert (document["name"], document["target_bits"]) == ("final", target.target_bits)
    found = {int(height): facts for height, facts in document["heights"].items()}
    for height, schedule in target.parameters.schedules.items():
        assert tuple(found[height]["folds"]) == schedule.folds
        assert tuple(found[height]["queries"]) == schedule.queries
        assert found[height]["column_batching_grinding_bits"] == schedule.column_batching_grinding_bits
        assert tuple(found[height]["folding_grinding_bits"]) == schedule.folding_grinding_bits
        assert tuple(found[height]["query_grinding_bits"]) == schedule.query_grinding_bits
        assert found[height]["proof_sum_bits"] == target.target_bits
        assert found[height]["usual_proof_bytes"] > 0


def test_search_takes_the_counts_of_a_file_of_a_key_and_of_a_changed_set(tiny: Path, tmp_path: Path) -> None:
    written, found = tmp_path / "tiny.toml", tmp_path / "found.toml"
    limpid("soundcalc", "tiny", "--export", written)
    document = limpid(
        "soundcalc", written, "--target-bits", "40", "--segments", "4", "--export", found, "--json"
    ).document
    assert (document["kind"], document["name"], document["segments"]) == ("search", "tiny", 4)
    assert [facts["proof_sum_bits"] for facts in document["heights"].values()] == [42, 42]
    again = limpid("soundcalc", found, "--json").document
    assert (again["proof_sum_bits"], again["segments"]) == (42, 4)
    key = tmp_path / "fibonacci.key"
    key.write_bytes(encode_key(decode_proof((tiny / "proof").read_bytes(), RV64IM).key))
    for subject in (["tiny"], [key], [written, "--set", "cap_log2=2"]):
        others = limpid("soundcalc", *subject, "--target-bits", "42", "--json").document["heights"].values()
        assert [other["proof_sum_bits"] for other in others] == [42, 42]
        assert all(other["largest_proof_bytes"] > 0 for other in others)


def test_bound_is_about_the_run_that_was_searched_for() -> None:
    for bits, status in ((40, 0), (41, 1)):
        invocation = limpid("soundcalc", "tiny", "--target-bits", "40", "--segments", "4", "--fail-below", bits)
        assert invocation.status == status


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["segment", "--compat"], "--compat says nothing about a parameter set"),
        (["segment", "--lenient"], "--lenient says nothing about a parameter set"),
        (["segment", "--curve", "capacity"], "'capacity' is not one of"),
        (["tree", "--target-bits", "100"], "--target-bits says nothing about a tree of proofs"),
        (["compare", "tree", "segment"], "tree is a proof or a tree"),
        (["segment", "--target-bits", "257"], "257 is not 1 to 256"),
    ],
)
def test_senseless_options_are_misuse(arguments: list[str], message: str) -> None:
    invocation = limpid("soundcalc", *arguments)
    assert invocation.status == 2
    assert message in invocation.stderr


def test_segments_of_a_trees_file_are_its_own(tmp_path: Path) -> None:
    path = tmp_path / "tree.toml"
    assert limpid("soundcalc", "tree", "--segments", "2", "--export", path).status == 0
    invocation = limpid("soundcalc", path, "--segments", "3")
    assert invocation.status == 2
    assert "--segments says nothing about a file of a tree" in invocation.stderr


def test_tree_over_more_segments_than_a_final_proof_states_fails_with_its_reason() -> None:
    invocation = limpid("soundcalc", "tree", "--segments", "1025", "--json")
    assert invocation.status == 1
    assert invocation.error["message"] == "segments: 1025 are not between 1 and 1024"


def test_target_that_no_schedule_reaches_fails_with_its_reason() -> None:
    invocation = limpid("soundcalc", "final", "--target-bits", "190", "--json")
    assert invocation.status == 1
    assert invocation.error["kind"] == "calculation"
    assert invocation.error["refusal"] == NoSolutionError.__name__
    assert "190.00 bits" in invocation.error["message"]


def test_name_of_nothing_fails_with_its_reason() -> None:
    invocation = limpid("soundcalc", "no-such-set", "--json")
    assert invocation.status == 1
    assert invocation.error["message"] == "no-such-set: no such file or directory"


def test_bytes_of_no_known_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(b"\xff\xfe")
    error = limpid("soundcalc", path, "--json").error
    assert error["message"] == f"{path}: is no proof, no key and no TOML file"
    assert "segment" in error["next_step"]


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_empty_file_is_said_to_be_empty(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_bytes(content)
    invocation = limpid("soundcalc", path, "--json")
    assert invocation.status == 1
    assert invocation.error["message"] == f"{path}: is empty"


def test_damaged_proof_is_refused(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes((tiny / "proof").read_bytes()[:-1])
    assert limpid("soundcalc", path, "--json").error["reason"] == "ENCODING_TRUNCATED"
