"""The build door: reproducible bytes, whole outputs, and errors that say what and where."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from limpid.guest_build import build as build_module
from limpid.guest_build.build import COMPILER_PACKAGE, DEFAULT_COMPILER, BuildError, build

SOURCE = "int main(void) { return 0; }\n"


@pytest.fixture
def compiler() -> str:
    """The cross compiler; skips where it is not installed."""
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed (Debian package {COMPILER_PACKAGE})")
    return DEFAULT_COMPILER


def _source(directory: Path, text: str, name: str = "main.c") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(text)
    return path


def test_build_from_different_directories_gives_the_same_bytes(
    compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
        #include "zkvm_io.h"
        #include "part.h"
        int main(void) { write_output((const uint8_t *)PLACE, sizeof PLACE); return 0; }
    """
    built: list[bytes] = []
    for name in ("here", "there/and/deeper"):
        directory = tmp_path / name
        source = _source(directory, text)
        _source(directory, ".globl part\npart:\n ret\n", "part.S")
        _source(directory, "#define PLACE __FILE__ __DATE__ __TIME__\n", "part.h")
        monkeypatch.chdir(directory)
        # Once as an absolute path, once as a relative one.
        main = source if built == [] else Path("main.c")
        build([main, Path("part.S")], Path("main.elf"), extra_flags=["-g"])
        built.append((directory / "main.elf").read_bytes())
    assert built[0] == built[1]
    assert b"main.c" in built[0]
    assert str(tmp_path).encode() not in built[0]


def test_build_of_several_sources_links_them(compiler: str, tmp_path: Path) -> None:
    main = _source(tmp_path, "int other(void); int main(void) { return other(); }\n")
    other = _source(tmp_path, ".globl other\nother:\n li a0, 7\n ret\n", "other.S")
    build([main, other], tmp_path / "main.elf")
    assert (tmp_path / "main.elf").is_file()


def test_build_leaves_nothing_but_the_output(compiler: str, tmp_path: Path) -> None:
    build([_source(tmp_path, SOURCE)], tmp_path / "main.elf")
    assert sorted(os.listdir(tmp_path)) == ["main.c", "main.elf"]


def test_build_that_fails_keeps_the_old_output(compiler: str, tmp_path: Path) -> None:
    output = tmp_path / "main.elf"
    output.write_bytes(b"old")
    with pytest.raises(BuildError):
        build([_source(tmp_path, "int main(void) { return nowhere(); }\n")], output)
    assert output.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["main.c", "main.elf"]


def test_build_onto_one_of_its_sources_is_refused(compiler: str, tmp_path: Path) -> None:
    source = _source(tmp_path, SOURCE)
    with pytest.raises(BuildError) as raised:
        build([source], source)
    assert str(raised.value) == f"cannot write {source}: it is one of the sources"
    assert source.read_text() == SOURCE


def test_build_onto_what_is_no_regular_file_leaves_it(compiler: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BuildError) as raised:
        build([_source(tmp_path, SOURCE)], pipe)
    assert str(raised.value) == f"cannot write {pipe}: it exists and is no regular file"
    assert pipe.is_fifo()


def test_build_with_an_error_in_the_source_quotes_the_compiler(compiler: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"compiling main\.c failed:\n(.|\n)*main\.c:1:\d+: error: expected"):
        build([_source(tmp_path, "int main(void) { return }\n")], tmp_path / "main.elf")


def test_build_without_main_quotes_the_linker(compiler: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"linking main\.elf failed:\n(.|\n)*undefined reference to `main'"):
        build([_source(tmp_path, "int other;\n")], tmp_path / "main.elf")


def test_build_without_compiler_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError) as raised:
        build([_source(tmp_path, SOURCE)], tmp_path / "main.elf")
    assert str(raised.value) == (
        "the compiler riscv64-unknown-elf-gcc is not installed; it is in the Debian package "
        "gcc-riscv64-unknown-elf: sudo apt-get install gcc-riscv64-unknown-elf"
    )


def test_build_with_an_unknown_compiler_names_it(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as raised:
        build([_source(tmp_path, SOURCE)], tmp_path / "main.elf", compiler="no-such-compiler")
    assert str(raised.value) == "the compiler no-such-compiler does not exist or is not executable"


def test_build_of_nothing_is_refused(compiler: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"^no sources to build$"):
        build([], tmp_path / "main.elf")


def test_build_of_a_missing_source_names_it(compiler: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as raised:
        build([tmp_path / "absent.c"], tmp_path / "main.elf")
    assert str(raised.value) == f"the source {tmp_path / 'absent.c'} does not exist"


def test_build_of_an_unknown_kind_of_source_names_the_kinds(compiler: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as raised:
        build([_source(tmp_path, "", "main.zig")], tmp_path / "main.elf")
    assert (
        str(raised.value) == f"{tmp_path / 'main.zig'} is none of the kinds .S .a .c .cc .cpp .cxx .o .rs .s Cargo.toml"
    )


def test_build_into_a_missing_directory_names_it(compiler: str, tmp_path: Path) -> None:
    output = tmp_path / "absent" / "main.elf"
    with pytest.raises(BuildError) as raised:
        build([_source(tmp_path, SOURCE)], output)
    assert str(raised.value) == f"cannot write {output}: the directory {tmp_path / 'absent'} does not exist"


def test_build_onto_a_directory_names_it(compiler: str, tmp_path: Path) -> None:
    output = tmp_path / "main.elf"
    output.mkdir()
    with pytest.raises(BuildError) as raised:
        build([_source(tmp_path, SOURCE)], output)
    assert str(raised.value) == f"cannot write {output}: it is a directory"


def test_guest_directory_stands_beside_the_package() -> None:
    assert (build_module.SDK / "limpid.ld").is_file()
