"""Functions that the compiler has written out stand in a profile like callees, where the guest was built with -g."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from limpid.guest_build.build import EXAMPLES, build
from limpid.guest_build.toolchain import DEFAULT_COMPILER
from limpid.profiling.inlined import InlinedFunctions
from limpid.profiling.pprof import pprof_file
from limpid.profiling.weights import WeighedCall, Weight, weighed_calls
from reference.cost import rows_by_pc
from reference.executor.profiling import profile
from reference.loader import load

SOURCE = """
#include <stdint.h>
#define ALWAYS static inline __attribute__((always_inline))
ALWAYS uint64_t step(uint64_t x) { return x * 6364136223846793005u + (x >> 3); }
ALWAYS uint64_t twist(uint64_t x) { for (int i = 0; i < 50; i++) x = step(x); return x; }
__attribute__((noinline)) uint64_t work(uint64_t n) { uint64_t s = 0; while (n--) s ^= twist(n); return s; }
int main(void) { return work(20) == 0; }
"""


@pytest.fixture
def elf(tmp_path: Path) -> Path:
    """A guest with a function written out in another, with debug information."""
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed")
    source, output = tmp_path / "guest.c", tmp_path / "guest.elf"
    source.write_text(SOURCE)
    build([source], output, extra_flags=["-g"])
    return output


def _named(call: WeighedCall, name: str) -> list[WeighedCall]:
    return [call] * (call.name == name) + [found for callee in call.callees for found in _named(callee, name)]


def test_inlined_function_stands_below_the_one_that_holds_it(elf: Path) -> None:
    counted = profile(load(elf))
    rows = rows_by_pc(counted)
    plain, calls = weighed_calls(counted, rows), weighed_calls(counted, rows, InlinedFunctions(elf.read_bytes()).at)
    (whole,), (work,) = _named(plain, "work"), _named(calls, "work")
    assert _named(plain, "twist") == []
    (twist,) = _named(work, "twist")
    assert _named(twist, "step") != []
    assert work.total == whole.total == whole.own
    assert work.own.plus(twist.total) == whole.own
    # Fifty rounds of several instructions in each of twenty calls.
    assert twist.total.instructions > 20 * 50 * 3


def test_guest_without_debug_information_has_none() -> None:
    found = InlinedFunctions((EXAMPLES / "elf" / "sort.elf").read_bytes())
    program = load(EXAMPLES / "elf" / "sort.elf")
    assert {found.at(pc) for pc, _ in program.code} == {()}


@pytest.mark.parametrize("kept", [0, 64, 5000, 9000])
def test_damaged_file_has_none_where_it_cannot_be_read(kept: int, elf: Path) -> None:
    content = elf.read_bytes()
    assert InlinedFunctions(content[:kept]).at(0x10000) == ()


def test_inlined_function_at_the_start_of_its_caller_is_told_from_it() -> None:
    inner = WeighedCall("inner", 0x100, Weight(3, 3), Weight(3, 3), ())
    outer = WeighedCall("outer", 0x100, Weight(2, 2), Weight(5, 5), (inner,))
    alone = WeighedCall("outer", 0x100, Weight(5, 5), Weight(5, 5), ())
    assert len(pprof_file(outer)) > len(pprof_file(alone))
