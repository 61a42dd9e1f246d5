"""The weights of stacked columns are those of the reference, however many table columns lie in each."""

from __future__ import annotations

import pytest

from optimized.verifier.algebra import CompiledAlgebra
from optimized.verifier.elements import Elements, to_scalars
from optimized.verifier.steps import OptimizedSteps
from reference.verifier.steps import PlainSteps
from spec.field import Extension, P
from spec.protocol.columns import PINNED, ColumnClaims, claim_count
from spec.protocol.shape import SegmentShape
from spec.protocol.stacking import stackings
from tests.small_machine import CLOCK_BITS, SMALL_MACHINE

HEIGHTS = {"move": (4, 2), "halt": (1,), "range_table": (CLOCK_BITS,), "program_table": (3,), "boundary": (2,)}
TABLES = SegmentShape(SMALL_MACHINE, HEIGHTS).tables


def point(count: int, seed: int) -> list[Extension]:
    return [Extension.from_coefficients((seed + 7 * i) ** (3 + k) % P for k in range(6)) for i in range(count)]


@pytest.mark.parametrize("height_log2", [CLOCK_BITS, CLOCK_BITS + 1, CLOCK_BITS + 4])
def test_weights_of_stacked_columns_are_those_of_the_reference(height_log2: int) -> None:
    layouts = stackings(TABLES, height_log2)
    scales = point(claim_count(layouts), 11)
    pinning = dict(zip(PINNED, point(len(PINNED), 5), strict=True))
    at = point(height_log2, 3)
    algebra = CompiledAlgebra()
    claims = ColumnClaims(layouts, point(CLOCK_BITS, 2), pinning, scales)
    in_an_array = ColumnClaims(layouts, point(CLOCK_BITS, 2), pinning, Elements(to_scalars(scales)))
    expected = PlainSteps[int, Extension, int, int]().stacked_weights(algebra, claims, at)
    for given in (claims, in_an_array):
        assert list(OptimizedSteps().stacked_weights(algebra, given, at)) == expected
