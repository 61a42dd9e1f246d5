"""The parameter sets of the proof system: every number that security and proof size depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

MAXIMUM_GRINDING_BITS = 40
"""A proof of work above 2^40 hashes is out of reach of a prover, so it is a mistyped number."""


@dataclass(frozen=True)
class ParameterSet:
    """Parameters of the polynomial commitment.

    The rate is 2^-rate_log2; a FRI layer folds 2^folding_arity_log2 values at most; the final polynomial has
    at most 2^final_degree_log2 coefficients; `grinding` gives the bits of proof of work before the challenges
    of a round, by the round's name (FRI's folding rounds share the name "fri_folding"). A verifier refuses a
    set that is not `secure` unless told otherwise. With `listed_shapes` every segment has the heights of a shape that
    a recursion circuit is made for. Raises ValueError for numbers without a meaning.
    """

    name: str
    rate_log2: int
    queries: int
    folding_arity_log2: int
    final_degree_log2: int
    secure: bool
    listed_shapes: bool = False
    grinding: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "grinding", MappingProxyType(dict(self.grinding)))
        if not 1 <= self.rate_log2 <= 8:
            raise ValueError(f"parameter set {self.name}: rate 2^-{self.rate_log2} is not between 1/2 and 1/256")
        if not 1 <= self.queries <= 1024:
            raise ValueError(f"parameter set {self.name}: {self.queries} queries are not between 1 and 1024")
        if not 1 <= self.folding_arity_log2 <= 6:
            raise ValueError(f"parameter set {self.name}: arity 2^{self.folding_arity_log2} is not in 2 to 64")
        if not 0 <= self.final_degree_log2 <= 12:
            raise ValueError(f"parameter set {self.name}: final degree 2^{self.final_degree_log2} is above 2^12")
        for label, bits in self.grinding.items():
            if not 0 <= bits <= MAXIMUM_GRINDING_BITS:
                raise ValueError(f"parameter set {self.name}: {bits} bits of grinding for {label}")

    def grinding_bits(self, round_name: str) -> int:
        """The bits of proof of work before the challenges of a round; 0 where none is declared."""
        return self.grinding.get(round_name, 0)

    def encoded(self) -> bytes:
        """All parameters as canonical bytes, for digests and transcripts: one line of ASCII."""
        grinding = ",".join(f"{label}={bits}" for label, bits in sorted(self.grinding.items()) if bits)
        return (
            f"{self.name};rate_log2={self.rate_log2};queries={self.queries};"
            f"folding_arity_log2={self.folding_arity_log2};final_degree_log2={self.final_degree_log2};"
            f"secure={int(self.secure)};listed_shapes={int(self.listed_shapes)};grinding:{grinding}"
        ).encode("ascii")


TINY = ParameterSet(
    name="tiny",
    rate_log2=1,
    queries=4,
    folding_arity_log2=2,
    final_degree_log2=2,
    secure=False,
    grinding={"deep_batching": 1, "queries": 2},
)
"""For tests: insecure, small and fast."""

SEGMENT = ParameterSet(
    name="segment",
    rate_log2=1,
    queries=249,
    folding_arity_log2=3,
    final_degree_log2=5,
    secure=True,
    grinding={"deep_batching": 18, "fri_folding": 12, "queries": 20},
)
"""For the standalone proof of a segment: 141 bits, so that a run of the most segments still sums to 128."""

RECURSION = ParameterSet(
    name="recursion",
    rate_log2=2,
    queries=124,
    folding_arity_log2=3,
    final_degree_log2=5,
    secure=True,
    listed_shapes=True,
    grinding={"deep_batching": 20, "fri_folding": 10, "queries": 20},
)
"""For proofs that a recursion circuit verifies: half the queries of `segment` for twice the prover's work, and the
heights of a listed shape."""

FINAL = ParameterSet(
    name="final",
    rate_log2=4,
    queries=55,
    folding_arity_log2=4,
    final_degree_log2=8,
    secure=True,
    grinding={"deep_batching": 18, "fri_folding": 10, "queries": 22},
)
"""For the last proof, which is sent: small, for tables of at most 2^20 rows."""

PARAMETER_SETS: Mapping[str, ParameterSet] = MappingProxyType({s.name: s for s in (TINY, SEGMENT, RECURSION, FINAL)})
"""Every parameter set by its name."""
