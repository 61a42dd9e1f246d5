"""The fixed guests of the benchmark: programs of the examples and of this folder, with their inputs."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from pathlib import Path

from limpid.guest_build.build import EXAMPLES, build

HERE = Path(__file__).resolve().parent

MILLION = 1_000_000
INSTRUCTIONS_PER_EIGHT_ITERATIONS = 114
"""The instructions of arithmetic_loop.c, whose every eighth iteration divides."""


@dataclass(frozen=True)
class Guest:
    """A program and its input; `title` says what of."""

    title: str
    source: Path
    private_input: bytes

    def elf(self, directory: Path) -> Path:
        """The program, built into the directory. Raises BuildError if a tool is missing, or the compiler refuses."""
        output = directory / f"{self.source.stem}.elf"
        if not output.exists():
            build([self.source], output)
        return output


def _arithmetic_loop(instructions: int) -> Guest:
    iterations = instructions * 8 // INSTRUCTIONS_PER_EIGHT_ITERATIONS
    title = f"arithmetic loop, {instructions / MILLION:g} million instructions"
    return Guest(title, HERE / "arithmetic_loop.c", struct.pack("<Q", iterations))


_RANDOM = random.Random(1)

_SIGNED = (
    "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c"
    "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"
    "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c454901"
)
"""Hash, r, s and recovery identifier [go-ethereum, ecRecover.json, ValidKey]."""

GUESTS: dict[str, Guest] = {
    "sha256": Guest("SHA-256 of 16 KiB", EXAMPLES / "sha256.c", _RANDOM.randbytes(16 * 1024)),
    "sort": Guest("heapsort of 4,200 numbers", EXAMPLES / "sort.c", _RANDOM.randbytes(4 * 4200)),
    "memory": Guest("50,000 steps through 128 KiB", HERE / "memory_walk.c", struct.pack("<Q", 50_000)),
    "keccak256": Guest("Keccak-256 of 128 KiB", EXAMPLES / "keccak256.c", _RANDOM.randbytes(128 * 1024)),
    "keccak256-unrolled": Guest(
        "Keccak-256 of 16 KiB, unrolled C", HERE / "keccak256_unrolled.c", _RANDOM.randbytes(16 * 1024)
    ),
    "ecdsa": Guest("ECDSA recovery", EXAMPLES / "ecdsa_recovery.c", bytes.fromhex(_SIGNED)),
    "arithmetic-250k": _arithmetic_loop(MILLION // 4),
    "arithmetic-1M": _arithmetic_loop(MILLION),
    "arithmetic-4M": _arithmetic_loop(4 * MILLION),
}
"""By name: mixed guests of about a million instructions, two that call accelerators, and one loop at three lengths."""

_MEGABYTE = random.Random(2).randbytes(MILLION)

BY_CALL, UNROLLED = "keccak256-1MB", "keccak256-unrolled-1MB"

LONG_GUESTS: dict[str, Guest] = {
    BY_CALL: Guest("Keccak-256 of a megabyte", EXAMPLES / "keccak256.c", _MEGABYTE),
    UNROLLED: Guest("Keccak-256 of a megabyte, unrolled C", HERE / "keccak256_unrolled.c", _MEGABYTE),
}
"""By name: guests that are measured only where the command line names them, since they take minutes."""

ALL_GUESTS = GUESTS | LONG_GUESTS

SERIES = ("arithmetic-250k", "arithmetic-1M", "arithmetic-4M")
"""The same program at lengths that grow fourfold."""
