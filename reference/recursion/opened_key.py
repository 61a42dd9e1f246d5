"""The key of what a node verifies, as witness: hashed to its digest, and opened at the stacking height of the shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.segment import Pinned
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.key import VerificationKey, commitment_digest, program_id, program_table_numbers
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import program_pinning_point


@dataclass(frozen=True)
class OpenedKey(Generic[Value, Word]):
    """A key's digest, and the commitment that the proof opens."""

    program_id: Sequence[Word]
    program: Pinned[Value, Word]


def open_key(
    algebra: Algebra[Element, Value, Word, Bit], key: VerificationKey, height_log2: int
) -> OpenedKey[Value, Word]:
    """Reads a key. Of the commitments at other stacking heights their digests are enough.

    Machine, parameters and heights are those that the circuit is made for.
    """
    parameters = key.parameters
    opened = key.commitments[height_log2]
    root, answers = algebra.read_words(opened.root), algebra.read_values(opened.answers)
    digests: dict[int, Sequence[Word]] = {}
    for at, other in sorted(key.commitments.items()):
        if at == height_log2:
            digests[at] = commitment_digest(algebra, parameters, at, root, answers)
        else:
            digests[at] = algebra.read_words(
                commitment_digest(NumberAlgebra(), parameters, at, other.root, other.answers)
            )
    digest = program_id(algebra, key, algebra.read_elements(key.start), digests)
    numbers = program_table_numbers(key.machine, key.program_heights_log2)
    point, _ = program_pinning_point(algebra, key.machine, parameters, numbers, height_log2, root)
    return OpenedKey(digest, Pinned(root, point, answers))
