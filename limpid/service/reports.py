"""What Ere's client decodes of an execution and of a proof beside their public values.

The structures are `ProgramExecutionReport` and `ProgramProvingReport` of eth-act/ere, crates/prover/core/src/report.rs,
in bincode's legacy form (docs.rs/bincode, `config::legacy`): integers little-endian at their full width, a map as its
length and its entries, a duration as seconds in 64 bits and nanoseconds in 32, an option behind one byte.
"""

from __future__ import annotations

import struct

NANOSECONDS = 10**9
"""In a second."""


def execution_report(instructions: int, seconds: float) -> bytes:
    """`total_num_cycles`, no regions, `execution_duration`: 28 bytes."""
    return struct.pack("<QQ", instructions, 0) + _duration(seconds)


def proving_report(instructions: int, seconds: float) -> bytes:
    """`proving_time` and `total_num_cycles`: 21 bytes."""
    return _duration(seconds) + struct.pack("<BQ", 1, instructions)


def _duration(seconds: float) -> bytes:
    return struct.pack("<QI", *divmod(int(seconds * NANOSECONDS), NANOSECONDS))
