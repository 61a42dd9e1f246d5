"""What extractors print beside the plain language: powers, quotients, outputs that are expressions, helpers."""

from __future__ import annotations

from itertools import product

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.obligation import Verdict
from proofs_of_constraints.picus.determinism import picus_obligations
from proofs_of_constraints.picus.program import read_condition, read_program
from proofs_of_constraints.picus.system import holds, system_of

PRIME = 97


def verdict(text: str, module: str = "M", **assumptions: str) -> Verdict:
    """Whether the inputs of a module determine its outputs."""
    program = read_program(f"(prime-number {PRIME})\n{text}")
    conditions = {name: read_condition(condition) for name, condition in assumptions.items()}
    found = {o.identity: o for o in picus_obligations(program, conditions)}
    return prove(found[f"determinism/{module}"], timeout_seconds=20).outcome.verdict


def solutions(text: str) -> set[tuple[int, ...]]:
    """All rows of the only module, cell by cell in the order of its variables, by trying every number."""
    program = read_program(f"(prime-number 7)\n{text}")
    system = system_of(program, program.modules["M"])
    names = system.variables()
    rows = (dict(zip(names, cells, strict=True)) for cells in product(range(7), repeat=len(names)))
    return {tuple(row.values()) for row in rows if all(holds(condition, row, 7) for condition in system.asserted)}


def test_power_is_a_product() -> None:
    power = "(begin-module M)(input x)(output y)(assert (= y (pow (+ x 1) 3)))(end-module)"
    assert solutions(power) == {(x, (x + 1) ** 3 % 7) for x in range(7)}
    assert solutions(power.replace(" 3)", " 0)")) == {(x, 1) for x in range(7)}
    assert verdict(power) is Verdict.PROVEN
    assert verdict(power.replace("3", "0")) is Verdict.PROVEN
    assert verdict(power.replace("(= y (pow (+ x 1) 3))", "(= x (pow y 2))")) is Verdict.REFUTED


def test_quotient_by_a_constant_is_a_product_with_its_inverse() -> None:
    halved = "(begin-module M)(input x)(output y)(assert (= y (/ x 2)))(end-module)"
    assert solutions(halved) == {(2 * y % 7, y) for y in range(7)}
    assert verdict(halved) is Verdict.PROVEN


QUOTIENT = "(begin-module M)(input a)(input b)(output q)(assert (= q (/ a b)))(end-module)"


def test_quotient_times_divisor_is_the_dividend() -> None:
    assert solutions(QUOTIENT) == {(q * b % 7, b, q, q) for b in range(7) for q in range(7)}


def test_quotient_is_determined_where_the_divisor_is_not_zero() -> None:
    assert verdict(QUOTIENT) is Verdict.REFUTED
    assert verdict(QUOTIENT, divisor="(!= b 0)") is Verdict.PROVEN
    assert verdict(QUOTIENT, scaled="(!= 0 (* 3 b))") is Verdict.PROVEN
    assert verdict(QUOTIENT.replace("(end", "(assert (= (* b inverse) 5))(end")) is Verdict.PROVEN
    assert verdict(QUOTIENT.replace("(end", "(assert (= (* b inverse) 0))(end")) is Verdict.REFUTED


def test_quotient_in_an_assumption_is_read_as_one_in_the_file() -> None:
    assert verdict(QUOTIENT, ratio="(= (/ a b) 5)") is Verdict.PROVEN


HELPER = "(begin-module Hash)(input x)(output y)(assume-deterministic y)(end-module)"


def _calling(outputs: str, inputs: str = "[a]") -> str:
    return f"(begin-module M)(input a)(output b)(output c)(call {outputs} Hash {inputs})(assert (= c 1))(end-module)"


def test_helper_without_constraints_determines_what_it_is_assumed_to() -> None:
    assert verdict(HELPER + _calling("[b]")) is Verdict.PROVEN
    assert verdict(HELPER.replace("(assume-deterministic y)", "") + _calling("[b]")) is Verdict.REFUTED
    assert verdict(HELPER.replace("(assume-deterministic y)", "(assume (det y))") + _calling("[b]")) is Verdict.PROVEN
    assert verdict(HELPER + _calling("[b]", "[(+ a free)]")) is Verdict.REFUTED


def test_helper_that_demands_determined_inputs_is_relied_on_where_they_are() -> None:
    demanding = HELPER.replace("(output y)", "(output y)(assume (det x))")
    assert verdict(demanding + _calling("[b]")) is Verdict.PROVEN
    assert verdict(demanding + _calling("[b]", "[free]")) is Verdict.REFUTED


@pytest.mark.parametrize(("output", "expected"), [("(+ b c)", Verdict.PROVEN), ("(+ b free)", Verdict.REFUTED)])
def test_expression_as_output_is_determined_as_a_whole(output: str, expected: Verdict) -> None:
    assert verdict(HELPER + _calling(f"[{output}]")) is expected


def test_output_that_is_a_sum_of_inner_inputs_determines_no_part_of_it() -> None:
    inner = "(begin-module Inner)(input x)(input z)(call [x] Hash [z])(end-module)"
    outer = "(begin-module M)(input a)(output b)(output c)(call [] Inner [(+ b c) a])(end-module)"
    assert verdict(HELPER + inner + outer) is Verdict.REFUTED
    assert verdict(HELPER + inner + outer.replace("(end", "(assert (= c 1))(end")) is Verdict.PROVEN
