"""Proofs that are changed at one place, and what the verifier on numbers and a recorded circuit make of each.

The circuit is written down once, on the honest proof; a changed proof only gives its hints. They are read by a verifier
that requires nothing, so that whatever keeps the circuit from having a memory is the circuit's own row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from random import Random
from typing import Any

from optimized.recursion.hints import HintAlgebra
from optimized.recursion.memory import UnsatisfiedError, fill_memory
from optimized.recursion.program import CircuitProgram, circuit_program
from optimized.verifier.algebra import CompiledAlgebra
from reference.recursion.circuits import Verification
from reference.recursion.recorder import Recorder
from spec.circuit.circuit import Circuit
from spec.field import EXTENSION_DEGREE, ZERO, Extension, P
from spec.protocol.algebra import Anything, OpenedLeaf
from spec.protocol.hash import STATE_WORDS
from spec.protocol.key_list import KEY_LIST_LOG2
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.numbers import LIMB_BITS
from spec.protocol.proof_encoding import NONCE_BYTES
from spec.rejection import Rejected, Rejection

Path = tuple[Any, ...]
"""Fields' names, numbers of entries and keys, from the outermost on."""

OF_THE_CIRCUIT = frozenset({"shape", "machine", "parameters", "program_heights_log2", "output"})
"""Fields that a circuit is made for: another value is another circuit's proof."""


@dataclass(frozen=True)
class Question:
    """A node's children, and the public values that state what they are said to say."""

    children: Any
    publics: tuple[int, ...]


def places(of: Any, path: Path = ()) -> Iterator[tuple[Path, int | Extension]]:
    """Every number and every extension element of a proof, with the way there."""
    match of:
        case int() | Extension():
            yield path, of
        case Mapping():
            for key, inner in of.items():
                yield from places(inner, (*path, key))
        case tuple():
            for number, inner in enumerate(of):
                yield from places(inner, (*path, number))
        case _ if is_dataclass(of):
            for field in fields(of):
                if field.name not in OF_THE_CIRCUIT:
                    yield from places(getattr(of, field.name), (*path, field.name))
        case _:
            raise TypeError(f"{type(of).__name__} at {path}")


def replaced(of: Any, path: Path, new: Any) -> Any:
    """The same with something else at a place."""
    if not path:
        return new
    first, *rest = path
    match of:
        case Mapping():
            return {**of, first: replaced(of[first], tuple(rest), new)}
        case tuple():
            return (*of[:first], replaced(of[first], tuple(rest), new), *of[first + 1 :])
    return replace(of, **{first: replaced(getattr(of, first), tuple(rest), new)})


def found_at(of: Any, path: Path) -> Any:
    """What stands at a place."""
    for part in path:
        of = of[part] if isinstance(of, tuple | Mapping) else getattr(of, part)
    return of


def kind_of(path: Path, names: Sequence[str]) -> Path:
    """What a place is, whichever of several it is; public values by their names, totals one by one."""
    if path[0] == "publics":
        return ("publics", re.sub(r"_\d+$", "", names[path[1]]))
    named = tuple(part for part in path if isinstance(part, str))
    return (*named, path[-1]) if named[-1] == "bus_totals" else named


def _bound(path: Path) -> int:
    """What a number there is below, if the proof is read from bytes."""
    name = next(part for part in reversed(path) if isinstance(part, str))
    if "nonce" in name:
        return 1 << 8 * NONCE_BYTES
    if name == "position":
        return 1 << KEY_LIST_LOG2
    return P if name in ("rows", "public_values", "start", "publics") else 1 << 32


def changed(at: Path, value: int | Extension, random: Random) -> int | Extension:
    """Another value for a place."""
    found: int | Extension
    if isinstance(value, Extension):
        coefficients = list(value.coefficients)
        number = random.randrange(EXTENSION_DEGREE)
        choices = (coefficients[number] + 1, random.randrange(P), coefficients[number] ^ 1)
        coefficients[number] = random.choice(choices) % P
        found = random.choice([Extension.from_coefficients(coefficients)] * 3 + [ZERO])
    else:
        bound = _bound(at)
        found = random.choice((value + 1, value ^ 1, random.randrange(bound), 0, value + (1 << 16))) % bound
    return found if found != value else changed(at, value, random)


def mutants(question: Question, names: Sequence[str], count: int, seed: int) -> Iterator[Question]:
    """So many changed proofs, every kind of place as often as any other."""
    by_kind: dict[Path, list[tuple[Path, int | Extension]]] = {}
    for path, value in places(question):
        by_kind.setdefault(kind_of(path, names), []).append((path, value))
    random, kinds = Random(seed), list(by_kind)
    for number in range(count):
        path, value = random.choice(by_kind[kinds[number % len(kinds)]])
        yield replaced(question, path, changed(path, value, random))


