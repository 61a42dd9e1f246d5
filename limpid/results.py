"""What the Python API returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reference.checker import Violation
from reference.verifier.program import Verified
from soundcalc.protocol.runs import RunSecurity
from spec.protocol.development import DevelopmentReceipt
from spec.protocol.key import VerificationKey


@dataclass(frozen=True)
class TraceCheck:
    """The honest trace of a run, held against every constraint and every bus."""

    instructions: int
    table_heights: tuple[tuple[tuple[str, int], ...], ...]
    """By segment, chip and rows of every table in machine order."""

    violations: tuple[Violation, ...]
    """Empty for a run that can be proven."""


@dataclass(frozen=True)
class Proof:
    """A finished proof with what it says."""

    encoded: bytes
    """The proof's canonical bytes: what `verify` takes."""

    key: VerificationKey
    output: bytes
    exit_code: int
    instructions: int
    misaligned_accesses: Mapping[int, int]
    """How many misaligned loads and stores, by program counter."""

    segments: int
    seconds: float
    """From the loaded program to the finished bytes."""


@dataclass(frozen=True)
class DevelopmentRun:
    """A run that was executed and not proven."""

    encoded: bytes
    """The canonical bytes of its receipt: `verify` rejects them, `check_dev_receipt` reads them."""

    receipt: DevelopmentReceipt
    instructions: int
    seconds: float
    """From the loaded program to the finished bytes."""


@dataclass(frozen=True)
class Accepted:
    """The verifier's acceptance: what is now known, and how surely."""

    verified: Verified
    security: RunSecurity

    @property
    def program_id(self) -> bytes:
        return self.verified.key.program_id

    @property
    def output(self) -> bytes:
        return self.verified.output

    @property
    def exit_code(self) -> int:
        return self.verified.exit_code

    @property
    def security_bits(self) -> int:
        """The minimum over the rounds of this very proof."""
        return self.security.security_bits
