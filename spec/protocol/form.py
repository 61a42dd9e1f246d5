"""Everything about a segment proof's form that follows from the heights of its tables and the parameters.

Prover, verifier, decoder and security terms read it; nothing of it is the prover's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from spec.air.bus import Scope
from spec.parameters import ParameterSet
from spec.protocol import columns, gkr, zerocheck
from spec.protocol.merkle import TreeShape
from spec.protocol.shape import SegmentShape, TableShape, stacking_height
from spec.protocol.stacking import Commitment, Stacking, leaf_tree, stackings
from spec.protocol.whir import Iteration, folded_tree, iterations

KEPT_SHAPES = 16
"""A run's segments have few shapes; what follows from one alone is kept for the next segment, and the next proof."""


@lru_cache(maxsize=KEPT_SHAPES)
def _layouts(tables: tuple[TableShape, ...], height_log2: int) -> Mapping[Commitment, Stacking]:
    return stackings(tables, height_log2)


@lru_cache(maxsize=KEPT_SHAPES)
def _circuit(tables: tuple[TableShape, ...]) -> gkr.Circuit:
    return gkr.circuit(tables)


@dataclass(frozen=True)
class SegmentForm:
    """A segment's form. Raises Rejected, on first use, where no listed stacking height holds its tables."""

    shape: SegmentShape
    parameters: ParameterSet

    @cached_property
    def height_log2(self) -> int:
        """h, the stacking height."""
        return stacking_height(self.shape, self.parameters)

    @cached_property
    def layouts(self) -> Mapping[Commitment, Stacking]:
        """The layouts of the commitments, in the order of the protocol."""
        return _layouts(self.shape.tables, self.height_log2)

    @cached_property
    def circuit(self) -> gkr.Circuit:
        """The layout of the GKR circuit's last layer."""
        return _circuit(self.shape.tables)

    @cached_property
    def iterations(self) -> tuple[Iteration, ...]:
        """WHIR's iterations."""
        return tuple(iterations(self.parameters, self.height_log2))

    @property
    def zerocheck_rounds(self) -> int:
        """The rounds of the zerocheck: the variables of the tallest table."""
        return self.shape.tallest_log2

    @cached_property
    def present(self) -> tuple[Commitment, ...]:
        """The commitments that have columns."""
        return tuple(commitment for commitment, layout in self.layouts.items() if layout.count)

    @property
    def stacked_count(self) -> int:
        """The stacked columns of all commitments."""
        return sum(layout.count for layout in self.layouts.values())

    @property
    def claim_count(self) -> int:
        """The claims that gamma combines."""
        return columns.claim_count(self.layouts)

    @property
    def constraint_count(self) -> int:
        """The constraints that chi combines, every instance counted."""
        return zerocheck.constraint_count(self.shape.tables)

    def message_count(self, scope: Scope) -> int:
        """The messages of a scope: rows times interactions over all tables."""
        return sum(
            table.height * sum(interaction.bus.scope is scope for interaction in table.chip.interactions)
            for table in self.shape.tables
        )

    def commitment_tree(self, commitment: Commitment) -> TreeShape:
        """The Merkle tree of a commitment that has columns."""
        return leaf_tree(self.layouts[commitment].count, self.height_log2, self.parameters)

    def opened_trees(self, iteration: Iteration) -> tuple[TreeShape, ...]:
        """The trees that an iteration's queries open: all commitments in the first, the folded vector's later."""
        if iteration.number == 0:
            return tuple(self.commitment_tree(commitment) for commitment in self.present)
        return (folded_tree(iteration, self.parameters),)
