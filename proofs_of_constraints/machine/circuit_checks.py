"""What is declared reaches the argument: every message a fraction of the circuit, every constraint the zerocheck.

The functions of spec.protocol by which prover and verifier work are called here, and held against the definitions
written out. Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_values import (
    ExampleRow,
    Line,
    base_element,
    extension_element,
    extension_point,
    extension_row,
    line_row,
)
from spec.air.bus import Scope
from spec.air.chip import MAXIMUM_DEGREE, Chip, Interaction
from spec.air.expression import evaluate
from spec.air.machine import Machine
from spec.field import ONE, ZERO, Extension
from spec.protocol.gkr import (
    SCOPES,
    Block,
    BusChallenges,
    Circuit,
    Fraction,
    bus_challenges,
    circuit,
    layer_value,
    merged,
    pair_fraction,
    widest_message,
)
from spec.protocol.shape import SEVERAL_INSTANCES, TableShape
from spec.protocol.zerocheck import ROUND_DEGREE, TableWeights, batching_powers, padding, table_value, table_weights

CHECKED_CHIPS = 256
"""Machines of which one chip is changed are checked one after the other: what is known of the others is kept."""

PAIR_DEGREE = 2
LAYER_DEGREE = 2
"""A layer's round polynomial is sent without its eq factor."""

ALPHA = {scope: extension_element(f"{scope.value} alpha") for scope in Scope}
BETA = {scope: extension_element(f"{scope.value} beta") for scope in Scope}
BATCHING = extension_element("chi")

Widths = tuple[int, int]
"""The widths of the widest message in each scope."""


def example_tables(machine: Machine) -> list[TableShape]:
    """All chips in machine order, those that may in two instances, in heights that go up and down."""
    tables = []
    for number, chip in enumerate(machine.chips):
        height = 1 + number % 3
        instances = (height + 2, height) if chip.role in SEVERAL_INSTANCES else (height,)
        tables += [TableShape(chip, instance) for instance in instances]
    return tables


def widths(machine: Machine) -> Widths:
    """The parts of the widest message of each scope, as the protocol counts them."""
    return (widest_message(machine.chips, Scope.LOCAL), widest_message(machine.chips, Scope.GLOBAL))


def interactions_are_in_the_circuit(audited: AuditedMachine) -> str | None:
    """Every interaction of every table is in one block of its scope, and in no other; blocks do not overlap."""
    tables = example_tables(audited.machine)
    layout = circuit(tables)
    return next(chain(_placement_faults(tables, layout), _overlaps(layout)), None)


def _placement_faults(tables: Sequence[TableShape], layout: Circuit) -> Iterator[str]:
    for position, table in enumerate(tables):
        blocks = [block for block in layout.blocks if block.table == position]
        if any(block.height_log2 != table.height_log2 for block in blocks):
            yield f"{table.chip.name}: a block of the circuit does not have the table's height"
        for scope in Scope:
            declared = Counter(i.name for i in table.chip.interactions if i.bus.scope is scope)
            placed = Counter(i.name for block in blocks if block.scope is scope for i in block.interactions)
            for name in sorted(declared.keys() | placed.keys()):
                if declared[name] != placed[name]:
                    times = f"{placed[name]} times among the {scope.value} blocks, not {declared[name]}"
                    yield f"{table.chip.name}: {name} is {times}"


def _overlaps(layout: Circuit) -> Iterator[str]:
    half = 1 << (layout.variables - 1)
    taken: list[tuple[int, int, Block]] = []
    for block in layout.blocks:
        start = block.prefix << block.height_log2
        taken.append((start, start + (1 << block.height_log2), block))
        first = half * SCOPES.index(block.scope)
        if not first <= start < taken[-1][1] <= first + half:
            yield f"a block of {block.interactions[0].name} lies outside of the {block.scope.value} half"
    taken.sort(key=lambda entry: entry[0])
    for (_, end, one), (start, _, other) in pairwise(taken):
        if start < end:
            yield f"the blocks of {one.interactions[0].name} and {other.interactions[0].name} overlap"


