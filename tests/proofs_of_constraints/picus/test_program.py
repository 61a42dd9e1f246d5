"""Reading Picus files: what they say, and where they say nothing."""

from __future__ import annotations

import time

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.obligation import Verdict
from proofs_of_constraints.picus.determinism import picus_obligations
from proofs_of_constraints.picus.program import (
    MAXIMUM_CALL_DEPTH,
    Call,
    Comparison,
    Name,
    Number,
    Operation,
    read_condition,
    read_program,
)
from proofs_of_constraints.picus.syntax import MAXIMUM_DEPTH, MAXIMUM_WORDS, PicusError, Place

TWO_MODULES = """; a comment
(prime-number 97)
(begin-module Double)
  (input x) (output y)
  (assume (< x 10))
  (assert (= y (* 2 x)))
  (post-condition (<= y 18))
(end-module)
(begin-module Main)
  (input a) (output b)
  (call [t, b] Pair [(+ a 1)])
(end-module)
(begin-module Pair)
  (input p) (output q) (output r)
(end-module)
"""


def test_program_is_read_in_the_order_of_the_file() -> None:
    program = read_program(TWO_MODULES)
    assert program.prime == 97
    assert list(program.modules) == ["Double", "Main", "Pair"]
    double, main = program.modules["Double"], program.modules["Main"]
    assert (double.inputs, double.outputs) == (["x"], ["y"])
    assert double.assumed == [Comparison("<", Name("x"), Number(10))]
    assert double.asserted == [Comparison("=", Name("y"), Operation("*", (Number(2), Name("x"))))]
    assert double.promised == [Comparison("<=", Name("y"), Number(18))]
    inputs = (Operation("+", (Name("a"), Number(1))),)
    assert main.calls == [Call((Name("t"), Name("b")), "Pair", inputs, Place(11, 3))]


def _module(statement: str) -> str:
    return f"(prime-number 97)\n(begin-module m)\n  {statement}\n(end-module)\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: there is nothing"),
        ("(begin-module m)", "line 1, column 1: the file does not begin with (prime-number p)"),
        ("(prime-number 91)", "line 1, column 1: 91 is no prime number"),
        ("(prime-number p q)", "line 1, column 1: the prime is expected here, and nothing else"),
        ("(prime-number 97)\n  (input x)", "line 2, column 3: input stands outside of a module"),
        ("(prime-number 97)\n(begin-module m)", "line 2, column 1: module m is not ended"),
        ("(prime-number 97)\n(begin-module m)\n(begin-module n)", "line 3, column 1: module m is not ended"),
        (_module("") + "(begin-module m)(end-module)", "line 5, column 1: module m stands twice"),
        ("(prime-number " + "7" * 1001 + ")", "line 1, column 1: a number has 1001 digits, more than 1000"),
        (_module("(assert (= x " + "9" * 5000 + "))"), "line 3, column 16: a number has 5000 digits, more than 1000"),
        ("x " * (MAXIMUM_WORDS + 1), "line 1, column 262145: the file has more than 131,072 words and parentheses"),
        ("(prime-number 97", "line 1, column 1: ( is never closed"),
        ("(prime-number 97))", "line 1, column 18: ) closes nothing"),
        ("(prime-number 97]", "line 1, column 17: ] closes the ( of line 1, column 1"),
        ("(prime-number 97)\n\nassert", "line 3, column 1: assert stands outside of parentheses"),
        (_module("[input x]"), "line 3, column 3: a list that begins with a word is expected here"),
        (_module("(input 7)"), "line 3, column 3: 7 is no variable"),
        (_module("(input x) (output x)"), "line 3, column 13: x is declared twice"),
        (_module("(lookup [x] [t])"), "line 3, column 3: lookup is not understood"),
        (_module("(assert (= x 1) (= y 1))"), "line 3, column 3: assert has 2 conditions, not one"),
        (_module("(assert x)"), "line 3, column 11: x is no condition"),
        (_module("(assert (+ x 1))"), "line 3, column 11: + is no condition"),
        (_module("(assert (= (mod x 2) 1))"), "line 3, column 14: mod is no operation on numbers"),
        (_module("(assert (= x))"), "line 3, column 11: = has 1 arguments"),
        (_module("(assert (= (- x y z) 0))"), "line 3, column 14: - has 3 arguments"),
        (_module("(assert (=> (= x 1)))"), "line 3, column 11: => has 1 arguments"),
        (_module("(assert (! (det x)))"), "line 3, column 3: det may only be assumed"),
        (_module("(call m [x])"), "line 3, column 3: a call has outputs in brackets, a module and inputs in brackets"),
        (_module("(call x m y)"), "line 3, column 3: a call has outputs in brackets, a module and inputs in brackets"),
        (_module("(assert (= (pow x y) 1))"), "line 3, column 14: the exponent of pow is no number from 0 to 64"),
        (_module("(assert (= (pow x 65) 1))"), "line 3, column 14: the exponent of pow is no number from 0 to 64"),
        (_module("(assert (= (/ x) 1))"), "line 3, column 14: / has 1 arguments"),
        (_module("(assume-deterministic (+ x 1))"), "line 3, column 3: a variable is expected here, and nothing else"),
        (_module("(call [] n [])"), "line 3, column 3: there is no module n"),
        (_module("(call [] m [])"), "line 3, column 3: module m calls itself"),
        (_module("(call [] m [x])"), "line 3, column 3: module m has 0 outputs and 0 inputs"),
    ],
)
def test_malformed_file_is_rejected_with_its_place(text: str, message: str) -> None:
    with pytest.raises(PicusError) as caught:
        read_program(text)
    assert str(caught.value) == message


