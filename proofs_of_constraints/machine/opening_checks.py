"""What is claimed of columns reaches the opening: layout, weights, points and folds, each held against its definition.

The functions of spec.protocol by which prover and verifier work are called here; beside them stand vectors that are
written out entry by entry, and sums over all of them. Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.circuit_checks import example_tables
from proofs_of_constraints.machine.example_values import extension_element, extension_point
from spec.air.chip import Role
from spec.field import GENERATOR, ONE, ZERO, Extension, P, inverse, root_of_unity
from spec.protocol.columns import PINNED, ColumnClaims, claim_count, first_stacked, weights_at
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.shape import TableShape
from spec.protocol.stacking import Commitment, PlacedColumn, Stacking, stack
from spec.protocol.whir import Weight, domain_point, fold_fibre

STACKING_LOG2 = 5
"""No lower than the tables of the example, and so low that each commitment fills several stacked columns."""

VECTOR_LOG2 = 4
FOLDINGS_LOG2 = (1, 2, 3)
DOMAIN_LOG2 = 6
"""A vector longer than the widest fold, which is the next list's last."""

Place = tuple[int, int]
"""A table's position and a column's index."""


def columns_are_placed_once(audited: AuditedMachine) -> str | None:
    """Every column that is committed lies in one commitment, once, aligned, inside, and where no other lies."""
    return next(_placement_faults(example_tables(audited.machine)), None)


def _placement_faults(tables: Sequence[TableShape]) -> Iterator[str]:
    for commitment in Commitment:
        layout = stack(commitment, tables, STACKING_LOG2)
        placed = [(column.table, column.column) for column in layout.columns]
        if sorted(placed) != sorted(_declared(commitment, tables)):
            yield f"the {commitment.value} commitment does not have the columns declared for it, each once"
        cells = sorted(
            (_first_cell(column), _first_cell(column) + _height(column, tables)) for column in layout.columns
        )
        if any(end > start for (_, end), (start, _) in pairwise(cells)):
            yield f"two columns of the {commitment.value} commitment overlap"
        if any(start % (end - start) for start, end in cells):
            yield f"a column of the {commitment.value} commitment is not aligned"
        if any(column.height_log2 != tables[column.table].height_log2 for column in layout.columns):
            yield f"a column of the {commitment.value} commitment does not have its table's height"
        highest = max((end for _, end in cells), default=0)
        if layout.count != -(-highest >> STACKING_LOG2):
            yield f"the {commitment.value} commitment does not have the stacked columns that its cells fill"


def _declared(commitment: Commitment, tables: Sequence[TableShape]) -> Iterator[Place]:
    """The columns that belong to a commitment: fixed ones of the program, those of continuations, all others."""
    for position, table in enumerate(tables):
        role = table.chip.role
        count = len(table.chip.columns)
        if commitment is Commitment.PROGRAM:
            count = len(table.chip.fixed_columns) if role is Role.PROGRAM_TABLE else 0
        elif (role is Role.CONTINUATION) is not (commitment is Commitment.CONTINUATION):
            count = 0
        yield from ((position, column) for column in range(count))


def _first_cell(column: PlacedColumn) -> int:
    return (column.stacked << STACKING_LOG2) + (column.prefix << column.height_log2)


def _height(column: PlacedColumn, tables: Sequence[TableShape]) -> int:
    return 1 << tables[column.table].height_log2


def claims_have_their_own_weights(audited: AuditedMachine) -> str | None:
    """A stacked column's weight at a point is what the definition gives, with a scale of its own for every claim."""
    tables = example_tables(audited.machine)
    layouts = {commitment: stack(commitment, tables, STACKING_LOG2) for commitment in Commitment}
    expected_count = sum(len(layout.columns) for layout in layouts.values())
    expected_count += sum(layouts[commitment].count for commitment in (Commitment.PROGRAM, Commitment.CONTINUATION))
    if claim_count(layouts) != expected_count:
        return "not every column and every pinned answer is a claim"
    claims = ColumnClaims(
        layouts,
        extension_point("r", max(table.height_log2 for table in tables) + 1),
        {commitment: extension_element(f"z of {commitment.value}") for commitment in PINNED},
        [extension_element(f"scale {number}") for number in range(expected_count)],
    )
    point = extension_point("u", STACKING_LOG2)
    found = weights_at(ONE, ZERO, claims, point)
    for number, (title, expected) in enumerate(_weights(claims, point)):
        if number >= len(found) or found[number] != expected:
            return f"the weight of {title} is not the one of its claims"
    return None if len(found) == number + 1 else "there are more weights than stacked columns"


