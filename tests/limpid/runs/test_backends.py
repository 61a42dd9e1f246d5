"""The two implementations of proving give the same bytes, and the command line says which ones there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import limpid
from limpid.errors import BackendError
from limpid.guest_build.build import EXAMPLES
from limpid.runs.backends import Compiling, Part, backend_named
from optimized.compilation import Cache
from optimized.steps import Report

GUEST = EXAMPLES / "elf" / "fibonacci.elf"
INPUT = (5).to_bytes(8, "little")


def test_backends_give_the_same_proof() -> None:
    fast, readable = (
        limpid.prove(GUEST, INPUT, parameters="tiny", backend=backend) for backend in ("optimized", "reference")
    )
    assert fast.encoded == readable.encoded
    assert (fast.instructions, fast.segments) == (readable.instructions, readable.segments)


def test_backend_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(BackendError) as caught:
        limpid.prove(GUEST, INPUT, parameters="tiny", backend="fast")
    assert caught.value.next_step == "choose one of: optimized, reference"


def _compiling(shown: list[str]) -> Compiling:
    @contextmanager
    def compiling() -> Iterator[Report]:
        yield lambda name, fraction: shown.append(name)

    return compiling


@pytest.mark.parametrize("part", Part)
def test_part_is_compiled_and_shown_once_for_each_cache(
    part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm_up = {
        Part.EXECUTOR: "optimized.warm_up.warm_up_executor",
        Part.PROVER: "optimized.warm_up.warm_up",
        Part.VERIFIER: "optimized.verifier.warm_up.warm_up",
    }[part]
    monkeypatch.setattr(warm_up, lambda report: report("a step", 0.0))
    monkeypatch.setattr("optimized.compilation.CACHE", Cache(tmp_path, True, tmp_path))
    shown: list[str] = []
    backend = backend_named("optimized")
    assert [backend.compile(part, _compiling(shown)) for _ in range(2)] == [(), ()]
    assert shown == ["a step"]


def test_cache_that_does_not_last_is_told_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimized.warm_up.warm_up", lambda report: None)
    monkeypatch.setattr("optimized.compilation.CACHE", Cache(tmp_path, False, Path("wanted")))
    for _ in range(2):
        (note,) = backend_named("optimized").compile(Part.PROVER, _compiling([]))
        assert note.startswith("wanted cannot be written")


def test_readable_backend_compiles_nothing() -> None:
    shown: list[str] = []
    assert backend_named("reference").compile(Part.PROVER, _compiling(shown)) == ()
    assert shown == []
