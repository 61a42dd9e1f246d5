"""What programs written for an operating system expect of C: a library that links, files, formats, an ordered end."""

from __future__ import annotations

import math
import random
import struct
from pathlib import Path

import pytest

from limpid.guest_build.build import BuildError, build
from limpid.guest_build.toolchain import PICOLIBC_LIBRARIES, PICOLIBC_PACKAGE
from reference.execution import TrapReason
from reference.executor import execute
from reference.loader import load
from spec.memory_map import STACK

PROGRAMS = Path(__file__).parent / "programs"

HOSTED_OUTPUT = """\
start
1 guest 1
-1 No such file or directory
-1 Read-only file system
-1 Read-only file system
1 -1 Read-only file system
2 3  ab
-1 Illegal seek
raw
4 -1
0 1 -1
2 12 abc
1:
|5:line
|1 1 -1
signal 30
9 4
2500 1.414214
perror: No such file or directory
"""


@pytest.fixture(autouse=True)
def _c_library(compiler: str) -> None:
    """Skips where a compiler or picolibc is not installed."""
    if not PICOLIBC_LIBRARIES.is_dir():
        pytest.skip(f"picolibc is not installed (Debian package {PICOLIBC_PACKAGE})")


def _built(name: str, directory: Path) -> Path:
    output = directory / "guest.elf"
    build([PROGRAMS / name], output, extra_flags=["-Wall", "-Wextra", "-Werror"])
    return output


def _written(directory: Path, source: str, *flags: str) -> Path:
    """An ELF of this C source."""
    path, output = directory / "main.c", directory / "guest.elf"
    path.write_text(source)
    build([path], output, extra_flags=flags)
    return output


def test_hosted_program_links_and_finds_what_it_expects(tmp_path: Path) -> None:
    shown = bytearray()
    execution = execute(load(_built("hosted.c", tmp_path)), b"12 abc\nline\n", console=shown.extend)
    assert (execution.exit_code, execution.output, shown.decode()) == (8, b"", HOSTED_OUTPUT)


@pytest.mark.parametrize(
    "call",
    ['printf("%d", 1)', 'puts("x")', "assert(c)", 'scanf("%d", &c)', 'perror("x")', 'strtod("1", 0)', "_Exit(0)"],
)
def test_one_function_of_the_c_library_alone_links(call: str, tmp_path: Path) -> None:
    headers = "".join(f"#include <{name}.h>\n" for name in ("assert", "stdio", "stdlib"))
    _written(tmp_path, headers + f"int main(int c, char **v) {{ (void)v; (void)c; {call}; return 0; }}\n")


@pytest.mark.parametrize(
    ("choice", "exit_code", "output"),
    [
        # Handlers in reverse order, the one that a handler registers at once; then the table of destructors.
        (0, 0, b"pcm" + b"h" + b"lsf" + b"d"),
        (1, 5, b"pcm" + b"h" + b"lsf" + b"d"),
        (2, 6, b"pcm" + b"q"),
        (3, 7, b"pcm"),
        (4, 0, b"pcm" + 100 * b"h" + b"h" + b"lsf" + b"d"),
    ],
    ids=["return", "exit", "quick_exit", "zkvm_exit", "many handlers"],
)
def test_program_ends_in_order(choice: int, exit_code: int, output: bytes, tmp_path: Path) -> None:
    execution = execute(load(_built("endings.cpp", tmp_path)), bytes([choice]))
    assert (execution.exit_code, execution.output) == (exit_code, output)


@pytest.mark.parametrize("name", ["main.c", "main.cpp"])
def test_main_without_return_gives_zero(name: str, tmp_path: Path) -> None:
    source, output = tmp_path / name, tmp_path / "guest.elf"
    source.write_text(
        "__attribute__((noinline)) static int same(int number) { return number; }\n"
        "int main(int count, char **arguments) { (void)arguments; same(count); }\n"
    )
    build([source], output)
    assert execute(load(output)).exit_code == 0


