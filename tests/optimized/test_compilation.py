"""Where compiled code is kept."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from numba.core.errors import TypingError
from numpy.typing import NDArray

from optimized import compilation

ROOT = Path(__file__).resolve().parents[2]


def test_cache_lies_in_the_given_folder_and_lasts(tmp_path: Path) -> None:
    cache = compilation.cache_in(tmp_path)
    assert cache.is_lasting
    assert (cache.folder, cache.folder.parent) == (cache.wanted, tmp_path)
    assert list(cache.folder.iterdir()) == []


def test_cache_knows_which_parts_it_holds(tmp_path: Path) -> None:
    cache = compilation.cache_in(tmp_path)
    assert not cache.holds("prover")
    cache.mark("prover")
    assert (cache.holds("prover"), cache.holds("verifier")) == (True, False)
    assert compilation.cache_in(tmp_path).holds("prover")


def test_cache_folder_that_cannot_be_written_is_replaced_by_a_temporary_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A file where a folder should be stops every user, the superuser too.
    (tmp_path / "base").write_text("")
    ending: list[tuple[object, ...]] = []
    monkeypatch.setattr(atexit, "register", lambda *call, **_: ending.append(call))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cache = compilation.cache_in(tmp_path / "base")
    assert not cache.is_lasting
    assert cache.folder.parent == tmp_path
    assert cache.folder.name.startswith("limpid-numba-")
    assert cache.wanted.parent == tmp_path / "base"
    ((remove, removed),) = ending
    assert callable(remove)
    remove(removed)
    assert not cache.folder.exists()


def test_cache_folder_changes_with_any_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "compilation.py").write_text("")
    monkeypatch.setattr(compilation, "__file__", str(tmp_path / "compilation.py"))
    before = compilation.cache_in(tmp_path)
    before.mark("prover")
    (tmp_path / "lanes.py").write_text("LANES = 8\n")
    between = compilation.cache_in(tmp_path)
    (tmp_path / "lanes.py").write_text("LANES = 4\n")
    after = compilation.cache_in(tmp_path)
    assert len({before.folder, between.folder, after.folder}) == 3
    assert not between.holds("prover")


@pytest.mark.parametrize(
    ("name", "mark", "age_seconds", "stays"),
    [
        ("0123456789abcdef", "prover-cpu.compiled", compilation.OUTDATED_SECONDS + 60, False),
        ("0123456789abcdef", "prover-cpu.compiled", compilation.OUTDATED_SECONDS - 60, True),
        ("0123456789abcdef", "other", compilation.OUTDATED_SECONDS + 60, True),
        ("somebody's", "prover-cpu.compiled", compilation.OUTDATED_SECONDS + 60, True),
    ],
)
def test_what_older_sources_left_behind_goes_with_the_next_compilation(
    name: str, mark: str, age_seconds: int, stays: bool, tmp_path: Path
) -> None:
    neighbour = tmp_path / name
    neighbour.mkdir()
    (neighbour / mark).write_text("")
    then = time.time() - age_seconds
    os.utime(neighbour / mark, (then, then))
    cache = compilation.cache_in(tmp_path)
    cache.mark("prover")
    assert cache.holds("prover")
    assert neighbour.exists() is stays


SQUARING = """
import sys
from pathlib import Path
from optimized.compilation import CACHE, compiled

@compiled
def square(number):
    return number * number

print(square(12), sum(square.stats.cache_misses.values()), CACHE.folder)
"""


@pytest.mark.parametrize(("kind", "kept_bytes"), [("nbi", 50), ("nbc", 0)])
def test_damaged_file_in_the_cache_is_compiled_anew(kind: str, kept_bytes: int, tmp_path: Path) -> None:
    (tmp_path / "square.py").write_text(SQUARING)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}

    def run() -> list[str]:
        command = [sys.executable, str(tmp_path / "square.py")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()

    assert run()[:2] == ["144", "1"]
    assert run()[:2] == ["144", "0"]
    (damaged,) = (tmp_path / "cache").rglob(f"*.{kind}")
    damaged.write_bytes(damaged.read_bytes()[:kept_bytes])
    assert run()[:2] == ["144", "1"]
    assert run()[:2] == ["144", "0"]


def test_command_with_an_unwritable_cache_works_and_says_so(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    (tmp_path / "temporary").mkdir()
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
        "TMPDIR": str(tmp_path / "temporary"),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "limpid", "verify", str(tiny / "proof"), "--any-program", "--any-output"]
    completed = subprocess.run(
        [*command, "--allow-insecure"], env=environment, capture_output=True, text=True, check=False
    )
    assert (completed.returncode, completed.stdout.splitlines()[0].split()) == (0, ["verdict", "ACCEPTED"])
    first_note = completed.stderr.splitlines()[0]
    assert first_note.startswith(f"Note: {tmp_path / 'cache'}/")
    assert first_note.endswith(
        "cannot be written, so everything is compiled anew each time; "
        "name another place in the environment variable NUMBA_CACHE_DIR"
    )
    assert list((tmp_path / "temporary").iterdir()) == []
    assert (tmp_path / "cache").read_text() == "in the way"


def _first(numbers: NDArray[np.int64]) -> int:
    return int(numbers[0])


def _made(count: int) -> int:
    return int(np.zeros(count, dtype=np.int64)[0])


def test_borrowing_function_reads_the_arrays_of_its_caller() -> None:
    assert compilation.borrowing(_first)(np.array([7, 8])) == 7


def test_borrowing_function_that_makes_an_array_is_refused() -> None:
    with pytest.raises(TypingError, match="Only accept returning of array passed into the function as argument"):
        compilation.borrowing(_made)(1)


def test_types_that_numba_tells_apart_are_all_known_before_threads_call_compiled_code() -> None:
    """What the first call adds to the table fails whoever looks a type up in another thread."""
    code = (
        "import limpid, optimized.kernels\n"
        "from numba.core.typing.typeof import typeof_impl\n"
        "before = [*typeof_impl.registry]\n"
        "from numba.core.registry import cpu_target\n"
        "cpu_target.typing_context.refresh(); cpu_target.target_context.refresh()\n"
        "print([*typeof_impl.registry] == before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
