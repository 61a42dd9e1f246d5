"""The committed ELFs are what the sources give, and what a strict loader accepts; numbers agree with the spec."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from limpid.guest_build.build import EXAMPLES, SDK, build, build_examples, example_sources
from spec.memory_map import DEFAULT_IMAGE_START, DOUBLEWORD_BYTES, HEAP, INPUT_REGION, OUTPUT_REGION, PAGE_BYTES, STACK

ELFS = sorted((EXAMPLES / "elf").glob("*.elf"))
PROGRAM = Path(__file__).parent / "programs" / "start.cpp"

# ELF header flags of a RISC-V object: compressed instructions, floating-point ABI, RV32E, TSO.
_FORBIDDEN_E_FLAGS = 0x1 | 0x6 | 0x8 | 0x10


def _assert_loadable(path: Path) -> None:
    """Asserts what the standards ask of a guest's ELF."""
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        assert (elf.elfclass, elf.little_endian, elf["e_machine"], elf["e_type"]) == (64, True, "EM_RISCV", "ET_EXEC")
        assert elf["e_flags"] & _FORBIDDEN_E_FLAGS == 0
        assert elf["e_entry"] == DEFAULT_IMAGE_START
        segments = [segment.header for segment in elf.iter_segments("PT_LOAD")]

    executable = [segment for segment in segments if segment["p_flags"] & P_FLAGS.PF_X]
    assert [segment["p_flags"] for segment in executable] == [P_FLAGS.PF_R | P_FLAGS.PF_X]
    assert executable[0]["p_vaddr"] == DEFAULT_IMAGE_START
    for segment in segments:
        assert segment["p_flags"] & P_FLAGS.PF_R
        assert segment["p_vaddr"] == segment["p_paddr"]
        assert segment["p_vaddr"] % PAGE_BYTES == segment["p_offset"] % PAGE_BYTES
        assert segment["p_filesz"] <= segment["p_memsz"]
        assert segment["p_memsz"] > 0
        assert segment["p_vaddr"] + segment["p_memsz"] <= HEAP.start
    pages = [
        page
        for segment in segments
        for page in range(segment["p_vaddr"] // PAGE_BYTES, -(-(segment["p_vaddr"] + segment["p_memsz"]) // PAGE_BYTES))
    ]
    assert len(pages) == len(set(pages)), "two segments share a page"


def _symbols(path: Path) -> dict[str, int]:
    with path.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


def test_committed_elfs_are_one_per_example() -> None:
    assert [path.stem for path in ELFS] == [source.stem for source in example_sources()]


def test_committed_elfs_rebuilt_are_byte_identical(compiler: str, tmp_path: Path) -> None:
    rebuilt = build_examples(tmp_path)
    assert [path.name for path in rebuilt] == [path.name for path in ELFS]
    different = [old.name for old, new in zip(ELFS, rebuilt, strict=True) if old.read_bytes() != new.read_bytes()]
    assert different == [], "not what the sources give with this compiler; the committed ones are from GCC 12.2.0"


@pytest.mark.parametrize("path", ELFS, ids=lambda path: path.stem)
def test_committed_elf_has_the_segments_of_a_guest(path: Path) -> None:
    _assert_loadable(path)


def test_elf_with_all_kinds_of_sections_separates_permissions(compiler: str, tmp_path: Path) -> None:
    source = tmp_path / "sections.c"
    source.write_text(
        "static const char text[] = {1, 2, 3, 4}; volatile int set = 1; volatile int cleared[5000];\n"
        "int main(void) { return text[set] + cleared[set]; }\n"
    )
    output = tmp_path / "sections.elf"
    build([source], output)
    _assert_loadable(output)
    with output.open("rb") as stream:
        flags = [segment["p_flags"] for segment in ELFFile(stream).iter_segments("PT_LOAD")]
    read = P_FLAGS.PF_R
    assert flags == [read | P_FLAGS.PF_X, read, read | P_FLAGS.PF_W]


def test_linker_script_with_lld_gives_loadable_segments(compiler: str, tmp_path: Path) -> None:
    lld = shutil.which("ld.lld")
    if lld is None:
        pytest.skip("ld.lld is not installed (Debian package lld)")
    # A directory of its own, or -B would also choose the host's assembler.
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ld.lld").symlink_to(lld)
    output = tmp_path / "start.elf"
    build([PROGRAM], output, extra_flags=["-fuse-ld=lld", f"-B{tools}", "-Wl,-z,norelro"])
    _assert_loadable(output)


def test_linker_script_symbols_equal_the_memory_map() -> None:
    symbols = _symbols(EXAMPLES / "elf" / "sort.elf")
    assert (symbols["_heap_start"], symbols["_heap_end"]) == (HEAP.start, HEAP.end)
    assert symbols["_start"] == DEFAULT_IMAGE_START


def test_runtime_header_equals_the_memory_map() -> None:
    text = (SDK / "runtime" / "memory_map.h").read_text()
    defined = {name: int(number, 0) for name, number in re.findall(r"#define (\w+) (0x[0-9A-F]+|\d+)$", text, re.M)}
    expected = {"DOUBLEWORD_BYTES": DOUBLEWORD_BYTES}
    intervals = {"HEAP": HEAP, "STACK": STACK, "INPUT": INPUT_REGION, "OUTPUT": OUTPUT_REGION}
    for name, interval in intervals.items():
        expected |= {f"{name}_START": interval.start, f"{name}_END": interval.end}
    assert defined == expected