@pytest.mark.parametrize("seed", [0, 1])
def test_allocator_keeps_what_is_allocated_and_joins_what_is_freed(seed: int, tmp_path: Path) -> None:
    execution = execute(load(_built("allocator.c", tmp_path)), seed.to_bytes(8, "little"))
    checked, reached_bytes = struct.unpack("<2Q", execution.output)
    assert (execution.exit_code, checked) == (0, 600)
    # At most 64 of 200 bytes and some of 20,000 live at any time: without reuse it would be over 150,000.
    assert reached_bytes < 100_000


def test_allocating_a_mebibyte_clears_nothing(tmp_path: Path) -> None:
    source = "#include <stdlib.h>\nint main(void) { return malloc(1 << 20) == NULL; }\n"
    execution = execute(load(_written(tmp_path, source)))
    assert (execution.exit_code, execution.instructions < 400) == (0, True)


def test_cleared_memory_that_was_never_used_is_not_cleared_again(tmp_path: Path) -> None:
    source = "#include <stdlib.h>\nint main(void) { char *p = calloc(1 << 20, 1); return p[77]; }\n"
    execution = execute(load(_written(tmp_path, source)))
    assert (execution.exit_code, execution.instructions < 400) == (0, True)


@pytest.mark.parametrize(
    "body",
    [
        "void *p = malloc(8), *q = malloc(8); free(p); free(p); return q == p;",
        "void *p = malloc(8); free(p); free(p);",
        "void *p = malloc(8), *q = malloc(8), *r = malloc(8); free(p); free(q); free(q); return r == p;",
    ],
    ids=["between others", "the last", "joined with the one below"],
)
def test_memory_freed_twice_aborts(body: str, tmp_path: Path) -> None:
    source = f"#include <stdlib.h>\nint main(void) {{ {body} }}\n"
    trap = execute(load(_written(tmp_path, source, "-fno-builtin"))).trap
    assert trap is not None
    assert trap.reason is TrapReason.BREAKPOINT


@pytest.mark.parametrize(
    "call",
    [
        "malloc((size_t)1 << 40)",
        "malloc(0x1fffffff)",
        "calloc((size_t)1 << 40, (size_t)1 << 40)",
        "calloc(1, 0x1fffffff)",
        "realloc(NULL, (size_t)1 << 40)",
        "realloc(kept, (size_t)1 << 40)",
        "realloc(kept, 0x1fffffff)",
        "aligned_alloc(64, 0x1fffffff)",
        "aligned_alloc(64, SIZE_MAX)",
        "memalign(64, 0x1fffffff)",
    ],
)
def test_memory_that_has_run_out_is_null_with_its_error_number(call: str, tmp_path: Path) -> None:
    source = f"""
        #include <errno.h>
        #include <malloc.h>
        #include <stdint.h>
        #include <stdlib.h>
        int main(void) {{
            char *kept = malloc(100);
            kept[99] = 7;
            errno = 0;
            return {call} != NULL ? 1 : kept[99] != 7 ? 2 : errno == ENOMEM ? 0 : 3;
        }}
    """
    assert execute(load(_written(tmp_path, source, "-fno-builtin"))).exit_code == 0


def test_alignment_that_is_no_power_of_two_is_an_error_of_its_own(tmp_path: Path) -> None:
    source = """
        #include <errno.h>
        #include <stdlib.h>
        int main(void) {
            for (size_t alignment = 0; alignment <= 96; alignment += 12) {
                errno = 0;
                if (aligned_alloc(alignment, 8) != NULL || errno != EINVAL) return 1;
            }
            void *memory = NULL;
            errno = 0;
            int error = posix_memalign(&memory, 24, 8) == EINVAL && posix_memalign(&memory, 64, 1u << 30) == ENOMEM;
            return error && memory == NULL && errno == 0 ? 0 : 2;
        }
    """
    assert execute(load(_written(tmp_path, source, "-fno-builtin"))).exit_code == 0


def test_own_allocator_takes_the_place_of_the_runtimes(tmp_path: Path) -> None:
    source = """
        #include <errno.h>
        #include <stdlib.h>
        #include <string.h>
        static char memory[256];
        void *malloc(size_t size) { errno = ERANGE; return size > sizeof memory ? NULL : memory; }
        void free(void *p) { (void)p; }
        int main(void) {
            char *copy = strdup("own");
            free(copy);
            return *(volatile char *)memory != 'o' || errno != ERANGE;
        }
    """
    assert execute(load(_written(tmp_path, source, "-fno-builtin"))).exit_code == 0


