"""The verifier's own tokens: what it sends to and receives from the buses, from public data alone.

The verifier is a participant like the tables: a local bus balances over a segment's tables together with
`segment_tokens`, a global bus over all segments of a run together with `output_tokens`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spec.air.bus import Bus
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_CAPACITY_BYTES
from spec.memory_map import OUTPUT as OUTPUT_REGION
from spec.rv64im.buses import CURSOR, EXIT, LIMBS, OUTPUT, STATE
from spec.rv64im.program_row import HALTED, limbs_of

FIRST_CLOCK = 1
"""The clock of a segment's first row. Tokens that enter a segment have clock 0."""


@dataclass(frozen=True)
class Token:
    """A tuple that the verifier sends (sign +1) or receives (sign -1), once."""

    bus: Bus
    sign: int
    message: tuple[int, ...]


def segment_tokens(public_values: Mapping[str, int]) -> tuple[Token, ...]:
    """The tokens on the local buses of one segment: its state and its cursor at both ends, and the exit code."""
    tokens = (
        Token(STATE, +1, (public_values["pc_in"], FIRST_CLOCK)),
        Token(STATE, -1, (public_values["pc_out"], public_values["clock_out"])),
        Token(CURSOR, +1, (public_values["cursor_in"],)),
        Token(CURSOR, -1, (public_values["cursor_out"],)),
    )
    if public_values["pc_out"] != HALTED:
        return tokens
    return (*tokens, Token(EXIT, -1, tuple(public_values[f"exit_code_{i}"] for i in range(LIMBS))))


def output_doublewords(output: bytes) -> tuple[tuple[int, int], ...]:
    """(doubleword address, value) of the claimed output: its length, then its bytes and zeros to the last
    doubleword's end.

    Raises ValueError if the length exceeds the output region's capacity.
    """
    if len(output) > OUTPUT_CAPACITY_BYTES:
        raise ValueError(f"an output of {len(output)} bytes exceeds the capacity of {OUTPUT_CAPACITY_BYTES} bytes")
    first = OUTPUT_REGION.start // DOUBLEWORD_BYTES
    contents = (
        int.from_bytes(output[start : start + DOUBLEWORD_BYTES], "little")
        for start in range(0, len(output), DOUBLEWORD_BYTES)
    )
    return tuple(enumerate((len(output), *contents), start=first))


def output_tokens(output: bytes) -> tuple[Token, ...]:
    """The tokens on the global buses of a run: one for each doubleword of the claimed output.

    Raises ValueError if the length exceeds the output region's capacity.
    """
    return tuple(Token(OUTPUT, -1, (address, *limbs_of(value))) for address, value in output_doublewords(output))
