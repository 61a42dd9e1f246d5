"""Inputs determine outputs, or two rows show that they do not."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import product

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.obligation import Kind, Outcome, Verdict
from proofs_of_constraints.picus.determinism import COPIES, UnusedAssumptionError, picus_obligations
from proofs_of_constraints.picus.program import read_condition, read_program
from proofs_of_constraints.picus.system import holds, system_of

KOALA_BEAR = 2**31 - 2**24 + 1
BN254 = 21888242871839275222246405745257275088548364400416034343698204186575808495617


def outcomes(text: str, prime: int = KOALA_BEAR, seconds: float = 30, **assumptions: str) -> dict[str, Outcome]:
    """By kind and module."""
    program = read_program(f"(prime-number {prime})\n{text}")
    conditions = {name: read_condition(condition) for name, condition in assumptions.items()}
    results = [prove(o, timeout_seconds=seconds) for o in picus_obligations(program, conditions)]
    return {f"{result.kind.value} {result.chip}": result.outcome for result in results}


def verdicts(text: str, prime: int = KOALA_BEAR, seconds: float = 30, **assumptions: str) -> dict[str, Verdict]:
    return {name: outcome.verdict for name, outcome in outcomes(text, prime, seconds, **assumptions).items()}


ADDER = """(begin-module Add)
(input a_0) (input a_1) (input b_0) (input b_1) (output sum_0) (output sum_1)
(assert (= (* carry_0 (- carry_0 1)) 0))
(assert (= (* carry_1 (- carry_1 1)) 0))
(assert (= (+ a_0 b_0) (+ sum_0 (* 65536 carry_0))))
(assert (= (+ a_1 b_1 carry_0) (+ sum_1 (* 65536 carry_1))))
(assert (<= sum_0 65535))
(assert (< sum_1 65536))
(end-module)
"""

IS_ZERO = """(begin-module IsZero)
(input x) (output z)
(assert (= (* x inverse) (- 1 z)))
(assert (= (* x z) 0))
(end-module)
"""

TRIVIAL = "(begin-module Same)(input x)(output y)(assert (= t t))(assert (= y (+ x 0)))(end-module)"

BYTES = [
    *(f"(input {name}_{i})" for name in "ab" for i in range(2)),
    *(f"(output c_{i})" for i in range(4)),
    *(f"(assume (<= {name}_{i} 255))" for name in "ab" for i in range(2)),
    *(f"(assert (<= c_{i} 255)) (assert (< carry_{i} 1024))" for i in range(4)),
    "(assert (= (* a_0 b_0) (+ c_0 (* 256 carry_0))))",
    "(assert (= (+ (* a_0 b_1) (* a_1 b_0) carry_0) (+ c_1 (* 256 carry_1))))",
    "(assert (= (+ (* a_1 b_1) carry_1) (+ c_2 (* 256 carry_2))))",
    "(assert (= carry_2 (+ c_3 (* 256 carry_3))))",
]
MULTIPLIER = "\n".join(["(begin-module Multiply)", *BYTES, "(end-module)"])


@pytest.mark.parametrize(
    ("text", "prime"),
    [(TRIVIAL, KOALA_BEAR), (ADDER, KOALA_BEAR), (IS_ZERO, KOALA_BEAR), (IS_ZERO, BN254), (MULTIPLIER, KOALA_BEAR)],
)
def test_deterministic_module_is_proven(text: str, prime: int) -> None:
    assert set(verdicts(text, prime).values()) == {Verdict.PROVEN}


@pytest.mark.parametrize(
    ("text", "missing", "module", "output"),
    [
        (ADDER, "(assert (< sum_1 65536))", "Add", "sum_1"),
        (ADDER, "(assert (= (* carry_0 (- carry_0 1)) 0))", "Add", "sum_1"),
        (IS_ZERO, "(assert (= (* x z) 0))", "IsZero", "z"),
        (MULTIPLIER, "(assert (<= c_2 255)) ", "Multiply", "c_2"),
    ],
)
def test_module_without_an_assertion_has_two_rows(text: str, missing: str, module: str, output: str) -> None:
    broken = text.replace(missing, "")
    assert broken != text
    outcome = outcomes(broken)[f"determinism {module}"]
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.counterexample is not None
    assert any(f"output {output} may be" in line for line in outcome.counterexample.failed)
    _require_two_rows(broken, module, outcome.counterexample.columns)


def _require_two_rows(text: str, module: str, columns: Mapping[str, int]) -> None:
    """Both rows satisfy what the module asserts, evaluated modulo the prime."""
    program = read_program(f"(prime-number {KOALA_BEAR})\n{text}")
    system = system_of(program, program.modules[module])
    for copy in COPIES:
        row = {name: columns.get(name, columns.get(f"{name} {copy}", -1)) for name in system.variables()}
        assert all(0 <= value < KOALA_BEAR for value in row.values())
        assert all(holds(condition, row, KOALA_BEAR) for condition in system.asserted)


MODULAR_PRODUCT = """(begin-module Product)
(input a_0) (input a_1) (input b_0) (input b_1) (output low) (output high)
(assume (&& (< a_0 65536) (< a_1 32768) (< b_0 65536) (< b_1 32768)))
(assert (= (* (+ a_0 (* 65536 a_1)) (+ b_0 (* 65536 b_1))) (+ low (* 65536 high))))
(assert (< low 65536))
(assert (< high 32768))
(assert (! (&& (= low 65535) (= high 32767))))
(end-module)
"""


def test_product_modulo_a_prime_is_deterministic_once_it_is_canonical() -> None:
    mersenne = 2**31 - 1
    assert set(verdicts(MODULAR_PRODUCT, mersenne).values()) == {Verdict.PROVEN}
    either = MODULAR_PRODUCT.replace("(assert (! (&& (= low 65535) (= high 32767))))\n", "")
    found = outcomes(either, mersenne)["determinism Product"]
    assert found.verdict is Verdict.REFUTED
    assert found.counterexample is not None
    columns = found.counterexample.columns
    assert {(columns[f"low {copy}"], columns[f"high {copy}"]) for copy in COPIES} == {(0, 0), (65535, 32767)}


SPLIT = """(begin-module Split)
(input word) (output low) (output high)
(assert (= word (+ low (* 65536 high))))
(end-module)
"""


def test_ranges_that_buses_ensure_are_named_assumptions() -> None:
    both = "(&& (<= low 65535) (<= high 16383))"
    assert verdicts(SPLIT)["determinism Split"] is Verdict.REFUTED
    assert verdicts(SPLIT, low="(<= low 65535)")["determinism Split"] is Verdict.REFUTED
    assert verdicts(SPLIT, limbs=both)["determinism Split"] is Verdict.PROVEN
    # 2^31 exceeds the prime: a high half of 16 bits leaves two ways to split small words.
    too_wide = outcomes(SPLIT, limbs="(&& (<= low 65535) (<= high 65535))")["determinism Split"]
    assert too_wide.verdict is Verdict.REFUTED


def test_assumptions_stand_in_the_obligations_that_they_fit() -> None:
    program = read_program(f"(prime-number 97)\n{SPLIT}{IS_ZERO}")
    found = picus_obligations(program, {"low": read_condition("(< low 5)"), "bit": read_condition("(< z 2)")})
    assert {(o.chip, o.assumptions) for o in found} == {("Split", ("low",)), ("IsZero", ("bit",))}


def test_assumption_about_no_variable_of_any_module_is_refused() -> None:
    program = read_program(f"(prime-number 97)\n{SPLIT}")
    with pytest.raises(UnusedAssumptionError, match="no module has all variables of the assumption byte"):
        picus_obligations(program, {"byte": read_condition("(< bite 5)")})


def test_module_that_contradicts_itself_is_vacuous() -> None:
    text = "(begin-module m)(input x)(output y)(assert (= y 1))(assert (= (* 2 y) 3))(end-module)"
    found = verdicts(text)
    assert found["not vacuous m"] is Verdict.REFUTED


CALLER = """(begin-module Caller)
(input x) (input y) (output both)
(call [p] IsZero [(- x y)])
(call [q] IsZero [x])
(assert (= both (* p q)))
(end-module)
"""


def test_call_of_a_deterministic_module_is_deterministic() -> None:
    assert set(verdicts(CALLER + IS_ZERO).values()) == {Verdict.PROVEN}


def test_call_of_another_module_is_shown_with_its_inner_variables() -> None:
    broken = IS_ZERO.replace("(assert (= (* x z) 0))", "")
    outcome = outcomes(CALLER + broken)["determinism Caller"]
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.counterexample is not None
    assert "IsZero#1.inverse first" in outcome.counterexample.columns
    _require_two_rows(CALLER + broken, "Caller", outcome.counterexample.columns)


HALVE = """(begin-module Halve)
(input x) (output half) (assume (< x 256))
(assert (= x (+ bit (* 2 half)))) (assert (= (* bit (- bit 1)) 0)) (assert (< half 128))
(end-module)
"""


def test_call_whose_assumption_is_not_ensured_is_proven_from_what_is_written_out() -> None:
    caller = "(begin-module C)(input x)(output h)(call [h] Halve [x])(end-module)\n"
    assert verdicts(caller + HALVE)["determinism C"] is Verdict.PROVEN


def test_call_outside_of_the_assumptions_is_no_shortcut() -> None:
    """The module is deterministic only where it is promised an input that the caller does not ensure."""
    only = "(begin-module Only)(input x)(output y)(assume (!= x 0))(assert (= (* x y) 0))(end-module)\n"
    caller = "(begin-module C)(input x)(output y)(call [y] Only [x])(end-module)\n"
    found = verdicts(caller + only)
    assert found["determinism Only"] is Verdict.PROVEN
    assert found["determinism C"] is Verdict.REFUTED
    ensured = caller.replace("(call", "(assert (> x 3))(call")
    assert verdicts(ensured + only)["determinism C"] is Verdict.PROVEN


def test_variable_that_is_assumed_to_be_determined_is() -> None:
    text = "(begin-module m)(output y)(assume (det t))(assert (= y (* t t)))(end-module)"
    assert verdicts(text)["determinism m"] is Verdict.PROVEN
    assert verdicts(text.replace("(assume (det t))", ""))["determinism m"] is Verdict.REFUTED


def test_post_condition_that_does_not_follow_is_refuted_with_a_row() -> None:
    text = "(begin-module m)(input x)(output y)(assume (< x 10))(assert (= y (* 2 x)))(post-condition (< y {}))"
    text += "(end-module)"
    assert verdicts(text.format(19))["function m"] is Verdict.PROVEN
    outcome = outcomes(text.format(18))["function m"]
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.counterexample is not None
    assert outcome.counterexample.columns == {"x": 9, "y": 18}


def _random_expression(source: random.Random, depth: int) -> str:
    if depth == 0 or source.random() < 0.3:
        return source.choice(["x", "y", "t", str(source.randrange(5))])
    return f"({source.choice('+-*')} {_random_expression(source, depth - 1)} {_random_expression(source, depth - 1)})"


def _random_condition(source: random.Random, depth: int) -> str:
    if depth and source.random() < 0.4:
        parts = [_random_condition(source, depth - 1) for _ in range(2)]
        return f"({source.choice(['&&', '||', '=>', '<=>'])} {' '.join(parts)})"
    operator = source.choice(["=", "=", "=", "!=", "<", "<=", ">", ">="])
    return f"({operator} {_random_expression(source, 2)} {_random_expression(source, 2)})"


RANDOM_MODULES = 60


def test_random_modules_over_a_small_field_have_the_verdicts_of_enumeration() -> None:
    undecided = 0
    for seed in range(RANDOM_MODULES):
        source = random.Random(seed)
        asserted = "".join(f"(assert {_random_condition(source, 1)})" for _ in range(source.randrange(1, 4)))
        text = f"(begin-module m)(input x)(output y){asserted}(end-module)"
        system = system_of(program := read_program(f"(prime-number 5)\n{text}"), program.modules["m"])
        rows = [
            row
            for numbers in product(range(5), repeat=3)
            if all(holds(condition, row := dict(zip("xyt", numbers, strict=True)), 5) for condition in system.asserted)
        ]
        outputs = {x: {row["y"] for row in rows if row["x"] == x} for x in range(5)}
        ambiguous = any(len(found) > 1 for found in outputs.values())
        expected = {
            "not vacuous m": Verdict.PROVEN if rows else Verdict.REFUTED,
            "determinism m": Verdict.REFUTED if ambiguous else Verdict.PROVEN,
        }
        for kind, verdict in verdicts(text, prime=5, seconds=2).items():
            assert verdict in (expected[kind], Verdict.UNKNOWN), (seed, text)
            undecided += verdict is Verdict.UNKNOWN
    assert undecided <= RANDOM_MODULES // 10


def test_verdict_kinds_are_those_of_the_audit() -> None:
    text = "(begin-module m)(input x)(end-module)"
    program = read_program(f"(prime-number 97)\n{text}")
    assert [o.kind for o in picus_obligations(program, {})] == [Kind.NOT_VACUOUS]