def test_formats_of_doubles_give_the_digits_that_python_gives(tmp_path: Path) -> None:
    source = random.Random(1)
    values = [
        0.0,
        -0.0,
        0.1,
        2.5,
        9.995,
        1e22,
        1e23,
        5e-324,
        1.7976931348623157e308,
        999999.5,
        float("inf"),
        float("nan"),
    ]
    values += [struct.unpack("<d", source.randbytes(8))[0] for _ in range(8)]
    cases: list[tuple[str, str, float]] = []
    for value in values:
        cases += [("d", "%.17g", value), ("d", "%.20f", value), ("q", "%.3e", value), ("d", "%g", value)]
        for conversion in "feEgG":
            flags = source.choice(["", "-", "+", " ", "#", "0", "+0", "-#"]) + source.choice(["", "5", "30"])
            if not math.isfinite(value):
                # The standard pads infinities with blanks, Python with zeros.
                flags = flags.replace("0", "")
            cases.append(("d", f"%{flags}{source.choice(['', '.0', '.1', '.6', '.40'])}{conversion}", value))
    private_input = b"".join(
        kind.encode()
        + (text if kind == "d" else text[:-1] + "L" + text[-1]).encode()
        + b"\0"
        + struct.pack("<d", value)
        for kind, text, value in cases
    )
    output = execute(load(_built("formats.c", tmp_path)), private_input).output
    assert output.decode().split("\n")[:-1] == [text % value for _, text, value in cases]


def test_formats_of_integers_and_text_follow_the_standard(tmp_path: Path) -> None:
    # From the C standard's rules, written out: 7.21.6.1.
    cases = {
        ("%ld", -1): "-1",
        ("%+5ld|", 7): "   +7|",
        ("%-5ld|", 7): "7    |",
        ("%05ld", -7): "-0007",
        ("%.3ld", -7): "-007",
        ("%08.3ld", 7): "     007",
        ("%.0ld", 0): "",
        ("% ld", 7): " 7",
        ("%lu", -1): str(2**64 - 1),
        ("%ld", -(2**63)): str(-(2**63)),
        ("%#lx", 255): "0xff",
        ("%#lX", 255): "0XFF",
        ("%#lx", 0): "0",
        ("%#lo", 8): "010",
        ("%hhd", 255): "-1",
        ("%hx", 65537): "1",
        ("%p", 16): "0x10",
        ("%c%%", 65): "A%",
    }
    private_input = b"".join(b"i" + text.encode() + b"\0" + struct.pack("<q", value) for text, value in cases)
    private_input += b"s%.2s|%%\0" + bytes(8) + b"s%6s\0" + bytes(8)
    output = execute(load(_built("formats.c", tmp_path)), private_input).output
    assert output.decode().split("\n")[:-1] == [*cases.values(), "te|%", "  text"]


def test_frame_larger_than_the_stack_is_refused(tmp_path: Path) -> None:
    source = "int use(char *); int main(void) { char large[500 << 20]; return use(large); }\n"
    with pytest.raises(BuildError, match=rf"frame size of \d+ bytes is larger than {STACK.size_bytes} bytes"):
        _written(tmp_path, source)


def test_array_of_a_size_that_only_the_run_knows_does_not_reach_the_heap(tmp_path: Path) -> None:
    source = """
        static int use(volatile char *memory) { memory[0] = 1; return memory[0]; }
        static int take(long size) { volatile char memory[size]; return use(memory); }
        int main(int count, char **arguments) { (void)arguments; return take(count * SIZE) - 1; }
    """
    assert execute(load(_written(tmp_path, source, "-DSIZE=1000l"))).exit_code == 0
    trap = execute(load(_written(tmp_path, source, "-DSIZE=(500l<<20)"))).trap
    assert trap is not None
    assert (trap.reason, (trap.symbol or "").partition("+")[0]) == (TrapReason.BREAKPOINT, "main")
