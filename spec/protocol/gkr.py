"""LogUp as a circuit [2022/1530, 2023/1284]: that all buses of a scope balance, as a sum of fractions.

A message with multiplicity m on a bus contributes m / f with the fingerprint

    f = alpha + bus identity + sum over i >= 1 of beta^i message_i,

sends positive, receives negative. Interactions of a row are paired in declaration order within their scope; a pair is
one fraction (m0 f1 + m1 f0) / (f0 f1). The fractions of one pair over all rows of its table are a block. The blocks of
a scope, by descending height, are laid end to end and padded with 0/1 to 2^(N - 1); local scope first, both make a
vector of 2^N, so the first coordinate is the scope. A layer merges neighbours:

    p(y) = p(y, 0) q(y, 1) + p(y, 1) q(y, 0),    q(y) = q(y, 0) q(y, 1).

The formulas are written over values that know +, - and *.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic

from spec.air.bus import Scope
from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, Interpretation, evaluate
from spec.protocol.algebra import Value
from spec.protocol.shape import TableShape

PAIR = 2
"""Messages and multiplicities are linear, so a pair's fraction has degree 2, which the zerocheck's degree 3 bears."""

SCOPES = (Scope.LOCAL, Scope.GLOBAL)
"""Both always exist: the first coordinate tells them apart."""


@dataclass(frozen=True)
class BusChallenges(Generic[Value]):
    """The challenges of one scope: alpha, and the powers beta, beta^2, ... up to the widest message."""

    alpha: Value
    beta_powers: Sequence[Value]


def bus_challenges(alpha: Value, beta: Value, widest: int) -> BusChallenges[Value]:
    """The challenges of a scope whose widest message has so many parts."""
    beta_powers = [beta]
    while len(beta_powers) < widest:
        beta_powers.append(beta_powers[-1] * beta)
    return BusChallenges(alpha, beta_powers)


@dataclass(frozen=True)
class Block:
    """The fractions of one pair of interactions of a table: 2^height_log2 of them."""

    table: int
    """The table's position among the segment's tables."""

    scope: Scope
    interactions: tuple[Interaction, ...]
    height_log2: int
    prefix: int
    """The number that the leading N - height_log2 coordinates of its fractions spell."""


@dataclass(frozen=True)
class Circuit:
    """The layout of the last layer: N and the blocks, in the order in which they lie. The rest is padding."""

    variables: int
    """The circuit's number of variables N."""

    blocks: tuple[Block, ...]

    @cached_property
    def blocks_by_table(self) -> Mapping[int, tuple[Block, ...]]:
        """The blocks of each table, local ones first."""
        found: dict[int, list[Block]] = {}
        for block in self.blocks:
            found.setdefault(block.table, []).append(block)
        return {table: tuple(blocks) for table, blocks in found.items()}

    def fractions(self, scope: Scope) -> int:
        """How many fractions a scope has, without padding."""
        return sum(1 << block.height_log2 for block in self.blocks if block.scope is scope)


def pairs_of(chip: Chip, scope: Scope) -> list[tuple[Interaction, ...]]:
    """The pairs of a chip's interactions in a scope, in declaration order; an odd one stays alone."""
    interactions = chip.local_interactions if scope is Scope.LOCAL else chip.global_interactions
    return [interactions[i : i + PAIR] for i in range(0, len(interactions), PAIR)]


def circuit(tables: Sequence[TableShape]) -> Circuit:
    """The circuit's layout, from heights alone."""
    order = sorted(range(len(tables)), key=lambda position: -tables[position].height_log2)
    entries = {
        scope: [(position, pair) for position in order for pair in pairs_of(tables[position].chip, scope)]
        for scope in SCOPES
    }
    sizes = [sum(tables[position].height for position, _ in entries[scope]) for scope in SCOPES]
    variables = 1 + max(1, (max(sizes) - 1).bit_length())
    blocks = []
    for number, scope in enumerate(SCOPES):
        offset = number << (variables - 1)
        for position, pair in entries[scope]:
            height_log2 = tables[position].height_log2
            blocks.append(Block(position, scope, pair, height_log2, offset >> height_log2))
            offset += tables[position].height
    return Circuit(variables, tuple(blocks))


def widest_message(chips: Sequence[Chip], scope: Scope) -> int:
    """The parts of the widest message in a scope, at least 1: beta's powers go so far."""
    widths = [i.bus.width for chip in chips for i in chip.interactions if i.bus.scope is scope]
    return max(widths, default=1)


def fingerprint(challenges: BusChallenges[Value], identity: int, message: Sequence[Value]) -> Value:
    """alpha + identity + sum of beta^i message_i. Raises ValueError for a message wider than the powers of beta go."""
    total = challenges.alpha + identity
    for part, power in zip(message, challenges.beta_powers[: len(message)], strict=True):
        total = total + power * part
    return total


@dataclass(frozen=True)
class Fraction(Generic[Value]):
    """numerator / denominator."""

    numerator: Value
    denominator: Value


def pair_fraction(
    pair: Sequence[Interaction],
    challenges: BusChallenges[Value],
    row: Interpretation[Value],
    evaluated: dict[Expression, Value],
) -> Fraction[Value]:
    """The sum of a pair's fractions on a row. `evaluated` holds expressions whose value on the row is known."""
    fractions = []
    for interaction in pair:
        message = [evaluate(part, row, evaluated) for part in interaction.message]
        denominator = fingerprint(challenges, interaction.bus.identity, message)
        numerator = evaluate(interaction.multiplicity, row, evaluated) * interaction.sign
        fractions.append(Fraction(numerator, denominator))
    first = fractions[0]
    if len(fractions) == 1:
        return first
    second = fractions[1]
    return Fraction(
        first.numerator * second.denominator + second.numerator * first.denominator,
        first.denominator * second.denominator,
    )


def merged(left: Fraction[Value], right: Fraction[Value]) -> Fraction[Value]:
    """The node over two neighbours."""
    return Fraction(
        left.numerator * right.denominator + right.numerator * left.denominator,
        left.denominator * right.denominator,
    )


def layer_value(left: Fraction[Value], right: Fraction[Value], batching: Value) -> Value:
    """What a layer's sumcheck sums beside eq: the node's numerator plus batching times its denominator."""
    node = merged(left, right)
    return node.numerator + batching * node.denominator
