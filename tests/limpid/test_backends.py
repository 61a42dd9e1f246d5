"""The two implementations of proving give the same bytes, and the command line says which ones there are."""

from __future__ import annotations

import pytest

import limpid
from limpid.build import EXAMPLES
from limpid.errors import BackendError

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
