"""What the protocol binds and bounds: keys, transcripts, heights.

The functions of spec.protocol and spec.air.limits that prover and verifier run are called here on small statements.
Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import pairwise

from spec.air.chip import Chip, Role
from spec.air.limits import LOOKUP_ROLES, clock_end, message_counts
from spec.air.machine import CHIPS, SEGMENT_PUBLIC_VALUES, chips_of, machine_digest
from spec.field import ONE, ZERO, P
from spec.parameters import SEGMENT, TINY
from spec.protocol.domain import maximum_height_log2
from spec.protocol.key import VerificationKey
from spec.protocol.run import (
    RunStatement,
    global_challenges,
    pinning_point,
    run_digest,
    sample_bus_challenges,
    segment_leaf,
    start_segment_transcript,
)
from spec.protocol.shape import MAXIMUM_INSTANCES, SegmentShape, check_run_messages, check_shape
from spec.rejection import Rejected, Rejection

_DIGEST = bytes(range(32))
_OTHER = bytes(32)
_FIXED_ROLES = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)
_FIXED_HEIGHTS = {chip.name: 4 for role in _FIXED_ROLES for chip in chips_of(role)}
_KEY = VerificationKey(TINY, machine_digest(), _DIGEST, (4,) * 3, _DIGEST, (4,) * 3, 0x1_0000)
_CHANGED_KEY = {
    "parameters": SEGMENT,
    "machine_digest": _OTHER,
    "machine_root": _OTHER,
    "machine_heights_log2": (4, 4, 5),
    "program_root": _OTHER,
    "program_heights_log2": (4, 4, 5),
    "entry": 0x1_0004,
}
_TALLEST = tuple(maximum_height_log2(TINY.rate_log2) - i for i in range(MAXIMUM_INSTANCES))
_STATEMENT = RunStatement(_KEY, b"output", 2)


def _shape(**heights: tuple[int, ...]) -> SegmentShape:
    fixed = {name: (height,) for name, height in _FIXED_HEIGHTS.items()}
    return SegmentShape({chip.name: () for chip in CHIPS} | fixed | {"boundary": (3,), "memory": (3,)} | heights)


def key_covers_fields(_: Sequence[Chip]) -> str | None:
    """The program's id changes with every field of the key."""
    names = {field.name for field in fields(VerificationKey)}
    if names != set(_CHANGED_KEY):
        return f"the check does not know the fields {', '.join(sorted(names ^ set(_CHANGED_KEY)))}"
    for name, value in _CHANGED_KEY.items():
        if replace(_KEY, **{name: value}).program_id() == _KEY.program_id():  # type: ignore[arg-type]
            return f"the key's digest does not cover {name}"
    return None