class HintsOfAnything(HintAlgebra):
    """Keeps what is read, and requires nothing: where there is no right hint, as the recorder does, zeros."""

    def require_equal(self, found: Anything, expected: Anything, reason: Rejection, where: str) -> None:
        return None

    def inverses(self, values: Sequence[Extension], reason: Rejection, where: str) -> Sequence[Extension]:
        found = [ZERO if value == ZERO else value.inverse() for value in values]
        self._values += found
        return found

    def words_of_limbs(self, limbs: Sequence[int], reason: Rejection, where: str) -> Sequence[int]:
        return super().words_of_limbs([limb % (1 << LIMB_BITS) for limb in limbs], reason, where)

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[int]], shape: TreeShape, where: str
    ) -> Sequence[OpenedLeaf[int, int]]:
        try:
            return super().read_leaves(opening, positions, shape, where)
        except Rejected:
            leaf: OpenedLeaf[int, int] = OpenedLeaf([0] * shape.width, [(0,) * STATE_WORDS] * shape.path_length)
            self._elements += [*leaf.row] * len(positions)
            self._octets += [*leaf.siblings] * len(positions)
            return [leaf] * len(positions)


Verdict = tuple[Rejection, str] | None
"""Why a proof is refused, and where; None for one that is accepted."""


def verdict_on_numbers(verification: Verification, publics: Sequence[int]) -> Verdict:
    """What the verifier says."""
    try:
        verification(CompiledAlgebra(), publics)
    except Rejected as rejected:
        return rejected.reason, rejected.detail
    return None


@dataclass(frozen=True)
class Evaluated:
    """A circuit that was written down on one proof, and is evaluated on others."""

    recorder: Recorder
    without: range = range(0)
    """The numbers of requirements that are left out."""

    @cached_property
    def circuit(self) -> Circuit:
        circuit, left_out = self.recorder.circuit, {self.requiring_rows[number] for number in self.without}
        return replace(circuit, rows=tuple(row for at, row in enumerate(circuit.rows) if at not in left_out))

    @cached_property
    def requiring_rows(self) -> list[int]:
        """By requirement, its row in the whole circuit."""
        return [at for at, row in enumerate(self.recorder.circuit.rows) if row.chip == "equal"]

    @cached_property
    def _kept_rows(self) -> list[int]:
        """By requirement that is kept, its row."""
        return [at for at, row in enumerate(self.circuit.rows) if row.chip == "equal"]

    def required_with(self, number: int) -> range:
        """The requirements that are made together with this one: all words of a digest, all bits of a nonce's."""
        all_of_them = self.recorder.requirements
        said = [(of.reason, of.where) == (all_of_them[number].reason, all_of_them[number].where) for of in all_of_them]
        first = next(at for at in range(number, -1, -1) if at == 0 or not said[at - 1])
        last = next(at for at in range(number, len(said)) if at == len(said) - 1 or not said[at + 1])
        return range(first, last + 1)

    @cached_property
    def program(self) -> CircuitProgram:
        return circuit_program(self.circuit, self.recorder.rows)

    def broken(self, verification: Verification, publics: Sequence[int]) -> int | None:
        """None if the circuit has a memory with the proof's hints; else the requirement whose row is the first to
        fail."""
        algebra = HintsOfAnything()
        verification(algebra, publics)
        try:
            fill_memory(self.program, algebra.hints, publics)
        except UnsatisfiedError as unsatisfied:
            number = self._kept_rows.index(unsatisfied.row)
            return number + len(self.without) * (number >= self.without.start)
        return None

    def verdict(self, broken: int | None) -> Verdict:
        """What a broken requirement says."""
        if broken is None:
            return None
        return self.recorder.requirements[broken].reason, self.recorder.requirements[broken].where


OPENINGS = (Rejection.OPENING_ROW_COUNT, Rejection.OPENING_SIBLING_COUNT)
"""Bytes share what paths have in common, so an opening of other positions has another form. A circuit has every path by
itself: there the leaves do not belong to the root."""

ROOTS = (Rejection.COMMITMENT_ROOT_MISMATCH, Rejection.FOLDED_ROOT_MISMATCH)


def agree(on_numbers: Verdict, in_circuit: Verdict) -> bool:
    """Whether both accept, or both refuse for the same reason at the same place."""
    if on_numbers is not None and in_circuit is not None and on_numbers[0] in OPENINGS:
        return in_circuit[0] in ROOTS and on_numbers[1].startswith(in_circuit[1])
    return on_numbers == in_circuit


@dataclass(frozen=True)
class Judged:
    """A changed proof, what the verifier says of it, and the requirement that the circuit breaks on."""

    question: Question
    on_numbers: Verdict
    in_circuit: Verdict
    broken: int | None

    @property
    def is_alike(self) -> bool:
        return agree(self.on_numbers, self.in_circuit)


def judged(
    evaluated: Evaluated, verification_of: Callable[[Any], Verification], questions: Iterable[Question]
) -> list[Judged]:
    """What both say of each."""
    found = []
    for question in questions:
        verification = verification_of(question.children)
        on_numbers = verdict_on_numbers(verification, question.publics)
        broken = evaluated.broken(verification, question.publics)
        found.append(Judged(question, on_numbers, evaluated.verdict(broken), broken))
    return found


def reasons(of: Iterable[Judged]) -> Counter[Rejection | None]:
    """How often the verifier gives each reason."""
    return Counter(None if one.on_numbers is None else one.on_numbers[0] for one in of)
