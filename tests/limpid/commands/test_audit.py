"""`limpid audit` from the outside."""

import json
from pathlib import Path

import pytest

from limpid.commands.audit import MACHINES
from limpid.commands.audit_obligations import AUDITS
from limpid.errors import DONE, FAILED, MISUSED
from proofs_of_constraints.audit import machine_obligation_list
from proofs_of_constraints.obligations import second_solver
from proofs_of_constraints.report.results import NOT_COVERED
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.chip import Role
from spec.rv64im.buses import OUTPUT
from spec.rv64im.machine import CHIPS, RV64IM
from tests.limpid.commands.invocation import limpid
from tests.proofs_of_constraints.broken_chips import free_table, without


def test_audit_of_an_instruction_proves_everything_about_it() -> None:
    invocation = limpid("audit", "--instruction", "sub", "--json")
    assert invocation.status == DONE
    document = invocation.document
    assert document["proven"] is True
    assert {o["verdict"] for o in document["obligations"]} == {"proven"}
    assert {o["kind"] for o in document["obligations"]} >= {"function", "determinism", "complete", "decode"}
    assert set(document["assumptions"]) == {name for o in document["obligations"] for name in o["assumptions"]}


def test_machines_that_the_option_names_are_those_that_are_audited() -> None:
    assert list(MACHINES) == sorted(AUDITS)


def test_audit_that_would_write_two_files_into_one_is_misuse(tmp_path: Path) -> None:
    both = tmp_path / "both"
    invocation = limpid("audit", "--chip", "halt", "--html", both, "--trace", both, "--json")
    assert (invocation.status, invocation.error["message"]) == (
        MISUSED,
        f"--html and --trace are the same file {both}",
    )
    assert not both.exists()


def test_audit_without_time_fails_with_unknown() -> None:
    invocation = limpid("audit", "--chip", "xor", "--timeout", "0.001", "--json")
    assert invocation.status == 1
    assert "unknown" in {o["verdict"] for o in invocation.document["obligations"]}


def test_audit_of_an_unknown_chip_is_misuse() -> None:
    invocation = limpid("audit", "--chip", "cpu")
    assert invocation.status == MISUSED
    assert "there is no chip cpu" in invocation.stderr


def test_audit_of_the_circuits_machine_proves_what_its_chips_mean() -> None:
    invocation = limpid("audit", "--machine", "circuit", "--chip", "canonical", "--json")
    assert invocation.status == DONE
    kinds = {o["kind"] for o in invocation.document["obligations"]}
    assert kinds == {"not vacuous", "function", "determinism", "complete", "padding", "bus discipline"}


def test_audit_of_the_circuits_machine_knows_its_own_chips_and_has_no_mutants() -> None:
    assert "there is no chip halt" in limpid("audit", "--machine", "circuit", "--chip", "halt").stderr
    assert limpid("audit", "--machine", "circuit", "--mutants").status == MISUSED


def test_audit_writes_page_and_queries(tmp_path: Path) -> None:
    page, queries = tmp_path / "audit.html", tmp_path / "queries"
    invocation = limpid("audit", "--chip", "halt", "--html", page, "--smt2", queries)
    assert invocation.status == DONE
    assert "everything proven" in invocation.stdout
    assert "<td class='proven'" in page.read_text()
    assert any(queries.iterdir())


def test_page_has_the_mutants_of_the_audited_chips_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"halt": {"killed": 7}, "add": {"killed": 9}}
    monkeypatch.setattr("limpid.commands.audit_obligations.fate_counts", lambda record: counts)
    page, circuit = tmp_path / "audit.html", tmp_path / "add.picus"
    limpid("audit", "--chip", "halt", "--kind", "padding", "--html", page)
    assert "<tr><th>halt</th><td class='number'>7</td></tr>" in page.read_text()
    assert "<td class='number'>9</td>" not in page.read_text()
    circuit.write_text("(prime-number 97)(begin-module add)(input x)(output y)(assert (= x y))(end-module)")
    assert limpid("audit", circuit, "--html", page).status == DONE
    assert "<h2>Mutants</h2>" not in page.read_text()


