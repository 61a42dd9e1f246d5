"""The verifier's own tokens: what it sends to and receives from the buses, from public data alone.

The verifier is a participant like the tables: a local bus balances over a segment's tables together with
`SEGMENT_TOKENS`, a global bus over all segments of a run together with `output_tokens`.
"""

from __future__ import annotations

from spec.air.machine import Token
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_CAPACITY_BYTES, OUTPUT_REGION
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.buses import CURSOR, EXIT, LIMBS, OUTPUT, STATE
from spec.rv64im.program_row import HALTED, limbs_of

EXIT_CODE_VALUES = tuple(f"exit_code_{i}" for i in range(LIMBS))
"""The public values that hold the exit code's limbs."""

SEGMENT_TOKENS = (
    Token(STATE, +1, ("pc_in", FIRST_CLOCK)),
    Token(STATE, -1, ("pc_out", "clock_out")),
    Token(CURSOR, +1, ("cursor_in",)),
    Token(CURSOR, -1, ("cursor_out",)),
    Token(EXIT, -1, EXIT_CODE_VALUES, times=("pc_out", HALTED)),
)
"""The tokens on the local buses of one segment: its state and its cursor at both ends, and the exit code at the end of
the run."""


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
