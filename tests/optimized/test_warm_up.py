"""Warming up compiles all that proving and verifying call, and says how far it is."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

import limpid
import optimized
from limpid.api.executing import profile
from limpid.guest_build.build import EXAMPLES
from optimized import warm_up as prover
from optimized.steps import Report
from optimized.verifier import warm_up as verifier

GUEST = EXAMPLES / "elf" / "fibonacci.elf"


def _signatures() -> set[str]:
    """Every compiled function with the types that it is compiled for."""
    found = set()
    for module in pkgutil.walk_packages(optimized.__path__, "optimized."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Dispatcher):
                found |= {f"{value.__module__}.{name}{signature}" for signature in value.signatures}
    return found


def _heard(warm_up: object) -> list[tuple[str, float]]:
    heard: list[tuple[str, float]] = []
    report: Report = lambda name, fraction: heard.append((name, fraction))  # noqa: E731
    assert callable(warm_up)
    warm_up(report)
    return heard


@pytest.mark.parametrize("warm_up", [prover.warm_up, prover.warm_up_executor, verifier.warm_up])
def test_warm_up_reports_its_steps_in_order(warm_up: object) -> None:
    heard = _heard(warm_up)
    fractions = [fraction for _, fraction in heard]
    assert fractions == sorted(set(fractions))
    assert (fractions[0], heard[-1]) == (0.0, ("", 1.0))
    assert all(name for name, _ in heard[:-1])


def test_proving_after_the_warm_up_compiles_nothing_more() -> None:
    prover.warm_up(lambda name, fraction: None)
    before = _signatures()
    limpid.prove(GUEST, (3000).to_bytes(8, "little"), parameters="tiny")
    assert _signatures() - before == set()


def test_executing_and_profiling_after_the_warm_up_compile_nothing_more() -> None:
    prover.warm_up_executor(lambda name, fraction: None)
    before = _signatures()
    limpid.run(GUEST, (3000).to_bytes(8, "little"))
    profile(GUEST, (3000).to_bytes(8, "little"))
    assert _signatures() - before == set()


def test_verifying_after_the_warm_up_compiles_nothing_more(tiny: Path) -> None:
    verifier.warm_up(lambda name, fraction: None)
    before = _signatures()
    limpid.verify((tiny / "proof").read_bytes(), program=None, output=None, allow_insecure=True)
    assert _signatures() - before == set()
