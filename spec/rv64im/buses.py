"""The buses of the machine, and the widths of what they carry."""

from __future__ import annotations

from spec.air.bus import Bus, Scope

LIMB_BITS = 16
"""A 64-bit value is four limbs of this width: the largest for which limb sums stay far below p."""

LIMBS = 4
"""A doubleword as limbs of 16 bits."""

CLOCK_LOW_BITS = 16
CLOCK_HIGH_BITS = 8
CLOCK_BITS = CLOCK_LOW_BITS + CLOCK_HIGH_BITS
"""K: clock differences lie in [0, 2^K). 2^(K+1) < p, so a difference of two clocks below 2^K never wraps."""

SEGMENT_GAP_BITS = 20
"""A boundary row's segment index minus its token's index lies in [0, 2^20): far above any number of segments."""


def _limb_fields(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{i}" for i in range(LIMBS))


def _limb_bits(name: str) -> dict[str, int]:
    return dict.fromkeys(_limb_fields(name), LIMB_BITS)


PROGRAM = Bus(
    name="program",
    identity=1,
    fields=(
        "pc",
        "opcode",
        "destination",
        "source1",
        "source2",
        "constant_0",
        "constant_1",
        "constant_2",
        "constant_3",
        "constant_4",
    ),
    scope=Scope.LOCAL,
    receiver_assumes="the tuple is a row of the program table: what the word at 4 * pc decodes to",
    sender_ensures="only the program's fixed table sends",
    field_bits={"pc": 30},
)

STATE = Bus(
    name="state",
    identity=2,
    fields=("pc", "clock"),
    scope=Scope.LOCAL,
    receiver_assumes="the machine arrives at pc at this clock, exactly once",
    sender_ensures="the next pc is the instruction's, the clock has advanced by the row's accesses, at least 1",
)

MEMORY = Bus(
    name="memory",
    identity=3,
    fields=("space", "address", *_limb_fields("value"), "clock"),
    scope=Scope.LOCAL,
    receiver_assumes=(
        "the value was stored there at this clock, its limbs have 16 bits, an address of the memory space has 29"
    ),
    sender_ensures="it has received the previous token of the address, from an earlier clock; limbs have 16 bits",
    field_bits=_limb_bits("value"),
)

RANGE = Bus(
    name="range",
    identity=4,
    fields=("value", "width"),
    scope=Scope.LOCAL,
    receiver_assumes="0 <= value < 2^width and 0 <= width <= 16",
    sender_ensures="only the fixed range table sends",
)

AND = Bus(
    name="and",
    identity=5,
    fields=("left", "right", "conjunction"),
    scope=Scope.LOCAL,
    receiver_assumes="left and right are bytes and conjunction is their bitwise and",
    sender_ensures="only the fixed byte table sends",
    field_bits={"left": 8, "right": 8, "conjunction": 8},
)

BYTE_PAIR = Bus(
    name="byte_pair",
    identity=6,
    fields=("left", "right"),
    scope=Scope.LOCAL,
    receiver_assumes="both are bytes",
    sender_ensures="only the fixed byte table sends",
    field_bits={"left": 8, "right": 8},
)

SHIFT = Bus(
    name="shift",
    identity=7,
    fields=("amount", "limbs_1", "limbs_2", "limbs_3", "half", "power"),
    scope=Scope.LOCAL,
    receiver_assumes=(
        "amount < 64 is 16 * q + 8 * half + r with half 0 or 1 and r < 8, limbs_i is 1 for i = q and otherwise 0, "
        "power is 2^r"
    ),
    sender_ensures="only the fixed shift table sends",
)

EXIT = Bus(
    name="exit",
    identity=8,
    fields=_limb_fields("code"),
    scope=Scope.LOCAL,
    receiver_assumes="the program ended by the exit call with this code",
    sender_ensures="the row leads to HALTED",
    field_bits=_limb_bits("code"),
)

CURSOR = Bus(
    name="cursor",
    identity=9,
    fields=("key",),
    scope=Scope.LOCAL,
    receiver_assumes="every memory row so far has a key below this one",
    sender_ensures="the next cursor is above the row's own key",
)

IMAGE = Bus(
    name="image",
    identity=10,
    fields=("address", *_limb_fields("value")),
    scope=Scope.LOCAL,
    receiver_assumes="the program's image holds this doubleword",
    sender_ensures="only the program's fixed image table sends",
    field_bits=_limb_bits("value"),
)

REGION = Bus(
    name="region",
    identity=11,
    fields=("space", "kind", "start", "end"),
    scope=Scope.LOCAL,
    receiver_assumes="the program has this region",
    sender_ensures="only the program's fixed region table sends",
)

CONTINUATION = Bus(
    name="continuation",
    identity=12,
    fields=("space", "address", *_limb_fields("value"), "segment"),
    scope=Scope.GLOBAL,
    receiver_assumes="the address holds this value before the given segment, with limbs of 16 bits",
    sender_ensures="it has received the address's previous token, from an earlier segment",
    field_bits=_limb_bits("value"),
)

OUTPUT = Bus(
    name="output",
    identity=13,
    fields=("address", *_limb_fields("value")),
    scope=Scope.GLOBAL,
    receiver_assumes="the run leaves this doubleword in the output region",
    sender_ensures="the value is the address's last",
    field_bits=_limb_bits("value"),
)

BUSES = (
    PROGRAM,
    STATE,
    MEMORY,
    RANGE,
    AND,
    BYTE_PAIR,
    SHIFT,
    EXIT,
    CURSOR,
    IMAGE,
    REGION,
    CONTINUATION,
    OUTPUT,
)

ACCELERATOR_IDENTITIES = range(64, 128)
"""The identities of the buses between calls and their work tables."""

SHA256_IDENTITY = 64
"""The first of four."""

KECCAK_IDENTITY = 68
"""The first of sixteen."""

RESERVED_IDENTITIES = range(84, 128)
"""Bus identities kept for further accelerators: no bus of the machine may take one."""
