"""Traces of the call of advice: the host is free, the range is not, and segments repeat what was answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from reference.checker import Imbalance, check_run, check_trace
from reference.executor import Machine, execute
from reference.segments.codec import PlanEncodingError, decode_segment_plan, encode_segment_plan
from reference.tables import Trace
from reference.trace.build import build_segment, build_trace
from reference.trace.errors import PlanError
from reference.trace.limits import NO_LIMITS, SegmentLimits
from reference.trace.plan import RunPlan, SegmentPlan
from reference.trace.segmentation import plan_run
from spec.isa.advice import AdviceKind, HonestHost, Host
from spec.isa.calls import ADVICE
from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.program import Program
from tests.changed_traces import table_of, with_table
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import add_call, store
from tests.reference.call_run import from_address
from tests.reference.mutation import lookup_indices, unnoticed_changes
from tests.spec.isa.test_multiply_add_modulo import SECP256K1, doublewords

A0 = CALL_ARGUMENT_REGISTER
NUMBER = 0x1234_5678_9ABC_DEF0_1234
CUT = SegmentLimits(clock=200, memory_rows=20)
"""Room for few instructions: the answers stand in other segments than what they depend on."""


def ask(assembly: Assembly, kind: int, place: int = 0, *, again: bool = False) -> None:
    """Asks the host; the pointers stand in a1 and a2, if they have been put there."""
    assembly.constant(A0, kind)
    if not again:
        assembly.constant(A0 + 1, SCRATCH.start)
        assembly.constant(A0 + 2, SCRATCH.start + 32)
        assembly.constant(A0 + 3, place)
    add_call(assembly, ADVICE, [])


def advice_program() -> Program:
    """Asks for words of an inverse and for random ones, long after its operands were stored; exits with the last."""
    assembly = Assembly()
    store(assembly, from_address(SCRATCH.start, doublewords(NUMBER, 4) + doublewords(SECP256K1, 4)))
    ask(assembly, AdviceKind.INVERSE_256, 2)
    for _ in range(60):
        assembly.add("addi", 6, 6, immediate=1)
    ask(assembly, AdviceKind.INVERSE_256, again=True)
    assembly.add("addi", 7, A0)
    ask(assembly, AdviceKind.RANDOM)
    ask(assembly, AdviceKind.RANDOM)
    assembly.add("addi", 17, immediate=93)
    assembly.add("ecall")
    return assembly.program()


def planned(
    program: Program, limits: SegmentLimits = CUT, host: type[HonestHost] | partial[HonestHost] = HonestHost
) -> tuple[RunPlan, list[SegmentPlan]]:
    """The run of a program, and its segments."""
    plans: list[SegmentPlan] = []
    return plan_run(program, b"", limits, plans.append, new_host=host), plans


def _expected(seed: bytes = b"") -> list[int]:
    word = pow(NUMBER, -1, SECP256K1) >> 128 & 2**64 - 1
    host = HonestHost(seed)
    drawn = [host(AdviceKind.RANDOM, (0, 0, 0), lambda _: None) for _ in range(2)]
    return [word, word, *drawn]


def test_answers_reach_the_register_and_nothing_else() -> None:
    execution = execute(advice_program())
    assert (execution.registers[7], execution.exit_code) == (_expected()[1], _expected()[3])
    assert sum(execution.calls.values()) == 4


def test_looking_at_operands_does_not_touch_them() -> None:
    assembly = Assembly()
    ask(assembly, AdviceKind.INVERSE_256)
    assembly.exit()
    memory = Machine(assembly.program())
    memory.run()
    assert SCRATCH.start // 8 not in memory.memory.doublewords


def test_segments_have_the_answers_of_the_run_and_check_clean() -> None:
    run, plans = planned(advice_program())
    assert [word for plan in plans for word in plan.advice] == _expected()
    later = next(plan for plan in plans[1:] if plan.advice)
    assert SCRATCH.start // 8 not in {cell.address for cell in later.cells}
    traces = [build_segment(advice_program(), run.segment(plan)) for plan in plans]
    assert [str(violation) for violation in check_run(traces)] == []


def test_other_seed_gives_other_random_words_and_a_valid_trace() -> None:
    run, (plan,) = planned(advice_program(), NO_LIMITS, partial(HonestHost, b"another"))
    assert plan.advice == tuple(_expected(b"another"))
    assert [str(violation) for violation in check_trace(build_segment(advice_program(), run.segment(plan)))] == []


def test_any_word_of_the_host_can_be_proven() -> None:
    def new_host() -> Host:
        return lambda kind, arguments, read: 2**64 - 1 - kind

    plans: list[SegmentPlan] = []
    run = plan_run(advice_program(), b"", NO_LIMITS, plans.append, new_host=new_host)
    assert run.end.exit_code == 2**64 - 1
    assert [str(violation) for violation in check_trace(build_segment(advice_program(), run.segment(plans[0])))] == []


@pytest.mark.parametrize(
    ("advice", "message"),
    [
        (lambda words: words[:-1], "segment 0 takes more advice than planned"),
        (lambda words: (*words, 0), "segment 0 takes less advice than planned"),
        (lambda words: (*words[:-1], words[-1] ^ 1), "segment 0 does not touch memory as planned"),
    ],
    ids=["fewer", "more", "other"],
)
def test_plan_with_other_advice_is_refused(advice: Callable[[tuple[int, ...]], tuple[int, ...]], message: str) -> None:
    run, (plan,) = planned(advice_program(), NO_LIMITS)
    with pytest.raises(PlanError, match=message):
        build_segment(advice_program(), run.segment(replace(plan, advice=advice(plan.advice))))


def test_plan_with_advice_comes_back_from_its_bytes() -> None:
    _, (plan,) = planned(advice_program(), NO_LIMITS)
    encoded = encode_segment_plan(plan)
    assert len(plan.advice) == 4
    assert decode_segment_plan(encoded) == plan
    with pytest.raises(PlanEncodingError, match="the plan ends before byte"):
        decode_segment_plan(encoded[:-8])


def _exiting_with_advice() -> Trace:
    assembly = Assembly()
    add_call(assembly, ADVICE, [])
    assembly.add("addi", 17, immediate=93)
    assembly.add("ecall")
    return build_trace(assembly.program())


def test_row_has_no_free_cell() -> None:
    trace = _exiting_with_advice()
    assert unnoticed_changes(table_of(trace, "advice"), [0], trace.public_values, lookup_indices(trace)) == []


def test_word_with_a_limb_above_16_bits_is_refused_by_its_range_alone() -> None:
    """The same lie everywhere: by the row, by who reads the register, by memory, in public."""
    trace = _exiting_with_advice()
    honest = table_of(trace, "advice")
    word = honest.main[0, [honest.chip.column_index(f"word_{i}") for i in range(4)]].tolist()
    for name, prefix in (("advice", "word"), ("halt", "exit_code"), ("boundary", "value_out"), ("memory", "final")):
        table = table_of(trace, name)
        main = table.main.copy()
        columns = [table.chip.column_index(f"{prefix}_{i}") for i in range(4)]
        (row,) = (i for i, cells in enumerate(main[:, columns].tolist()) if cells == word)
        main[row, columns[0]] += 2**16
        trace = with_table(trace, replace(table, main=main))
    exit_code = {"exit_code_0": word[0] + 2**16}
    found = check_trace(replace(trace, public_values=trace.public_values | exit_code))
    assert {violation.bus for violation in found if isinstance(violation, Imbalance)} == {"range"}
    asked = [str(violation) for violation in found if "word_" in str(violation)]
    assert len(asked) == 1
    assert f"(value={word[0] + 2**16}, width=16)" in asked[0]
    assert "advice[0] row 0 word_0_is_16_bits" in asked[0]
