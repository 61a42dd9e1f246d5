"""What the symbols of all tables' columns stand for in one proof, and the constants made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.field.lanes import to_montgomery_array
from optimized.words import Words
from optimized.zerocheck.columns import ONE, BlockFactor, SymbolKind, Weight
from reference.arrays import extension_arrays as extension
from reference.arrays.extension_arrays import ExtensionArray
from spec.air.bus import Scope
from spec.field import EXTENSION_DEGREE, Extension, P
from spec.field import ONE as ONE_ELEMENT
from spec.protocol.cube import powers
from spec.protocol.gkr import SCOPES, BusChallenges
from spec.protocol.zerocheck import TableWeights

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WeightList:
    """Weights as arrays: the summands of all of them, one after the other."""

    scales: NDArray[np.uint64]
    symbols: Integers
    """(summands, 3): kind, i, j."""

    starts: Integers
    """Where the summands of each weight start."""

    @staticmethod
    def of(weights: Sequence[Weight]) -> WeightList:
        """These weights; an empty one is zero."""
        filled = [weight or ((0, ONE),) for weight in weights]
        summands = [summand for weight in filled for summand in weight]
        return WeightList(
            np.array([scale for scale, _ in summands], dtype=np.uint64),
            np.array([symbol for _, symbol in summands], dtype=np.int64).reshape(len(summands), 3),
            np.cumsum([0, *(len(weight) for weight in filled)])[:-1].astype(np.int64),
        )


@dataclass(frozen=True, eq=False)
class Symbols:
    """The values of symbols: those of all tables, and those of each table behind them."""

    values: ExtensionArray
    """All of them in one array, (count, 6)."""

    width: int
    """The longest list of powers of beta."""

    powers_start: int
    table_starts: Sequence[int]
    constraint_counts: Sequence[int]

    @property
    def block_width(self) -> int:
        """Symbols of a block."""
        return int(BlockFactor.ALPHA) + 1 + self.width

    def positions(self, table: int, symbols: Integers) -> Integers:
        """Where the values of a table's symbols, (count, 3), stand."""
        start = self.table_starts[table]
        bases = np.zeros(len(SymbolKind), dtype=np.int64)
        strides = np.zeros(len(SymbolKind), dtype=np.int64)
        bases[SymbolKind.INVERSE_BATCHING] = 1
        bases[SymbolKind.SCOPE], strides[SymbolKind.SCOPE] = 2, 1 + self.width
        bases[SymbolKind.POWER] = self.powers_start
        bases[SymbolKind.WEIGHT] = start
        bases[SymbolKind.BLOCK], strides[SymbolKind.BLOCK] = start + self.constraint_counts[table], self.block_width
        kinds = symbols[:, 0]
        positions: Integers = bases[kinds] + strides[kinds] * symbols[:, 1] + symbols[:, 2]
        return positions


def symbols_of(
    weights: Sequence[TableWeights[Extension]],
    challenges: Mapping[Scope, BusChallenges[Extension]],
    batching: Extension,
) -> Symbols:
    """The values of all symbols. Raises ZeroDivisionError if `batching` is zero, and ValueError if the weights of a
    table's constraints are not multiplied by it from each to the next."""
    inverse = batching.inverse()
    width = max(len(of_scope.beta_powers) for of_scope in challenges.values())
    longest = max((len(table.constraints) for table in weights), default=0)
    shared = [ONE_ELEMENT, inverse]
    fingerprint_factors = []
    for scope in SCOPES:
        beta_powers = challenges[scope].beta_powers
        padded = [*beta_powers, *[beta_powers[-1]] * (width - len(beta_powers))]
        shared += [challenges[scope].alpha, *padded]
        fingerprint_factors.append([challenges[scope].alpha, *padded])
    powers_start = len(shared)
    shared += powers(ONE_ELEMENT, batching, longest // 2 + 1)

    constraint_weights = [weight for table in weights for weight in table.constraints]
    of_constraints = extension.from_elements(constraint_weights)
    _require_powers(of_constraints, [len(table.constraints) for table in weights], batching)
    block_weights = extension.from_elements([weight for table in weights for _, weight in table.blocks])
    of_scope = np.array([SCOPES.index(block.scope) for table in weights for block, _ in table.blocks], dtype=np.int64)
    factors = []
    for elements in fingerprint_factors:
        scaled = extension.scale(extension.from_elements(elements), batching)
        factors.append(np.concatenate([extension.from_elements([inverse, ONE_ELEMENT, batching]), scaled]))
    of_blocks = extension.multiply(block_weights[:, None], np.stack(factors)[of_scope])

    pieces = [extension.from_elements(shared)]
    table_starts, constraint, block, total = [], 0, 0, len(shared)
    for table in weights:
        constraints, blocks = len(table.constraints), len(table.blocks)
        table_starts.append(total)
        pieces += [
            of_constraints[constraint : constraint + constraints],
            of_blocks[block : block + blocks].reshape(-1, EXTENSION_DEGREE),
        ]
        total += len(pieces[-2]) + len(pieces[-1])
        constraint, block = constraint + constraints, block + blocks
    counts = [len(table.constraints) for table in weights]
    return Symbols(np.concatenate(pieces), width, powers_start, table_starts, counts)


def _require_powers(constraint_weights: ExtensionArray, counts: Sequence[int], batching: Extension) -> None:
    follows = np.ones(max(0, len(constraint_weights) - 1), dtype=bool)
    # The first constraint of a table need not follow the last one before it.
    ends = np.cumsum(counts)[:-1]
    follows[[end - 1 for end in ends.tolist() if 0 < end < len(constraint_weights)]] = False
    expected = extension.scale(constraint_weights[:-1], batching)
    if not np.array_equal(expected[follows], constraint_weights[1:][follows]):
        raise ValueError("the weights of a table's constraints are not consecutive powers")


def weight_values(symbols: Symbols, table: int, weights: WeightList) -> ExtensionArray:
    """The values of weights, (count, 6)."""
    if len(weights.starts) == 0:
        return np.zeros((0, EXTENSION_DEGREE), dtype=np.uint64)
    values = symbols.values[symbols.positions(table, weights.symbols)]
    # Fewer than 2^32 summands below 2^31 fit in 64 bits.
    summands = values * weights.scales[:, None] % np.uint64(P)
    result: ExtensionArray = np.add.reduceat(summands, weights.starts, axis=0) % np.uint64(P)
    return result


def constant_words(values: ExtensionArray) -> Words:
    """Elements as flat words in Montgomery's form."""
    return to_montgomery_array(values.reshape(-1))
