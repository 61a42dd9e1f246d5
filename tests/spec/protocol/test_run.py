"""How segments are bound into a run."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from spec.field import ONE, ZERO
from spec.parameters import SEGMENT, TINY
from spec.protocol.key import VerificationKey
from spec.protocol.run import (
    RunStatement,
    global_challenges,
    leaves_root,
    pinning_point,
    run_digest,
    segment_leaf,
    start_segment_transcript,
)
from spec.protocol.shape import SegmentShape
from spec.rv64im.machine import CHIPS, machine_digest

KEY = VerificationKey(TINY, machine_digest(), b"m" * 32, (3,) * 4, b"p" * 32, (3,) * 3, 0x10000)
STATEMENT = RunStatement(KEY, b"output", 2)
SHAPE = SegmentShape({chip.name: () for chip in CHIPS} | {"boundary": (3,), "memory": (2,)})
LEAVES = [hashlib.sha256(bytes([i])).digest() for i in range(7)]


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x08" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x09" + left + right).digest()


def test_leaves_root_has_the_shape_of_rfc_6962() -> None:
    """Section 2.1.3 of RFC 6962 draws the tree of seven leaves: ((0 1) (2 3)) ((4 5) 6)."""
    h = [_leaf(leaf) for leaf in LEAVES]
    expected = _node(_node(_node(h[0], h[1]), _node(h[2], h[3])), _node(_node(h[4], h[5]), h[6]))
    assert leaves_root(LEAVES) == expected
    assert leaves_root(LEAVES[:1]) == h[0]


def test_leaves_root_without_leaves_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one segment"):
        leaves_root([])


def test_run_digest_binds_every_part_of_the_statement() -> None:
    changed = [
        replace(STATEMENT, output=b"other"),
        replace(STATEMENT, segment_count=3),
        *(
            replace(STATEMENT, key=replace(KEY, **change))
            for change in (
                {"parameters": SEGMENT},
                {"machine_digest": bytes(32)},
                {"machine_root": bytes(32)},
                {"program_root": bytes(32)},
                {"program_heights_log2": (3, 3, 4)},
                {"entry": 0x10004},
            )
        ),
    ]
    digests = {run_digest(statement, LEAVES[:2]) for statement in (STATEMENT, *changed)}
    digests.add(run_digest(STATEMENT, LEAVES[1::-1]))
    assert len(digests) == len(changed) + 2


def test_pinning_point_binds_index_heights_and_commitment() -> None:
    other_shape = SegmentShape({**SHAPE.heights_log2, "memory": ()})
    points = {
        pinning_point(*arguments)[0]
        for arguments in (
            (STATEMENT, 0, SHAPE, b"r" * 32),
            (STATEMENT, 1, SHAPE, b"r" * 32),
            (STATEMENT, 0, other_shape, b"r" * 32),
            (STATEMENT, 0, SHAPE, b"s" * 32),
            (replace(STATEMENT, key=replace(KEY, entry=0)), 0, SHAPE, b"r" * 32),
        )
    }
    assert len(points) == 5


def test_leaf_binds_index_heights_commitment_and_values() -> None:
    other_shape = SegmentShape({**SHAPE.heights_log2, "memory": ()})
    leaves = {
        segment_leaf(*arguments)
        for arguments in (
            (0, SHAPE, b"r" * 32, [ONE, ZERO]),
            (1, SHAPE, b"r" * 32, [ONE, ZERO]),
            (0, other_shape, b"r" * 32, [ONE, ZERO]),
            (0, SHAPE, b"s" * 32, [ONE, ZERO]),
            (0, SHAPE, b"r" * 32, [ZERO, ONE]),
        )
    }
    assert len(leaves) == 5


def test_global_challenges_are_two_and_depend_on_the_run() -> None:
    first, labels = global_challenges(b"a" * 32)
    second, _ = global_challenges(b"b" * 32)
    assert labels == ["global_alpha", "global_beta"]
    assert len({first.alpha, first.beta, second.alpha, second.beta}) == 4


def test_segment_transcript_binds_all_heights_and_public_values() -> None:
    other_shape = SegmentShape({**SHAPE.heights_log2, "add": (3,)})
    states = {
        start_segment_transcript(*arguments).state
        for arguments in (
            (b"g" * 32, 0, b"l" * 32, [1, 2], SHAPE),
            (b"h" * 32, 0, b"l" * 32, [1, 2], SHAPE),
            (b"g" * 32, 1, b"l" * 32, [1, 2], SHAPE),
            (b"g" * 32, 0, b"m" * 32, [1, 2], SHAPE),
            (b"g" * 32, 0, b"l" * 32, [1, 3], SHAPE),
            (b"g" * 32, 0, b"l" * 32, [1, 2, 0], SHAPE),
            (b"g" * 32, 0, b"l" * 32, [1, 2], other_shape),
        )
    }
    assert len(states) == 7
