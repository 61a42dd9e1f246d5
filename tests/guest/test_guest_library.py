"""The SDK as one archive: with GCC and clang, GNU ld and LLD, an unmodified compiler, the C library, and C++."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from limpid.guest_build.build import BuildError, Runtime, build
from limpid.guest_build.guest_library import SDK, InstalledSdk, install_sdk
from limpid.guest_build.toolchain import PICOLIBC_LIBRARIES, PICOLIBC_PACKAGE
from reference.executor import execute
from reference.loader import load
from tests.guest.emulation import Outcome, run_on_unicorn, run_under_qemu

PROGRAMS = Path(__file__).parent / "programs"
TARGET = ["-march=rv64im", "-mabi=lp64", "-mcmodel=medany"]
C_LIBRARY_OUTPUT = b"ab -1, 5 0, range, 2.50, 4"
OBJECTS_OUTPUT = bytes([3, 4, 2, 12, 1])


@pytest.fixture
def clang() -> str:
    """The second compiler; skips where it or its linker is not installed."""
    if shutil.which("clang") is None or shutil.which("ld.lld") is None:
        pytest.skip("clang or LLD is not installed (Debian packages clang and lld)")
    return "clang"


@pytest.fixture(params=["compiler", "clang"])
def any_compiler(request: pytest.FixtureRequest) -> str:
    """Each of the two compilers; skips where it is not installed."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def c_library() -> None:
    """Skips where picolibc is not installed."""
    if not PICOLIBC_LIBRARIES.is_dir():
        pytest.skip(f"picolibc is not installed (Debian package {PICOLIBC_PACKAGE})")


