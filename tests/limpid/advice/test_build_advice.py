"""What to do about a guest that cannot be built, by its cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from limpid.advice.build_advice import build_error
from limpid.guest_build.build import build
from limpid.guest_build.toolchain import BuildError, ToolMissingError

SOURCES = {
    "missing semicolon": ("int main(void) { return 0 }\n", "mend the source at guest.c:1"),
    "undefined symbol": (
        "int elsewhere(void);\nint main(void) { return elsewhere(); }\n",
        "define elsewhere, or name the source or library that defines it as one more SOURCE",
    ),
    "missing header": ('#include "absent.h"\nint main(void) { return 0; }\n', "mend the source at guest.c:1"),
}


@pytest.mark.parametrize("cause", SOURCES)
def test_mistake_in_a_source_is_told_from_a_missing_tool(cause: str, tmp_path: Path) -> None:
    source, advice = SOURCES[cause]
    (tmp_path / "guest.c").write_text(source)
    with pytest.raises(BuildError) as caught:
        build([tmp_path / "guest.c"], tmp_path / "guest.elf")
    found = build_error(caught.value, str(tmp_path)).next_step
    assert found is not None
    assert found.replace(f"{tmp_path}/", "") == advice


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            BuildError("compiling a.c failed:\nfatal error: error writing to /tmp/x.s: No space left on device"),
            "make room in /folder and where TMPDIR points, or write elsewhere",
        ),
        (
            ToolMissingError("linking failed:\nld: final link failed: No space left on device"),
            "make room in /folder and where TMPDIR points, or write elsewhere",
        ),
        (
            BuildError("compiling a.c failed:\ncc1: out of memory allocating 65536 bytes"),
            "close other programs, or raise the limit on memory (ulimit -v)",
        ),
        (ToolMissingError("the compiler is not installed"), "see which tools are missing with: limpid doctor"),
        (
            BuildError("linking failed:\nld: 1.o: multiple definition of `main'; 0.o:a.c: first defined here"),
            "define main in one SOURCE only, and name no SOURCE twice",
        ),
        (
            BuildError("linking failed:\nld.lld: error: duplicate symbol: main\n>>> defined at a.c"),
            "define main in one SOURCE only, and name no SOURCE twice",
        ),
        (
            BuildError("compiling failed:\ngcc: error: unrecognized command-line option '--nonsense'"),
            "leave out or mend --flag=--nonsense",
        ),
        (BuildError("failed:\nclang: error: unknown argument: '-zz'"), "leave out or mend --flag=-zz"),
        (BuildError("failed:\nerror: Unrecognized option: 'nonsense'"), "leave out or mend --flag=nonsense"),
        (BuildError("a is a directory", "name the files in it"), "name the files in it"),
        (BuildError("something else"), None),
    ],
)
def test_cause_decides_the_advice(error: BuildError, advice: str | None) -> None:
    assert build_error(error, "/folder").next_step == advice
