"""A refuted obligation takes with it what rests on it, directly or by way of others."""

from __future__ import annotations

import pytest

from proofs_of_constraints.audit import machine_obligation_list
from proofs_of_constraints.circuit_machine import CIRCUIT_AUDIT
from proofs_of_constraints.obligations.assumptions import ASSUMPTIONS, FUNCTION, STANDS_FOR
from proofs_of_constraints.obligations.obligation import Obligation, Outcome, Result, Verdict
from proofs_of_constraints.report.resting import resting, resting_text

EVERY = machine_obligation_list()


def results(*broken: str, verdict: Verdict = Verdict.REFUTED) -> list[Result]:
    """All obligations of the machine as if all were proven but these."""

    def result(o: Obligation) -> Result:
        outcome = Outcome(verdict if o.identity in broken else Verdict.PROVEN)
        return Result(o.identity, o.kind, o.chip, o.instruction, o.assumptions, outcome, 0.0, 0)

    assert set(broken) <= {o.identity for o in EVERY}
    return [result(obligation) for obligation in EVERY]


def test_every_assumption_says_what_stands_for_it_and_that_exists() -> None:
    assert STANDS_FOR.keys() == ASSUMPTIONS.keys() - {FUNCTION}
    both = (*EVERY, *machine_obligation_list(CIRCUIT_AUDIT))
    for kind, names in (stands for of_assumption in STANDS_FOR.values() for stands in of_assumption):
        found = {name for o in both if o.kind is kind for name in (o.chip, o.instruction)}
        assert found
        assert names <= found


def test_nothing_rests_where_everything_is_proven() -> None:
    assert resting(results()) == {}


@pytest.mark.parametrize("verdict", [Verdict.REFUTED, Verdict.UNKNOWN])
def test_determinism_rests_on_the_function_of_its_instruction(verdict: Verdict) -> None:
    found = resting(results("function/advice/ecall", verdict=verdict))
    assert "determinism/advice/ecall" not in found
    found = resting(results("function/sub/sub", verdict=verdict))
    assert "function/sub/sub" in found["determinism/sub/sub"]
    assert "padding/sub" not in found


@pytest.mark.parametrize(
    ("broken", "above", "beside"),
    [
        ("decode/lw", "function/load_word/lw", "padding/load_word"),
        ("function/range_table", "clock-order/add", "multiplicities/add"),
        ("machine/fractions of messages", "memory-argument/boundary", "machine/closed forms"),
        ("function/region_table", "complete/memory", "bus-discipline/memory"),
        ("machine/ends and bounds of a run", "function/boundary", "padding/boundary"),
        ("memory-argument/boundary", "function/ld/ld", "selected/ld"),
        ("function/sha256_first/round 3", "function/sha256_rest/round 20", "padding/sha256_rest"),
    ],
)
def test_obligation_rests_on_what_stands_for_its_assumptions(broken: str, above: str, beside: str) -> None:
    found = resting(results(broken))
    assert broken in found[above]
    assert beside not in found
    assert broken not in found


def test_obligation_rests_by_way_of_others() -> None:
    # The table's claims assume the regions; the memory argument of others is what addresses are initialised by.
    found = resting(results("function/region_table"))
    assert found["function/ld/ld"] == ("function/region_table",)


def test_several_roots_are_named_up_to_three() -> None:
    roots = tuple(f"function/chip_{i}/x" for i in range(5))
    assert resting_text(roots[:1]) == "rests on what is not proven: function/chip_0/x"
    assert resting_text(roots).endswith(f"{', '.join(roots[:3])} and 2 more")
