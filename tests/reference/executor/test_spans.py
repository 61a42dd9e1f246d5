"""Spans are counted by name, with all that happens in them, and cost the run nothing but the calls."""

from __future__ import annotations

from reference.executor import execute
from reference.executor.profiling import profile
from reference.executor.spans import LONGEST_NAME_BYTES, Span, SpanCounter
from spec.memory_map import DOUBLEWORD_BYTES, INPUT_REGION
from spec.program import Program
from tests.reference.assembly import FUNCTIONS, program_of_calls

RA, A0, A1 = 1, 10, 11
TEXT = INPUT_REGION.start + DOUBLEWORD_BYTES
BEGIN, END = FUNCTIONS


def _program(*calls: tuple[int, int, int]) -> Program:
    return program_of_calls(("limpid_span_begin", "limpid_span_end"), calls)


def test_span_of_a_run_counts_from_begin_to_end() -> None:
    program = _program((BEGIN, TEXT, 2), (END, TEXT, 2))
    counted = profile(program, b"ab")
    # The begin's own return, the next call's arguments and jump; the begin's text is at the end of the input region.
    between = execute(program, b"ab").instructions - execute(_program((BEGIN, TEXT, 2)), b"ab").instructions
    assert counted.spans == (Span("ab", 1, between),)


def test_span_in_unmapped_memory_has_no_name_and_a_long_name_is_cut() -> None:
    names = {span.name for span in profile(_program((BEGIN, 0, 4), (BEGIN, INPUT_REGION.start, 2**64 - 1))).spans}
    assert names == {"", "\0" * LONGEST_NAME_BYTES}


def test_spans_nested_in_another_count_for_both() -> None:
    counter = SpanCounter()
    counter.begin("outer", 10)
    counter.begin("inner", 20)
    counter.end("inner", 25)
    counter.begin("inner", 30)
    counter.end("inner", 37)
    counter.end("outer", 50)
    assert counter.finish(60) == (Span("outer", 1, 40), Span("inner", 2, 12))


def test_span_inside_one_of_its_name_counts_once() -> None:
    counter = SpanCounter()
    for time in (0, 5):
        counter.begin("recursive", time)
    for time in (7, 9):
        counter.end("recursive", time)
    assert counter.finish(10) == (Span("recursive", 2, 9),)


def test_spans_that_are_not_ended_end_with_what_holds_them_and_with_the_run() -> None:
    counter = SpanCounter()
    counter.begin("outer", 0)
    counter.begin("forgotten", 1)
    counter.end("never begun", 2)
    counter.end("outer", 3)
    counter.begin("last", 4)
    assert counter.finish(9) == (Span("last", 1, 5), Span("outer", 1, 3), Span("forgotten", 1, 2))
