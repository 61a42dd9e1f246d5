"""Every optimised kernel against its plain twin: random and edge elements, smallest and uneven shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from optimized.field.extension import inverses
from optimized.kernels import OptimizedKernels
from reference.prover.combination import TableCodewords
from reference.arrays.extension_arrays import ExtensionArray
from reference.arrays.field_arrays import Matrix
from reference.prover.logup import LogupMatrices
from reference.prover.plain_kernels import PlainKernels
from reference.prover.reduction import OpenedColumns
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import EXTENSION_DEGREE, ONE, ZERO, Extension, P, X
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.logup import BusChallenges
from spec.protocol.shape import TableShape
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, SEGMENT_PUBLIC_VALUES

PLAIN = PlainKernels()
OPTIMIZED = OptimizedKernels()

EDGES = (0, 1, P - 1, 2**24, P - 2**24)
WIDTHS = (1, 6, 8, 15, 17, 40)
POINTS = (Extension((3, 1, 4, 1, 5, 9)), X, Extension((P - 1,) * 6))
CHALLENGES = {
    Scope.LOCAL: BusChallenges(Extension((5, 6, 7, 8, 9, 10)), Extension((P - 1, 2, 3, 4, 5, 6))),
    Scope.GLOBAL: BusChallenges(Extension((1, 2, 1, 2, 1, 2)), Extension((9, 8, 7, 6, 5, 4))),
}
PUBLIC_VALUES = {name: i * 12345 + 1 for i, name in enumerate(SEGMENT_PUBLIC_VALUES)}


CELLS = ("mixed", "edges", "zero", "largest")
"""Random elements with edges among them, nothing but edges, and the same edge everywhere."""

every_kind_of_cells = pytest.mark.parametrize("cells", CELLS)


def elements(height: int, width: int, cells: str = "mixed") -> Matrix:
    """Canonical elements of a kind."""
    random = np.random.default_rng(height * 1000 + width)
    if cells in ("zero", "largest"):
        return np.full((height, width), 0 if cells == "zero" else P - 1, dtype=np.uint64)
    edges = random.choice(np.array(EDGES, dtype=np.uint64), (height, width))
    if cells == "edges":
        return edges
    chosen = random.random((height, width)) < 0.1
    return np.where(chosen, edges, random.integers(0, P, (height, width), dtype=np.uint64))


def extension_elements(count: int, cells: str = "mixed") -> ExtensionArray:
    return elements(count, EXTENSION_DEGREE, cells)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height_log2", [1, 2, 3, 4, 7])
@every_kind_of_cells
def test_transforms_equal_the_plain_ones(height_log2: int, width: int, cells: str) -> None:
    matrix = elements(1 << height_log2, width, cells)
    for rate_log2 in (1, 2):
        assert np.array_equal(OPTIMIZED.codewords(matrix, rate_log2), PLAIN.codewords(matrix, rate_log2))
        expected = PLAIN.evaluate_on_coset(matrix, rate_log2)
        assert np.array_equal(OPTIMIZED.evaluate_on_coset(matrix, rate_log2), expected)


@pytest.mark.parametrize("height_log2", [11, 12, 13])
@pytest.mark.parametrize("width", [3, 17])
@every_kind_of_cells
def test_transforms_in_two_passes_equal_the_plain_ones(height_log2: int, width: int, cells: str) -> None:
    matrix = elements(1 << height_log2, width, cells)
    for rate_log2 in (1, 2):
        assert np.array_equal(OPTIMIZED.codewords(matrix, rate_log2), PLAIN.codewords(matrix, rate_log2))
    assert np.array_equal(OPTIMIZED.evaluate_on_coset(matrix, 1), PLAIN.evaluate_on_coset(matrix, 1))


@pytest.mark.parametrize("widths", [[1], [13], [14], [15], [16], [29, 30], [6, 1, 40]])
@pytest.mark.parametrize("height", [1, 2, 8, 32, 2048])
@every_kind_of_cells
def test_leaf_digests_equal_the_plain_ones(height: int, widths: list[int], cells: str) -> None:
    matrices = [elements(height, width, cells) for width in widths]
    assert np.array_equal(OPTIMIZED.leaf_digests(matrices), PLAIN.leaf_digests(matrices))


@pytest.mark.parametrize("count", [1, 2, 8, 16, 17, 33, 1024])
def test_compress_equals_the_plain_one(count: int) -> None:
    digests = np.random.default_rng(count).integers(0, 2**32, (2 * count, 8), dtype=np.uint32)
    digests[:2] = [[0] * 8, [2**32 - 1] * 8]
    for left, right in ((digests[0::2], digests[1::2]), (digests[:count], digests[count:])):
        assert np.array_equal(OPTIMIZED.compress(left, right), PLAIN.compress(left, right))


@pytest.mark.parametrize("count", [1, 4, 8, 1024])
@every_kind_of_cells
def test_add_scaled_equals_the_plain_one(count: int, cells: str) -> None:
    left, right = extension_elements(count, cells), extension_elements(count, cells)[::-1]
    for factor in (ZERO, ONE, *POINTS):
        assert np.array_equal(OPTIMIZED.add_scaled(left, factor, right), PLAIN.add_scaled(left, factor, right))


@pytest.mark.parametrize("position", [0, 7, 700, 1023])
def test_inverse_of_a_zero_anywhere_raises(position: int) -> None:
    array = extension_elements(1024).astype(np.uint32)
    array[position] = 0
    with pytest.raises(ZeroDivisionError):
        inverses(array)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("size_log2", [1, 2, 3, 11])
def test_inverse_differences_equal_the_plain_ones(size_log2: int, point: Extension) -> None:
    expected = PLAIN.inverse_differences(point, size_log2)
    assert np.array_equal(OPTIMIZED.inverse_differences(point, size_log2), expected)


def test_inverse_differences_of_a_point_in_the_domain_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        OPTIMIZED.inverse_differences(Extension.of(COSET_SHIFT), 4)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("width", [1, 17])
@pytest.mark.parametrize("height_log2", [1, 3, 8])
@every_kind_of_cells
def test_evaluate_columns_equals_the_plain_one(height_log2: int, width: int, point: Extension, cells: str) -> None:
    codewords = elements(2 << height_log2, width, cells)
    # A larger domain than needed: its first positions are the smaller domain.
    differences = PLAIN.inverse_differences(point, height_log2 + 1)
    expected = PLAIN.evaluate_columns(codewords, 1, point, differences)
    assert OPTIMIZED.evaluate_columns(codewords, 1, point, differences) == expected


@pytest.mark.parametrize("widths", [[1], [40], [6, 17, 2]])
@pytest.mark.parametrize("height_log2", [2, 3, 9])
@every_kind_of_cells
def test_reduced_codeword_equals_the_plain_one(height_log2: int, widths: list[int], cells: str) -> None:
    codewords = [elements(1 << height_log2, width, cells) for width in widths]
    openings = []
    for point, value in zip(POINTS, (ZERO, *POINTS), strict=False):
        weights = [extension_elements(width, cells) for width in widths]
        differences = PLAIN.inverse_differences(point, height_log2 + 1)
        openings.append(OpenedColumns(codewords, weights, value, differences))
    assert np.array_equal(OPTIMIZED.reduced_codeword(openings), PLAIN.reduced_codeword(openings))


@pytest.mark.parametrize("challenge", [ZERO, ONE, *POINTS])
@pytest.mark.parametrize("arity_log2", [1, 2, 3])
@pytest.mark.parametrize("size_log2", [3, 6, 11])
@every_kind_of_cells
def test_fold_equals_the_plain_one(size_log2: int, arity_log2: int, challenge: Extension, cells: str) -> None:
    codeword = extension_elements(1 << size_log2, cells)
    expected = PLAIN.fold(codeword, arity_log2, challenge)
    assert np.array_equal(OPTIMIZED.fold(codeword, arity_log2, challenge), expected)


@pytest.mark.parametrize("size_log2", [0, 1, 5, 12])
@every_kind_of_cells
def test_interpolate_equals_the_plain_one(size_log2: int, cells: str) -> None:
    codeword = extension_elements(1 << size_log2, cells)
    assert np.array_equal(OPTIMIZED.interpolate(codeword), PLAIN.interpolate(codeword))


def logup_both(chip: Chip, height: int, cells: str = "mixed") -> tuple[LogupMatrices, LogupMatrices]:
    main, fixed = elements(height, len(chip.columns), cells), elements(height, len(chip.fixed_columns), cells)
    return (
        OPTIMIZED.logup_matrices(chip, main, fixed, PUBLIC_VALUES, CHALLENGES),
        PLAIN.logup_matrices(chip, main, fixed, PUBLIC_VALUES, CHALLENGES),
    )


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
@every_kind_of_cells
def test_logup_columns_of_every_chip_equal_the_plain_ones(chip: Chip, cells: str) -> None:
    ours, plain = logup_both(chip, 16, cells)
    assert np.array_equal(ours.helpers, plain.helpers)
    assert np.array_equal(ours.accumulators, plain.accumulators)
    assert ours.totals == plain.totals


@pytest.mark.parametrize("height", [2, 8, 128, 512])
def test_logup_columns_of_every_height_equal_the_plain_ones(height: int) -> None:
    ours, plain = logup_both(CHIP_BY_NAME["memory"], height)
    assert np.array_equal(ours.helpers, plain.helpers)
    assert np.array_equal(ours.accumulators, plain.accumulators)
    assert ours.totals == plain.totals


def test_logup_columns_with_a_vanishing_fingerprint_raise() -> None:
    chip = CHIP_BY_NAME["range_table"]
    main, fixed = elements(16, len(chip.columns)), np.zeros((16, len(chip.fixed_columns)), dtype=np.uint64)
    identity = chip.interactions[0].bus.identity
    vanishing = {Scope.LOCAL: BusChallenges(Extension.of(-identity), X)}
    with pytest.raises(ZeroDivisionError):
        OPTIMIZED.logup_matrices(chip, main, fixed, PUBLIC_VALUES, vanishing)


def combined_both(chips: Sequence[Chip], height_log2: int, cells: str = "mixed") -> tuple[Matrix, Matrix]:
    points = 2 << height_log2
    tables = []
    for chip in chips:
        helpers, accumulators = TableShape(chip, height_log2).logup_widths()
        tables.append(
            TableCodewords(
                chip=chip,
                main=elements(points, len(chip.columns), cells),
                fixed=elements(points, len(chip.fixed_columns), cells),
                helpers=elements(points, helpers, cells),
                accumulators=elements(points, accumulators, cells),
                totals=(POINTS[0], POINTS[2]),
            )
        )
    arguments = (tables, PUBLIC_VALUES, CHALLENGES, POINTS[2])
    return OPTIMIZED.combined_constraints(*arguments), PLAIN.combined_constraints(*arguments)


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
@every_kind_of_cells
def test_combined_constraints_of_every_chip_equal_the_plain_ones(chip: Chip, cells: str) -> None:
    ours, plain = combined_both([chip], 3, cells)
    assert np.array_equal(ours, plain)


@pytest.mark.parametrize("height_log2", [1, 2, 6, 8])
def test_combined_constraints_of_several_tables_equal_the_plain_ones(height_log2: int) -> None:
    ours, plain = combined_both([CHIP_BY_NAME[name] for name in ("add", "load_misaligned", "memory")], height_log2)
    assert np.array_equal(ours, plain)


@pytest.mark.parametrize("height_log2", [1, 2, 3, 8])
@every_kind_of_cells
def test_quotient_coefficients_equal_the_plain_ones(height_log2: int, cells: str) -> None:
    combined = extension_elements(2 << height_log2, cells)
    assert np.array_equal(OPTIMIZED.quotient_coefficients(combined), PLAIN.quotient_coefficients(combined))


@pytest.mark.parametrize("bits", [0, 1, 8, 12])
@pytest.mark.parametrize("seed", [b"", b"seed", bytes(43), bytes(range(64))])
def test_grind_finds_the_plain_nonce(seed: bytes, bits: int) -> None:
    assert OPTIMIZED.grind(seed, bits) == PLAIN.grind(seed, bits)
