"""Names of functions as their authors wrote them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.guest_build.build import EXAMPLES, build
from limpid.guest_build.rust import rust_is_available
from limpid.guest_build.toolchain import DEFAULT_COMPILER
from limpid.reading.symbols import TOOLS, demangled
from reference.executor.profiling import profile
from reference.loader import load
from spec.program import Symbol
from tests.limpid.commands.invocation import limpid

PANIC = "_RNvNtCs2DxGA1hvVcO_4core9panicking9panic_fmt"


@pytest.fixture
def _tool() -> None:
    if not any(map(shutil.which, TOOLS)):
        pytest.skip(f"needs one of {', '.join(TOOLS)}")


@pytest.mark.usefixtures("_tool")
def test_names_of_rust_and_of_cpp_are_as_they_were_written() -> None:
    names = ["main", PANIC, "_Znwm", "_ZN5tableplEi", "_Zebra crossing"]
    assert demangled(names) == [
        "main",
        "core::panicking::panic_fmt",
        "operator new(unsigned long)",
        "table::operator+(int)",
        "_Zebra crossing",
    ]


@pytest.mark.usefixtures("_tool")
def test_names_with_line_breaks_change_none() -> None:
    assert demangled([PANIC, "a\nb"]) == [PANIC, "a\nb"]


def test_names_stay_where_no_tool_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limpid.reading.symbols.shutil.which", lambda _: None)
    assert demangled([PANIC]) == [PANIC]


def test_function_is_told_from_the_place_in_it_whatever_its_name_holds() -> None:
    program = load(EXAMPLES / "elf" / "fibonacci.elf")
    named = replace(program, symbols=(Symbol(program.entry, 8, "table::operator+(int)"),))
    counted = replace(profile(program), program=named)
    assert counted.function_name(program.entry + 4) == "table::operator+(int)"
    assert counted.function_name(program.entry + 8) == f"{program.entry + 8:#x}"


@pytest.mark.usefixtures("_tool")
def test_profile_and_chain_of_calls_of_a_rust_guest_are_readable(tmp_path: Path) -> None:
    if shutil.which(DEFAULT_COMPILER) is None or not rust_is_available():
        pytest.skip("needs rustc with its library source")
    source, elf = tmp_path / "main.rs", tmp_path / "main.elf"
    source.write_text(
        "#![no_std]\n#![no_main]\nlimpid_guest::entry!(run);\n"
        "#[inline(never)]\nfn third(input: &[u8]) -> i32 { input[3] as i32 }\n"
        "fn run() -> i32 { third(limpid_guest::read_input()) }\n"
    )
    build([source], elf)
    told = limpid("run", elf).stderr
    assert "in core::panicking::panic_bounds_check" in told
    assert "_RNv" not in told
    assert limpid("run", elf, "--input-hex", "00000000", "--profile", tmp_path / "profile").status == 0
    for name in ("report.txt", "flame_graph.html"):
        text = (tmp_path / "profile" / name).read_text()
        assert "main::third" in text
        assert "_RNv" not in text


@pytest.mark.usefixtures("_tool")
def test_trap_and_misaligned_accesses_in_cpp_name_the_function_as_it_was_written(tmp_path: Path) -> None:
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"needs {DEFAULT_COMPILER}")
    source, elf = tmp_path / "main.cpp", tmp_path / "main.elf"
    source.write_text(
        "extern char bytes[16];\nchar bytes[16] __attribute__((aligned(8)));\nstruct Table {\n"
        "__attribute__((noinline)) int odd(char *at) { return *(volatile int *)at; }\n"
        "__attribute__((noinline)) int fall() { return *(volatile int *)8; }\n};\n"
        "int main(int count, char **) {\n"
        "Table table; return table.odd(bytes + count) + (count > 1 ? 0 : table.fall()); }\n"
    )
    build([source], elf)
    told = limpid("run", elf).stderr
    assert "(Table::fall()" in told
    assert "_ZN" not in told
    source.write_text(source.read_text().replace("count > 1", "count == 1"))
    build([source], elf)
    misaligned = [line for line in limpid("run", elf).stdout.splitlines() if line.startswith("misaligned")]
    assert ["(Table::odd(char*)" in line for line in misaligned] == [True]