def fractions_are_the_messages(audited: AuditedMachine) -> str | None:
    """A block's fraction on a row is the sum of its messages' fractions, each with its sign and its multiplicity."""
    widest = widths(audited.machine)
    found = (_fraction_fault(chip, widest) for chip in audited.machine.chips)
    return next(filter(None, found), None)


@lru_cache(maxsize=CHECKED_CHIPS)
def _fraction_fault(chip: Chip, widest: Widths) -> str | None:
    row = extension_row()
    challenges = _challenges(widest)
    for block in circuit([TableShape(chip, 1)]).blocks:
        if any(i.bus.width > len(challenges[block.scope].beta_powers) for i in block.interactions):
            return f"{chip.name}: a message is wider than the powers of beta go"
        found = pair_fraction(block.interactions, challenges[block.scope], row, {})
        if found != _definition(block.interactions, row):
            names = " and ".join(interaction.name for interaction in block.interactions)
            return f"{chip.name}: the fraction of {names} is not the sum of the declared messages"
    return None


def _challenges(widest: Widths) -> Mapping[Scope, BusChallenges[Extension]]:
    """As the protocol makes them of alpha and beta."""
    return {s: bus_challenges(ALPHA[s], BETA[s], width) for s, width in zip(SCOPES, widest, strict=True)}


def _definition(pair: Sequence[Interaction], row: ExampleRow[Extension]) -> Fraction[Extension]:
    """The sum over a pair of +- multiplicity / (alpha + bus identity + sum of beta^i message_i)."""
    numerator, denominator = ZERO, ONE
    for interaction in pair:
        alpha, beta = ALPHA[interaction.bus.scope], BETA[interaction.bus.scope]
        fingerprint = alpha + interaction.bus.identity
        for i, part in enumerate(interaction.message, start=1):
            fingerprint = fingerprint + beta**i * evaluate(part, row)
        multiplicity = evaluate(interaction.multiplicity, row) * interaction.sign
        numerator = numerator * fingerprint + multiplicity * denominator
        denominator = denominator * fingerprint
    return Fraction(numerator, denominator)


def circuit_sums_fractions(_: AuditedMachine) -> str | None:
    """A node of the circuit is the sum of its children, and a layer's round has the degree that is sent."""
    a, b, c, d = extension_point("fractions", 4)
    if merged(Fraction(a, b), Fraction(c, d)) != Fraction(a * d + c * b, b * d):
        return "a node of the circuit is not the sum of its children"
    node = merged(Fraction(a, b), Fraction(c, d))
    if layer_value(Fraction(a, b), Fraction(c, d), BATCHING) != node.numerator + BATCHING * node.denominator:
        return "a layer does not batch numerators and denominators"
    lines = [Line.of(base_element(f"end {i}"), base_element(f"slope {i}")) for i in range(4)]
    found = layer_value(Fraction(*lines[:2]), Fraction(*lines[2:]), Line.of(base_element("batching"))).degree
    return f"a layer's round has degree {found}" if found > LAYER_DEGREE else None


def constraints_are_evaluated(audited: AuditedMachine) -> str | None:
    """On any row, what must vanish is the weighted sum of the declared constraints and of the blocks' fractions."""
    widest = widths(audited.machine)
    found = (_evaluation_fault(chip, widest) for chip in audited.machine.chips)
    return next(filter(None, found), None)


@lru_cache(maxsize=CHECKED_CHIPS)
def _evaluation_fault(chip: Chip, widest: Widths) -> str | None:
    row = extension_row()
    layout = circuit([TableShape(chip, 1)])
    scales = extension_point(f"constraints of {chip.name}", len(chip.constraints))
    blocks = list(zip(layout.blocks, extension_point(f"blocks of {chip.name}", len(layout.blocks)), strict=True))
    constraints = ZERO
    for scale, constraint in zip(scales, chip.constraints, strict=True):
        constraints = constraints + scale * evaluate(constraint.expression, row)
    fractions = ZERO
    for block, scale in blocks:
        fraction = _definition(block.interactions, row)
        fractions = fractions + scale * (fraction.numerator + BATCHING * fraction.denominator)
    challenges = _challenges(widest)
    if table_value(ZERO, chip, row, TableWeights(scales, [], BATCHING), challenges) != constraints:
        return f"{chip.name}: the value is not that of the declared constraints"
    if table_value(ZERO, chip, row, TableWeights(scales, blocks, BATCHING), challenges) != constraints + fractions:
        return f"{chip.name}: the value does not count the declared messages"
    return None


