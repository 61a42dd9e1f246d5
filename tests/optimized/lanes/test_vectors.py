"""How many words go together: as many as a register of the machine holds."""

from __future__ import annotations

import platform

import pytest

from optimized.lanes import vectors

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="names processors of one architecture")


@pytest.mark.parametrize(("processor", "count"), [("x86-64", 8), ("haswell", 8), ("znver4", 16)])
def test_lanes_follow_the_registers_of_the_machine(processor: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors.config, "CPU_NAME", processor)
    # Nothing beyond what the processor has anyway.
    monkeypatch.setattr(vectors.config, "CPU_FEATURES", "+sse2")
    assert vectors._lane_count() == count
