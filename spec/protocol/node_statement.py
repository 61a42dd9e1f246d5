"""What a node of the recursion states, as values of an algebra, and how its public values spell it.

The words of a digest are no field elements, so a digest is sixteen limbs of 16 bits among the public values. All else
is an element, or, for the sum of the global buses, the six coefficients of a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from spec.air.machine import Machine
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.algebra import Bit, Element, NodeAlgebra, Value, Word
from spec.protocol.hash import DIGEST_BYTES
from spec.rejection import Rejection

DIGEST_LIMBS = DIGEST_BYTES // 2


@dataclass(frozen=True)
class NodeStatement(Generic[Element, Value, Word]):
    """In the run with digest `run`, this program goes from `first_index` with `starts` to
    `first_index + segment_count` with `ends`, and its segments' global sums add up to `global_total`."""

    run: Sequence[Word]
    """G: it binds machine, parameters, program, output, number and leaves of all segments of the run."""

    program_id: Sequence[Word]
    segment_count: Element
    first_index: Element
    starts: Sequence[Element]
    """What the span's first segment enters with, for each of the machine's joins."""

    ends: Sequence[Element]
    """What its last segment leaves."""

    exit_values: Sequence[Element]
    """All 0 while the span has not halted."""

    leaves_root: Sequence[Word]
    """The root of the tree over the leaves of the span's segments alone."""

    global_total: Value
    key_list_root: Sequence[Word]
    """The root of the list of keys that a child may have."""

    depth: Element
    """0 for converted segments."""


NumberStatement = NodeStatement[int, Extension, int]
"""A statement in numbers."""


def public_elements(machine: Machine) -> Mapping[str, int]:
    """The public values of every node over segments of a machine, in order, and the number of elements of each."""
    return {
        "run": DIGEST_LIMBS,
        "program_id": DIGEST_LIMBS,
        "segment_count": 1,
        "first_index": 1,
        **{join.enters: 1 for join in machine.joins},
        **{join.leaves: 1 for join in machine.joins},
        **dict.fromkeys(machine.exit_values, 1),
        "leaves_root": DIGEST_LIMBS,
        "global_total": EXTENSION_DEGREE,
        "key_list_root": DIGEST_LIMBS,
        "depth": 1,
    }


def public_names(machine: Machine) -> tuple[str, ...]:
    """A name for each element."""
    counts = public_elements(machine)
    return tuple(f"{name}_{i}" if count > 1 else name for name, count in counts.items() for i in range(count))


def statement_of(
    algebra: NodeAlgebra[Element, Value, Word, Bit], machine: Machine, elements: Sequence[Element], where: str
) -> NodeStatement[Element, Value, Word]:
    """The statement that these public values spell, each of them read once. Raises Rejected for a limb of more bits."""
    left = iter(elements)
    parts = {name: [next(left) for _ in range(count)] for name, count in public_elements(machine).items()}

    def digest(name: str) -> Sequence[Word]:
        return algebra.words_of_limbs(parts[name], Rejection.PUBLIC_LIMB, f"{where}, {name}")

    def all_of(names: Sequence[str]) -> list[Element]:
        return [parts[name][0] for name in names]

    return NodeStatement(
        run=digest("run"),
        program_id=digest("program_id"),
        segment_count=parts["segment_count"][0],
        first_index=parts["first_index"][0],
        starts=all_of([join.enters for join in machine.joins]),
        ends=all_of([join.leaves for join in machine.joins]),
        exit_values=all_of(machine.exit_values),
        leaves_root=digest("leaves_root"),
        global_total=algebra.join(parts["global_total"]),
        key_list_root=digest("key_list_root"),
        depth=parts["depth"][0],
    )


def public_numbers(statement: NumberStatement) -> tuple[int, ...]:
    """The public values that spell a statement."""
    return (
        *_limbs(statement.run),
        *_limbs(statement.program_id),
        statement.segment_count,
        statement.first_index,
        *statement.starts,
        *statement.ends,
        *statement.exit_values,
        *_limbs(statement.leaves_root),
        *statement.global_total.coefficients,
        *_limbs(statement.key_list_root),
        statement.depth,
    )


def _limbs(words: Sequence[int]) -> list[int]:
    return [limb for word in words for limb in (word & 0xFFFF, word >> 16)]
