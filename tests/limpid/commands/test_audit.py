"""`limpid audit` from the outside."""

from pathlib import Path

from limpid.errors import DONE, MISUSED
from tests.limpid.commands.invocation import limpid


def test_audit_of_an_instruction_proves_everything_about_it() -> None:
    invocation = limpid("audit", "--instruction", "sub", "--json")
    assert invocation.status == DONE
    document = invocation.document
    assert document["proven"] is True
    assert {o["verdict"] for o in document["obligations"]} == {"proven"}
    assert {o["kind"] for o in document["obligations"]} >= {"function", "determinism", "complete", "decode"}
    assert set(document["assumptions"]) == {name for o in document["obligations"] for name in o["assumptions"]}


def test_audit_without_time_fails_with_unknown() -> None:
    invocation = limpid("audit", "--chip", "xor", "--timeout", "0.001", "--json")
    assert invocation.status == 1
    assert "unknown" in {o["verdict"] for o in invocation.document["obligations"]}


def test_audit_of_an_unknown_chip_is_misuse() -> None:
    invocation = limpid("audit", "--chip", "cpu")
    assert invocation.status == MISUSED
    assert "there is no chip cpu" in invocation.stderr


def test_audit_writes_page_and_queries(tmp_path: Path) -> None:
    page, queries = tmp_path / "audit.html", tmp_path / "queries"
    invocation = limpid("audit", "--chip", "halt", "--html", page, "--smt2", queries)
    assert invocation.status == DONE
    assert "everything proven" in invocation.stdout
    assert "<td class='proven'" in page.read_text()
    assert any(queries.iterdir())


def test_audit_of_mutants_reports_their_fates() -> None:
    invocation = limpid("audit", "--mutants", "--chip", "halt", "--json")
    assert invocation.status == DONE
    document = invocation.document
    assert document["as_reviewed"] is True
    assert {m["fate"] for m in document["mutants"]} == {"killed"}


def test_audit_of_mutants_of_an_instruction_is_misuse() -> None:
    assert limpid("audit", "--mutants", "--instruction", "add").status == MISUSED