def test_modules_that_call_one_another_in_a_circle_are_rejected() -> None:
    text = "(prime-number 97)(begin-module a)(call [] b [])(end-module)(begin-module b)(call [] a [])(end-module)"
    with pytest.raises(PicusError, match="calls itself"):
        read_program(text)


def _chain(modules: int, calls: str) -> list[str]:
    """Modules each of which calls the next."""
    called = [
        f"(begin-module m{number}) (input x) (output y) {calls.replace('NEXT', f'm{number + 1}')} (end-module)\n"
        for number in range(modules)
    ]
    return [*called, f"(begin-module m{modules}) (input x) (output y) (assert (= x y)) (end-module)\n"]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_calls_nested_too_deep_are_rejected_in_any_order_of_modules(is_reversed: bool) -> None:
    for depth, is_read in ((MAXIMUM_CALL_DEPTH, True), (MAXIMUM_CALL_DEPTH + 1, False), (2000, False)):
        modules = _chain(depth, "(call [y] NEXT [x])")
        text = "(prime-number 97)" + "".join(reversed(modules) if is_reversed else modules)
        if is_read:
            picus_obligations(read_program(text), {})
        else:
            with pytest.raises(PicusError, match=f"calls are nested deeper than {MAXIMUM_CALL_DEPTH}"):
                read_program(text)


@pytest.mark.parametrize(
    "modules",
    [
        _chain(60, "(call [y] NEXT [x]) (call [t] NEXT [x])"),
        _chain(60, "(call [y] NEXT [(+ x x)])"),
        [*_chain(0, ""), f"(begin-module p) (assert (= x {'(pow ' * 200}x{' 64)' * 200})) (end-module)"],
        [*_chain(0, ""), f"(begin-module p) (assume (= x {'(pow ' * 200}x{' 64)' * 200})) (end-module)"],
        [*_chain(0, ""), f"(begin-module p) (call [x] m0 [{'(pow ' * 200}x{' 64)' * 200}]) (end-module)"],
    ],
    ids=["calls", "inputs", "powers", "assumed powers", "powers as inputs"],
)
def test_short_file_that_stands_for_an_endless_one_is_rejected_soon(modules: list[str]) -> None:
    program, began = read_program("(prime-number 97)" + "".join(modules)), time.process_time()
    with pytest.raises(PicusError, match="with calls and powers written out, there are more than 131,072 variables"):
        picus_obligations(program, {})
    assert time.process_time() - began < 60


def _nested(depth: int) -> str:
    return f"(begin-module m)(input x)(output y)(assert (= y {'(+ x ' * depth}x{')' * depth}))(end-module)"


def test_deepest_nesting_is_proven_and_a_deeper_one_rejected() -> None:
    around = 2
    program = read_program(f"(prime-number 97){_nested(MAXIMUM_DEPTH - around)}")
    caller = "(begin-module c)(input x)(output y)(call [y] m [x])(end-module)"
    called = read_program(f"(prime-number 97){_nested(MAXIMUM_DEPTH - around)}{caller}")
    for deep in (program, called):
        assert {prove(o).outcome.verdict for o in picus_obligations(deep, {})} == {Verdict.PROVEN}
    with pytest.raises(PicusError, match=f"lists are nested deeper than {MAXIMUM_DEPTH}"):
        read_program(f"(prime-number 97){_nested(MAXIMUM_DEPTH - around + 1)}")


def test_two_conditions_where_one_is_expected_are_rejected() -> None:
    with pytest.raises(PicusError, match="2 conditions stand where one is expected"):
        read_condition("(= x 1) (= y 1)")