@pytest.fixture(scope="module")
def sdk(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> InstalledSdk:
    return install_sdk(tmp_path_factory.mktemp("sdk"))


def _built(name: str, directory: Path, compiler: str, runtime: Runtime = "limpid") -> Path:
    output = directory / "guest.elf"
    build([PROGRAMS / name], output, compiler=compiler, runtime=runtime)
    return output


def _run(elf: Path, private_input: bytes = b"") -> tuple[int | None, bytes, bytes]:
    """Exit code, output, and what the console shows."""
    shown = bytearray()
    execution = execute(load(elf), private_input, console=shown.extend)
    return execution.exit_code, execution.output, bytes(shown)


def _compile_and_link(sdk: InstalledSdk, command: Sequence[str], output: Path) -> None:
    """As a user would without `limpid build`."""
    include, library = sdk.headers[0].parent, sdk.library.parent
    flags = [*TARGET, "-O2", "-static", "-nostdlib", f"-I{include}", f"-L{library}", "-T", str(sdk.linker_script)]
    subprocess.run([*command[:1], *flags, *command[1:], "-o", str(output)], check=True, capture_output=True)


def test_c_library_program_prints_reads_and_allocates(any_compiler: str, c_library: None, tmp_path: Path) -> None:
    elf = _built("c_library.c", tmp_path, any_compiler)
    assert _run(elf, b"ab") == (7, C_LIBRARY_OUTPUT, C_LIBRARY_OUTPUT + b"\n6 1\n")


def test_c_library_program_under_linux_prints_to_standard_error(
    compiler: str, c_library: None, qemu: str, tmp_path: Path
) -> None:
    elf = _built("c_library.c", tmp_path, compiler, "linux")
    command = [qemu, "-cpu", "rv64,c=false", str(elf)]
    completed = subprocess.run(command, input=b"ab", capture_output=True, timeout=60, check=False)
    found = (completed.returncode, completed.stdout, completed.stderr)
    assert found == (7, C_LIBRARY_OUTPUT, C_LIBRARY_OUTPUT + b"\n6 1\n")


def test_objects_on_the_heap_are_constructed_and_destroyed(any_compiler: str, c_library: None, tmp_path: Path) -> None:
    elf = _built("objects.cpp", tmp_path, any_compiler)
    assert run_on_unicorn(elf, b"").output == OBJECTS_OUTPUT
    assert _run(elf) == (0, OBJECTS_OUTPUT, b"")


def test_example_compiled_by_clang_computes_the_same(clang: str, tmp_path: Path) -> None:
    elf = tmp_path / "clang.elf"
    build([SDK / "examples" / "arithmetic.c"], elf, compiler=clang)
    private_input = bytes(range(160))
    assert _run(elf, private_input) == _run(SDK / "examples" / "elf" / "arithmetic.elf", private_input)


def test_unmodified_gcc_with_the_archive_builds_a_guest(sdk: InstalledSdk, compiler: str, tmp_path: Path) -> None:
    elf = tmp_path / "guest.elf"
    _compile_and_link(sdk, [compiler, "-ffreestanding", str(SDK / "examples" / "sha256.c"), "-lzkvm"], elf)
    expected = run_on_unicorn(SDK / "examples" / "elf" / "sha256.elf", b"abc")
    assert run_on_unicorn(elf, b"abc").output == expected.output


def test_unmodified_clang_with_lld_and_the_archive_builds_a_guest(
    sdk: InstalledSdk, clang: str, tmp_path: Path
) -> None:
    elf = tmp_path / "guest.elf"
    command = [clang, "--target=riscv64-unknown-elf", "-fuse-ld=lld", str(SDK / "examples" / "sort.c"), "-lzkvm"]
    _compile_and_link(sdk, command, elf)
    numbers = b"\x03\0\0\0\x01\0\0\0\x02\0\0\0"
    assert _run(elf, numbers)[:2] == (0, b"\x01\0\0\0\x02\0\0\0\x03\0\0\0")


def test_unmodified_gcc_with_picolibc_and_the_archive_builds_a_guest(
    sdk: InstalledSdk, compiler: str, c_library: None, tmp_path: Path
) -> None:
    elf = tmp_path / "guest.elf"
    command = [compiler, "--specs=picolibc.specs", str(PROGRAMS / "c_library.c"), "-lzkvm"]
    _compile_and_link(sdk, [*command, "-Wl,--start-group", "-lc", "-lgcc", "-Wl,--end-group"], elf)
    assert _run(elf, b"ab")[:2] == (7, C_LIBRARY_OUTPUT)


def test_memory_functions_of_a_later_library_lose(compiler: str, tmp_path: Path) -> None:
    subprocess.run(
        [compiler, *TARGET, "-c", "-fno-builtin", str(PROGRAMS / "own_memory_functions.c"), "-o", "own.o"],
        check=True,
        cwd=tmp_path,
    )
    subprocess.run(["riscv64-unknown-elf-ar", "rcs", "libown.a", "own.o"], check=True, cwd=tmp_path)
    elf = tmp_path / "guest.elf"
    build([SDK / "examples" / "sort.c"], elf, extra_flags=[str(tmp_path / "libown.a")])
    numbers = b"\x02\0\0\0\x01\0\0\0"
    assert run_on_unicorn(elf, numbers) == Outcome(
        0, numbers[4:] + numbers[:4], run_on_unicorn(elf, numbers).instructions
    )


def test_archive_built_twice_is_the_same(compiler: str, sdk: InstalledSdk, tmp_path: Path) -> None:
    again = install_sdk(tmp_path / "elsewhere" / "deeper")
    assert again.library.read_bytes() == sdk.library.read_bytes()
    assert str(tmp_path).encode() not in again.library.read_bytes()
    assert sorted(path.name for path in again.library.parent.iterdir()) == ["libzkvm.a", "limpid.ld"]


def test_undefined_function_without_c_library_names_the_package(
    compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limpid.guest_build.toolchain.PICOLIBC_LIBRARIES", tmp_path / "absent")
    source = tmp_path / "main.c"
    source.write_text('int printf(const char *, ...); int main(void) { return printf("%d", 1); }\n')
    with pytest.raises(BuildError, match=rf"undefined reference to `printf'(.|\n)*note: .*{PICOLIBC_PACKAGE}$"):
        build([source], tmp_path / "guest.elf")


def test_sdk_into_a_file_in_the_way_is_refused(compiler: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match=r"^cannot write the SDK to "):
        install_sdk(tmp_path / "file")


def test_qemu_runs_what_clang_built(clang: str, qemu: str, tmp_path: Path) -> None:
    elf = tmp_path / "guest.elf"
    build([SDK / "examples" / "sha256.c"], elf, compiler=clang, runtime="linux")
    expected = run_on_unicorn(SDK / "examples" / "elf" / "sha256.elf", bytes(100))
    assert run_under_qemu(elf, bytes(100)) == Outcome(0, expected.output)
