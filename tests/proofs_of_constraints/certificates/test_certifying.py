"""An obligation's queries without a model get a refutation that the checker accepts, or are counted as having none."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs_of_constraints.audit import prove, selected
from proofs_of_constraints.certificates import certifying
from proofs_of_constraints.certificates.certifying import Certified, Certifying
from proofs_of_constraints.certificates.checker import CertificateError, check_refutation
from proofs_of_constraints.certificates.clauses import Clause, Formula
from proofs_of_constraints.obligations.obligation import Kind
from tests.limpid.commands.invocation import limpid

NO_MODEL = (
    "(declare-fun x () (_ BitVec 8)) (declare-fun y () (_ BitVec 8)) "
    "(assert (not (= (bvadd x y) (bvadd (bvxor x y) (bvshl (bvand x y) #x01))))) (check-sat)"
)


def read(path: Path) -> list[Clause]:
    lines = (line.split() for line in path.read_text().splitlines())
    return [tuple(int(word) for word in words[:-1]) for words in lines if words[0] != "p"]


def test_every_query_about_bit_vectors_has_a_certificate_in_the_folder(tmp_path: Path) -> None:
    (function,) = [o for o in selected(chip="xor") if o.kind is Kind.FUNCTION]
    result = prove(function, certificates_folder=tmp_path)
    assert result.certified is not None
    assert result.certified.certified > 0
    assert (result.certified.given_up, result.certified.wrong) == ((), ())
    pairs = sorted(tmp_path.glob("*.cnf"))
    assert len(pairs) == result.certified.certified
    assert {path.suffix for path in tmp_path.iterdir()} == {".cnf", ".drup"}
    for path in pairs:
        clauses = read(path)
        highest = max(abs(literal) for clause in clauses for literal in clause)
        check_refutation(Formula(highest, tuple(clauses)), read(path.with_suffix(".drup")))


def test_queries_without_a_certificate_are_counted(tmp_path: Path) -> None:
    reader = Certifying(tmp_path, "function/some")
    reader("about integers", "(declare-fun x () Int) (assert (= (* 2 x) 1))", "unsat")
    reader("with a model", NO_MODEL, "sat")
    reader("rewritten", "(declare-fun x () (_ BitVec 8)) (assert (not (= x x)))", "unsat")
    assert reader.outcome() == Certified(certified=0, rewritten=1, about_integers=1, given_up=(), wrong=())
    assert list(tmp_path.iterdir()) == []


def test_search_that_ends_early_gives_no_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certifying, "refutation", lambda formula: None)
    reader = Certifying(tmp_path, "function/some")
    reader("a sum", NO_MODEL, "unsat")
    assert reader.outcome().given_up == ("a sum",)


@pytest.mark.parametrize(
    ("derived", "said"), [([], "the empty clause is not derived"), ([()], "derived clause 0 does not follow")]
)
def test_refutation_that_is_none_is_no_certificate(
    derived: list[Clause], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifying, "refutation", lambda formula: derived)
    reader = Certifying(tmp_path, "function/some")
    reader("a sum", NO_MODEL, "unsat")
    assert reader.outcome().wrong == (f"a sum: {said}",)
    assert list(tmp_path.iterdir()) == []


def test_command_says_how_many_have_one(tmp_path: Path) -> None:
    run = limpid("audit", "--chip", "xor", "--kind", "function", "--certificates", tmp_path, "--json")
    assert run.status == 0
    counts = run.document["certificates"]
    assert counts["certified"] == len(list(tmp_path.glob("*.drup"))) > 0
    assert (counts["refused"], counts["given_up"]) == (0, 0)


def test_refused_certificate_fails_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise CertificateError("derived clause 7 does not follow")

    monkeypatch.setattr("proofs_of_constraints.certificates.checker.check_refutation", refuse)
    run = limpid("audit", "--chip", "xor", "--kind", "function", "--certificates", tmp_path)
    assert run.status == 1
    assert "derived clause 7 does not follow" in run.stdout
