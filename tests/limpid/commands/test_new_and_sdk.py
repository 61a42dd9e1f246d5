"""`limpid new` and `limpid sdk`: what they write works."""

from __future__ import annotations

import errno
import shutil
import subprocess
from pathlib import Path

import pytest

from limpid.guest_build.build import DEFAULT_COMPILER
from limpid.guest_build.rust import SUPPORT_CRATE
from limpid.guest_build.toolchain import PICOLIBC_LIBRARIES
from tests.limpid.commands.invocation import limpid


@pytest.fixture
def compiler() -> str:
    """The cross compiler; skips where it is not installed."""
    if shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"{DEFAULT_COMPILER} is not installed")
    return DEFAULT_COMPILER


def test_new_project_builds_and_runs(compiler: str, tmp_path: Path) -> None:
    directory = tmp_path / "sum"
    invocation = limpid("new", directory, "--json")
    names = ["Makefile", "README.md", "input.bin", "main.c"]
    assert invocation.document == {"files": [str(directory / name) for name in names]}
    assert limpid("build", directory / "main.c", "--output", directory / "guest.elf").status == 0
    document = limpid("run", directory / "guest.elf", "--input", directory / "input.bin", "--json").document
    expected = sum((directory / "input.bin").read_bytes())
    assert (document["exit_code"], document["output"]) == (0, expected.to_bytes(8, "little").hex())


def test_new_rust_project_has_the_support_crate(tmp_path: Path) -> None:
    directory = tmp_path / "sum"
    names = ["Cargo.toml", "Makefile", "README.md", "input.bin"]
    names += ["limpid_guest/Cargo.toml", "limpid_guest/limpid_guest.rs", "src/lib.rs"]
    assert limpid("new", directory, "--rust", "--json").document == {"files": [str(directory / name) for name in names]}
    assert (directory / "limpid_guest" / "limpid_guest.rs").read_bytes() == SUPPORT_CRATE.read_bytes()


def test_new_project_over_an_existing_name_is_refused(tmp_path: Path) -> None:
    error = limpid("new", tmp_path, "--json").error
    assert (error["kind"], error["message"]) == ("file", f"{tmp_path}: exists already")


def test_new_project_on_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "input.bin":
            write(path, b"")
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    error = limpid("new", tmp_path / "sum", "--json").error
    assert error["message"] == f"{tmp_path / 'sum'}: cannot be made: no space left on device"
    assert error["next_step"] == f"make room in {tmp_path}, or write elsewhere"
    assert list(tmp_path.iterdir()) == []


def test_sdk_that_cannot_be_written_leaves_nothing(
    compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("limpid.guest_build.guest_library.build_library", full)
    error = limpid("sdk", tmp_path / "sdk", "--json").error
    assert error["message"] == f"cannot write the SDK to {tmp_path / 'sdk'}: no space left on device"
    assert list(tmp_path.iterdir()) == []


def test_sdk_onto_a_file_says_so_and_blames_no_tool(compiler: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    error = limpid("sdk", tmp_path / "file", "--json").error
    message = f"cannot write the SDK to {tmp_path / 'file'}: not a directory"
    assert (error["message"], error["next_step"]) == (message, "name another directory")


def test_new_project_in_a_missing_directory_is_refused(tmp_path: Path) -> None:
    error = limpid("new", tmp_path / "absent" / "name", "--json").error
    assert error["message"] == f"{tmp_path / 'absent' / 'name'}: cannot be made: no such file or directory"
    assert error["next_step"] == f"create it with: mkdir -p {tmp_path / 'absent'}"


def test_sdk_prints_flags_that_build_a_guest(compiler: str, tmp_path: Path) -> None:
    document = limpid("sdk", tmp_path / "sdk", "--json").document
    source, elf = tmp_path / "main.c", tmp_path / "guest.elf"
    source.write_text('#include "zkvm_io.h"\nint main(void) { write_output((const uint8_t *)"ok", 2); return 3; }\n')
    command = [compiler, "-ffreestanding", *document["compile_flags"], str(source), "-o", str(elf)]
    subprocess.run([*command, *document["link_flags"]], check=True)
    run = limpid("run", elf, "--json").document
    assert (run["exit_code"], run["output"]) == (3, b"ok".hex())


def test_sdk_prints_flags_that_build_a_user_of_the_c_library(compiler: str, tmp_path: Path) -> None:
    if not PICOLIBC_LIBRARIES.is_dir():
        pytest.skip("picolibc is not installed")
    document = limpid("sdk", tmp_path / "sdk", "--json").document
    source, elf = tmp_path / "main.c", tmp_path / "guest.elf"
    source.write_text(
        '#include <math.h>\n#include <stdio.h>\nint main(int c) { return printf("%.2f", sqrt(c + 1)); }\n'
    )
    command = [compiler, *document["compile_flags"], str(source), "-o", str(elf), *document["link_flags"]]
    subprocess.run(command, check=True)
    invocation = limpid("run", elf, "--json")
    assert (invocation.document["exit_code"], invocation.stderr[:4]) == (4, "1.41")


def test_sdk_with_an_unknown_compiler_is_refused(tmp_path: Path) -> None:
    error = limpid("sdk", tmp_path, "--compiler", "no-such-compiler", "--json").error
    assert (error["kind"], error["message"]) == (
        "build",
        "the compiler no-such-compiler does not exist or is not executable",
    )


def test_commands_to_copy_have_names_with_spaces_in_quotes(compiler: str, tmp_path: Path) -> None:
    spaced = tmp_path / "my guest"
    assert f"cd '{spaced}' && make run" in limpid("new", spaced).stdout
    assert f"'-I{spaced}/include'" in limpid("sdk", spaced).stdout
    assert f"limpid prove GUEST.elf --out '{spaced}'\n" in limpid("inspect", spaced).stderr
