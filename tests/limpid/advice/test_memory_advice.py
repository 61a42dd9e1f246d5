"""The report of too little memory: what is needed, what is allowed, and which limit says so."""

from __future__ import annotations

import pytest

from limpid.advice import memory_advice
from limpid.advice.memory_advice import MEBIBYTE, available_memory_bytes, memory_error


@pytest.mark.parametrize(
    ("machine", "group", "addresses", "limit", "fix"),
    [
        (5, None, None, "the machine", "close other programs, or add swap"),
        (5, 3, None, "the control group", "give the container or the service more memory"),
        (5, 3, 1, "the limit on addresses (ulimit -v)", "raise it with: ulimit -v unlimited"),
    ],
)
def test_tightest_limit_is_named_with_its_fix(
    machine: int, group: int | None, addresses: int | None, limit: str, fix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = [size for size in (machine, group, addresses) if size is not None]
    for name, size in (("machine", machine), ("control_group", group), ("address_space", addresses)):
        found = None if size is None else size * MEBIBYTE
        monkeypatch.setattr(memory_advice, f"_{name}_bytes", lambda found=found: found)
    error = memory_error("proving takes 7 MiB", 7 * MEBIBYTE)
    assert error.message == f"proving takes 7 MiB: {min(sizes)} MiB are left by {limit}"
    assert error.next_step == fix
    assert error.details == {
        "needed_bytes": 7 * MEBIBYTE,
        "allowed_bytes": min(sizes) * MEBIBYTE,
        "limit": limit,
    }
    assert available_memory_bytes() == min(sizes) * MEBIBYTE


def test_unknown_limits_are_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_advice, "_allowances", lambda: iter(()))
    assert memory_error("no room").message == "no room"
    assert available_memory_bytes() is None
