"""A listed shape that a few instructions fill, one with calls, and a parameter set that demands what is listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from spec.parameters import TINY
from spec.protocol import key_encoding
from spec.rv64im import recursion_shapes
from spec.rv64im.machine import CALL_CHIPS, INSTRUCTION_CHIPS, RV64IM

PARAMETERS = replace(TINY, name="tiny_listed", listed_shapes=True)
SHAPE = "small"
ROWS = {chip.name: 8 for chip in INSTRUCTION_CHIPS if chip not in CALL_CHIPS} | {"addi": 14}
INSTANCES = {8: (3,), 14: (3, 2, 1)}
HEIGHTS = {name: INSTANCES[rows] for name, rows in ROWS.items()} | {"boundary": (5,), "memory": (6,)}

HEIGHTS_WITH_CALLS = {
    **dict.fromkeys(ROWS, (8,)),
    **{chip.name: (1,) for chip in CALL_CHIPS},
    "boundary": (9,),
    "memory": (9,),
    "keccak_round": (5, 1),
    "sha256_first": (2,),
    "sha256_rest": (2, 1),
}
"""Two calls of each kind, but the rounds of one permutation."""

PROGRAMS = (
    {"program_table": 5, "image_table": 4, "region_table": 4},
    {"program_table": 7, "image_table": 6, "region_table": 4},
    {"program_table": 11, "image_table": 9, "region_table": 4},
)


@contextmanager
def small_listing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine lists the shape, small programs, and nothing else."""
    listed = RV64IM.listed_shapes, RV64IM.listed_programs
    list_shape(HEIGHTS)
    object.__setattr__(RV64IM, "listed_programs", PROGRAMS)
    monkeypatch.setattr(recursion_shapes, "LISTED_PROGRAMS", PROGRAMS)
    monkeypatch.setattr(key_encoding, "PARAMETER_SETS", {PARAMETERS.name: PARAMETERS})
    yield
    object.__setattr__(RV64IM, "listed_shapes", listed[0])
    object.__setattr__(RV64IM, "listed_programs", listed[1])


def list_shape(heights: Mapping[str, tuple[int, ...]]) -> None:
    """The machine's only listed shape from now on; its digest, which covers the declared ones, is known already."""
    assert RV64IM.digest
    object.__setattr__(RV64IM, "listed_shapes", {SHAPE: heights})
