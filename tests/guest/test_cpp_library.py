"""C++ with its standard library, with and without exceptions, and what is said where it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from limpid.guest_build import build as build_module
from limpid.guest_build import cpp_library
from limpid.guest_build.build import BuildError, build
from limpid.guest_build.toolchain import find_toolchain
from reference.execution import TrapReason
from reference.executor import execute
from reference.loader import load

CONTAINERS = Path(__file__).parent / "programs" / "containers.cpp"


@pytest.fixture
def library(compiler: str) -> None:
    """Skips where the C++ library is not installed."""
    if cpp_library.find_cpp_library(find_toolchain()) is None:
        pytest.skip(f"the C++ standard library is not installed ({cpp_library.INSTALL_COMMAND})")


def _written(directory: Path, source: str, *flags: str) -> Path:
    path, output = directory / "main.cpp", directory / "guest.elf"
    path.write_text(source)
    build([path], output, extra_flags=flags)
    return output


def test_containers_and_algorithms_work(library: None, tmp_path: Path) -> None:
    build([CONTAINERS], tmp_path / "guest.elf")
    execution = execute(load(tmp_path / "guest.elf"))
    assert (execution.exit_code, execution.output) == (0, b"1 2 a text 103 9 7")


def test_exceptions_are_thrown_and_caught_when_they_are_compiled_in(library: None, tmp_path: Path) -> None:
    build([CONTAINERS], tmp_path / "guest.elf", extra_flags=["-fexceptions"])
    execution = execute(load(tmp_path / "guest.elf"))
    assert (execution.exit_code, execution.output) == (0, b"1 2 a text 103 9 7 caught vector 5")


def test_exception_that_nobody_catches_aborts(library: None, tmp_path: Path) -> None:
    trap = execute(load(_written(tmp_path, "int main() { throw 5; }\n", "-fexceptions"))).trap
    assert trap is not None
    assert trap.reason is TrapReason.BREAKPOINT


def test_memory_that_runs_out_throws_what_the_standard_says(library: None, tmp_path: Path) -> None:
    source = """
        #include <new>
        int main() { try { ::operator new(1ul << 40); } catch (const std::bad_alloc &) { return 6; } return 0; }
    """
    assert execute(load(_written(tmp_path, source, "-fexceptions", "-fno-builtin"))).exit_code == 6


@pytest.mark.parametrize(
    ("header", "what", "aspect"),
    [
        ("sstream", "The iostreams library", "localization"),
        ("thread", "<thread>", "threads"),
        ("filesystem", "The <filesystem> library", "a filesystem"),
    ],
)
def test_header_that_the_library_is_built_without_is_named_in_three_lines(
    header: str, what: str, aspect: str, library: None, tmp_path: Path
) -> None:
    (tmp_path / "own.h").write_text(f"#include <vector>\n#include <{header}>\n")
    with pytest.raises(BuildError) as caught:
        _written(tmp_path, '#include "own.h"\nint main() {}\n')
    assert str(caught.value).splitlines() == [
        "compiling main.cpp failed:",
        f"{tmp_path}/own.h:2: error: {what} is not supported since libc++ has been configured without support for "
        f"{aspect}.",
        "note: a guest has no locales, threads, files or clock; printf and std::format are there",
    ]


def test_text_is_formatted_by_the_standard_library(library: None, tmp_path: Path) -> None:
    source = """
        #include <format>
        #include "zkvm_io.h"
        int main() {
            std::string text = std::format("{:>5}|{:#x}|{:.3f}|{:^5}", 42, 255, 3.14159, "mid");
            write_output(reinterpret_cast<const uint8_t *>(text.data()), text.size());
        }
    """
    execution = execute(load(_written(tmp_path, source)))
    assert (execution.exit_code, execution.output) == (0, b"   42|0xff|3.142| mid ")


def test_exceptions_without_the_flag_are_refused_with_the_flag_to_give(compiler: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"note: exceptions work when the guest is built with --flag=-fexceptions$"):
        _written(tmp_path, "int main() { throw 5; }\n")


def test_header_without_the_library_names_what_to_install(
    compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "find_cpp_library", lambda _: None)
    with pytest.raises(BuildError, match=r"vector: No such file(.|\n)*note: .*: pip install 'limpid\[cpp\]'$"):
        _written(tmp_path, "#include <vector>\nint main() { return 0; }\n")


def test_program_that_needs_no_library_is_the_same_without_it(
    library: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "int main() { int *p = new int(4); int r = *p; delete p; return r; }\n"
    first = _written(tmp_path, source).read_bytes()
    monkeypatch.setattr(build_module, "find_cpp_library", lambda _: None)
    assert _written(tmp_path, source).read_bytes() == first