def constraints_have_their_own_powers(audited: AuditedMachine) -> str | None:
    """Powers of chi from the second on, one for each constraint of each instance; 1 and chi belong to the fractions.

    Every block has the weight of its place in the circuit, once; the padding is what is left of the whole.
    """
    tables = example_tables(audited.machine)
    layout = circuit(tables)
    rho = extension_point("rho", layout.variables)
    weights = table_weights(tables, layout, rho, batching_powers(ONE, BATCHING, tables))
    found = [weight for of_table in weights for weight in of_table.constraints]
    counts = [len(of_table.constraints) for of_table in weights]
    if counts != [len(table.chip.constraints) for table in tables]:
        return "not every constraint of every table has a power of chi"
    powers = _powers_of(BATCHING, len(found) + 2)
    if len(set(found)) != len(found):
        return "two constraints have the same power of chi"
    if set(found) != set(powers[2:]):
        return "the powers of chi are not those that the fractions leave"
    rest = ONE
    for position, of_table in enumerate(weights):
        placed = [block for block in layout.blocks if block.table == position]
        if Counter(map(id, placed)) != Counter(id(block) for block, _ in of_table.blocks):
            return f"{tables[position].chip.name}: not every block is weighed once"
        for block, weight in of_table.blocks:
            if weight != _corner(block, rho):
                return f"{tables[position].chip.name}: a block does not have the weight of its place"
            rest = rest - weight
    return None if padding(ONE, weights) == rest else "the padding is not what the blocks of both scopes leave"


def _powers_of(base: Extension, count: int) -> list[Extension]:
    found = [ONE]
    while len(found) < count:
        found.append(found[-1] * base)
    return found


def _corner(block: Block, rho: Sequence[Extension]) -> Extension:
    """eq of the block's prefix and the leading coordinates, from its definition."""
    bits = len(rho) - block.height_log2
    product = ONE
    for i, coordinate in enumerate(rho[:bits]):
        product = product * (coordinate if block.prefix >> (bits - 1 - i) & 1 else ONE - coordinate)
    return product


def degrees(audited: AuditedMachine) -> str | None:
    """Constraints have degree 3 at most and pairs' fractions degree 2: a round of the zerocheck has the degree sent."""
    if MAXIMUM_DEGREE > ROUND_DEGREE or PAIR_DEGREE > ROUND_DEGREE:
        return f"a round of the zerocheck sends degree {ROUND_DEGREE}"
    return next(filter(None, map(_degree_fault, audited.machine.chips)), None)


@lru_cache(maxsize=CHECKED_CHIPS)
def _degree_fault(chip: Chip) -> str | None:
    row = line_row()
    for constraint in chip.constraints:
        found = evaluate(constraint.expression, row).degree
        if found > MAXIMUM_DEGREE:
            return f"{chip.name}: {constraint.name} has degree {found}"
    widest = max((len(interaction.message) for interaction in chip.interactions), default=1)
    challenges = bus_challenges(Line.of(base_element("alpha")), Line.of(base_element("beta")), widest)
    for block in circuit([TableShape(chip, 1)]).blocks:
        fraction = pair_fraction(block.interactions, challenges, row, {})
        found = max(fraction.numerator.degree, fraction.denominator.degree)
        if found > PAIR_DEGREE:
            names = " and ".join(interaction.name for interaction in block.interactions)
            return f"{chip.name}: the fraction of {names} has degree {found}"
    return None
