"""The shape of a proof: everything of a multi-table STARK on which its security depends.

Whoever has the machine fills these dataclasses from the verifier's own objects; nothing here knows the
machine. Each class refuses nonsense with ParameterError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from soundcalc.errors import ParameterError
from spec.protocol import labels
from spec.protocol.labels import folding_label

FOLDING_FAMILY = labels.FRI_FOLDING
"""The family of the labels fri_folding_<layer>, one per folding layer, counted from 0."""

GLOBAL_LABELS = ("pinning_point", "global_alpha", "global_beta")
LOCAL_LABELS = (
    "local_alpha",
    "local_beta",
    "constraint_batching",
    "out_of_domain",
    labels.DEEP_BATCHING,
)
QUERIES = labels.QUERIES
MAXIMUM_GRINDING_BITS = 64
"""A proof of work beyond 64 bits is a typing error, not a parameter."""


def family_of(label: str) -> str:
    """A label without its layer number: fri_folding_3 belongs to fri_folding, every other label to itself."""
    return FOLDING_FAMILY if label.startswith(FOLDING_FAMILY) else label


def _require(holds: bool, parameter: str, reason: str) -> None:
    if not holds:
        raise ParameterError(parameter, reason)


@dataclass(frozen=True)
class TableShape:
    """Columns of one height, committed and opened together: a chip's table, or the quotient of a height.

    `columns` counts base-field columns by commitment name (an extension column counts extension_degree
    times). `openings` counts, by opening point, the functions that DEEP batching combines. `constraints`
    counts what constraint batching combines, LogUp constraints too; 0 for a quotient.
    """

    name: str
    height_log2: int
    columns: Mapping[str, int]
    openings: Mapping[str, int]
    constraints: int
    maximum_degree: int

    def __post_init__(self) -> None:
        place = f"table {self.name}"
        _require(self.height_log2 >= 1, f"{place}: height_log2", f"{self.height_log2} is below 1")
        _require(self.constraints >= 0, f"{place}: constraints", f"{self.constraints} is negative")
        _require(self.maximum_degree >= 1, f"{place}: maximum_degree", f"{self.maximum_degree} is below 1")
        for kind, counts in (("columns", self.columns), ("openings", self.openings)):
            for key, count in counts.items():
                _require(count >= 0, f"{place}: {kind}[{key}]", f"{count} is negative")

    @property
    def batched_functions(self) -> int:
        """How many (column, point) pairs DEEP batching combines for this table."""
        return sum(self.openings.values())


@dataclass(frozen=True)
class BusInteractions:
    """Fractions of one bus in one LogUp sum: `count` of them (padding rows too), tuples of `width` elements.

    `counted` marks the table side, whose multiplicity is a committed counter: the limit on the number of
    boolean multiplicities does not count it.
    """

    bus: str
    width: int
    count: int
    counted: bool = False

    def __post_init__(self) -> None:
        _require(self.width >= 0, f"bus {self.bus}: width", f"{self.width} is negative")
        _require(self.count >= 0, f"bus {self.bus}: count", f"{self.count} is negative")


@dataclass(frozen=True)
class GlobalArgument:
    """The memory argument over a whole run under one challenge.

    `interactions` are those of all segments and of the verifier; `pinned_rows` adds up, over the segments, the
    height of the tallest table whose columns are opened at the segment's pinning point.
    """

    pinned_rows: int
    interactions: tuple[BusInteractions, ...]

    def __post_init__(self) -> None:
        _require(self.pinned_rows >= 1, "pinned_rows", f"{self.pinned_rows} is below 1")


@dataclass(frozen=True)
class FoldingLayer:
    """One FRI folding: `arity_log2` halvings, and whether a codeword of the height after it joins there."""

    arity_log2: int
    injected: bool = False

    def __post_init__(self) -> None:
        _require(self.arity_log2 >= 1, "arity_log2", f"{self.arity_log2} is below 1: a layer folds something")

    @property
    def line_count(self) -> int:
        """The degree in the folding challenge: arity - 1, and one more for an injected codeword."""
        return (1 << self.arity_log2) - 1 + self.injected


@dataclass(frozen=True)
class ProofShape:
    """One proof of a multi-table STARK with FRI over mixed heights.

    The rate is 2^-blowup_log2 at every height. `grinding_bits` is keyed by challenge label; "fri_folding"
    stands for every layer that has no entry of its own. `challenge_word_bits` is the width of the uniform word
    that is reduced modulo the base field to give one coefficient of a challenge. Every (column, point) pair has
    a DEEP quotient of its own.
    """

    blowup_log2: int
    base_field_size: int
    extension_degree: int
    two_adicity: int
    tables: tuple[TableShape, ...]
    local_interactions: tuple[BusInteractions, ...]
    global_argument: GlobalArgument | None
    folding: tuple[FoldingLayer, ...]
    queries: int
    digest_bits: int
    grinding_bits: Mapping[str, int] = field(default_factory=dict)
    challenge_word_bits: int = 64

    def __post_init__(self) -> None:
        _require(
            self.blowup_log2 >= 1,
            "blowup_log2",
            f"{self.blowup_log2} is below 1: a rate of 2^-blowup is below one",
        )
        _require(
            self.base_field_size >= 3,
            "base_field_size",
            f"{self.base_field_size} is not an odd field's order",
        )
        _require(self.extension_degree >= 1, "extension_degree", f"{self.extension_degree} is below 1")
        _require(len(self.tables) > 0, "tables", "there is none")
        _require(self.queries >= 1, "queries", f"{self.queries} is below 1: nothing would be tested")
        _require(self.digest_bits >= 1, "digest_bits", f"{self.digest_bits} is below 1")
        _require(
            1 << self.challenge_word_bits >= self.base_field_size,
            "challenge_word_bits",
            f"a word of {self.challenge_word_bits} bits does not cover the base field",
        )
        _require(
            self.domain_log2 <= self.two_adicity,
            "two_adicity",
            f"a domain of 2^{self.domain_log2} points exceeds the subgroup of order 2^{self.two_adicity}",
        )
        self._check_grinding()
        self._check_folding()

    def _check_grinding(self) -> None:
        known = {*GLOBAL_LABELS, *LOCAL_LABELS, FOLDING_FAMILY, QUERIES, *self.folding_labels}
        for label, bits in self.grinding_bits.items():
            _require(label in known, f"grinding_bits[{label}]", "is no challenge label")
            _require(
                0 <= bits <= MAXIMUM_GRINDING_BITS,
                f"grinding_bits[{label}]",
                f"{bits} does not lie in 0 to {MAXIMUM_GRINDING_BITS}",
            )

    def _check_folding(self) -> None:
        """Folding must stop at every height that is present, and inject exactly there."""
        _require(self.final_height_log2 >= 0, "folding", "folds below a constant")
        stops = {self.height_log2_after(layer): fold for layer, fold in enumerate(self.folding)}
        for height_log2 in self.heights_log2[1:]:
            _require(
                height_log2 in stops and stops[height_log2].injected,
                "folding",
                f"no layer injects the codeword of height 2^{height_log2}",
            )
        for height_log2, fold in stops.items():
            _require(
                not fold.injected or height_log2 in self.heights_log2,
                "folding",
                f"a layer injects a codeword of height 2^{height_log2}, which no table has",
            )

    @property
    def rate(self) -> Fraction:
        return Fraction(1, 1 << self.blowup_log2)

    @property
    def field_size(self) -> int:
        """The order of the extension field from which challenges come."""
        return int(self.base_field_size**self.extension_degree)

    @property
    def heights_log2(self) -> tuple[int, ...]:
        """The distinct heights present, tallest first."""
        return tuple(sorted({table.height_log2 for table in self.tables}, reverse=True))

    @property
    def tallest_log2(self) -> int:
        return max(table.height_log2 for table in self.tables)

    @property
    def domain_log2(self) -> int:
        """The size of the largest evaluation domain, as a logarithm."""
        return self.tallest_log2 + self.blowup_log2

    @property
    def final_height_log2(self) -> int:
        """Coefficients of the polynomial that is sent in the clear, as a logarithm."""
        return self.tallest_log2 - sum(layer.arity_log2 for layer in self.folding)

    @property
    def folding_labels(self) -> tuple[str, ...]:
        return tuple(folding_label(layer) for layer in range(len(self.folding)))

    def height_log2_after(self, layer: int) -> int:
        """The height of the codeword that this folding layer produces."""
        return self.tallest_log2 - sum(fold.arity_log2 for fold in self.folding[: layer + 1])

    @property
    def opening_points(self) -> int:
        """The largest number of points at which one table is opened."""
        return max(sum(count > 0 for count in table.openings.values()) for table in self.tables)

    def batched_functions(self, height_log2: int) -> int:
        """(column, point) pairs that are batched at this height."""
        return sum(table.batched_functions for table in self.tables if table.height_log2 == height_log2)

    def constraints(self, height_log2: int) -> int:
        """Constraints that are batched into the quotient of this height."""
        return sum(table.constraints for table in self.tables if table.height_log2 == height_log2)

    @property
    def maximum_degree(self) -> int:
        return max(table.maximum_degree for table in self.tables)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all challenges of this proof, in protocol order."""
        global_labels = GLOBAL_LABELS if self.global_argument is not None else ()
        return (*global_labels, *LOCAL_LABELS, *self.folding_labels, QUERIES)

    def grinding(self, label: str) -> int:
        """Bits of proof of work before this challenge."""
        return self.grinding_bits.get(label, self.grinding_bits.get(family_of(label), 0))


def uniform_folding(
    heights_log2: tuple[int, ...], maximum_arity_log2: int, final_height_log2: int
) -> tuple[FoldingLayer, ...]:
    """The fewest layers of at most this arity that stop at every height and end at `final_height_log2`.

    A final height above the smallest table is refused with ParameterError.
    """
    _require(maximum_arity_log2 >= 1, "maximum_arity_log2", f"{maximum_arity_log2} is below 1")
    stops = sorted(set(heights_log2), reverse=True)
    _require(
        final_height_log2 <= stops[-1],
        "final_height_log2",
        f"the smallest table has height 2^{stops[-1]}, below the final 2^{final_height_log2}",
    )
    present, layers, height = set(stops), [], stops[0]
    for stop in [*stops[1:], final_height_log2]:
        while height > stop:
            arity_log2 = min(maximum_arity_log2, height - stop)
            height -= arity_log2
            layers.append(FoldingLayer(arity_log2, injected=height in present))
    return tuple(layers)