def _weights(claims: ColumnClaims[Extension], point: Sequence[Extension]) -> Iterator[tuple[str, Extension]]:
    """Each stacked column's weight, from vectors written out: (name, w^(point))."""
    at_row = _equalities(point)
    scales = iter(claims.scales)
    weights: dict[tuple[Commitment, int], Extension] = {}
    known: dict[tuple[int, int], Extension] = {}
    for commitment, layout in claims.layouts.items():
        weights.update(((commitment, number), ZERO) for number in range(layout.count))
        for column in layout.columns:
            n, start = column.height_log2, _first_cell(column) % (1 << STACKING_LOG2)
            if (n, start) not in known:
                rows = _equalities(claims.zerocheck_point[len(claims.zerocheck_point) - n :])
                known[n, start] = sum((row * at_row[start + i] for i, row in enumerate(rows)), ZERO)
            weights[commitment, column.stacked] += next(scales) * known[n, start]
    for commitment in (Commitment.PROGRAM, Commitment.CONTINUATION):
        base = claims.pinning_points[commitment]
        value = sum((power * at for power, at in zip(_powers(base, len(at_row)), at_row, strict=True)), ZERO)
        for number in range(claims.layouts[commitment].count):
            weights[commitment, number] += next(scales) * value
    for (commitment, number), weight in weights.items():
        yield f"stacked column {number} of the {commitment.value} commitment", weight


def _equalities(point: Sequence[Extension]) -> list[Extension]:
    """eq(point, x) for every x, the first coordinate the most significant bit."""
    values = []
    for row in range(1 << len(point)):
        product = ONE
        for position, coordinate in enumerate(point):
            bit = row >> (len(point) - 1 - position) & 1
            product = product * (coordinate if bit else ONE - coordinate)
        values.append(product)
    return values


def _powers(base: Extension, count: int) -> list[Extension]:
    values = [ONE]
    while len(values) < count:
        values.append(values[-1] * base)
    return values


def stacked_columns_are_numbered(audited: AuditedMachine) -> str | None:
    """The stacked columns of all commitments have consecutive numbers, in the order of the protocol."""
    tables = example_tables(audited.machine)
    layouts: Mapping[Commitment, Stacking] = {c: stack(c, tables, STACKING_LOG2) for c in Commitment}
    numbered = [
        first_stacked(layouts)[commitment] + number
        for commitment in (Commitment.PROGRAM, Commitment.CONTINUATION, Commitment.MAIN)
        for number in range(layouts[commitment].count)
    ]
    return None if numbered == list(range(len(numbered))) else "two stacked columns have one number, or one has none"


def folds_bind_the_last_coordinates(_: AuditedMachine) -> str | None:
    """A queried fibre's fold is the bound vector's codeword, and a bound weight keeps the sum over the vector."""
    return next(chain(_fold_faults(), _weight_faults()), None)


def _fold_faults() -> Iterator[str]:
    algebra = NumberAlgebra()
    vector = [extension_element(f"entry {number}") for number in range(1 << VECTOR_LOG2)]
    for folding in FOLDINGS_LOG2:
        challenges = extension_point(f"folding of {folding}", folding)
        bound = _bound(vector, challenges)
        for position in (0, 1, 5):
            bits = [position >> i & 1 for i in range(DOMAIN_LOG2 - folding)]
            point, reciprocal = domain_point(algebra, bits, DOMAIN_LOG2)
            first = GENERATOR * pow(root_of_unity(DOMAIN_LOG2), position, P) % P
            if (point, reciprocal) != (first, inverse(first)):
                yield f"position {position} of a domain of 2^{DOMAIN_LOG2} is not at its point"
            step = root_of_unity(folding)
            fibre = [_codeword_at(vector, first * pow(step, j, P) % P) for j in range(1 << folding)]
            if fold_fibre(algebra, fibre, inverse(first), challenges) != _codeword_at(
                bound, pow(first, 1 << folding, P)
            ):
                yield f"a fold of {folding} coordinates is not the codeword of the vector bound at its last ones"


def _bound(vector: Sequence[Extension], challenges: Sequence[Extension]) -> Sequence[Extension]:
    """The vector with a challenge for each of its last coordinates, the last of all first."""
    for challenge in challenges:
        vector = [low + (high - low) * challenge for low, high in zip(vector[0::2], vector[1::2], strict=True)]
    return vector


def _codeword_at(vector: Sequence[Extension], point: int) -> Extension:
    total, power = ZERO, 1
    for entry in vector:
        total += entry * power
        power = power * point % P
    return total


def _weight_faults() -> Iterator[str]:
    state = extension_point("state", VECTOR_LOG2)
    scale, base = extension_element("scale"), extension_element("base")
    challenges = extension_point("bound", 2)
    for name, weight, written in (
        ("eq", Weight(scale, list(state), is_power=False), _equalities(state)),
        ("pow", Weight(scale, [base], is_power=True), _powers(base, 1 << VECTOR_LOG2)),
    ):
        for challenge in challenges:
            weight.bind_last(challenge)
        bound = _bound([scale * entry for entry in written], challenges)
        vector = [extension_element(f"folded {number}") for number in range(len(bound))]
        expected = sum((entry * value for entry, value in zip(bound, vector, strict=True)), ZERO)
        if weight.inner_product(vector) != expected:
            yield f"a weight of {name} does not have the sum that its entries have"