def test_audit_of_an_instruction_that_the_chip_does_not_execute_is_misuse() -> None:
    invocation = limpid("audit", "--chip", "sub", "--instruction", "add")
    assert invocation.status == MISUSED
    assert "no obligation is about add and sub" in invocation.stderr


def test_audit_on_two_processes_has_the_results_in_order() -> None:
    one = limpid("audit", "--chip", "sw", "--json").document["obligations"]
    two = limpid("audit", "--chip", "sw", "--jobs", 2, "--json").document["obligations"]
    assert [(o["id"], o["verdict"]) for o in one] == [(o["id"], o["verdict"]) for o in two]


def test_audit_of_a_kind_has_only_that() -> None:
    document = limpid("audit", "--instruction", "sub", "--kind", "padding", "--json").document
    assert [o["id"] for o in document["obligations"]] == ["padding/sub"]


@pytest.mark.parametrize("option", ["--html", "--trace", "--smt2"])
def test_audit_into_a_place_that_is_none_fails_before_proving(option: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    invocation = limpid("audit", "--chip", "sub", option, tmp_path / "file" / "inside", "--json")
    assert "Errno" not in invocation.stderr
    assert invocation.status == FAILED
    assert invocation.error["kind"] == "file"
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("asked", ["--smt2", "--certificates", "--exploit", "--export lean"])
def test_audit_into_a_directory_that_holds_something_fails_before_proving(asked: str, tmp_path: Path) -> None:
    (tmp_path / "left").write_text("over")
    invocation = limpid("audit", "--chip", "sub", *asked.split(), tmp_path, "--json")
    assert (invocation.status, invocation.error["kind"]) == (FAILED, "file")
    assert invocation.error["message"] == f"{tmp_path}: is not empty: it holds left"
    assert invocation.error["next_step"] == "name another directory, or empty this one"
    assert [path.name for path in tmp_path.iterdir()] == ["left"]


@pytest.mark.parametrize("option", ["--second-solver", "--certificates"])
def test_audit_without_its_other_solver_fails_before_a_directory_is_made(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofs_of_constraints.obligations.second_solver.find_spec", lambda name: None)
    monkeypatch.setattr("proofs_of_constraints.certificates.certifying.find_spec", lambda name: None)
    given = [tmp_path / "certificates"] if option == "--certificates" else []
    invocation = limpid("audit", "--chip", "sub", "--smt2", tmp_path / "queries", option, *given, "--json")
    assert (invocation.status, invocation.error["kind"]) == (FAILED, "second_solver")
    assert invocation.error["next_step"] == "install it with: pip install 'limpid[second-solver]'"
    assert list(tmp_path.iterdir()) == []


def test_audit_that_proves_everything_writes_a_trace_without_rows(tmp_path: Path) -> None:
    assert limpid("audit", "--chip", "sub", "--kind", "padding", "--trace", tmp_path / "rows").status == DONE
    assert json.loads((tmp_path / "rows").read_text())["counterexamples"] == []


def test_second_solver_counts_what_it_agrees_with() -> None:
    pytest.importorskip("cvc5")
    document = limpid("audit", "--chip", "sub", "--kind", "padding", "--second-solver", "--json").document
    assert document["second_solver"] == {"agrees": 1, "disagrees": 0, "undecided": 0}
    assert [o["second_solver"] for o in document["obligations"]] == ["agrees"]


@pytest.mark.parametrize(("answer", "status"), [("unsat", DONE), ("sat", FAILED), ("unknown", DONE)])
def test_second_solver_that_contradicts_is_a_failure(answer: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_solver, "find_spec", lambda name: object())
    monkeypatch.setattr(second_solver, "answer_of", lambda text, seconds: answer)
    invocation = limpid("audit", "--chip", "sub", "--kind", "padding", "--second-solver")
    assert invocation.status == status
    assert ("second solver on padding/sub" in invocation.stdout) == (answer != "unsat")


def test_second_solver_that_is_missing_is_an_error_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_solver, "find_spec", lambda name: None)
    invocation = limpid("audit", "--chip", "sub", "--second-solver", "--json")
    assert invocation.status == FAILED
    assert invocation.error == {
        "kind": "second_solver",
        "message": "the second solver cvc5 is not installed",
        "next_step": "install it with: pip install 'limpid[second-solver]'",
    }


def test_audit_of_mutants_reports_their_fates() -> None:
    invocation = limpid("audit", "--mutants", "--chip", "halt", "--json")
    assert invocation.status == DONE
    document = invocation.document
    assert document["as_recorded"] is True
    assert document["surprises"] == []
    assert {m["chip"] for m in document["mutants"]} == {"halt"}
    assert document["killing_power_percent"] > 95
    assert "halt: " in invocation.stderr


def test_keeping_what_no_mutants_were_run_for_is_misuse() -> None:
    assert limpid("audit", "--keep").status == MISUSED


def test_audit_of_mutants_of_an_instruction_is_misuse() -> None:
    assert limpid("audit", "--mutants", "--instruction", "add").status == MISUSED


def test_page_and_counterexamples_both_on_standard_output_are_misuse() -> None:
    invocation = limpid("audit", "--html", "-", "--trace", "-")
    assert invocation.status == 2
    assert invocation.stderr.startswith("Error: --html and --trace are both the standard stream\n")


def test_audit_says_how_much_was_asked_about_and_what_is_not_covered() -> None:
    invocation = limpid("audit", "--chip", "halt", "--kind", "padding")
    every, digest = len(machine_obligation_list()), RV64IM.digest.hex()
    scope = f"1 of {every} obligations of rv64im, only chip halt and kind padding"
    assert f"scope        {scope}, digest {digest[:16]}\n" in invocation.stdout
    for said in NOT_COVERED:
        assert f"\n    {said}\n" in invocation.stdout
    document = limpid("audit", "--chip", "halt", "--kind", "padding", "--json").document
    assert (document["scope"], document["machine"], document["not_covered"]) == (scope, digest, list(NOT_COVERED))


def test_audit_says_what_rests_on_a_refuted_obligation(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = RV64IM_AUDIT.with_chip(without("sub", "carry_0_is_boolean"))
    monkeypatch.setitem(AUDITS, "rv64im", broken)
    asked = ("audit", "--chip", "sub", "--kind", "function", "--kind", "determinism", "--kind", "padding")
    invocation = limpid(*asked)
    assert invocation.status == FAILED
    assert "resting              1 of the proven rest on what is not proven\n" in invocation.stdout
    assert "determinism/sub/sub  rests on what is not proven: function/sub/sub\n" in invocation.stdout
    found = {o["id"]: o["rests_on_unproven"] for o in limpid(*asked, "--json").document["obligations"]}
    assert found == {"function/sub/sub": [], "determinism/sub/sub": ["function/sub/sub"], "padding/sub": []}


def test_audit_of_a_new_table_of_which_nothing_is_claimed_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_table(Role.CONTINUATION, OUTPUT, +1)
    monkeypatch.setitem(AUDITS, "rv64im", RV64IM_AUDIT.with_chips((*CHIPS, free)))
    invocation = limpid("audit", "--chip", "free")
    assert invocation.status == FAILED
    assert "refuted: nothing is claimed of this chip by the kind function" in invocation.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--instruction", "lwuu"), "there is no instruction lwuu; is lwu or lw meant?"),
        (("--chip", "divid"), "there is no chip divid; is divide or divide_word meant?"),
    ],
)
def test_audit_of_a_name_with_a_typo_is_misuse_with_suggestions(options: tuple[str, str], message: str) -> None:
    invocation = limpid("audit", *options)
    assert invocation.status == MISUSED
    assert message in invocation.stderr
