"""Source lines of addresses, from a guest's debug information."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from limpid.debugger.call_stack import call_stack
from limpid.debugger.source_lines import SourceLines
from limpid.guest_build.build import EXAMPLES, build
from limpid.guest_build.toolchain import DEFAULT_COMPILER
from limpid.runs.compiled_runs import execute
from reference.loader import load

SOURCE = """#include <stdint.h>
__attribute__((noinline)) int fall(int depth) {
  if (depth == 0) __builtin_trap();
  int below = fall(depth - 1);
  return below + depth;
}
int main(void) {
  return fall(3);
}
"""


@pytest.mark.parametrize("version", ["-gdwarf-4", "-gdwarf-5"])
def test_chain_of_a_recursion_has_a_line_for_each_call(version: str, tmp_path: Path) -> None:
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed")
    source, elf = tmp_path / "guest.c", tmp_path / "guest.elf"
    source.write_text(SOURCE)
    build([source], elf, extra_flags=["-O1", version])
    program = load(elf)
    end = execute(program)
    assert end.trap is not None
    frames = call_stack(program, elf.read_bytes(), b"", end.trap.pc, end.instructions)
    assert [frame.source for frame in frames][:5] == [
        "guest.c:3",
        "guest.c:4",
        "guest.c:4",
        "guest.c:4",
        "guest.c:8",
    ]
    assert [str(frame.symbol).partition("+")[0] for frame in frames][:5] == ["fall"] * 4 + ["main"]


def test_guest_without_debug_information_has_no_lines() -> None:
    program = load(EXAMPLES / "elf" / "sort.elf")
    lines = SourceLines((EXAMPLES / "elf" / "sort.elf").read_bytes())
    assert {lines.at(pc) for pc, _ in program.code} == {None}


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"no ELF file at all"])
def test_file_that_is_no_elf_has_no_lines(content: bytes) -> None:
    assert SourceLines(content).at(0x10000) is None