def transcripts_bind(_: Sequence[Chip]) -> str | None:
    """Challenges change with everything that must be bound before them."""
    values = [1] * len(SEGMENT_PUBLIC_VALUES)
    leaves = [_DIGEST, _OTHER]
    low, high = _shape(), _shape(add=(5,))
    pinned, unpinned = _shape(memory=(4,)), _shape(memory=())
    groups: Mapping[str, list[object]] = {
        "G": [
            run_digest(_STATEMENT, leaves),
            run_digest(replace(_STATEMENT, output=b"other"), leaves),
            run_digest(replace(_STATEMENT, segment_count=3), leaves),
            run_digest(_STATEMENT, leaves[::-1]),
            *(
                run_digest(replace(_STATEMENT, key=replace(_KEY, **{name: value})), leaves)  # type: ignore[arg-type]
                for name, value in _CHANGED_KEY.items()
            ),
        ],
        "the pinning point": [
            pinning_point(_STATEMENT, index, shape, root)[0]
            for index, shape, root in [(0, low, _DIGEST), (1, low, _DIGEST), (0, low, _OTHER), (0, pinned, _DIGEST)]
        ],
        "the leaf": [
            segment_leaf(0, low, _DIGEST, [ONE]),
            segment_leaf(1, low, _DIGEST, [ONE]),
            segment_leaf(0, unpinned, _DIGEST, [ONE]),
            segment_leaf(0, low, _OTHER, [ONE]),
            segment_leaf(0, low, _DIGEST, [ZERO]),
            segment_leaf(0, low, _DIGEST, [ONE, ONE]),
        ],
        "the global challenge": [global_challenges(run)[0] for run in leaves],
        "the segment's challenges": [
            sample_bus_challenges(start_segment_transcript(run, index, leaf, public, shape), root)
            for run, index, leaf, public, shape, root in [
                (_DIGEST, 0, _DIGEST, values, low, _DIGEST),
                (_OTHER, 0, _DIGEST, values, low, _DIGEST),
                (_DIGEST, 1, _DIGEST, values, low, _DIGEST),
                (_DIGEST, 0, _OTHER, values, low, _DIGEST),
                (_DIGEST, 0, _DIGEST, values, high, _DIGEST),
                (_DIGEST, 0, _DIGEST, values, low, _OTHER),
                *(
                    (_DIGEST, 0, _DIGEST, [*values[:i], 2, *values[i + 1 :]], low, _DIGEST)
                    for i in range(len(SEGMENT_PUBLIC_VALUES))
                ),
            ]
        ],
    }
    for name, challenges in groups.items():
        if any(one == other for i, one in enumerate(challenges) for other in challenges[:i]):
            return f"{name} does not change with everything that it must bind"
    return None


def heights_are_bounded(chips: Sequence[Chip]) -> str | None:
    """The bounds on clocks and messages count every access and every interaction of every chip."""
    for chip in chips:
        if clock_end([(chip, 8)]) != 1 + 8 * chip.accesses:
            return f"{chip.name}: the bound on clocks does not count its accesses"
        expected = Counter(i.bus.name for i in chip.interactions for _ in range(8))
        if chip.role not in LOOKUP_ROLES and message_counts([(chip, 8)]) != expected:
            return f"{chip.name}: the bound on messages does not count its interactions"
    too_many = [_shape(memory=(23,), boundary=(23,))] * (P // 2**25 + 1)
    try:
        check_run_messages(too_many)
    except Rejected as rejected:
        return None if rejected.reason is Rejection.INTERACTION_BOUND else f"rejected as {rejected.reason.name}"
    return "as many messages as p on a global bus are accepted"


def tables_are_single(_: Sequence[Chip]) -> str | None:
    """System tables occur once, fixed tables in the key's height, and heights that let clocks wrap are refused."""
    too_many = tuple(range(3 + MAXIMUM_INSTANCES, 2, -1))
    wrong = {
        Rejection.TABLE_COUNT: [
            _shape(boundary=()),
            _shape(boundary=(4, 3)),
            _shape(memory=(4, 3)),
            *(_shape(**{chip.name: too_many}) for chip in chips_of(Role.INSTRUCTION)),
        ],
        Rejection.FIXED_TABLE_HEIGHT: [
            _shape(**{name: heights}) for name in _FIXED_HEIGHTS for heights in [(), (3,), (4, 4), (5, 4)]
        ],
        # Two chips of one access each, as high as they may be, have 1.75 times the accesses that a clock can count.
        Rejection.CLOCK_BOUND: [
            _shape(**{one.name: _TALLEST, other.name: _TALLEST}) for one, other in pairwise(chips_of(Role.INSTRUCTION))
        ],
    }
    if _reason(_shape()) is not None:
        return "the usual tables are rejected"
    for reason, shapes in wrong.items():
        for shape in shapes:
            found = _reason(shape)
            if found is not reason:
                return f"heights {shape.heights_log2} give {found}, not {reason.name}"
    return None


def _reason(shape: SegmentShape) -> Rejection | None:
    try:
        check_shape(shape, _FIXED_HEIGHTS, TINY)
    except Rejected as rejected:
        return rejected.reason
    return None
